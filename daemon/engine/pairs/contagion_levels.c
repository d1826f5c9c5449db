/* I1: ties go to the smaller account id. */
#include "contagion_levels.h"

#include "daemon/engine/state/pair_table.h"

#define WHOLE 1000000u

static uint32_t level_of(const struct account *account, unsigned k)
{
	if (account->standing == STANDING_BAD)
		return WHOLE;
	return k == 0 || account->standing != STANDING_PLAIN ? 0 : account->contagion[k - 1];
}

/* What comes over one pair at level k. */
static uint32_t carried(const struct engine *e, const struct pair *pair, uint32_t from, unsigned k)
{
	uint64_t share = (uint64_t)pair->carries * e->rules->scoring.contagion_damping_milli;
	return (uint32_t)(share * level_of(&e->accounts.at[from], k - 1) / 1000000);
}

uint32_t contagion_best(const struct engine *e, uint32_t account, unsigned k, uint32_t *over)
{
	const struct account *acc = &e->accounts.at[account];
	uint32_t best = 0;
	*over = NONE;
	if (acc->standing != STANDING_PLAIN)
		return 0;
	for (uint32_t i = 0; i < acc->n_pairs; i++) {
		const struct pair *pair = &e->pairs.at[acc->pairs[i]];
		if (pair->carries == 0)
			continue;
		uint32_t other = pair_other(pair, account), here = carried(e, pair, other, k);
		if (here == 0 || here < best || (here == best && other > *over)) /* I1 */
			continue;
		best = here;
		*over = other;
	}
	return best;
}

uint32_t contagion_of(const struct engine *e, uint32_t account)
{
	const struct account *acc = &e->accounts.at[account];
	return acc->standing == STANDING_PLAIN ? acc->contagion[e->rules->scoring.contagion_depth - 1] : 0;
}

unsigned contagion_path(const struct engine *e, uint32_t account, uint32_t path[CONTAGION_PATH_MAX])
{
	unsigned k = e->rules->scoring.contagion_depth, n = 0;
	if (contagion_of(e, account) == 0)
		return 0;
	for (path[n++] = account; level_of(&e->accounts.at[path[n - 1]], 0) != WHOLE; k--) {
		uint32_t over;
		/* The shortest of equals: a level that says the same with fewer links is gone down to first. */
		while (k > 1 && level_of(&e->accounts.at[path[n - 1]], k - 1) == level_of(&e->accounts.at[path[n - 1]], k))
			k--;
		contagion_best(e, path[n - 1], k, &over);
		BUG_ON(over == NONE);
		path[n++] = over;
	}
	return n;
}

int account_risk(const struct engine *e, uint32_t account)
{
	const struct account *acc = &e->accounts.at[account];
	int risk = (int)(contagion_of(e, account) / 1000);
	for (uint32_t i = 0; i < acc->n_pairs; i++) {
		const struct pair *pair = &e->pairs.at[acc->pairs[i]];
		if ((pair->state == LINK_SUSPECTED || pair->state == LINK_CONFIRMED || pair->state == LINK_WITHDRAWN) && pair->score > risk)
			risk = pair->score;
	}
	return risk;
}
