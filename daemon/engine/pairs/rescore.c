/* Reading pairs anew, in two steps: their own evidence, then what the neighbours make of it.
 * I1: what a pair is comes from its own evidence and both accounts' lists of neighbours (support.h), and from nothing else that
 *     changes without pair_refresh_state: `heard` says of which state of the lists. */
#include "rescore.h"

#include "candidates.h"
#include "daemon/engine/evidence/support.h"
#include "daemon/engine/evidence/weigh.h"
#include "daemon/engine/state/pair_table.h"
#include "neighbours.h"
#include "pairs.h"
#include "shadows.h"

static struct pair *pair_that_counts(const struct engine *e, uint32_t a, uint32_t b)
{
	struct pair *pair = pair_find(e, a, b);
	return pair != NULL && pair_counts(e, pair) ? pair : NULL;
}

/* A pair's own evidence: what the first step finds and the second begins with. */
struct own {
	uint32_t a, b; /* a < b */
	int32_t strength_mb;
	bool is_bound; /* no pair is stored, and strength_mb is an upper bound; the rest is not known */
	uint16_t families;
	struct rule_set rules;
};

static void pair_set_own(struct engine *e, struct pair *pair, const struct own *own)
{
	uint32_t rules = rule_set_keep(e, &own->rules, pair->own_rules);
	if (pair->direct_mb == own->strength_mb && pair->own_families == own->families && pair->own_rules == rules)
		return;
	pair_set_direct(e, pair, own->strength_mb);
	pair->own_families = own->families;
	pair->own_rules = rules;
	pair->heard = 0;
}

/* What was weighed; NULL: the same as before. */
static void pair_set_evidence(struct engine *e, struct pair *pair, const struct weighing *w)
{
	int before_score = pair->score;
	uint32_t before_rules = pair->rules;
	unsigned before_state = pair->state;
	if (w != NULL) {
		pair->strength_mb = w->strength_mb;
		pair->computed = (int16_t)w->computed;
		pair->families = w->families;
		pair->rules = rule_set_keep(e, &w->rules, pair->rules);
	}
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

static void own_weigh(struct engine *e, uint32_t a, uint32_t b, bool is_full, struct own *out)
{
	struct weighing w;
	out->is_bound = !weigh_pair(e, a < b ? a : b, a < b ? b : a, is_full, &w);
	out->a = w.a;
	out->b = w.b;
	out->strength_mb = w.strength_mb;
	if (out->is_bound)
		return;
	out->families = w.families;
	out->rules = w.rules;
	if (e->rules->table.is_given)
		neighbours_set(e, PASS_SUPPORT, a, b, &(struct near){ .strength_mb = w.strength_mb, .value = main_value(&w) });
}

/* First step: the pair's own evidence, which both accounts' lists of neighbours follow. What is stored is weighed whole; who is
 * not stored is in no list. */
static void read_own(struct engine *e, uint32_t a, uint32_t b, bool is_stored, struct own *out)
{
	own_weigh(e, a, b, is_stored, out);
	e->rescored++;
}

/* A bound serves as long as neighbours could not lift it to the floor. */
static bool is_stranger(const struct engine *e, const struct own *own)
{
	struct weighing w;
	if (!own->is_bound)
		return false;
	weigh_begin(&w, own->a, own->b, own->strength_mb);
	return !weigh_may_reach(e, &w, e->rules->scoring.floor_mb);
}

/* What the neighbours say of the two; false when it does not come to so much. */
static bool hear_neighbours(struct engine *e, const struct own *own, int32_t least_mb, struct weighing *w)
{
	weigh_begin(w, own->a, own->b, own->strength_mb);
	w->families = own->families;
	w->rules = own->rules;
	if (!weigh_support(e, w, least_mb))
		return false;
	if (e->rules->table.is_given)
		neighbours_set(e, PASS_AGAIN, own->a, own->b,
			    &(struct near){ .strength_mb = w->before_mb[PASS_AGAIN], .value = support_value(e, own->a, own->b) });
	return true;
}

static void pair_follow(struct engine *e, struct pair *pair, const struct weighing *w)
{
	pair_set_evidence(e, pair, w);
	if (e->shadows != NULL)
		shadows_weigh(e, pair->a, pair->b);
	if (!pair_counts(e, pair) && !pair->is_touched)
		pair_fell(e, pair);
}

/* The stored pair: its neighbours are heard where they, or its own evidence, have changed. */
static void conclude_stored(struct engine *e, struct pair *pair, const struct own *own)
{
	struct weighing w;
	uint32_t version = support_version(e, pair->a, pair->b);
	pair_set_own(e, pair, own);
	if (pair->heard == version) {
		pair_follow(e, pair, NULL);
		return;
	}
	(void)hear_neighbours(e, own, INT32_MIN, &w);
	pair->heard = version;
	pair_follow(e, pair, &w);
}

/* A pair is made where it comes to the floor. */
static void conclude_new(struct engine *e, const struct own *own)
{
	struct weighing w;
	uint32_t version = support_version(e, own->a, own->b);
	if (!hear_neighbours(e, own, e->rules->scoring.floor_mb, &w)) {
		neighbours_forget(e, own->a, own->b);
		return;
	}
	struct pair *pair = pair_make(e, own->a, own->b);
	pair_set_own(e, pair, own);
	pair->heard = version;
	pair_follow(e, pair, &w);
}

/* Second step: what the neighbours say; the stored pair follows. */
static void conclude(struct engine *e, struct own *own)
{
	if (is_stranger(e, own))
		return;
	if (own->is_bound)
		own_weigh(e, own->a, own->b, true, own);
	struct pair *pair = pair_find(e, own->a, own->b);
	if (pair != NULL)
		conclude_stored(e, pair, own);
	else
		conclude_new(e, own);
}

void pair_rescore(struct engine *e, uint32_t a, uint32_t b)
{
	struct own own;
	read_own(e, a, b, pair_find(e, a, b) != NULL, &own);
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
		candidate_add(e, pair_other(&e->pairs.at[best[i]], account));
}

/* What the first step leaves for the second. */
struct reading {
	struct own own;
	int32_t before_mb[PASSES]; /* what the lists of neighbours said */
};
#define READINGS_AT_ONCE 512
#define SPREAD_MAX 96       /* pairs of neighbours that one run of readings may read anew */

void pair_reread_support(struct engine *e, struct pair *pair)
{
	struct own own = { .a = pair->a, .b = pair->b, .strength_mb = pair->direct_mb, .families = pair->own_families };
	rule_set_read(e, pair->own_rules, &own.rules);
	conclude_stored(e, pair, &own);
}

/* The pairs of `changed` with those others, which are about to be read. */
static void ask_pairs_with(const struct engine *e, uint32_t changed, const uint32_t *others, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		u64map_prefetch(e->pair_of, pair_key(changed, others[i]));
		account_prefetch(&e->accounts.at[others[i]]);
	}
	for (unsigned i = 0; i < n; i++) {
		const struct pair *pair = pair_find(e, changed, others[i]);
		if (pair != NULL)
			__builtin_prefetch(pair);
		support_prefetch(e, others[i]);
	}
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
	ask_pairs_with(e, changed, others, n);
	for (unsigned i = 0; i < n && left > 0; i++) {
		if (others[i] == changed)
			continue;
		struct pair *pair = pair_that_counts(e, changed, others[i]);
		if (pair != NULL)
			pair_reread_support(e, pair);
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
	read_own(e, account, other, pair_find(e, account, other) != NULL, &out->own);
}

/* Enough in either round to be told to the neighbours. */
static bool has_moved(const struct engine *e, const struct reading *r)
{
	for (int pass = PASS_SUPPORT; pass < PASSES; pass++) {
		int32_t by_mb = support_strength_mb(e, (enum pass)pass, r->own.a, r->own.b) - r->before_mb[pass];
		if (by_mb >= NEAR_MOVED_MB || by_mb <= -NEAR_MOVED_MB)
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

/* What is read of an account that is prefetched itself. */
static void lists_prefetch(const struct engine *e, uint32_t account)
{
	index_prefetch_postings(e->index, account);
	__builtin_prefetch(e->accounts.at[account].facts);
	__builtin_prefetch(e->accounts.at[account].sessions);
	support_prefetch(e, account);
}

/* In steps, so that the cache misses of many accounts overlap. */
bool pairs_rescore(struct engine *e, uint32_t account, const uint32_t *others, size_t n)
{
	bool has_risen = false;
	for (size_t i = 0; i < n; i++) {
		index_prefetch_account(e->index, others[i]);
		account_prefetch(&e->accounts.at[others[i]]);
		u64map_prefetch(e->pair_of, pair_key(account, others[i]));
	}
	for (size_t i = 0; i < n; i++)
		lists_prefetch(e, others[i]);
	if (n > 1)
		index_read(e->index, account, e->reader);
	for (size_t at = 0; at < n; at += READINGS_AT_ONCE)
		has_risen |= rescore_run(e, account, others + at, n - at < READINGS_AT_ONCE ? n - at : READINGS_AT_ONCE);
	e->reader->account = NONE;
	return has_risen;
}

#define AMONG_MAX (INDEX_HOLDERS_MAX * (INDEX_HOLDERS_MAX - 1) / 2)

/* Stored pairs among a few accounts, by their places, in order of the accounts. */
struct pairs_among {
	uint32_t at[AMONG_MAX];
	unsigned n;
};

/* An account has few pairs as a rule, and its own list is then shorter than so many look-ups. */
static void pairs_with(const struct engine *e, uint32_t account, const uint32_t *others, unsigned n, uint32_t *out)
{
	const struct account *acc = &e->accounts.at[account];
	bool is_short = acc->n_pairs <= n;
	for (unsigned k = 0; k < n; k++)
		out[k] = is_short ? NONE : u64map_get(e->pair_of, pair_key(account, others[k]));
	for (uint32_t i = 0; is_short && i < acc->n_pairs; i++) {
		uint32_t other = pair_other(&e->pairs.at[acc->pairs[i]], account);
		for (unsigned k = 0; k < n; k++)
			out[k] = others[k] == other ? acc->pairs[i] : out[k];
	}
}

static void pairs_prefetch(const struct engine *e, uint32_t account, const uint32_t *others, unsigned n)
{
	const struct account *acc = &e->accounts.at[account];
	for (unsigned k = 0; acc->n_pairs > n && k < n; k++)
		u64map_prefetch(e->pair_of, pair_key(account, others[k]));
	for (uint32_t i = 0; acc->n_pairs <= n && i < acc->n_pairs; i++)
		__builtin_prefetch(&e->pairs.at[acc->pairs[i]]);
}

static void pairs_find_among(const struct engine *e, const uint32_t *accounts, unsigned n, struct pairs_among *out)
{
	uint32_t found[INDEX_HOLDERS_MAX];
	out->n = 0;
	for (unsigned i = 0; i < n; i++) {
		account_prefetch(&e->accounts.at[accounts[i]]);
		index_prefetch_account(e->index, accounts[i]);
	}
	for (unsigned i = 0; i < n; i++) {
		pairs_prefetch(e, accounts[i], accounts + i + 1, n - i - 1);
		if (e->accounts.at[accounts[i]].n_pairs > 0)
			lists_prefetch(e, accounts[i]);
	}
	for (unsigned i = 0; i < n; i++) {
		if (e->accounts.at[accounts[i]].n_pairs == 0)
			continue;
		pairs_with(e, accounts[i], accounts + i + 1, n - i - 1, found);
		for (unsigned k = 0; k < n - i - 1; k++)
			if (found[k] != NONE)
				out->at[out->n++] = found[k];
	}
}

typedef void step_fn(struct engine *e, struct pair *pair);

void pair_reread_own(struct engine *e, struct pair *pair)
{
	struct own own;
	read_own(e, pair->a, pair->b, true, &own);
	pair_set_own(e, pair, &own);
}

#define OPEN_MB 6000 /* so near to even odds that what changed in its own evidence may decide */

void pair_reread_stale(struct engine *e, struct pair *pair)
{
	bool is_open = pair->strength_mb > -OPEN_MB && pair->strength_mb < OPEN_MB;
	if (is_open)
		pair_reread_own(e, pair);
	if (is_open || pair->heard != support_version(e, pair->a, pair->b))
		pair_reread_support(e, pair);
}

static void withdraw_whole(struct engine *e, struct pair *pair)
{
	pair_rescore(e, pair->a, pair->b);
}

/* No step makes a pair: whoever is free has gone since. */
static void each_of(struct engine *e, const struct pairs_among *among, step_fn *step)
{
	for (unsigned i = 0; i < among->n; i++) {
		struct pair *pair = &e->pairs.at[among->at[i]];
		if (pair->a != NONE && pair_counts(e, pair))
			step(e, pair);
	}
}

/* All of them first read their own evidence, then what the neighbours say, once a round, so that none is held up by what its
 * neighbours are about to lose. */
void pairs_withdraw_value(struct engine *e, uint32_t value)
{
	const uint32_t *remembered;
	struct pairs_among among;
	unsigned n = index_holders(e->index, value, &remembered);
	VEC_PUSH(&e->touched.values, value);
	pairs_find_among(e, remembered, n, &among);
	if (!e->rules->table.is_given) {
		each_of(e, &among, withdraw_whole);
		return;
	}
	each_of(e, &among, pair_reread_own);
	for (int round = 0; round < SUPPORT_ROUNDS; round++)
		each_of(e, &among, pair_reread_support);
}
