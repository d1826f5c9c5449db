/* Neighbours: the lists as strengths come.
 * I1: a list is sorted, strongest first, by account id among equals.
 * I2: whoever stands in a list is the other account of a stored pair. */
#include "neighbours.h"

#include <stdlib.h>

#include "candidates.h"
#include "daemon/engine/evidence/near.h"
#include "daemon/engine/state/pair_table.h"
#include "waiting.h"

static struct near_list *list_of(struct account *account, enum pass pass) { return &account->near[pass - PASS_SUPPORT]; }

static bool comes_before(const struct near *x, const struct near *y)
{
	return x->strength_mb != y->strength_mb ? x->strength_mb > y->strength_mb : x->other < y->other;
}

static void near_take_out(struct near_list *list, const struct near *entry)
{
	unsigned at = (unsigned)(entry - list->at);
	list->n--;
	list->changes++;
	memmove(&list->at[at], &list->at[at + 1], (list->n - at) * sizeof(*list->at));
}

static void near_insert(struct near_list *list, const struct near *entry)
{
	unsigned at = 0;
	while (at < list->n && comes_before(&list->at[at], entry))
		at++;
	if (at == NEAR_KEPT)
		return;
	unsigned kept = list->n < NEAR_KEPT ? list->n : NEAR_KEPT - 1;
	if (list->n < NEAR_KEPT && (list->n & (list->n - 1)) == 0)
		list->at = xrealloc(list->at, (list->n == 0 ? 1u : list->n * 2u) * sizeof(*list->at));
	memmove(&list->at[at + 1], &list->at[at], (kept - at) * sizeof(*list->at));
	list->at[at] = *entry;
	list->n = (uint8_t)(kept + 1);
	list->changes++;
}

static void near_moves(struct engine *e, uint32_t account, int32_t from_mb, int32_t to_mb)
{
	if (to_mb - from_mb >= NEAR_MOVED_MB || from_mb - to_mb >= NEAR_MOVED_MB)
		waiting_add(e, account);
}

static void near_set(struct engine *e, enum pass pass, uint32_t account, const struct near *entry)
{
	struct near_list *list = list_of(&e->accounts.at[account], pass);
	const struct near *known = near_find(list, entry->other);
	if (known != NULL && known->strength_mb == entry->strength_mb && known->value == entry->value)
		return;
	const int32_t least_mb = e->rules->scoring.neighbour_from_mb;
	near_moves(e, account, known != NULL ? known->strength_mb : least_mb, entry->strength_mb > least_mb ? entry->strength_mb : least_mb);
	if (known != NULL)
		near_take_out(list, known);
	if (entry->strength_mb >= least_mb)
		near_insert(list, entry);
}

void neighbours_set(struct engine *e, enum pass pass, uint32_t a, uint32_t b, const struct near *strength)
{
	near_set(e, pass, a, &(struct near){ b, strength->strength_mb, strength->value });
	near_set(e, pass, b, &(struct near){ a, strength->strength_mb, strength->value });
}

static void near_forget(struct engine *e, enum pass pass, uint32_t account, uint32_t other)
{
	struct near_list *list = list_of(&e->accounts.at[account], pass);
	const struct near *known = near_find(list, other);
	if (known == NULL)
		return;
	near_moves(e, account, known->strength_mb, e->rules->scoring.neighbour_from_mb);
	near_take_out(list, known);
}

void neighbours_forget(struct engine *e, uint32_t a, uint32_t b)
{
	for (int pass = PASS_SUPPORT; pass < PASSES; pass++) {
		near_forget(e, (enum pass)pass, a, b);
		near_forget(e, (enum pass)pass, b, a);
	}
}

/* The neighbours' own lists are asked for before the first is read. */
static void ask_neighbours(const struct engine *e, const struct near_list *own)
{
	for (unsigned i = 0; i < own->n && own->at[i].strength_mb > 0; i++)
		__builtin_prefetch(near_list_of(e, own->at[i].other, PASS_AGAIN));
	for (unsigned i = 0; i < own->n && own->at[i].strength_mb > 0; i++)
		support_prefetch(e, own->at[i].other);
}

void neighbours_add_candidates(struct engine *e, uint32_t account)
{
	unsigned left = NEAR_KEPT;
	const struct near_list *own = near_list_of(e, account, PASS_AGAIN);
	struct near_places places;
	ask_neighbours(e, own);
	near_places_make(&places, own);
	for (unsigned i = 0; i < own->n && own->at[i].strength_mb > 0; i++) {
		const struct near_list *middle = near_list_of(e, own->at[i].other, PASS_AGAIN);
		for (unsigned k = 0; k < middle->n && middle->at[k].strength_mb > 0 && left > 0; k++) {
			uint32_t other = middle->at[k].other;
			if (other == account || near_places_find(&places, own, other) != NULL || pair_find(e, account, other) != NULL)
				continue;
			candidate_add(e, other);
			left--;
		}
	}
}
