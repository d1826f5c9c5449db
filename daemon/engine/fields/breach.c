/* Evidence that a declared relation does not cover: what the strength of the two would lose without it. Support is left out,
 * for an operator's clients are each other's neighbours. It never changes the score: policies ask for it. */
#include "breach.h"

#include "daemon/engine/evidence/weigh.h"
#include "daemon/engine/pairs/relations.h"

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

struct breach { const struct engine *e; const struct pair *pair; struct relation_ground ground; };

static bool is_covered(const void *arg, uint32_t value)
{
	const struct breach *breach = arg;
	const struct relation_ground *ground = &breach->ground;
	if (ground->operator != NONE && index_posting(breach->e->index, ground->operator, value) != NULL)
		return true;
	return ground->group != NONE && third_member_holds(breach->e, breach->pair, ground->group, value);
}

bool breach_bits(const struct engine *e, const struct pair *pair, int32_t *mb)
{
	struct breach breach = { .e = e, .pair = pair };
	struct weighing whole, covered;
	*mb = 0;
	if (!relation_ground(e, pair->a, pair->b, &breach.ground))
		return false;
	if (breach.ground.operator == NONE && e->groups.at[breach.ground.group].members.n < 3)
		return false;
	(void)weigh_pair(e, pair->a, pair->b, true, &whole);
	weigh_kept(e, pair->a, pair->b, &(struct value_test){ is_covered, &breach }, &covered);
	*mb = whole.strength_mb > covered.strength_mb ? whole.strength_mb - covered.strength_mb : 0;
	return true;
}
