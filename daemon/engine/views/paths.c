/* Best product of probabilities, nearest account first (Dijkstra), over links of the lowest band and more.
 * I1: an account that was taken from the heap has its best product; later entries of it are stale. */
#include "paths.h"

#include <stdlib.h>

#include "daemon/base/heap.h"

#include "daemon/engine/state/pair_table.h"

#define WHOLE 1000000000

struct reached {
	uint32_t account, from; /* from: number in reached, NONE for the first */
	int64_t share;          /* product in billionths */
	uint8_t links;
	bool is_done;
};

struct search {
	const struct engine *e;
	struct VEC(struct reached) reached;
	struct u64map *numbers; /* account -> number in reached */
	struct heap *heap;      /* of numbers, by falling product */
};

static int64_t share_of(const struct engine *e, const struct pair *pair)
{
	if (pair->state == LINK_JOINT || pair->state == LINK_CONFIRMED)
		return 1000;
	bool is_shown = pair->state == LINK_SUSPECTED || pair->state == LINK_EXPLAINED;
	return is_shown && pair->score >= e->rules->scoring.score_bands[0] ? pair->score : 0;
}

static void reach(struct search *s, const struct reached *row)
{
	uint32_t number = u64map_get(s->numbers, row->account);
	if (number == U64MAP_NONE) {
		if (s->reached.n == PATH_ACCOUNTS_MAX)
			return;
		number = (uint32_t)s->reached.n;
		u64map_put(s->numbers, row->account, number);
		VEC_PUSH(&s->reached, *row);
	} else if (!s->reached.at[number].is_done && row->share > s->reached.at[number].share) {
		s->reached.at[number] = *row;
	} else {
		return;
	}
	heap_push(s->heap, (struct heap_item){ -row->share, number });
}

static void spread(struct search *s, uint32_t number)
{
	struct reached here = s->reached.at[number];
	const struct account *account = &s->e->accounts.at[here.account];
	for (uint32_t i = 0; i < account->n_pairs && here.links < PATH_LINKS_MAX; i++) {
		const struct pair *pair = &s->e->pairs.at[account->pairs[i]];
		int64_t share = here.share * share_of(s->e, pair) / 1000;
		struct reached next = { pair_other(pair, here.account), number, share, (uint8_t)(here.links + 1), false };
		if (share > 0)
			reach(s, &next);
	}
}

static unsigned trace(const struct search *s, uint32_t number, uint32_t *path)
{
	unsigned n = s->reached.at[number].links + 1u;
	for (unsigned i = n; i-- > 0; number = s->reached.at[number].from)
		path[i] = s->reached.at[number].account;
	return n;
}

unsigned path_between(const struct engine *e, uint32_t a, uint32_t b, uint32_t path[PATH_LINKS_MAX + 1])
{
	struct search s = { .e = e, .numbers = u64map_new(), .heap = heap_new() };
	struct heap_item item;
	unsigned n = 0;
	reach(&s, &(struct reached){ a, NONE, WHOLE, 0, false });
	while (n == 0 && heap_pop(s.heap, &item)) {
		struct reached *at = &s.reached.at[item.id];
		if (at->is_done) /* I1 */
			continue;
		at->is_done = true;
		if (at->account == b)
			n = trace(&s, (uint32_t)item.id, path);
		else
			spread(&s, (uint32_t)item.id);
	}
	VEC_FREE(&s.reached);
	u64map_free(s.numbers);
	heap_free(s.heap);
	return n;
}
