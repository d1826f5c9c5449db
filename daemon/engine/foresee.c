/* Conditions and axes over the kinds that are shared, by intervals: a count of values of a kind is 0 or at least 1, what is
 * asked about a kind that is not shared is missing, and everything else is open.
 * I1: what is settled is what evaluation says for every two accounts of the set. */
#include "foresee.h"

#include <stdlib.h>

#define SETS 256                  /* that are remembered; one in whose place another comes is worked out again */
#define COUNT_MAX (INT64_MAX / 4) /* no count comes near, nor a sum of some */
#define ONE 1000                  /* numbers are in thousandths */

struct foresight {
	const struct plan *plan;
	const struct ruleset *rules;
	struct foreseen *sets[SETS];
};

/* A number that lies within low..high, is missing, or is open. */
enum range_state { RANGE_OPEN, RANGE_MISSING, RANGE_WITHIN };
struct range {
	enum range_state state;
	int64_t low, high;
};

enum { OPEN = UNKNOWN + 1 }; /* beside enum tri */

struct question {
	const struct foresight *f;
	const struct kind_set *shares;
};

static struct range within(int64_t low, int64_t high) { return (struct range){ RANGE_WITHIN, low, high }; }

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
		return kind_set_has(q->shares, argument) ? within(ONE, COUNT_MAX) : within(0, 0);
	if (bytes_is(name, "kinds")) {
		int64_t n = kind_set_common(&q->f->plan->family_kinds[argument], q->shares);
		return within(n * ONE, n * ONE);
	}
	if (is_about_shared(name) && !kind_set_has(q->shares, argument))
		return (struct range){ .state = RANGE_MISSING };
	return (struct range){ .state = RANGE_OPEN };
}

static struct range range_of(const struct question *q, const struct expr *e)
{
	struct range a, b;
	if (e->op == EXPR_CONST && e->constant.type != VALUE_TEXT && e->constant.num > -COUNT_MAX && e->constant.num < COUNT_MAX)
		return within(e->constant.num, e->constant.num);
	if ((e->op == EXPR_FIELD || e->op == EXPR_HAS) && field_is_call(e->field))
		return range_of_call(q, e->field);
	if (e->op != EXPR_ADD)
		return (struct range){ .state = RANGE_OPEN };
	a = range_of(q, e->left);
	b = range_of(q, e->right);
	if (a.state == RANGE_MISSING || b.state == RANGE_MISSING)
		return (struct range){ .state = RANGE_MISSING };
	if (a.state == RANGE_OPEN || b.state == RANGE_OPEN)
		return (struct range){ .state = RANGE_OPEN };
	return within(a.low + b.low, a.high + b.high < COUNT_MAX ? a.high + b.high : COUNT_MAX);
}

/* Is the sign of every a - b among those that hold the comparison, is none? */
static int truth_of_order(enum expr_op op, const struct range *a, const struct range *b)
{
	bool may_be_less = a->low < b->high, may_be_more = a->high > b->low;
	bool may_be_equal = a->low <= b->high && b->low <= a->high;
	const bool holds[3] = { op == EXPR_LT || op == EXPR_LE || op == EXPR_NE, op == EXPR_EQ || op == EXPR_LE || op == EXPR_GE,
				op == EXPR_GT || op == EXPR_GE || op == EXPR_NE };
	const bool may[3] = { may_be_less, may_be_equal, may_be_more };
	bool may_hold = false, may_fail = false;
	for (unsigned i = 0; i < ARRAY_LEN(may); i++) {
		may_hold |= may[i] && holds[i];
		may_fail |= may[i] && !holds[i];
	}
	return may_hold && may_fail ? OPEN : may_hold ? YES : NO;
}

static int truth_of_operands(const struct question *q, const struct expr *e)
{
	struct range a = range_of(q, e->left), b = range_of(q, e->right);
	bool is_order = e->op >= EXPR_EQ && e->op <= EXPR_GE;
	if (a.state == RANGE_MISSING || b.state == RANGE_MISSING)
		return UNKNOWN;
	if (!is_order || a.state == RANGE_OPEN || b.state == RANGE_OPEN)
		return OPEN;
	return truth_of_order(e->op, &a, &b);
}

static int truth_of(const struct question *q, const struct expr *e)
{
	int decides = e->op == EXPR_OR ? YES : NO, left, right;
	switch (e->op) {
	case EXPR_HAS:
		left = (int)range_of(q, e).state;
		return left == RANGE_OPEN ? OPEN : left == RANGE_WITHIN ? YES : NO;
	case EXPR_NOT:
		left = truth_of(q, e->left);
		return left == YES ? NO : left == NO ? YES : left;
	case EXPR_AND: case EXPR_OR:
		left = truth_of(q, e->left);
		right = left == decides ? left : truth_of(q, e->right);
		if (left == decides || right == decides)
			return decides;
		return left == OPEN || right == OPEN ? OPEN : left == UNKNOWN ? left : right;
	case EXPR_EQ: case EXPR_NE: case EXPR_LT: case EXPR_LE: case EXPR_GT: case EXPR_GE:
	case EXPR_IN: case EXPR_STARTSWITH: case EXPR_ENDSWITH: case EXPR_CONTAINS:
		return truth_of_operands(q, e);
	default:
		return OPEN;
	}
}

bool foresee_condition(const struct foresight *f, const struct kind_set *shares, const struct expr *when, enum tri *out)
{
	const struct question q = { f, shares };
	int truth = when == NULL ? YES : truth_of(&q, when);
	*out = truth == OPEN ? UNKNOWN : (enum tri)truth;
	return truth != OPEN;
}

static bool is_bin_known(const struct question *q, const struct token_axis *axis, unsigned *bin)
{
	if (axis->of->type == VALUE_BOOL) {
		enum tri truth;
		bool is_known = foresee_condition(q->f, q->shares, axis->of, &truth);
		*bin = truth == UNKNOWN ? 0 : truth == YES ? 2 : 1;
		return is_known;
	}
	struct range range = range_of(q, axis->of);
	*bin = 0;
	if (range.state != RANGE_WITHIN)
		return range.state == RANGE_MISSING;
	*bin = token_axis_bin(axis, range.low);
	return *bin == token_axis_bin(axis, range.high);
}

static void foresee_token(const struct question *q, const struct token_set *set, struct foreseen_token *out)
{
	uint32_t weight = 1;
	*out = (struct foreseen_token){ .first = set->first };
	for (unsigned i = set->n_axes; i-- > 0;) {
		unsigned bin;
		if (is_bin_known(q, &set->axes[i], &bin))
			out->first += bin * weight;
		else
			out->open[out->n++] = (struct open_axis){ &set->axes[i], weight };
		weight *= set->axes[i].bins;
	}
}

static void foresee_interactions(const struct question *q, struct foreseen *out)
{
	const struct ruleset *rules = q->f->rules;
	for (unsigned i = 0; i < rules->interactions_end[PASS_OWN]; i++) {
		const struct interaction_rule *rule = &rules->interactions[i];
		enum tri truth;
		bool is_known = foresee_condition(q->f, q->shares, rule->when, &truth);
		if (rule->head.status != RULE_STABLE || (is_known && truth != YES))
			continue;
		struct foreseen_rule *row = &out->interactions[out->n_interactions++];
		row->rule = rule;
		row->when = is_known ? NULL : rule->when;
		foresee_token(q, &rule->tokens, &row->token);
	}
}

static struct foreseen *foreseen_new(const struct foresight *f, const struct kind_set *shares)
{
	const struct ruleset *rules = f->rules;
	struct foreseen *out = xcalloc(1, sizeof(*out));
	const struct question q = { f, &out->shares };
	out->shares = *shares;
	out->signals = xcalloc(rules->n_signals + rules->n_compares + rules->n_timings + 1, sizeof(*out->signals));
	out->compares = out->signals + rules->n_signals;
	out->timings = out->compares + rules->n_compares;
	out->interactions = xcalloc(rules->interactions_end[PASS_OWN] + 1, sizeof(*out->interactions));
	for (unsigned i = 0; i < rules->n_signals; i++)
		foresee_token(&q, &rules->signals[i].tokens, &out->signals[i]);
	for (unsigned i = 0; i < rules->n_compares; i++)
		foresee_token(&q, &rules->compares[i].tokens, &out->compares[i]);
	for (unsigned i = 0; i < rules->n_timings; i++)
		foresee_token(&q, &rules->timings[i].tokens, &out->timings[i]);
	foresee_interactions(&q, out);
	return out;
}

static void foreseen_free(struct foreseen *out)
{
	if (out == NULL)
		return;
	free(out->signals);
	free(out->interactions);
	free(out);
}

struct foresight *foresight_new(const struct plan *plan, const struct ruleset *rules)
{
	struct foresight *f = xcalloc(1, sizeof(*f));
	f->plan = plan;
	f->rules = rules;
	return f;
}

void foresight_free(struct foresight *f)
{
	if (f == NULL)
		return;
	for (unsigned i = 0; i < SETS; i++)
		foreseen_free(f->sets[i]);
	free(f);
}

const struct foreseen *foresee(struct foresight *f, const struct kind_set *shares)
{
	uint64_t hash = (shares->bits[0] ^ shares->bits[1] * 0x9e3779b97f4a7c15u) * 0x9e3779b97f4a7c15u;
	struct foreseen **place = &f->sets[hash >> 32 & (SETS - 1)];
	if (*place != NULL && (*place)->shares.bits[0] == shares->bits[0] && (*place)->shares.bits[1] == shares->bits[1])
		return *place;
	foreseen_free(*place);
	*place = foreseen_new(f, shares);
	return *place;
}
