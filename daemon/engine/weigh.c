/* The weight of a pair.
 *   W = prior + sum over families (strongest + rest_share of the others) + comparisons        W' = a W + b
 *   item = log2(m / u), u = (s + max(0, n - 2)) / N; less the gap's decay; plus the network's log2; capped.
 * I1: every item is computed from the postings and counts as they are now.  I2: integers only. */
#include "weigh.h"

#include "daemon/base/bits.h"

static uint32_t gap_between(const struct posting *a, const struct posting *b)
{
	uint32_t start = a->first_s > b->first_s ? a->first_s : b->first_s;
	uint32_t end = a->last_s < b->last_s ? a->last_s : b->last_s;
	return start > end ? start - end : 0;
}

static int32_t decay_of(const struct signal_rule *signal, uint32_t gap_s)
{
	if (signal->half_life_ms <= 0)
		return 0;
	int64_t lost = (int64_t)gap_s * 1000 * 1000 / signal->half_life_ms;
	return lost < signal->max_decay_mb ? (int32_t)lost : signal->max_decay_mb;
}

static bool is_recycled(const struct signal_rule *signal, const struct evidence *item)
{
	return (signal->recycled_nets >> item->network & 1) && signal->recycled_gap_ms > 0 &&
	       (int64_t)item->gap_s * 1000 >= signal->recycled_gap_ms;
}

/* False when the value says nothing under this signal. */
static bool weigh_signal(const struct engine *e, unsigned number, struct evidence *item)
{
	const struct signal_rule *signal = &e->rules->signals[number];
	int32_t network_mb = 0;
	if (e->rules->kinds.rows[signal->kind].is_network)
		network_mb = signal->network_mb[item->network];
	if (network_mb == NETWORK_IGNORE)
		return false;
	item->signal = signal;
	item->gap_s = gap_between(item->a, item->b);
	int32_t mb = weights_bits(e->weights, number, item->holders) - decay_of(signal, item->gap_s) + network_mb;
	if (mb > signal->max_mb)
		mb = signal->max_mb;
	if (is_recycled(signal, item)) {
		item->note = NOTE_RECYCLED;
		mb = mb > 0 ? 0 : mb;
	}
	item->raw_mb = mb;
	return true;
}

static void weigh_value(const struct engine *e, const struct index_shared *shared, struct weighing *out)
{
	const struct index_value *value = index_value(e->index, shared->value);
	if (value->is_hub)
		return;
	int number = e->signal_of_kind[value->kind];
	for (; number >= 0 && (unsigned)number < e->rules->n_signals &&
	       e->rules->signals[number].kind == value->kind; number++) {
		struct evidence *item = &out->items[out->n];
		if (out->n == EVIDENCE_MAX || e->rules->signals[number].head.status != RULE_STABLE)
			continue;
		*item = (struct evidence){ .value = shared->value, .holders = value->holders, .a = shared->a,
					   .b = shared->b, .network = value->network };
		out->n += weigh_signal(e, (unsigned)number, item);
	}
}

/* 0 equal, 1 some in common, 2 nothing in common. Keys are sorted. */
static unsigned compare_sets(const uint64_t *x, unsigned nx, const uint64_t *y, unsigned ny)
{
	unsigned common = 0;
	for (unsigned i = 0, j = 0; i < nx && j < ny;) {
		common += x[i] == y[j];
		uint64_t xi = x[i], yj = y[j];
		i += xi <= yj;
		j += yj <= xi;
	}
	if (common == nx && common == ny)
		return 0;
	return common > 0 ? 1 : 2;
}

static void weigh_comparison(const struct engine *e, const struct compare_rule *rule, uint32_t a, uint32_t b,
			     struct weighing *out)
{
	unsigned na, nb;
	const uint64_t *x = account_fact(&e->accounts.at[a], (unsigned)rule->kind, &na);
	const uint64_t *y = account_fact(&e->accounts.at[b], (unsigned)rule->kind, &nb);
	if (na == 0 || nb == 0 || out->n == EVIDENCE_MAX || rule->head.status != RULE_STABLE)
		return;
	unsigned outcome = compare_sets(x, na, y, nb);
	const int32_t bits[] = { rule->equal_mb, rule->overlap_mb, rule->differ_mb };
	if (bits[outcome] == 0)
		return;
	out->items[out->n++] = (struct evidence){ .compare = rule, .raw_mb = bits[outcome], .value = NONE,
						  .outcome = (uint8_t)outcome };
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

struct family_sum { int32_t best_mb, rest_mb; uint64_t kinds[2]; };

/* What one positive item adds, given the stronger ones of its family before it. */
static int32_t count_item(const struct scoring *scoring, struct family_sum *family, struct evidence *item)
{
	unsigned kind = (unsigned)item->signal->kind;
	uint64_t bit = 1ull << (kind & 63);
	bool is_further = family->kinds[kind >> 6] & bit;
	family->kinds[kind >> 6] |= bit;
	if (family->best_mb == 0) {
		family->best_mb = item->raw_mb;
		return item->raw_mb;
	}
	int32_t mb = item->raw_mb;
	if (is_further && mb > scoring->further_max_mb)
		mb = scoring->further_max_mb;
	item->note = item->note == NOTE_NONE ? NOTE_FURTHER : item->note;
	return (int32_t)((int64_t)mb * scoring->rest_share_milli / 1000);
}

/* Sums what is counted; `skip` is left out (n: none). Items are sorted. */
static int32_t sum_items(const struct engine *e, struct weighing *w, unsigned skip)
{
	struct family_sum families[FAMILIES_MAX] = { 0 };
	int32_t makes = 0, supports = 0, against = 0;
	w->families = 0;
	for (unsigned i = 0; i < w->n; i++) {
		struct evidence *item = &w->items[i];
		item->counted_mb = 0;
		if (i == skip || item->compare != NULL)
			continue;
		if (item->raw_mb <= 0)
			continue;
		item->counted_mb = count_item(&e->rules->scoring, &families[item->signal->family], item);
		w->families |= (uint16_t)(1u << item->signal->family);
		*(item->signal->supports_only ? &supports : &makes) += item->counted_mb;
	}
	for (unsigned i = 0; i < w->n && makes == 0; i++)
		w->items[i].counted_mb = 0;
	for (unsigned i = 0; i < w->n; i++) {
		struct evidence *item = &w->items[i];
		if (i == skip || item->compare == NULL || (item->compare->needs_positive && makes + supports == 0))
			continue;
		item->counted_mb = item->raw_mb;
		against += item->raw_mb;
	}
	return makes + (makes > 0 ? supports : 0) + against;
}

static int32_t strength_of(const struct scoring *scoring, int32_t sum_mb)
{
	return (int32_t)((int64_t)sum_mb * scoring->scale_a_milli / 1000) + scoring->shift_b_mb;
}

static void weigh_sum(const struct engine *e, struct weighing *w, unsigned skip)
{
	w->sum_mb = w->prior_mb + sum_items(e, w, skip);
	w->strength_mb = strength_of(&e->rules->scoring, w->sum_mb);
	w->computed = bits_score(w->strength_mb);
}

void weigh_pair(const struct engine *e, uint32_t a, uint32_t b, struct weighing *out)
{
	struct index_shared shared[EVIDENCE_MAX];
	unsigned n = index_intersect(e->index, a, b, shared, EVIDENCE_MAX);
	out->n = 0;
	out->prior_mb = weights_prior(e->weights);
	for (unsigned i = 0; i < n; i++)
		weigh_value(e, &shared[i], out);
	for (unsigned i = 0; i < e->rules->n_compares; i++)
		weigh_comparison(e, &e->rules->compares[i], a, b, out);
	sort_items(out);
	weigh_sum(e, out, out->n);
}

int weigh_without(const struct engine *e, const struct weighing *w, unsigned i)
{
	struct weighing copy = *w;
	weigh_sum(e, &copy, i);
	return copy.computed;
}
