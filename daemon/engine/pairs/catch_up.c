/* I1: whatever is read here is read as in any event: what comes of it does not depend on how events are cut into batches. */
#include "catch_up.h"

#include "candidates.h"
#include "neighbours.h"
#include "pairs.h"
#include "rescore.h"
#include "waiting.h"

#define WAIT_A_PAIR 128 /* so many that wait are one pair more an event */

/* Its next pair; a pair that goes leaves its place to the last one. False: all are read. */
static bool read_next(struct engine *e, struct waiting_turn *turn)
{
	const struct account *account = &e->accounts.at[turn->account];
	if (turn->at >= account->n_pairs)
		return false;
	uint32_t at = account->pairs[turn->at];
	if (pair_counts(e, &e->pairs.at[at]))
		pair_reread_stale(e, &e->pairs.at[at]);
	account = &e->accounts.at[turn->account];
	turn->at += turn->at < account->n_pairs && account->pairs[turn->at] == at;
	return true;
}

/* Neighbours of its neighbours that it has no pair with; returns how many were read. */
static unsigned meet_neighbours(struct engine *e, uint32_t account)
{
	candidates_begin(e);
	neighbours_add_candidates(e, account);
	unsigned n = (unsigned)e->candidate_list.n;
	for (unsigned i = 0; i < n; i++)
		pair_rescore(e, account, e->candidate_list.at[i]);
	return n;
}

void catch_up(struct engine *e)
{
	uint64_t more = waiting_behind(e) / WAIT_A_PAIR;
	int left = more < CATCH_UP_MAX ? 1 + (int)more : CATCH_UP_MAX;
	struct waiting_turn *turn;
	while (left > 0 && (turn = waiting_turn(e)) != NULL) {
		left--;
		if (read_next(e, turn))
			continue;
		left -= (int)meet_neighbours(e, turn->account);
		turn->account = NONE;
	}
}
