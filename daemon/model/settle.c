/* Expressions over ranges.
 * I1: what is settled is what evaluation says of every choice of values within the ranges. */
#include "settle.h"

enum { OPEN = UNKNOWN + 1 }; /* beside enum tri */

struct settling {
	range_fn *field;
	const void *arg;
};

static int64_t within_range(int64_t sum)
{
	return sum > RANGE_MAX ? RANGE_MAX : sum < -RANGE_MAX ? -RANGE_MAX : sum;
}

static struct range range_of(const struct settling *s, const struct expr *e)
{
	struct range a, b;
	bool is_quantity = e->constant.type == VALUE_NUMBER || e->constant.type == VALUE_DURATION;
	if (e->op == EXPR_CONST && is_quantity && e->constant.num > -RANGE_MAX && e->constant.num < RANGE_MAX)
		return range_within(e->constant.num, e->constant.num);
	if (e->op == EXPR_FIELD || e->op == EXPR_HAS)
		return s->field(s->arg, e->field);
	if (e->op != EXPR_ADD)
		return range_open();
	a = range_of(s, e->left);
	b = range_of(s, e->right);
	if (a.state == RANGE_MISSING || b.state == RANGE_MISSING)
		return range_missing();
	if (a.state == RANGE_OPEN || b.state == RANGE_OPEN)
		return range_open();
	return range_within(within_range(a.low + b.low), within_range(a.high + b.high));
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

static int truth_of_operands(const struct settling *s, const struct expr *e)
{
	struct range a = range_of(s, e->left), b = range_of(s, e->right);
	bool is_order = e->op >= EXPR_EQ && e->op <= EXPR_GE;
	if (a.state == RANGE_MISSING || b.state == RANGE_MISSING)
		return UNKNOWN;
	if (!is_order || a.state == RANGE_OPEN || b.state == RANGE_OPEN)
		return OPEN;
	return truth_of_order(e->op, &a, &b);
}

static int truth_of(const struct settling *s, const struct expr *e)
{
	int decides = e->op == EXPR_OR ? YES : NO, left, right;
	switch (e->op) {
	case EXPR_HAS:
		left = (int)range_of(s, e).state;
		return left == RANGE_OPEN ? OPEN : left == RANGE_WITHIN ? YES : NO;
	case EXPR_NOT:
		left = truth_of(s, e->left);
		return left == YES ? NO : left == NO ? YES : left;
	case EXPR_AND: case EXPR_OR:
		left = truth_of(s, e->left);
		right = left == decides ? left : truth_of(s, e->right);
		if (left == decides || right == decides)
			return decides;
		return left == OPEN || right == OPEN ? OPEN : left == UNKNOWN ? left : right;
	case EXPR_EQ: case EXPR_NE: case EXPR_LT: case EXPR_LE: case EXPR_GT: case EXPR_GE:
	case EXPR_IN: case EXPR_STARTSWITH: case EXPR_ENDSWITH: case EXPR_CONTAINS:
		return truth_of_operands(s, e);
	default:
		return OPEN;
	}
}

bool expr_settles(const struct expr *when, range_fn *field, const void *arg, enum tri *out)
{
	const struct settling s = { field, arg };
	int truth = when == NULL ? YES : truth_of(&s, when);
	*out = truth == OPEN ? UNKNOWN : (enum tri)truth;
	return truth != OPEN;
}

struct range expr_range(const struct expr *e, range_fn *field, const void *arg)
{
	return range_of(&(struct settling){ field, arg }, e);
}
