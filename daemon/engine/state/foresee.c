/* Ranges of fields: a count of values of a kind is 0 or at least 1, what is asked about a kind that is not shared is missing,
 * and everything else is open.
 * I1: what is settled is what evaluation says for every two accounts of the set. */
#include "foresee.h"

#include <stdlib.h>

#include "daemon/model/settle.h"

#define SETS 512                  /* that are remembered; one in whose place another comes is worked out again */
#define ONE 1000                  /* numbers are in thousandths */

struct foresight {
	const struct plan *plan;
	const struct ruleset *rules;
	unsigned n_tokens;              /* of signals, comparisons and timings */
	struct foreseen_token *unsettled; /* these, of two of whom nothing is known */
	struct open_axis *unsettled_axes;
	struct open_axis *draft;        /* axes of what is being worked out, until their number is known */
	unsigned n_draft;
	struct foreseen *sets[SETS];
	struct foreseen_support support[PASSES][WITNESSES];
};

struct question {
	struct foresight *f;
	const struct kind_set *shares; /* NULL: of support, or of nothing known */
	bool has_closure;
	enum witnesses witnesses;
};

static bool is_about_shared(struct bytes name)
{
	static const char *const names[] = { "holders", "rarity", "gap", "network", "coverage_low", "coverage_high" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (bytes_is(name, names[i]))
			return true;
	return false;
}

static struct range range_of_call(const struct question *q, int field)
{
	struct bytes name = bytes_of(call_rows[field_call(field)].name);
	unsigned argument = field_argument(field);
	if (bytes_is(name, "shared"))
		return kind_set_has(q->shares, argument) ? range_within(ONE, RANGE_MAX) : range_within(0, 0);
	if (bytes_is(name, "kinds")) {
		int64_t n = kind_set_common(&q->f->plan->family_kinds[argument], q->shares);
		return range_within(n * ONE, n * ONE);
	}
	if (is_about_shared(name) && !kind_set_has(q->shares, argument))
		return range_missing();
	return range_open();
}

/* Numbers of neighbours, and shares of them in 1/1000. */
static struct range range_of_support(enum witnesses witnesses, struct bytes name)
{
	const struct range missing = range_missing(), open = range_open(), none = range_within(0, 0);
	bool has_neighbours = witnesses != WITNESSES_NO_NEIGHBOURS, both_have = witnesses >= WITNESSES_NONE;
	bool has_common = witnesses >= WITNESSES_WEAK, is_linked = witnesses == WITNESSES_LINKED;
	if (bytes_is(name, "support.direct"))
		return range_within(-RANGE_MAX, RANGE_MAX);
	if (bytes_is(name, "support.best"))
		return has_common ? open : missing;
	if (bytes_is(name, "support.common"))
		return is_linked ? range_within(ONE, RANGE_MAX) : none;
	if (bytes_is(name, "support.independent"))
		return is_linked ? range_within(0, RANGE_MAX) : none;
	if (bytes_is(name, "support.degree_high"))
		return has_neighbours ? range_within(ONE, RANGE_MAX) : none;
	if (bytes_is(name, "support.degree_low"))
		return both_have ? range_within(ONE, RANGE_MAX) : none;
	if (bytes_is(name, "support.share_low"))
		return is_linked ? range_within(1, ONE) : both_have ? none : missing;
	if (bytes_is(name, "support.share_high"))
		return is_linked ? range_within(1, ONE) : has_neighbours ? none : missing;
	return open;
}

static struct range range_of_field(const void *question, int field)
{
	const struct question *q = question;
	if (field_is_call(field))
		return q->shares != NULL ? range_of_call(q, field) : range_open();
	if (field_is_window(field))
		return range_open();
	struct bytes name = bytes_of(field_rows[field].name);
	if (q->shares == NULL)
		return range_of_support(q->witnesses, name);
	return !q->has_closure && bytes_is(name, "pair.since_closure") ? range_missing() : range_open();
}

/* The bins that the axis may come to: low..high. */
static struct open_axis bins_of(const struct question *q, const struct token_axis *axis)
{
	struct open_axis out = { .axis = axis, .low = 0, .high = (uint16_t)(axis->bins - 1) };
	if (axis->of->type == VALUE_BOOL) {
		enum tri truth;
		if (expr_settles(axis->of, range_of_field, q, &truth))
			out.low = out.high = truth == UNKNOWN ? 0 : truth == YES ? 2 : 1;
		return out;
	}
	struct range range = expr_range(axis->of, range_of_field, q);
	if (range.state == RANGE_OPEN)
		return out;
	out.low = range.state == RANGE_MISSING ? 0 : (uint16_t)token_axis_bin(axis, range.low);
	out.high = range.state == RANGE_MISSING ? 0 : (uint16_t)token_axis_bin(axis, range.high);
	return out;
}

static void foresee_token(const struct question *q, const struct token_set *set, struct foreseen_token *out)
{
	struct open_axis *open = q->f->draft + q->f->n_draft;
	uint32_t weight = 1;
	*out = (struct foreseen_token){ .first = set->first, .open = open };
	for (unsigned i = set->n_axes; i-- > 0;) {
		struct open_axis axis = bins_of(q, &set->axes[i]);
		axis.weight = weight;
		if (axis.low == axis.high)
			out->first += axis.low * weight;
		else
			open[out->n++] = axis;
		weight *= set->axes[i].bins;
	}
	q->f->n_draft += out->n;
}

/* Signals, comparisons and timings are numbered in this order. */
static const struct token_set *token_set_at(const struct ruleset *rules, unsigned number)
{
	if (number < rules->n_signals)
		return &rules->signals[number].tokens;
	number -= rules->n_signals;
	return number < rules->n_compares ? &rules->compares[number].tokens : &rules->timings[number - rules->n_compares].tokens;
}

/* What settles nothing of a rule shares the axes of all such. */
static void foresee_rule_token(const struct question *q, unsigned number, struct foreseen_token *out)
{
	const struct foreseen_token *unsettled = &q->f->unsettled[number];
	foresee_token(q, token_set_at(q->f->rules, number), out);
	if (out->n != unsettled->n || memcmp(out->open, unsettled->open, out->n * sizeof(*out->open)) != 0)
		return;
	q->f->n_draft -= out->n;
	out->open = unsettled->open;
}

static struct open_axis *axes_of_draft(const struct foresight *f)
{
	struct open_axis *axes = xcalloc(f->n_draft + 1, sizeof(*axes));
	memcpy(axes, f->draft, f->n_draft * sizeof(*axes));
	return axes;
}

static void move_axes(const struct foresight *f, struct foreseen_token *token, const struct open_axis *axes)
{
	token->open = axes + (token->open - f->draft);
}

static void move_axes_of_rules(const struct foresight *f, struct foreseen_rule *rules, unsigned n, const struct open_axis *axes)
{
	for (unsigned i = 0; i < n; i++)
		move_axes(f, &rules[i].token, axes);
}

/* Of the pass those that may hold, in order; returns how many. */
static unsigned foresee_rules(const struct question *q, enum pass pass, struct foreseen_rule *out)
{
	const struct ruleset *rules = q->f->rules;
	unsigned n = 0;
	for (unsigned i = pass == PASS_OWN ? 0 : rules->interactions_end[pass - 1]; i < rules->interactions_end[pass]; i++) {
		const struct interaction_rule *rule = &rules->interactions[i];
		enum tri truth;
		bool is_known = expr_settles(rule->when, range_of_field, q, &truth);
		if (rule->head.status != RULE_STABLE || (is_known && truth != YES))
			continue;
		out[n].rule = rule;
		out[n].when = is_known ? NULL : rule->when;
		foresee_token(q, &rule->tokens, &out[n++].token);
	}
	return n;
}

/* The most bits among the tokens that the open axes from that one on leave possible. */
static int32_t most_of_token(const struct token_table *table, const struct foreseen_token *token, unsigned axis, uint32_t number)
{
	if (axis == token->n)
		return table->bits[number];
	int32_t most_mb = INT32_MIN;
	for (unsigned bin = token->open[axis].low; bin <= token->open[axis].high; bin++) {
		int32_t mb = most_of_token(table, token, axis + 1, number + bin * token->open[axis].weight);
		most_mb = mb > most_mb ? mb : most_mb;
	}
	return most_mb;
}

/* The most bits that the rules can come to together. */
static int32_t most_of_rules(const struct token_table *table, const struct foreseen_rule *rules, unsigned n)
{
	int32_t most_mb = 0;
	for (unsigned i = 0; i < n; i++) {
		int32_t mb = most_of_token(table, &rules[i].token, 0, rules[i].token.first);
		most_mb += rules[i].when == NULL || mb > 0 ? mb : 0;
	}
	return most_mb;
}

static struct foreseen *foreseen_new(struct foresight *f, const struct kind_set *shares, bool has_closure)
{
	const struct ruleset *rules = f->rules;
	struct foreseen *out = xcalloc(1, sizeof(*out));
	const struct question q = { .f = f, .shares = &out->shares, .has_closure = has_closure };
	out->shares = *shares;
	out->has_closure = has_closure;
	out->signals = xcalloc(f->n_tokens + 1, sizeof(*out->signals));
	out->compares = out->signals + rules->n_signals;
	out->timings = out->compares + rules->n_compares;
	out->interactions = xcalloc(rules->interactions_end[PASS_OWN] + 1, sizeof(*out->interactions));
	f->n_draft = 0;
	for (unsigned i = 0; i < f->n_tokens; i++)
		foresee_rule_token(&q, i, &out->signals[i]);
	out->n_interactions = foresee_rules(&q, PASS_OWN, out->interactions);
	out->interactions = xrealloc(out->interactions, (out->n_interactions + 1) * sizeof(*out->interactions));
	out->axes = axes_of_draft(f);
	for (unsigned i = 0; i < f->n_tokens; i++)
		if (out->signals[i].open != f->unsettled[i].open)
			move_axes(f, &out->signals[i], out->axes);
	move_axes_of_rules(f, out->interactions, out->n_interactions, out->axes);
	out->most_mb = most_of_rules(&rules->table, out->interactions, out->n_interactions);
	return out;
}

static void foreseen_free(struct foreseen *out)
{
	if (out == NULL)
		return;
	free(out->signals);
	free(out->interactions);
	free(out->axes);
	free(out);
}

static void support_make(struct foresight *f, enum pass pass, enum witnesses witnesses)
{
	const struct question q = { .f = f, .witnesses = witnesses };
	struct foreseen_support *support = &f->support[pass][witnesses];
	support->rules = xcalloc(f->rules->n_interactions + 1, sizeof(*support->rules));
	f->n_draft = 0;
	support->n = foresee_rules(&q, pass, support->rules);
	support->axes = axes_of_draft(f);
	move_axes_of_rules(f, support->rules, support->n, support->axes);
	support->most_mb = f->rules->table.bias_mb[pass] + most_of_rules(&f->rules->table, support->rules, support->n);
}

static void foresee_nothing(struct foresight *f)
{
	const struct question q = { .f = f };
	f->unsettled = xcalloc(f->n_tokens + 1, sizeof(*f->unsettled));
	for (unsigned i = 0; i < f->n_tokens; i++)
		foresee_token(&q, token_set_at(f->rules, i), &f->unsettled[i]);
	f->unsettled_axes = axes_of_draft(f);
	for (unsigned i = 0; i < f->n_tokens; i++)
		move_axes(f, &f->unsettled[i], f->unsettled_axes);
}

struct foresight *foresight_new(const struct plan *plan, const struct ruleset *rules)
{
	struct foresight *f = xcalloc(1, sizeof(*f));
	f->plan = plan;
	f->rules = rules;
	f->n_tokens = rules->n_signals + rules->n_compares + rules->n_timings;
	f->draft = xcalloc((f->n_tokens + rules->n_interactions + 1) * TOKEN_AXES_MAX, sizeof(*f->draft));
	foresee_nothing(f);
	for (int pass = PASS_SUPPORT; rules->table.is_given && pass < PASSES; pass++)
		for (int witnesses = 0; witnesses < WITNESSES; witnesses++)
			support_make(f, (enum pass)pass, (enum witnesses)witnesses);
	return f;
}

void foresight_free(struct foresight *f)
{
	if (f == NULL)
		return;
	for (unsigned i = 0; i < SETS; i++)
		foreseen_free(f->sets[i]);
	for (int pass = PASS_SUPPORT; pass < PASSES; pass++)
		for (int witnesses = 0; witnesses < WITNESSES; witnesses++) {
			free(f->support[pass][witnesses].rules);
			free(f->support[pass][witnesses].axes);
		}
	free(f->unsettled);
	free(f->unsettled_axes);
	free(f->draft);
	free(f);
}

static bool is_of(const struct foreseen *known, const struct kind_set *shares, bool has_closure)
{
	return known->shares.bits[0] == shares->bits[0] && known->shares.bits[1] == shares->bits[1] && known->has_closure == has_closure;
}

const struct foreseen *foresee(struct foresight *f, const struct kind_set *shares, bool has_closure)
{
	const uint64_t odd = 0x9e3779b97f4a7c15u;
	uint64_t hash = (shares->bits[0] ^ (shares->bits[1] + has_closure) * odd) * odd;
	struct foreseen **place = &f->sets[hash >> 32 & (SETS - 1)];
	if (*place != NULL && is_of(*place, shares, has_closure))
		return *place;
	foreseen_free(*place);
	*place = foreseen_new(f, shares, has_closure);
	return *place;
}

const struct foreseen_support *foresee_support(const struct foresight *f, enum pass pass, enum witnesses witnesses)
{
	return &f->support[pass][witnesses];
}

int32_t foresee_most_mb(const struct foresight *f, enum pass pass, enum witnesses witnesses)
{
	return f->support[pass][witnesses].most_mb;
}
