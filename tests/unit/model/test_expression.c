#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/model/expression.h"

#define E(...) (&(const struct expr){ __VA_ARGS__ })
#define CONST(...) E(.op = EXPR_CONST, .constant = { __VA_ARGS__ })
#define NUMBER(n) CONST(.type = VALUE_NUMBER, .num = (n) * 1000)
#define DURATION(n) CONST(.type = VALUE_DURATION, .num = (n))
#define TEXT(s) CONST(.type = VALUE_TEXT, .text = BYTES_LIT(s))
#define TRUTH(b) CONST(.type = VALUE_BOOL, .num = (b))
#define MISSING CONST(.type = VALUE_MISSING)
#define BINARY(o, l, r) E(.op = (o), .left = (l), .right = (r))

static const struct bytes words[] = { BYTES_LIT("card"), BYTES_LIT("device"), BYTES_LIT("timing") };
static const struct bytes others[] = { BYTES_LIT("device"), BYTES_LIT("phone") };
#define LIST CONST(.type = VALUE_LIST, .list = words, .n_list = 3)
#define OTHERS CONST(.type = VALUE_LIST, .list = others, .n_list = 2)

static void no_field(void *arg, int field, struct value *out)
{
	(*(unsigned *)arg)++;
	if (field == 1)
		*out = (struct value){ .type = VALUE_NUMBER, .num = 950000 };
}

static enum tri test(const struct expr *e)
{
	unsigned asked = 0;

	return expr_test(e, no_field, &asked);
}

static struct value value(const struct expr *e)
{
	unsigned asked = 0;

	return expr_value(e, no_field, &asked);
}

static void logic_is_three_valued(void **state)
{
	const struct expr *in[3] = { TRUTH(0), TRUTH(1), MISSING };
	static const enum tri and[3][3] = { { NO, NO, NO }, { NO, YES, UNKNOWN }, { NO, UNKNOWN, UNKNOWN } };
	static const enum tri or[3][3] = { { NO, YES, UNKNOWN }, { YES, YES, YES }, { UNKNOWN, YES, UNKNOWN } };
	static const enum tri not[3] = { YES, NO, UNKNOWN };

	for (int a = 0; a < 3; a++) {
		assert_int_equal(test(E(.op = EXPR_NOT, .left = in[a])), not[a]);
		for (int b = 0; b < 3; b++) {
			assert_int_equal(test(BINARY(EXPR_AND, in[a], in[b])), and[a][b]);
			assert_int_equal(test(BINARY(EXPR_OR, in[a], in[b])), or[a][b]);
		}
	}
}

static void a_missing_field_is_unknown_and_never_no(void **state)
{
	const struct expr *field = E(.op = EXPR_FIELD, .field = 0), *known = E(.op = EXPR_FIELD, .field = 1);

	assert_int_equal(test(BINARY(EXPR_GE, field, NUMBER(5))), UNKNOWN);
	assert_int_equal(test(BINARY(EXPR_NE, field, NUMBER(5))), UNKNOWN);
	assert_int_equal(test(field), UNKNOWN);
	assert_int_equal(test(BINARY(EXPR_GE, known, NUMBER(950))), YES);
	assert_int_equal(test(BINARY(EXPR_GT, known, NUMBER(950))), NO);
	assert_int_equal(test(E(.op = EXPR_HAS, .field = 0)), NO);
	assert_int_equal(test(E(.op = EXPR_HAS, .field = 1)), YES);
}

static void comparisons_want_one_type(void **state)
{
	assert_int_equal(test(BINARY(EXPR_LT, TEXT("a"), TEXT("b"))), YES);
	assert_int_equal(test(BINARY(EXPR_EQ, TEXT("a"), TEXT("a"))), YES);
	assert_int_equal(test(BINARY(EXPR_NE, TEXT("a"), TEXT("a"))), NO);
	assert_int_equal(test(BINARY(EXPR_LE, DURATION(5), DURATION(5))), YES);
	assert_int_equal(test(BINARY(EXPR_EQ, TRUTH(1), TRUTH(1))), YES);
	assert_int_equal(test(BINARY(EXPR_EQ, NUMBER(5), DURATION(5000))), UNKNOWN);
	assert_int_equal(test(BINARY(EXPR_EQ, LIST, LIST)), UNKNOWN);
	assert_int_equal(test(NUMBER(1)), UNKNOWN);
}

static void texts_and_lists_are_searched(void **state)
{
	assert_int_equal(test(BINARY(EXPR_IN, TEXT("device"), LIST)), YES);
	assert_int_equal(test(BINARY(EXPR_IN, TEXT("phone"), LIST)), NO);
	assert_int_equal(test(BINARY(EXPR_IN, OTHERS, LIST)), YES);
	assert_int_equal(test(BINARY(EXPR_IN, MISSING, LIST)), UNKNOWN);
	assert_int_equal(test(BINARY(EXPR_IN, TEXT("x"), TEXT("xx"))), UNKNOWN);
	assert_int_equal(test(BINARY(EXPR_CONTAINS, LIST, TEXT("timing"))), YES);
	assert_int_equal(test(BINARY(EXPR_CONTAINS, TEXT("abc"), TEXT("bc"))), YES);
	assert_int_equal(test(BINARY(EXPR_CONTAINS, TEXT("abc"), TEXT("x"))), NO);
	assert_int_equal(test(BINARY(EXPR_STARTSWITH, TEXT("abc"), TEXT("ab"))), YES);
	assert_int_equal(test(BINARY(EXPR_ENDSWITH, TEXT("abc"), TEXT("ab"))), NO);
	assert_int_equal(test(BINARY(EXPR_ENDSWITH, TEXT("abc"), NUMBER(1))), UNKNOWN);
}

static void arithmetic_keeps_units(void **state)
{
	struct value v = value(BINARY(EXPR_MUL, DURATION(90), NUMBER(2)));

	assert_true(v.type == VALUE_DURATION && v.num == 180);
	v = value(BINARY(EXPR_DIV, DURATION(90), DURATION(60)));
	assert_true(v.type == VALUE_NUMBER && v.num == 1500);
	v = value(BINARY(EXPR_DIV, NUMBER(1), NUMBER(3)));
	assert_true(v.type == VALUE_NUMBER && v.num == 333);
	v = value(BINARY(EXPR_SUB, NUMBER(1), NUMBER(3)));
	assert_true(v.type == VALUE_NUMBER && v.num == -2000);
	v = value(BINARY(EXPR_ADD, DURATION(1), DURATION(2)));
	assert_true(v.type == VALUE_DURATION && v.num == 3);
	assert_int_equal(value(BINARY(EXPR_ADD, DURATION(1), NUMBER(2))).type, VALUE_MISSING);
	assert_int_equal(value(BINARY(EXPR_MUL, DURATION(1), DURATION(2))).type, VALUE_MISSING);
	assert_int_equal(value(BINARY(EXPR_DIV, NUMBER(1), DURATION(2))).type, VALUE_MISSING);
	assert_int_equal(value(BINARY(EXPR_ADD, TEXT("a"), NUMBER(2))).type, VALUE_MISSING);
}

static void overflow_and_division_by_zero_are_missing(void **state)
{
	const struct expr *most = CONST(.type = VALUE_NUMBER, .num = INT64_MAX), *least = CONST(.type = VALUE_NUMBER, .num = INT64_MIN);

	assert_int_equal(value(BINARY(EXPR_DIV, NUMBER(1), NUMBER(0))).type, VALUE_MISSING);
	assert_int_equal(value(BINARY(EXPR_ADD, most, NUMBER(1))).type, VALUE_MISSING);
	assert_int_equal(value(BINARY(EXPR_SUB, least, NUMBER(1))).type, VALUE_MISSING);
	assert_int_equal(value(BINARY(EXPR_MUL, most, most)).type, VALUE_MISSING);
	assert_int_equal(value(BINARY(EXPR_DIV, least, CONST(.type = VALUE_NUMBER, .num = -1))).type, VALUE_MISSING);
}

/* A tree that shares its branches has 2^20 leaves. */
static void steps_are_limited(void **state)
{
	struct expr level[20];
	const struct expr *e = E(.op = EXPR_FIELD, .field = 0);
	unsigned asked = 0;

	for (int i = 0; i < 20; i++) {
		level[i] = (struct expr){ .op = EXPR_ADD, .left = e, .right = e };
		e = &level[i];
	}
	assert_int_equal(expr_value(e, no_field, &asked).type, VALUE_MISSING);
	assert_true(asked <= EXPR_STEPS_MAX);
	assert_true(asked > 1000);
}

static void fields_are_found_by_name(void **state)
{
	for (int i = 0; field_rows[i].name; i++) {
		assert_int_equal(field_find(bytes_of(field_rows[i].name)), i);
		assert_true(field_rows[i].scopes != 0 && field_rows[i].type != VALUE_MISSING && strlen(field_rows[i].help) > 10);
	}
	assert_true(field_find(bytes_of("link.score")) >= 0);
	assert_int_equal(field_find(bytes_of("link.nothing")), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logic_is_three_valued),
		cmocka_unit_test(a_missing_field_is_unknown_and_never_no),
		cmocka_unit_test(comparisons_want_one_type),
		cmocka_unit_test(texts_and_lists_are_searched),
		cmocka_unit_test(arithmetic_keeps_units),
		cmocka_unit_test(overflow_and_division_by_zero_are_missing),
		cmocka_unit_test(steps_are_limited),
		cmocka_unit_test(fields_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
