/* What the engine works out once from the rules, kind by kind. */
#ifndef ASSOCD_ENGINE_STATE_PLAN_H
#define ASSOCD_ENGINE_STATE_PLAN_H

#include "rules/ruleset.h"

struct kind_set {
	uint64_t bits[2];
};
_Static_assert(KINDS_MAX <= 128, "a bit for every kind");

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

struct rule_plan {
	uint16_t place; /* in the order of ids */
	int8_t family;  /* -1 none */
};

struct plan {
	struct kind_plan kinds[KINDS_MAX];
	int port_block_kind, session_kind; /* -1 none */
	int32_t most_compared_mb;          /* what comparisons can add at most */
	const struct limit_rule *limits;
	struct kind_set family_kinds[FAMILIES_MAX];
	struct foresight *foresight; /* foresee.h */
	const struct rule_head *rule_at[RULES_MAX]; /* in the order of their ids */
	struct rule_plan rules[RULES_MAX];          /* by number (rules/heads.h) */
	unsigned first_compare, first_limit, first_timing, first_interaction; /* numbers of rules; signals begin with 0 */
};

void plan_make(struct plan *plan, const struct ruleset *rules);
void plan_free(struct plan *plan);

static inline void kind_set_add(struct kind_set *set, unsigned kind)
{
	set->bits[kind >> 6] |= UINT64_C(1) << (kind & 63);
}

static inline bool kind_set_has(const struct kind_set *set, unsigned kind)
{
	return set->bits[kind >> 6] >> (kind & 63) & 1;
}

static inline struct kind_set kind_set_of(unsigned kind)
{
	struct kind_set set = { { 0 } };
	kind_set_add(&set, kind);
	return set;
}

static inline bool kind_set_holds(const struct kind_set *set, const struct kind_set *all)
{
	return ((all->bits[0] & ~set->bits[0]) | (all->bits[1] & ~set->bits[1])) == 0;
}

static inline unsigned kind_set_common(const struct kind_set *x, const struct kind_set *y)
{
	return (unsigned)(__builtin_popcountll(x->bits[0] & y->bits[0]) + __builtin_popcountll(x->bits[1] & y->bits[1]));
}

#endif
