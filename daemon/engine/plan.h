/* What the engine works out once from the rules, kind by kind. */
#ifndef ASSOCD_ENGINE_PLAN_H
#define ASSOCD_ENGINE_PLAN_H

#include "rules/ruleset.h"

struct kind_plan {
	int signal;        /* first signal of the kind, -1 none; a kind's signals stand side by side */
	bool is_observed;  /* goes into the index */
	bool is_fact, is_set, is_counted;
	bool meets;        /* a newly shared value makes its holders candidates */
	uint8_t coverage;  /* 1 + slot, 0 none */
	int family;        /* of its signals, -1 none */
	uint32_t is_ignored_on, recycled_nets; /* bit per kind of network, where every signal of the kind says so */
	int64_t recycled_gap_ms;
};

struct plan {
	struct kind_plan kinds[KINDS_MAX];
	int port_block_kind, session_kind; /* -1 none */
	int32_t most_compared_mb;          /* what comparisons can add at most */
	const struct limit_rule *limits;
};

void plan_make(struct plan *plan, const struct ruleset *rules);

#endif
