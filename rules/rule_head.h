/* What every rule has, of whatever kind it is. */
#ifndef ASSOCD_RULES_RULE_HEAD_H
#define ASSOCD_RULES_RULE_HEAD_H

#include "daemon/base/bytes.h"

enum rule_status { RULE_STABLE, RULE_EXPERIMENTAL, RULE_DISABLED };
enum rule_level { LEVEL_INFO, LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH, LEVEL_CRITICAL, LEVELS };
extern const char *const rule_level_names[LEVELS];

struct rule_head {
	struct bytes id, title, explain, subject;
	enum rule_status status;
	enum rule_level level;
	struct bytes file; /* path it came from */
	unsigned line;
};

#endif
