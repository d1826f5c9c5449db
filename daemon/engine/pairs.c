/* Stored pairs: those whose strength is above the floor, or that a statement keeps.
 * I1: a pair stands in the lists of both its accounts, in pair_of, and nowhere else; a < b.
 * I2: its edge in the graph follows from its state and score (edge_level); nothing else sets edges. */
#include "pairs.h"

#include <stdlib.h>

#include "daemon/base/bits.h"

#include "contagion.h"
#include "observe.h"
#include "relations.h"
#include "shadows.h"
#include "support.h"
#include "verdicts.h"
#include "weigh.h"

static uint64_t pair_key(uint32_t a, uint32_t b)
{
	return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

struct pair *pair_find(const struct engine *e, uint32_t a, uint32_t b)
{
	uint32_t at = u64map_get(e->pair_of, pair_key(a, b));
	return at == U64MAP_NONE ? NULL : &e->pairs.at[at];
}

uint32_t pair_index(const struct engine *e, const struct pair *pair)
{
	return (uint32_t)(pair - e->pairs.at);
}

uint32_t pair_other(const struct pair *pair, uint32_t account)
{
	return pair->a == account ? pair->b : pair->a;
}

static void account_add_pair(struct account *account, uint32_t at)
{
	if (account->n_pairs == account->cap_pairs) {
		account->cap_pairs = account->cap_pairs < 4 ? 4 : account->cap_pairs + account->cap_pairs / 2;
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

void pair_touch(struct engine *e, struct pair *pair)
{
	graph_set_edge(e->graph, pair->a, pair->b, edge_level(e, pair), pair->flags & PAIR_NOT_SAME);
	if (pair->is_touched)
		return;
	pair->is_touched = 1;
	uint32_t at = pair_index(e, pair);
	VEC_PUSH(&e->touched.pairs, at);
}

/* State and reported score from flags, relations and evidence. */
void pair_refresh_state(const struct engine *e, struct pair *pair)
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

static bool pair_is_kept(const struct pair *pair)
{
	return pair->flags & (PAIR_JOINT | PAIR_CONFIRMED | PAIR_NOT_SAME | PAIR_CLEAN | PAIR_HELD);
}

bool pair_counts(const struct engine *e, const struct pair *pair)
{
	return pair->strength_mb >= e->rules->scoring.floor_mb || pair_is_kept(pair);
}

static struct pair *pair_that_counts(const struct engine *e, uint32_t a, uint32_t b)
{
	struct pair *pair = pair_find(e, a, b);
	return pair != NULL && pair_counts(e, pair) ? pair : NULL;
}

static void pair_drop(struct engine *e, uint32_t at)
{
	struct pair *pair = &e->pairs.at[at];
	contagion_forget_pair(e, pair);
	graph_set_edge(e->graph, pair->a, pair->b, 0, false);
	support_forget(e, pair->a, pair->b);
	account_remove_pair(&e->accounts.at[pair->a], at);
	account_remove_pair(&e->accounts.at[pair->b], at);
	u64map_del(e->pair_of, pair_key(pair->a, pair->b));
	*pair = (struct pair){ .a = NONE, .b = e->free_pair };
	e->free_pair = at;
	e->n_pairs--;
}

static void pair_fell(struct engine *e, struct pair *pair)
{
	if (pair->flags & PAIR_REACHED) /* what people were shown does not go without a trace */
		support_forget(e, pair->a, pair->b);
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
	u64map_put(e->pair_of, pair_key(a, b), at);
	account_add_pair(&e->accounts.at[a], at);
	account_add_pair(&e->accounts.at[b], at);
	return &e->pairs.at[at];
}

/* A pair's own evidence: what the first step finds and the second begins with. */
struct own {
	uint32_t a, b; /* a < b */
	int32_t strength_mb;
	uint16_t families;
	struct rule_set rules;
};

static void pair_set_own(struct engine *e, struct pair *pair, const struct own *own)
{
	pair->direct_mb = own->strength_mb;
	pair->own_families = own->families;
	pair->own_rules = rule_set_keep(e, &own->rules, pair->own_rules);
}

static void pair_set_evidence(struct engine *e, struct pair *pair, const struct weighing *w)
{
	int before_score = pair->score;
	uint32_t before_rules = pair->rules;
	unsigned before_state = pair->state;
	pair->strength_mb = w->strength_mb;
	pair->computed = (int16_t)w->computed;
	pair->families = w->families;
	pair->rules = rule_set_keep(e, &w->rules, pair->rules);
	pair_refresh_state(e, pair);
	if (pair->computed >= e->rules->scoring.score_bands[0] && !(pair->flags & PAIR_REACHED)) {
		pair->flags |= PAIR_REACHED;
		pair->first_ms = e->event->ts_ms;
	}
	pair->last_ms = e->event->ts_ms;
	/* What a strong link rests on changes without its score, and policies may ask for that. */
	bool has_other_evidence = pair->rules != before_rules && pair->score >= e->rules->scoring.score_bands[2];
	if (pair->score != before_score || pair->state != before_state || has_other_evidence)
		pair_touch(e, pair);
}

/* The shared value that says most for the pair, or NONE. */
static uint32_t main_value(const struct weighing *w)
{
	uint32_t value = NONE;
	int32_t most_mb = 0;
	for (unsigned i = 0; i < w->n; i++) {
		if (w->items[i].value == NONE || w->items[i].raw_mb <= most_mb)
			continue;
		most_mb = w->items[i].raw_mb;
		value = w->items[i].value;
	}
	return value;
}

/* The formula leaves hopeless pairs half weighed. */
static bool must_be_whole(const struct engine *e, uint32_t a, uint32_t b)
{
	const struct pair *pair = e->rules->table.is_given ? NULL : pair_find(e, a, b);
	return pair != NULL && pair_is_kept(pair);
}

/* First step: the pair's own evidence, which both accounts' lists of neighbours follow. */
static void read_own(struct engine *e, uint32_t a, uint32_t b, struct own *out)
{
	struct weighing w;
	weigh_pair(e, a < b ? a : b, a < b ? b : a, must_be_whole(e, a, b), &w);
	if (e->rules->table.is_given)
		support_set(e, PASS_SUPPORT, a, b, &(struct near){ .strength_mb = w.strength_mb, .value = main_value(&w) });
	*out = (struct own){ w.a, w.b, w.strength_mb, w.families, w.rules };
	e->rescored++;
}

/* Second step: what the neighbours say; the stored pair follows. */
static void conclude(struct engine *e, const struct own *own)
{
	struct weighing w;
	struct pair *pair = pair_find(e, own->a, own->b);
	int32_t least_mb = pair == NULL ? e->rules->scoring.floor_mb : INT32_MIN;
	weigh_begin(&w, own->a, own->b, own->strength_mb);
	w.families = own->families;
	w.rules = own->rules;
	if (!weigh_support(e, &w, least_mb)) {
		support_forget(e, own->a, own->b);
		return;
	}
	if (e->rules->table.is_given)
		support_set(e, PASS_AGAIN, own->a, own->b,
			    &(struct near){ .strength_mb = w.before_mb[PASS_AGAIN], .value = support_value(e, own->a, own->b) });
	if (pair == NULL)
		pair = pair_make(e, own->a, own->b);
	pair_set_own(e, pair, own);
	pair_set_evidence(e, pair, &w);
	if (e->shadows != NULL)
		shadows_weigh(e, pair->a, pair->b);
	if (!pair_counts(e, pair) && !pair->is_touched)
		pair_fell(e, pair);
}

void pair_rescore(struct engine *e, uint32_t a, uint32_t b)
{
	struct own own;
	read_own(e, a, b, &own);
	conclude(e, &own);
}

/* The strongest first, at most neighbours_rescored of them. */
static unsigned best_neighbours(const struct engine *e, const struct account *account, uint32_t *best, unsigned max)
{
	unsigned n = 0;
	for (uint32_t i = 0; i < account->n_pairs; i++) {
		uint32_t at = account->pairs[i];
		int32_t mb = e->pairs.at[at].strength_mb;
		if (!pair_counts(e, &e->pairs.at[at]))
			continue;
		if (n == max && e->pairs.at[best[n - 1]].strength_mb >= mb)
			continue;
		unsigned k = n < max ? n++ : n - 1;
		for (; k > 0 && e->pairs.at[best[k - 1]].strength_mb < mb; k--)
			best[k] = best[k - 1];
		best[k] = at;
	}
	return n;
}

#define NEIGHBOURS_RESCORED_MAX 64

void pairs_add_neighbours(struct engine *e, uint32_t account)
{
	uint32_t best[NEIGHBOURS_RESCORED_MAX];
	unsigned max = e->rules->scoring.neighbours_rescored;
	max = max < NEIGHBOURS_RESCORED_MAX ? max : NEIGHBOURS_RESCORED_MAX;
	unsigned n = best_neighbours(e, &e->accounts.at[account], best, max);
	for (unsigned i = 0; i < n; i++)
		observe_candidate(e, pair_other(&e->pairs.at[best[i]], account));
}

/* What the first step leaves for the second. */
struct reading {
	struct own own;
	int32_t before_mb[PASSES]; /* what the lists of neighbours said */
};
#define READINGS_AT_ONCE 512
#define SPREAD_MAX 96       /* pairs of neighbours that one run of readings may read anew */
#define SPREAD_FROM_MB 1000 /* change of a pair's strength that is spread */

/* The pair's own evidence as it stands; its neighbours anew. */
static void refresh_support(struct engine *e, struct pair *pair)
{
	struct own own = { .a = pair->a, .b = pair->b, .strength_mb = pair->direct_mb, .families = pair->own_families };
	rule_set_read(e, pair->own_rules, &own.rules);
	conclude(e, &own);
}

/* What the account's strength with `changed` became also speaks in the pairs of `changed` with the account's other
 * neighbours. Returns how many more may be read. */
static unsigned spread(struct engine *e, uint32_t account, uint32_t changed, unsigned left)
{
	uint32_t others[NEAR_KEPT];
	const struct near_list *near = &e->accounts.at[account].near[PASS_AGAIN - PASS_SUPPORT];
	unsigned n = near->n;
	for (unsigned i = 0; i < n; i++)
		others[i] = near->at[i].other;
	for (unsigned i = 0; i < n && left > 0; i++) {
		if (others[i] == changed)
			continue;
		struct pair *pair = pair_that_counts(e, changed, others[i]);
		if (pair != NULL)
			refresh_support(e, pair);
		else
			pair_rescore(e, changed, others[i]);
		left--;
	}
	return left;
}

static void read_first(struct engine *e, uint32_t account, uint32_t other, struct reading *out)
{
	for (int pass = PASS_SUPPORT; pass < PASSES; pass++)
		out->before_mb[pass] = support_strength_mb(e, (enum pass)pass, account, other);
	read_own(e, account, other, &out->own);
}

/* Enough in either round to be told to the neighbours. */
static bool has_moved(const struct engine *e, const struct reading *r)
{
	for (int pass = PASS_SUPPORT; pass < PASSES; pass++) {
		int32_t by_mb = support_strength_mb(e, (enum pass)pass, r->own.a, r->own.b) - r->before_mb[pass];
		if (by_mb >= SPREAD_FROM_MB || by_mb <= -SPREAD_FROM_MB)
			return true;
	}
	return false;
}

static bool rescore_run(struct engine *e, uint32_t account, const uint32_t *others, size_t n)
{
	struct reading readings[READINGS_AT_ONCE];
	unsigned left = SPREAD_MAX;
	bool has_risen = false;
	for (size_t i = 0; i < n; i++)
		read_first(e, account, others[i], &readings[i]);
	for (size_t i = 0; i < n; i++)
		conclude(e, &readings[i].own);
	for (size_t i = 0; i < n; i++) {
		if (!has_moved(e, &readings[i]))
			continue;
		has_risen |= support_strength_mb(e, PASS_AGAIN, account, others[i]) > 0;
		left = spread(e, account, others[i], left);
	}
	return has_risen;
}

/* In steps, so that the cache misses of many accounts overlap. */
bool pairs_rescore(struct engine *e, uint32_t account, const uint32_t *others, size_t n)
{
	bool has_risen = false;
	for (size_t i = 0; i < n; i++) {
		index_prefetch_account(e->index, others[i]);
		__builtin_prefetch(&e->accounts.at[others[i]]);
		u64map_prefetch(e->pair_of, pair_key(account, others[i]));
	}
	for (size_t i = 0; i < n; i++) {
		index_prefetch_postings(e->index, others[i]);
		__builtin_prefetch(e->accounts.at[others[i]].facts);
		for (int round = 0; round < SUPPORT_ROUNDS; round++)
			__builtin_prefetch(e->accounts.at[others[i]].near[round].at);
	}
	for (size_t at = 0; at < n; at += READINGS_AT_ONCE)
		has_risen |= rescore_run(e, account, others + at, n - at < READINGS_AT_ONCE ? n - at : READINGS_AT_ONCE);
	return has_risen;
}

#define PAIRS_WALKED 32

typedef void step_fn(struct engine *e, struct pair *pair);

static void withdraw_own(struct engine *e, struct pair *pair)
{
	struct own own;
	read_own(e, pair->a, pair->b, &own);
	pair_set_own(e, pair, &own);
}

static void withdraw_whole(struct engine *e, struct pair *pair)
{
	pair_rescore(e, pair->a, pair->b);
}

/* The account's stored pairs with the others, by their places; NONE where there is none. An account has few pairs as a rule,
 * and its own list is then shorter than so many look-ups. */
static void pairs_with(const struct engine *e, uint32_t account, const uint32_t *others, unsigned n, uint32_t *out)
{
	const struct account *acc = &e->accounts.at[account];
	bool is_short = acc->n_pairs <= PAIRS_WALKED;
	for (unsigned k = 0; k < n; k++)
		out[k] = is_short ? NONE : u64map_get(e->pair_of, pair_key(account, others[k]));
	for (uint32_t i = 0; is_short && i < acc->n_pairs; i++) {
		uint32_t other = pair_other(&e->pairs.at[acc->pairs[i]], account);
		for (unsigned k = 0; k < n; k++)
			out[k] = others[k] == other ? acc->pairs[i] : out[k];
	}
}

static void each_pair_among(struct engine *e, const uint32_t *accounts, unsigned n, step_fn *step)
{
	uint32_t found[INDEX_HOLDERS_MAX];
	for (unsigned i = 0; i < n; i++) {
		pairs_with(e, accounts[i], accounts + i + 1, n - i - 1, found);
		for (unsigned k = 0; k < n - i - 1; k++)
			if (found[k] != NONE && pair_counts(e, &e->pairs.at[found[k]]))
				step(e, &e->pairs.at[found[k]]);
	}
}

/* All of them first read their own evidence, then what the neighbours say, once a round, so that none is held up by what its
 * neighbours are about to lose. */
void pairs_withdraw_value(struct engine *e, uint32_t value)
{
	const uint32_t *remembered;
	uint32_t holders[INDEX_HOLDERS_MAX];
	unsigned n = index_holders(e->index, value, &remembered);
	VEC_PUSH(&e->touched.values, value);
	memcpy(holders, remembered, n * sizeof(*holders));
	if (!e->rules->table.is_given) {
		each_pair_among(e, holders, n, withdraw_whole);
		return;
	}
	each_pair_among(e, holders, n, withdraw_own);
	for (int round = 0; round < SUPPORT_ROUNDS; round++)
		each_pair_among(e, holders, n, refresh_support);
}
