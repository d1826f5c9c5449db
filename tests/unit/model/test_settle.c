#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/model/settle.h"

#define E(...) (&(const struct expr){ __VA_ARGS__ })
#define FIELD(n) E(.op = EXPR_FIELD, .field = (n))
#define HAS(n) E(.op = EXPR_HAS, .field = (n))
#define NUMBER(n) E(.op = EXPR_CONST, .constant = { .type = VALUE_NUMBER, .num = (n) })
#define BINARY(o, l, r) E(.op = (o), .left = (l), .right = (r))
#define NOT(l) E(.op = EXPR_NOT, .left = (l))

enum { FIELDS = 2, LEAST = -1, MOST = 3, GONE = MOST + 1 }; /* the values that a field may have; GONE: it is missing */

struct world {
	struct range ranges[FIELDS];
	int values[FIELDS];
};

static struct range range_in(const void *world, int field)
{
	return ((const struct world *)world)->ranges[field];
}

static void value_in(void *world, int field, struct value *out)
{
	int value = ((const struct world *)world)->values[field];

	if (value != GONE)
		*out = (struct value){ .type = VALUE_NUMBER, .num = value };
}

static bool is_possible(const struct range *range, int value)
{
	if (range->state == RANGE_OPEN)
		return true;
	return range->state == RANGE_MISSING ? value == GONE : value != GONE && value >= range->low && value <= range->high;
}

/* Every value that the ranges leave possible; returns whether it was settled. */
static bool agrees_with_evaluation(const struct expr *e, struct world *w)
{
	enum tri foreseen;
	bool is_settled = expr_settles(e, range_in, w, &foreseen);

	for (w->values[0] = LEAST; w->values[0] <= GONE; w->values[0]++)
		for (w->values[1] = LEAST; w->values[1] <= GONE; w->values[1]++)
			if (is_possible(&w->ranges[0], w->values[0]) && is_possible(&w->ranges[1], w->values[1]) && is_settled)
				assert_int_equal(expr_test(e, value_in, w), foreseen);
	return is_settled;
}

static const struct range all_ranges[] = {
	{ .state = RANGE_OPEN }, { .state = RANGE_MISSING }, { RANGE_WITHIN, 0, 0 }, { RANGE_WITHIN, 1, RANGE_MAX },
	{ RANGE_WITHIN, 0, 2 }, { RANGE_WITHIN, -1, 0 },
};

static void what_is_settled_is_what_evaluation_says(void **state)
{
	unsigned settled = 0;

	for (int op = EXPR_EQ; op <= EXPR_GE; op++)
		for (int bound = LEAST; bound <= MOST; bound++) {
			const struct expr *one = BINARY(op, FIELD(0), NUMBER(bound)), *both = BINARY(op, FIELD(0), FIELD(1));
			const struct expr *sum = BINARY(op, BINARY(EXPR_ADD, FIELD(0), FIELD(1)), NUMBER(bound));
			const struct expr *const conditions[] = {
				one, both, sum, NOT(one), HAS(0), BINARY(EXPR_AND, one, both), BINARY(EXPR_OR, one, both),
				BINARY(EXPR_AND, NOT(sum), HAS(1)), BINARY(EXPR_OR, BINARY(EXPR_AND, one, HAS(1)), NOT(both)),
			};
			for (size_t i = 0; i < ARRAY_LEN(conditions) * ARRAY_LEN(all_ranges) * ARRAY_LEN(all_ranges); i++) {
				size_t pair = i / ARRAY_LEN(conditions);
				struct world w = { .ranges = { all_ranges[pair / ARRAY_LEN(all_ranges)], all_ranges[pair % ARRAY_LEN(all_ranges)] } };
				settled += agrees_with_evaluation(conditions[i % ARRAY_LEN(conditions)], &w);
			}
		}
	assert_true(settled > 3000);
}

/* Five fields that may be anything from one end to the other: no sum leaves the range, nothing is settled by it. */
static void sums_of_wide_ranges_stay_within(void **state)
{
	struct world w = { .ranges = { { RANGE_WITHIN, -RANGE_MAX, RANGE_MAX }, { RANGE_WITHIN, -RANGE_MAX, -RANGE_MAX } } };
	const struct expr *wide = FIELD(0), *low = FIELD(1);
	enum tri truth;

	const struct expr *four = BINARY(EXPR_ADD, BINARY(EXPR_ADD, wide, wide), BINARY(EXPR_ADD, wide, wide));
	const struct expr *fourth_low = BINARY(EXPR_ADD, BINARY(EXPR_ADD, low, low), BINARY(EXPR_ADD, low, low));
	assert_false(expr_settles(BINARY(EXPR_LT, BINARY(EXPR_ADD, four, wide), NUMBER(3)), range_in, &w, &truth));
	assert_true(expr_settles(BINARY(EXPR_LT, BINARY(EXPR_ADD, fourth_low, low), NUMBER(3)), range_in, &w, &truth) && truth == YES);
}

static void a_range_that_decides_settles(void **state)
{
	struct world w = { .ranges = { { RANGE_WITHIN, 1, RANGE_MAX }, { .state = RANGE_OPEN } } };
	enum tri truth;

	assert_true(expr_settles(BINARY(EXPR_GT, FIELD(0), NUMBER(0)), range_in, &w, &truth) && truth == YES);
	assert_true(expr_settles(BINARY(EXPR_EQ, FIELD(0), NUMBER(0)), range_in, &w, &truth) && truth == NO);
	assert_false(expr_settles(BINARY(EXPR_GT, FIELD(0), NUMBER(1)), range_in, &w, &truth));
	assert_false(expr_settles(BINARY(EXPR_GT, FIELD(1), NUMBER(0)), range_in, &w, &truth));
	assert_true(expr_settles(NULL, range_in, &w, &truth) && truth == YES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_settled_is_what_evaluation_says),
		cmocka_unit_test(sums_of_wide_ranges_stay_within),
		cmocka_unit_test(a_range_that_decides_settles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
