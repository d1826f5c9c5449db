/* The evidence of a pair: shared values and comparisons, each with its bits.
 *   value = log2(m / u), u = (s + r max(0, n - 2)) / N; less the gap's decay; plus the network's log2; plus coverage.
 * I1: every item is computed from the postings and counts as they are now.  I2: integers only. */
#include "weigh.h"

#include "daemon/base/bits.h"

#include "compare.h"
#include "daemon/engine/state/weights.h"
#include "profile.h"
#include "sum.h"
#include "support.h"
#include "tokens.h"
#include "turns.h"

struct pairing {
	const struct engine *e;
	uint32_t a, b;
	const struct index_shared *shared;
	unsigned n;
	struct agreements agreements;
};

/* The network's multiplier less the gap's decay, of the item's own value. False: no evidence on such a network. */
static bool place_of_value(const struct signal_rule *signal, bool is_network, struct evidence *item, int32_t *mb)
{
	item->gap_s = posting_gap_s(item->a, item->b);
	*mb = -weights_decay_mb(signal, item->gap_s);
	if (!is_network)
		return true;
	if (signal->network_mb[item->network] == NETWORK_IGNORE)
		return false;
	*mb += signal->network_mb[item->network];
	return true;
}

/* The same of the best shared value of the kind that the signal requires. False: none is shared. */
static bool place_required(const struct pairing *p, const struct signal_rule *signal, struct evidence *item, int32_t *mb)
{
	bool is_found = false;
	for (unsigned i = 0; i < p->n; i++) {
		const struct index_value *value = index_value(p->e->index, p->shared[i].value);
		if (value->kind != signal->requires || index_value_is_mute(value) || signal->network_mb[value->network] == NETWORK_IGNORE)
			continue;
		uint32_t gap_s = posting_gap_s(p->shared[i].a, p->shared[i].b);
		int32_t here_mb = signal->network_mb[value->network] - weights_decay_mb(signal, gap_s);
		if (is_found && here_mb <= *mb)
			continue;
		is_found = true;
		*mb = here_mb;
		item->gap_s = gap_s;
		item->network = value->network;
	}
	return is_found;
}

/* Share of one account's days with the kind that are days on shared values, in 1/1000. */
static int64_t covered_milli(const struct pairing *p, unsigned kind, bool is_a)
{
	unsigned slot = p->e->plan.kinds[kind].coverage - 1u;
	uint32_t days = p->e->accounts.at[is_a ? p->a : p->b].days[slot], shared = 0;
	for (unsigned i = 0; i < p->n; i++) {
		const struct index_value *value = index_value(p->e->index, p->shared[i].value);
		if (value->kind == kind && !value->is_marked)
			shared += is_a ? p->shared[i].a->days : p->shared[i].b->days;
	}
	return shared < days ? (int64_t)shared * 1000 / days : 1000;
}

static int32_t coverage_of(const struct pairing *p, const struct signal_rule *signal)
{
	unsigned kind = (unsigned)signal->kind;
	if (signal->coverage_mb == 0 || p->e->plan.kinds[kind].coverage == 0)
		return 0;
	int64_t both = covered_milli(p, kind, true) + covered_milli(p, kind, false) - 1000;
	return (int32_t)(signal->coverage_mb * both / 1000);
}

static bool is_recycled(const struct signal_rule *signal, const struct evidence *item)
{
	return (signal->recycled_nets >> item->network & 1) && signal->recycled_gap_ms > 0 &&
	       (int64_t)item->gap_s * 1000 >= signal->recycled_gap_ms;
}

/* False when the value says nothing under this signal. */
static bool weigh_signal(const struct pairing *p, unsigned number, struct evidence *item)
{
	const struct signal_rule *signal = &p->e->rules->signals[number];
	int32_t place_mb = 0;
	bool is_network = p->e->rules->kinds.rows[signal->kind].is_network;
	bool has_place = signal->requires < 0 ? place_of_value(signal, is_network, item, &place_mb)
					      : place_required(p, signal, item, &place_mb);
	if (!has_place)
		return false;
	item->signal = signal;
	int32_t coverage_mb = coverage_of(p, signal);
	int32_t mb = weights_bits(p->e->weights, number, item->holders) + place_mb + coverage_mb;
	item->note = coverage_mb < 0 ? NOTE_LITTLE_COVERAGE : NOTE_NONE;
	mb = mb < signal->max_mb ? mb : signal->max_mb;
	if (is_recycled(signal, item)) {
		item->note = NOTE_RECYCLED;
		mb = mb > 0 ? 0 : mb;
	}
	item->raw_mb = mb;
	return true;
}

static void weigh_value(const struct pairing *p, const struct index_shared *shared, struct weighing *out)
{
	const struct index_value *value = index_value(p->e->index, shared->value);
	const struct ruleset *rules = p->e->rules;
	if (index_value_is_mute(value))
		return;
	int number = p->e->plan.kinds[value->kind].signal;
	for (; number >= 0 && (unsigned)number < rules->n_signals && rules->signals[number].kind == value->kind; number++) {
		struct evidence *item = &out->items[out->n];
		if (out->n == EVIDENCE_MAX || rules->signals[number].head.status != RULE_STABLE)
			continue;
		*item = (struct evidence){ .rule = (uint16_t)number, .token = NONE, .value = shared->value, .holders = value->holders, .a = shared->a,
					   .b = shared->b, .network = value->network };
		out->n += weigh_signal(p, (unsigned)number, item);
	}
}

static void weigh_comparison(const struct pairing *p, unsigned number, struct weighing *out)
{
	const struct compare_rule *rule = &p->e->rules->compares[number];
	int agreement = agreement_on(&p->agreements, (unsigned)rule->kind);
	if (agreement < 0 || out->n == EVIDENCE_MAX || rule->head.status != RULE_STABLE)
		return;
	const int32_t bits[] = { [AGREEMENT_EQUAL] = rule->equal_mb, [AGREEMENT_OVERLAP] = rule->overlap_mb,
				 [AGREEMENT_DIFFER] = rule->differ_mb };
	if (bits[agreement] == 0)
		return;
	out->items[out->n++] = (struct evidence){ .compare = rule, .rule = (uint16_t)(p->e->plan.first_compare + number), .value = NONE,
						  .token = NONE, .raw_mb = bits[agreement], .outcome = (uint8_t)agreement };
}

/* Strongest first; ties in order of arrival, which does not depend on the hashing key. */
static void sort_items(struct weighing *w)
{
	for (unsigned i = 1; i < w->n; i++) {
		struct evidence item = w->items[i];
		unsigned j = i;
		for (; j > 0 && w->items[j - 1].raw_mb < item.raw_mb; j--)
			w->items[j] = w->items[j - 1];
		w->items[j] = item;
	}
}

/* True when not even every comparison in favour could lift the sum to the floor. */
static bool is_hopeless(const struct engine *e, struct weighing *w)
{
	int64_t sum_mb = w->prior_mb + e->plan.most_compared_mb;
	for (unsigned i = 0; i < w->n; i++)
		sum_mb += w->items[i].raw_mb > 0 ? w->items[i].raw_mb : 0;
	w->strength_mb = sum_strength(&e->rules->scoring, (int32_t)sum_mb);
	return w->strength_mb < e->rules->scoring.floor_mb;
}

static unsigned keep_shared(struct index_shared *shared, unsigned n, const struct value_test *kept)
{
	unsigned left = 0;
	for (unsigned i = 0; i < n; i++)
		if (kept->passes(kept->arg, shared[i].value))
			shared[left++] = shared[i];
	return left;
}

/* kept: NULL for all shared values. False: it is hopeless. */
static bool weigh_by_formula(const struct engine *e, bool is_full, const struct value_test *kept, struct weighing *out)
{
	struct index_shared shared[EVIDENCE_MAX];
	struct pairing p = { .e = e, .a = out->a, .b = out->b, .shared = shared };
	p.n = index_intersect(e->index, out->a, out->b, shared, EVIDENCE_MAX);
	if (kept != NULL)
		p.n = keep_shared(shared, p.n, kept);
	out->n = out->n_limits = 0;
	out->families = 0;
	out->rules = (struct rule_set){ { 0 } };
	out->computed = 0;
	out->prior_mb = weights_prior(e->weights);
	for (unsigned i = 0; i < p.n; i++)
		weigh_value(&p, &shared[i], out);
	if (!is_full && is_hopeless(e, out))
		return false;
	compare_accounts(e, out->a, out->b, &p.agreements);
	for (unsigned i = 0; i < e->rules->n_compares; i++)
		weigh_comparison(&p, i, out);
	sort_items(out);
	sum_evidence(e, out, NULL);
	return true;
}

/* Own evidence below that makes neither a pair nor neighbours. */
static int32_t least_own_mb(const struct scoring *scoring)
{
	return scoring->floor_mb < scoring->neighbour_from_mb ? scoring->floor_mb : scoring->neighbour_from_mb;
}

bool weigh_pair(const struct engine *e, uint32_t a, uint32_t b, bool is_full, struct weighing *out)
{
	out->a = a;
	out->b = b;
	if (!e->rules->table.is_given)
		return weigh_by_formula(e, is_full, NULL, out);
	struct profile p;
	profile_make(&p, e, a, b, NONE);
	return tokens_weigh(&p, NULL, is_full ? INT32_MIN : least_own_mb(&e->rules->scoring), out);
}

void weigh_kept(const struct engine *e, uint32_t a, uint32_t b, const struct value_test *kept, struct weighing *out)
{
	out->a = a;
	out->b = b;
	if (!e->rules->table.is_given) {
		(void)weigh_by_formula(e, true, kept, out);
		return;
	}
	struct profile p;
	profile_make(&p, e, a, b, NONE);
	profile_keep(&p, kept);
	(void)tokens_weigh(&p, NULL, INT32_MIN, out);
}

/* Facts of each round. */
struct rounds { struct support_facts facts[PASSES]; };

/* Returns the most that the rounds can make of the strength. */
static int64_t read_rounds(const struct engine *e, const struct weighing *w, struct rounds *out)
{
	int64_t most_mb = w->strength_mb;
	for (int pass = PASS_SUPPORT; pass < PASSES; pass++) {
		support_read(e, (enum pass)pass, w->a, w->b, &out->facts[pass]);
		most_mb += foresee_most_mb(e->plan.foresight, (enum pass)pass, support_witnesses(&out->facts[pass]));
	}
	return most_mb;
}

static void add_rounds(struct profile *p, struct rounds *rounds, const struct evidence *without, struct weighing *w)
{
	for (int pass = PASS_SUPPORT; pass < PASSES; pass++) {
		rounds->facts[pass].direct_mb = w->strength_mb;
		p->support = &rounds->facts[pass];
		tokens_support(p, (enum pass)pass, without, w);
	}
	p->support = NULL;
	w->computed = bits_score(w->strength_mb);
}

static void add_support(struct profile *p, const struct evidence *without, struct weighing *w)
{
	struct rounds rounds;
	w->a = p->a;
	w->b = p->b;
	read_rounds(p->e, w, &rounds);
	add_rounds(p, &rounds, without, w);
}

void weigh_less(const struct engine *e, uint32_t a, uint32_t b, const struct value_test *kept, struct weighing *out)
{
	struct profile p;
	if (!e->rules->table.is_given) {
		weigh_kept(e, a, b, kept, out);
		out->computed = bits_score(out->strength_mb);
		return;
	}
	out->a = a;
	out->b = b;
	profile_make(&p, e, a, b, NONE);
	profile_keep(&p, kept);
	turns_count(&p, kept);
	weigh_profile(&p, out);
}

void weigh_profile(struct profile *p, struct weighing *out)
{
	(void)tokens_weigh(p, NULL, INT32_MIN, out);
	add_support(p, NULL, out);
}

void weigh_begin(struct weighing *w, uint32_t a, uint32_t b, int32_t strength_mb)
{
	w->a = a;
	w->b = b;
	w->n = w->n_limits = 0;
	w->prior_mb = 0;
	w->sum_mb = w->strength_mb = strength_mb;
}

bool weigh_may_reach(const struct engine *e, const struct weighing *w, int32_t least_mb)
{
	struct rounds rounds;
	return read_rounds(e, w, &rounds) >= least_mb;
}

bool weigh_support(const struct engine *e, struct weighing *w, int32_t least_mb)
{
	struct rounds rounds;
	struct profile p;
	if (!e->rules->table.is_given) {
		w->computed = bits_score(w->strength_mb);
		return w->strength_mb >= least_mb;
	}
	if (read_rounds(e, w, &rounds) < least_mb)
		return false;
	p.e = e;
	p.a = w->a;
	p.b = w->b;
	p.shares = p.agreements.known = (struct kind_set){ { 0 } };
	add_rounds(&p, &rounds, NULL, w);
	return w->strength_mb >= least_mb;
}

void weigh_fully(const struct engine *e, uint32_t a, uint32_t b, struct weighing *out)
{
	(void)weigh_pair(e, a, b, true, out);
	(void)weigh_support(e, out, INT32_MIN);
	sort_items(out);
}

static int weigh_without_token(const struct engine *e, const struct weighing *w, const struct evidence *item)
{
	struct weighing rest;
	struct profile p;
	profile_make(&p, e, w->a, w->b, item->value);
	(void)tokens_weigh(&p, item, INT32_MIN, &rest);
	add_support(&p, item, &rest);
	return rest.computed;
}

int weigh_without(const struct engine *e, const struct weighing *w, const struct evidence *item)
{
	if (e->rules->table.is_given)
		return weigh_without_token(e, w, item);
	struct weighing copy = *w;
	bool is_limit = item >= w->limits && item < w->limits + w->n_limits;
	sum_evidence(e, &copy, is_limit ? &copy.limits[item - w->limits] : &copy.items[item - w->items]);
	return copy.computed;
}
