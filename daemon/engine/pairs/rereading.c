/* Rereading.
 * I1: all pairs first read their own evidence, then what the neighbours say, once a round, so that none is held up by what its
 *     neighbours are about to lose. */
#include "rereading.h"

#include <stdlib.h>

#include "pairs.h"
#include "rescore.h"

void rereading_add(struct rereading *r, uint32_t value)
{
	VEC_PUSH(&r->values, value);
}

struct accounts_list VEC(uint32_t);

/* In ascending order, those that the value has forgotten too. */
static void holders_of(const struct engine *e, uint32_t value, struct accounts_list *out)
{
	const struct index_value *v = index_value(e->index, value);
	const uint32_t *remembered;
	unsigned n = index_holders(e->index, value, &remembered);
	out->n = 0;
	for (uint32_t i = 0; v->holders > n && i < e->accounts.n; i++)
		if (index_posting(e->index, i, value) != NULL)
			VEC_PUSH(out, i);
	for (unsigned i = 0; v->holders <= n && i < n; i++)
		VEC_PUSH(out, remembered[i]);
}

static int compare_numbers(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return a < b ? -1 : a > b;
}

static bool holds(const struct accounts_list *sorted, uint32_t account)
{
	return bsearch(&account, sorted->at, sorted->n, sizeof(*sorted->at), compare_numbers) != NULL;
}

void pairs_on_value(const struct engine *e, uint32_t value, struct pair_places *out)
{
	struct accounts_list holders = { 0 };
	holders_of(e, value, &holders);
	if (holders.n > 0)
		qsort(holders.at, holders.n, sizeof(*holders.at), compare_numbers);
	for (size_t i = 0; i < holders.n; i++) {
		const struct account *acc = &e->accounts.at[holders.at[i]];
		for (uint32_t k = 0; k < acc->n_pairs; k++) {
			const struct pair *pair = &e->pairs.at[acc->pairs[k]];
			if (pair->a == holders.at[i] && pair_counts(e, pair) && holds(&holders, pair->b))
				VEC_PUSH(&out->at, acc->pairs[k]);
		}
	}
	VEC_FREE(&holders);
}

struct ranked_place { int score; uint32_t place; };

static int compare_places(const void *x, const void *y)
{
	const struct ranked_place *a = x, *b = y;
	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

void pair_places_order(const struct engine *e, struct pair_places *places)
{
	struct VEC(struct ranked_place) rows = { 0 };
	for (size_t i = 0; i < places->at.n; i++)
		VEC_PUSH(&rows, ((struct ranked_place){ e->pairs.at[places->at.at[i]].score, places->at.at[i] }));
	if (rows.n > 0)
		qsort(rows.at, rows.n, sizeof(*rows.at), compare_places);
	places->at.n = 0;
	for (size_t i = 0; i < rows.n; i++)
		if (i == 0 || rows.at[i].place != rows.at[i - 1].place)
			places->at.at[places->at.n++] = rows.at[i].place;
	VEC_FREE(&rows);
}

typedef void step_fn(struct engine *e, struct pair *pair);

static void read_whole(struct engine *e, struct pair *pair)
{
	pair_rescore(e, pair->a, pair->b);
}

static void each_place(struct engine *e, const struct pair_places *places, step_fn *step)
{
	for (size_t i = 0; i < places->at.n; i++) {
		struct pair *pair = &e->pairs.at[places->at.at[i]];
		if (pair->a != NONE && pair_counts(e, pair))
			step(e, pair);
	}
}

static void reread_pairs(struct engine *e, struct pair_places *places)
{
	pair_places_order(e, places);
	if (places->at.n > REREAD_MAX) {
		places->at.n = REREAD_MAX;
		e->limits_hit++;
	}
	if (!e->rules->table.is_given) {
		each_place(e, places, read_whole);
		return;
	}
	each_place(e, places, pair_reread_own);
	for (int round = 0; round < SUPPORT_ROUNDS; round++)
		each_place(e, places, pair_reread_support);
}

/* Its remembered holders meet again; returns how many pairs may still be read. */
static size_t meet_again(struct engine *e, uint32_t value, size_t left)
{
	const uint32_t *remembered;
	uint32_t holders[INDEX_HOLDERS_MAX];
	unsigned n = index_holders(e->index, value, &remembered);
	memcpy(holders, remembered, n * sizeof(*holders));
	for (unsigned i = 1; i < n && left >= i; i++) {
		pairs_rescore(e, holders[i], holders, i);
		left -= i;
	}
	return left;
}

void rereading_run(struct rereading *r)
{
	struct engine *e = r->e;
	struct pair_places places = { { 0 } };
	size_t left = REREAD_MAX;
	for (size_t i = 0; i < r->values.n; i++) {
		const struct index_value *v = index_value(e->index, r->values.at[i]);
		if (v->is_hub)
			continue;
		if (v->is_marked)
			pairs_on_value(e, r->values.at[i], &places);
		else
			left = meet_again(e, r->values.at[i], left);
	}
	reread_pairs(e, &places);
	VEC_FREE(&places.at);
	VEC_FREE(&r->values);
}
