/* Rules of every form as one list.
 * I1: the head is the first member of every form of rule. */
#include "heads.h"

#include <stdlib.h>

#include "daemon/base/arena.h"

_Static_assert(offsetof(struct signal_rule, head) == 0 && offsetof(struct compare_rule, head) == 0 &&
	       offsetof(struct limit_rule, head) == 0 && offsetof(struct timing_rule, head) == 0 &&
	       offsetof(struct interaction_rule, head) == 0 && offsetof(struct policy_rule, head) == 0, "I1");

enum { HEADS_SIGNALS, HEADS_COMPARES, HEADS_LIMITS, HEADS_TIMINGS, HEADS_INTERACTIONS, HEADS_POLICIES,
       FORMS };
static const char *const form_names[FORMS] = { "signal", "compare", "limit", "timing", "interaction", "policy" };

/* Rules of one form, side by side. */
struct row {
	const void *at;
	unsigned n;
	size_t size;
};

/* The rule's row and its place in it; rows[form].n is above the place. */
static unsigned locate(const struct ruleset *set, unsigned *i, struct row *row)
{
	const struct row rows[FORMS] = {
		{ set->signals, set->n_signals, sizeof(*set->signals) },
		{ set->compares, set->n_compares, sizeof(*set->compares) },
		{ set->limits, set->n_limits, sizeof(*set->limits) },
		{ set->timings, set->n_timings, sizeof(*set->timings) },
		{ set->interactions, set->n_interactions, sizeof(*set->interactions) },
		{ set->policies, set->n_policies, sizeof(*set->policies) },
	};
	unsigned form = 0;
	while (*i >= rows[form].n) {
		*i -= rows[form++].n;
		BUG_ON(form == FORMS);
	}
	*row = rows[form];
	return form;
}

unsigned heads_count(const struct ruleset *set)
{
	return set->n_signals + set->n_compares + set->n_limits + set->n_timings + set->n_interactions + set->n_policies;
}

const struct rule_head *heads_at(const struct ruleset *set, unsigned i)
{
	struct row row;
	locate(set, &i, &row);
	return (const struct rule_head *)((const char *)row.at + i * row.size);
}

const char *heads_form(const struct ruleset *set, unsigned i)
{
	struct row row;
	unsigned form = locate(set, &i, &row);
	const bool is_support = row.at == set->interactions && set->interactions[i].pass != PASS_OWN;
	return is_support ? "support" : form_names[form];
}

bool heads_is_of_table(const struct ruleset *set, unsigned i)
{
	struct row row;
	unsigned form = locate(set, &i, &row);
	return form == HEADS_TIMINGS || form == HEADS_INTERACTIONS;
}

int heads_find(const struct ruleset *set, struct bytes id)
{
	for (unsigned i = 0; i < heads_count(set); i++)
		if (bytes_eq(heads_at(set, i)->id, id))
			return (int)i;
	return -1;
}

unsigned heads_experimental(const struct ruleset *set)
{
	unsigned n = 0;
	for (unsigned i = 0; i < heads_count(set); i++)
		n += heads_at(set, i)->status == RULE_EXPERIMENTAL;
	return n;
}

const char *heads_nearest(const struct ruleset *set, struct bytes id, struct arena *a)
{
	unsigned n = heads_count(set);
	const char **names = ARENA_ARRAY(a, const char *, n + 1);
	for (unsigned i = 0; i < n; i++)
		names[i] = arena_str(a, heads_at(set, i)->id);
	return bytes_nearest(id, names, n);
}
