/* Rule sets with experimental rules promoted.
 * I1: nothing is sorted again: the order of rules does not depend on their status. */
#include "shadow.h"

#include "builder.h"

/* Makes the rule of that id stable, or all with an empty one; its id goes into what is hashed. */
static unsigned promote(struct builder *b, struct rule_head *head, struct bytes id)
{
	if (head->status != RULE_EXPERIMENTAL || (id.len > 0 && !bytes_eq(head->id, id)))
		return 0;
	head->status = RULE_STABLE;
	text_addf(&b->canonical, "promoted %.*s\n", BYTES_ARG(head->id));
	return 1;
}

#define COPY_RULES(v, from, count) \
	do { \
		for (unsigned i = 0; i < (count); i++) { \
			VEC_PUSH(v, (from)[i]); \
			n += promote(b, &(v)->at[i].head, id); \
		} \
	} while (0)

struct ruleset *ruleset_promoted(const struct ruleset *set, struct bytes id)
{
	struct builder *b = xcalloc(1, sizeof *b);
	unsigned n = 0;
	b->set = *set;
	COPY_RULES(&b->signals, set->signals, set->n_signals);
	COPY_RULES(&b->compares, set->compares, set->n_compares);
	COPY_RULES(&b->limits, set->limits, set->n_limits);
	COPY_RULES(&b->timings, set->timings, set->n_timings);
	COPY_RULES(&b->interactions, set->interactions, set->n_interactions);
	COPY_RULES(&b->policies, set->policies, set->n_policies);
	b->set.signals = b->signals.at;
	b->set.compares = b->compares.at;
	b->set.limits = b->limits.at;
	b->set.timings = b->timings.at;
	b->set.interactions = b->interactions.at;
	b->set.policies = b->policies.at;
	b->set.hash = bytes_hash(text_bytes(&b->canonical), set->hash);
	if (n > 0)
		return &b->set;
	ruleset_free(&b->set);
	return NULL;
}
