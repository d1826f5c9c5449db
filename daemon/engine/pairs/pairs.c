/* Stored pairs: those whose strength is above the floor, or that a statement keeps.
 * I1: a pair stands in the lists of both its accounts, in pair_of, and nowhere else; a < b.
 * I2: its edge in the graph follows from its state, score and own evidence (set_edge); nothing else sets edges.
 * I3: in_band counts the stored pairs by score, which nothing but pair_assess sets. */
#include "pairs.h"

#include <stdlib.h>

#include "contagion.h"
#include "daemon/engine/state/pair_table.h"
#include "neighbours.h"
#include "relations.h"
#include "verdicts.h"

static void account_add_pair(struct engine *e, uint32_t id, uint32_t at)
{
	struct account *account = &e->accounts.at[id];
	if (account->n_pairs == account->cap_pairs) {
		e->room_of_lists -= account->cap_pairs;
		account->cap_pairs = account->cap_pairs < 4 ? 4 : account->cap_pairs + account->cap_pairs / 2;
		e->room_of_lists += account->cap_pairs;
		account->pairs = xrealloc(account->pairs, account->cap_pairs * sizeof(*account->pairs));
	}
	account->pairs[account->n_pairs++] = at;
}

static void account_remove_pair(struct account *account, uint32_t at)
{
	uint32_t i = 0;
	while (i < account->n_pairs && account->pairs[i] != at)
		i++;
	BUG_ON(i == account->n_pairs);
	account->pairs[i] = account->pairs[--account->n_pairs];
}

static uint8_t edge_level(const struct engine *e, const struct pair *pair)
{
	const struct scoring *scoring = &e->rules->scoring;
	if (pair->state == LINK_JOINT || pair->state == LINK_CONFIRMED)
		return LEVEL_SURE;
	if (pair->state != LINK_SUSPECTED || pair->score < scoring->cluster_link)
		return LEVEL_NONE;
	if (pair->score < scoring->cluster_strong)
		return (uint8_t)(LEVEL_LINK + (pair->score - scoring->cluster_link) * (LEVEL_STRONG - LEVEL_LINK) /
						      (scoring->cluster_strong - scoring->cluster_link));
	return (uint8_t)(LEVEL_STRONG + (pair->score - scoring->cluster_strong) * (LEVEL_SURE - 1 - LEVEL_STRONG) /
						(1001 - scoring->cluster_strong));
}

/* By its own evidence it is likely, or somebody has said so. */
static bool is_direct(const struct pair *pair)
{
	return pair->direct_mb >= 0 || pair->state == LINK_JOINT || pair->state == LINK_CONFIRMED;
}

static void set_edge(struct engine *e, const struct pair *pair)
{
	graph_set_edge(e->graph, pair->a, pair->b,
		       (struct graph_tie){ edge_level(e, pair), pair->flags & PAIR_NOT_SAME, is_direct(pair) });
}

void pair_set_direct(struct engine *e, struct pair *pair, int32_t direct_mb)
{
	bool was_direct = is_direct(pair);
	pair->direct_mb = direct_mb;
	if (is_direct(pair) != was_direct)
		set_edge(e, pair);
}

void pair_touch(struct engine *e, struct pair *pair)
{
	set_edge(e, pair);
	if (pair->is_touched)
		return;
	pair->is_touched = 1;
	uint32_t at = pair_index(e, pair);
	VEC_PUSH(&e->touched.pairs, at);
}

/* State and reported score from flags, relations and evidence. */
void pair_assess(const struct engine *e, struct pair *pair)
{
	bool is_joint = false;
	pair->explained = relation_between(e, pair->a, pair->b, &is_joint);
	pair->flags = is_joint ? pair->flags | PAIR_JOINT : pair->flags & (uint8_t)~PAIR_JOINT;
	pair->score = pair->computed;
	if (is_joint) {
		pair->state = LINK_JOINT;
		pair->score = 1000;
	} else if (pair->flags & PAIR_NOT_SAME || verdict_clears(e, pair))
		pair->state = LINK_CLEARED;
	else if (pair->flags & PAIR_CONFIRMED)
		pair->state = LINK_CONFIRMED;
	else if (pair->explained != 0)
		pair->state = LINK_EXPLAINED;
	else if (pair->flags & PAIR_REACHED && pair->computed < e->rules->scoring.score_bands[0])
		pair->state = LINK_WITHDRAWN;
	else
		pair->state = LINK_SUSPECTED;
}

void pair_refresh_state(struct engine *e, struct pair *pair)
{
	e->in_band[score_band(e, pair->score)]--;
	pair_assess(e, pair);
	e->in_band[score_band(e, pair->score)]++;
}

bool pair_is_kept(const struct pair *pair)
{
	return pair->flags & (PAIR_JOINT | PAIR_CONFIRMED | PAIR_NOT_SAME | PAIR_CLEAN | PAIR_HELD);
}

bool pair_counts(const struct engine *e, const struct pair *pair)
{
	return pair->strength_mb >= e->rules->scoring.floor_mb || pair_is_kept(pair);
}

static void pair_drop(struct engine *e, uint32_t at)
{
	struct pair *pair = &e->pairs.at[at];
	contagion_forget_pair(e, pair);
	graph_set_edge(e->graph, pair->a, pair->b, (struct graph_tie){ 0, false, false });
	neighbours_forget(e, pair->a, pair->b);
	account_remove_pair(&e->accounts.at[pair->a], at);
	account_remove_pair(&e->accounts.at[pair->b], at);
	u64map_del(e->pair_of, pair_key(pair->a, pair->b));
	e->in_band[score_band(e, pair->score)]--;
	*pair = (struct pair){ .a = NONE, .b = e->free_pair };
	e->free_pair = at;
	e->n_pairs--;
}

void pair_fell(struct engine *e, struct pair *pair)
{
	if (pair->flags & PAIR_REACHED) /* what people were shown does not go without a trace */
		neighbours_forget(e, pair->a, pair->b);
	else
		pair_drop(e, pair_index(e, pair));
}

void pair_untouch(struct engine *e, uint32_t at)
{
	struct pair *pair = &e->pairs.at[at];
	pair->is_touched = 0;
	if (pair->a != NONE && !pair_counts(e, pair))
		pair_fell(e, pair);
}

static uint32_t weakest_pair(const struct engine *e, const struct account *account)
{
	uint32_t weakest = NONE;
	for (uint32_t i = 0; i < account->n_pairs; i++) {
		const struct pair *pair = &e->pairs.at[account->pairs[i]];
		if (!pair_is_kept(pair) && !pair->is_touched && !(pair->flags & PAIR_ALERTED) &&
		    (weakest == NONE || pair->strength_mb < e->pairs.at[weakest].strength_mb))
			weakest = account->pairs[i];
	}
	return weakest;
}

static void make_room(struct engine *e, uint32_t account)
{
	if (e->accounts.at[account].n_pairs < NEIGHBOURS_MAX)
		return;
	uint32_t weakest = weakest_pair(e, &e->accounts.at[account]);
	e->limits_hit++;
	if (weakest != NONE)
		pair_drop(e, weakest);
}

struct pair *pair_make(struct engine *e, uint32_t a, uint32_t b)
{
	struct pair *known = pair_find(e, a, b);
	if (known != NULL)
		return known;
	make_room(e, a);
	make_room(e, b);
	struct pair blank = { .a = a < b ? a : b, .b = a < b ? b : a, .first_ms = e->event->ts_ms,
			      .last_ms = e->event->ts_ms, .strength_mb = INT32_MIN / 2 };
	uint32_t at = e->free_pair;
	if (at != NONE) {
		e->free_pair = e->pairs.at[at].b;
		e->pairs.at[at] = blank;
	} else {
		at = (uint32_t)e->pairs.n;
		VEC_PUSH(&e->pairs, blank);
	}
	e->n_pairs++;
	e->in_band[score_band(e, blank.score)]++;
	u64map_put(e->pair_of, pair_key(a, b), at);
	account_add_pair(e, a, at);
	account_add_pair(e, b, at);
	return &e->pairs.at[at];
}

void pairs_restore(struct engine *e, uint32_t at)
{
	const struct pair *pair = &e->pairs.at[at];
	u64map_put(e->pair_of, pair_key(pair->a, pair->b), at);
	e->in_band[score_band(e, pair->score)]++;
}
