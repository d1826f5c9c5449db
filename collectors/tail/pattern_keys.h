/* The keys of a pattern file: reading them, did-you-mean and assocd-patterns(5) use the same rows. */
#ifndef ASSOCD_COLLECTORS_TAIL_PATTERN_KEYS_H
#define ASSOCD_COLLECTORS_TAIL_PATTERN_KEYS_H

#include "daemon/vendor/yaml.h"

struct pattern_loader;

struct pattern_key {
	const char *name;
	enum yaml_type type;
	enum err (*read)(struct pattern_loader *l, const struct yaml_node *node, void *into);
	const char *takes;
	const char *help;
};

/* Each ended by a NULL name: of the file, of `time`, of an entry of `rules`. */
extern const struct pattern_key pattern_file_keys[], pattern_time_keys[], pattern_rule_keys[];

#endif
