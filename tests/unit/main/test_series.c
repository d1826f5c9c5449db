/* What came in, minute by minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/main/series.h"

#define MINUTE 60000LL
#define START (1000 * MINUTE)

static void expect(const struct series *s, int64_t minute, unsigned accepted, unsigned refused)
{
	assert_int_equal(s->slots[minute % SERIES_MINUTES].accepted, accepted);
	assert_int_equal(s->slots[minute % SERIES_MINUTES].refused, refused);
}

static void a_minute_holds_what_the_counters_grew_by(void **state)
{
	struct series s = { 0 };

	series_note(&s, START, 5, 1);
	series_note(&s, START + 59999, 8, 1);
	series_note(&s, START + MINUTE, 10, 2);
	expect(&s, 1000, 8, 1);
	expect(&s, 1001, 2, 1);
}

static void minutes_in_which_nothing_was_noted_are_empty(void **state)
{
	struct series s = { 0 };

	series_note(&s, START, 5, 0);
	series_note(&s, START + 3 * MINUTE, 6, 0);
	expect(&s, 1001, 0, 0);
	expect(&s, 1002, 0, 0);
	series_note(&s, START + SERIES_MINUTES * MINUTE, 7, 0);
	expect(&s, 1000 + SERIES_MINUTES, 1, 0); /* the slot of START, used again */
	expect(&s, 1003, 1, 0);
}

static void a_clock_that_jumps_loses_no_count(void **state)
{
	struct series s = { 0 };

	series_note(&s, START, 5, 0);
	series_note(&s, START - 90 * MINUTE, 9, 0);
	expect(&s, 1000, 9, 0);
	series_note(&s, START + 100000 * MINUTE, 10, 0);
	expect(&s, 101000, 1, 0);
	expect(&s, 100999, 0, 0);
}

static void columns_are_of_one_length_and_end_with_the_newest_minute(void **state)
{
	struct series s = { 0 };
	struct text out = { 0 };

	series_render(&s, &out);
	assert_string_equal(out.ptr, "{\"at\":[],\"accepted\":[],\"refused\":[]}");
	text_clear(&out);
	series_note(&s, START, 5, 2);
	series_render(&s, &out);
	assert_non_null(strstr(out.ptr, ",60000],\"accepted\":["));
	assert_non_null(strstr(out.ptr, ",0,5],\"refused\":["));
	assert_non_null(strstr(out.ptr, ",0,2]}"));
	text_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_minute_holds_what_the_counters_grew_by),
		cmocka_unit_test(minutes_in_which_nothing_was_noted_are_empty),
		cmocka_unit_test(a_clock_that_jumps_loses_no_count),
		cmocka_unit_test(columns_are_of_one_length_and_end_with_the_newest_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
