/* From evidence to a score.
 *   family = strongest + rest_share of the strongest of its other kinds + at most further_max for each further value
 *   W = prior + sum over families, each at most its limit + comparisons        W' = a W + b
 * I1: items are sorted, strongest first.  I2: what an item is counted with adds up to W exactly. */
#include "sum.h"

#include "daemon/base/bits.h"

struct tally {
	int32_t family_mb[FAMILIES_MAX];
	unsigned kinds_of[FAMILIES_MAX]; /* kinds with positive evidence */
	uint64_t shared[2], positive[2]; /* bit per kind */
	uint32_t families;               /* bit per family with positive evidence */
	int32_t makes_mb, supports_mb;
};

static bool bit_is_set(const uint64_t bits[2], unsigned kind)
{
	return bits[kind >> 6] >> (kind & 63) & 1;
}

static void bit_set(uint64_t bits[2], unsigned kind)
{
	bits[kind >> 6] |= 1ull << (kind & 63);
}

int32_t sum_strength(const struct scoring *scoring, int32_t sum_mb)
{
	return (int32_t)((int64_t)sum_mb * scoring->scale_a_milli / 1000) + scoring->shift_b_mb;
}

/* What one positive item adds, given the stronger ones of its family before it. */
static int32_t count_item(const struct scoring *scoring, struct tally *t, struct evidence *item)
{
	unsigned kind = (unsigned)item->signal->kind;
	int family = item->signal->family;
	int32_t share_mb = (int32_t)((int64_t)item->raw_mb * scoring->rest_share_milli / 1000);
	bool is_first = t->kinds_of[family] == 0, is_further = bit_is_set(t->positive, kind);
	bit_set(t->positive, kind);
	t->families |= 1u << family;
	t->kinds_of[family] += !is_further;
	if (is_first)
		return item->raw_mb;
	item->note = item->note == NOTE_NONE ? NOTE_FURTHER : item->note;
	return is_further && share_mb > scoring->further_max_mb ? scoring->further_max_mb : share_mb;
}

static void count_signals(const struct engine *e, struct weighing *w, const struct evidence *without, struct tally *t)
{
	for (unsigned i = 0; i < w->n; i++) {
		struct evidence *item = &w->items[i];
		item->counted_mb = 0;
		if (item == without || item->signal == NULL)
			continue;
		bit_set(t->shared, (unsigned)item->signal->kind);
		if (item->raw_mb <= 0)
			continue;
		item->counted_mb = count_item(&e->rules->scoring, t, item);
		t->family_mb[item->signal->family] += item->counted_mb;
		*(item->signal->supports_only ? &t->supports_mb : &t->makes_mb) += item->counted_mb;
	}
}

/* What only supports counts nothing where nothing else was found. */
static void drop_lone_support(struct weighing *w, struct tally *t)
{
	if (t->makes_mb > 0 || t->supports_mb == 0)
		return;
	for (unsigned i = 0; i < w->n; i++)
		w->items[i].counted_mb = 0;
	*t = (struct tally){ .shared = { t->shared[0], t->shared[1] } };
}

static bool limit_holds(const struct limit_rule *limit, const struct tally *t)
{
	bool has_with = (limit->with_kinds[0] | limit->with_kinds[1]) == 0 ||
			((limit->with_kinds[0] & t->shared[0]) | (limit->with_kinds[1] & t->shared[1]));
	bool has_unless = (limit->unless_kinds[0] & t->shared[0]) | (limit->unless_kinds[1] & t->shared[1]);
	if (!has_with || has_unless || (limit->without_families & t->families))
		return false;
	return limit->count_family < 0 || t->kinds_of[limit->count_family] < limit->fewer;
}

/* Each limit that cuts is an item of its own, so that the sum stays a sum. */
static int32_t apply_limits(const struct engine *e, struct weighing *w, const struct evidence *without, struct tally *t)
{
	int32_t cut_mb = 0;
	const struct limit_rule *skipped = without != NULL ? without->limit : NULL;
	w->n_limits = 0;
	for (unsigned i = 0; i < e->rules->n_limits && w->n_limits < LIMITS_MAX; i++) {
		const struct limit_rule *limit = &e->rules->limits[i];
		int32_t over_mb = t->family_mb[limit->family] - limit->max_mb;
		bool has_evidence = t->families >> limit->family & 1;
		if (!has_evidence || over_mb <= 0 || limit == skipped || limit->head.status != RULE_STABLE ||
		    !limit_holds(limit, t))
			continue;
		t->family_mb[limit->family] -= over_mb;
		cut_mb -= over_mb;
		w->limits[w->n_limits++] = (struct evidence){ .limit = limit, .rule = (uint16_t)(e->plan.first_limit + i), .value = NONE,
							      .token = NONE, .raw_mb = -over_mb,
							      .counted_mb = -over_mb };
	}
	return cut_mb;
}

static int32_t count_comparisons(struct weighing *w, const struct evidence *without, const struct tally *t)
{
	int32_t sum_mb = 0;
	for (unsigned i = 0; i < w->n; i++) {
		struct evidence *item = &w->items[i];
		if (item == without || item->compare == NULL || (item->compare->needs_positive && t->families == 0))
			continue;
		item->counted_mb = item->raw_mb;
		sum_mb += item->raw_mb;
	}
	return sum_mb;
}

static void name_rules(const struct engine *e, struct weighing *w)
{
	w->rules = (struct rule_set){ { 0 } };
	for (unsigned i = 0; i < w->n; i++)
		if (w->items[i].counted_mb != 0)
			rule_set_add(e, &w->rules, &w->items[i]);
	for (unsigned i = 0; i < w->n_limits; i++)
		rule_set_add(e, &w->rules, &w->limits[i]);
}

void sum_evidence(const struct engine *e, struct weighing *w, const struct evidence *without)
{
	struct tally t = { 0 };
	struct evidence skipped = { 0 };
	if (without != NULL)
		skipped = *without; /* its place among the limits is about to be used again */
	count_signals(e, w, without, &t);
	drop_lone_support(w, &t);
	w->families = (uint16_t)t.families;
	w->sum_mb = w->prior_mb + t.makes_mb + t.supports_mb;
	w->sum_mb += apply_limits(e, w, without != NULL ? &skipped : NULL, &t);
	w->sum_mb += count_comparisons(w, without, &t);
	w->strength_mb = sum_strength(&e->rules->scoring, w->sum_mb);
	w->computed = bits_score(w->strength_mb);
	name_rules(e, w);
}
