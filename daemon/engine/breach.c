/* Evidence that a declared relation does not cover. It never changes the score: policies ask for it. */
#include "breach.h"

#include "relations.h"
#include "weigh.h"

static bool is_member(const struct engine *e, uint32_t account, uint32_t group)
{
	for (unsigned i = 0; i < e->accounts.at[account].n_groups; i++)
		if (e->accounts.at[account].groups[i] == group)
			return true;
	return false;
}

static bool third_member_holds(const struct engine *e, const struct pair *pair, uint32_t group, uint32_t value)
{
	const uint32_t *holders;
	unsigned n = index_holders(e->index, value, &holders);
	for (unsigned i = 0; i < n; i++)
		if (holders[i] != pair->a && holders[i] != pair->b && is_member(e, holders[i], group))
			return true;
	return false;
}

static bool is_covered(const struct engine *e, const struct pair *pair, const struct relation_ground *ground, uint32_t value)
{
	if (ground->operator != NONE && index_posting(e->index, ground->operator, value) != NULL)
		return true;
	return ground->group != NONE && third_member_holds(e, pair, ground->group, value);
}

bool breach_bits(const struct engine *e, const struct pair *pair, int32_t *mb)
{
	struct relation_ground ground;
	struct weighing w;
	*mb = 0;
	if (!relation_ground(e, pair->a, pair->b, &ground))
		return false;
	if (ground.operator == NONE && e->groups.at[ground.group].members.n < 3)
		return false;
	weigh_pair(e, pair->a, pair->b, true, &w);
	for (unsigned i = 0; i < w.n; i++)
		if (w.items[i].value != NONE && w.items[i].counted_mb > 0 && !is_covered(e, pair, &ground, w.items[i].value))
			*mb += w.items[i].counted_mb;
	return true;
}
