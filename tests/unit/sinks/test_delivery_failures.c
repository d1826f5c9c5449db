/* What is not taken: pauses that grow, what was taken nevertheless, and the day after which it is given up. */
#include "delivery_bench.h"

static void failures_are_tried_again_with_growing_spread_pauses(void **state)
{
	struct bench *b = *state;
	int64_t least = 750000;

	far.answer = SINK_FAILED;
	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 3);
	for (unsigned i = 0; i < 12; i++, least = least < 450000000 ? least * 2 : least) {
		int64_t wait = settle(b);

		assert_int_equal(far.calls, i + 1);
		assert_true(wait >= (least < 450000000 ? least : 450000000) && wait <= 750000000);
		b->us += wait;
	}
	far.answer = SINK_TAKEN;
	settle(b);
	assert_int_equal(far.rows, 3);
	assert_int_equal(count_letters(b, "far"), 0);
}

static void a_file_that_was_full_for_long_goes_on_within_seconds(void **state)
{
	struct bench *b = *state;
	int64_t wait = 0;

	file_is_full = true;
	open_sinks(b, &sink_file, NULL);
	add_alerts(b, 3);
	for (unsigned i = 0; i < 20; i++, b->us += wait)
		wait = settle(b);
	assert_true(wait > 0 && wait <= 3000000);
	file_is_full = false;
	settle(b);
	assert_int_equal(file_rows, 3);
}

static void other_side_may_ask_for_time(void **state)
{
	struct bench *b = *state;

	far.answer = SINK_FAILED;
	far.not_before_ms = 120000;
	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 1);
	assert_int_equal(settle(b), 120000000);
}

static void what_went_out_before_a_failure_does_not_come_again(void **state)
{
	struct bench *b = *state;

	far.answer = SINK_FAILED;
	far.takes = 3;
	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 10);
	b->us += settle(b);
	assert_int_equal(far.rows, 3);
	for (unsigned i = 0; i < 5; i++) { /* the fourth alone, and nothing of it is taken */
		assert_int_equal(far.calls, i + 1);
		b->us += settle(b);
	}
	assert_int_equal(far.rows, 3);
	far.answer = SINK_TAKEN;
	settle(b);
	assert_int_equal(far.rows, 10);
	assert_int_equal(b->drop, 10);
	assert_int_equal(count_letters(b, "far"), 0);
}

static void an_attempt_on_its_way_does_not_hide_why_it_fails(void **state)
{
	struct bench *b = *state;
	struct sink_stats stats[SINKS_MAX];

	far.answer = SINK_FAILED;
	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 1);
	b->us += settle(b);
	far.hangs = true;
	settle(b);
	assert_non_null(far.hanging);
	sinks_stats(b->sinks, stats, SINKS_MAX);
	assert_true(stats[0].is_failing);
	assert_string_equal(stats[0].why, "as it was told");
}

static void a_day_without_success_makes_dead_letters(void **state)
{
	struct bench *b = *state;

	far.answer = SINK_FAILED;
	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 2);
	settle(b);
	assert_int_equal(count_letters(b, "far"), 0);
	b->us += DAY_MS * 1000;
	settle(b);
	assert_int_equal(count_letters(b, "far"), 2);
	assert_int_equal(far.rows, 0);
}

static void clock_that_jumps_ahead_kills_nothing(void **state)
{
	struct bench *b = *state;

	far.answer = SINK_FAILED;
	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 2);
	for (int i = 0; i < 5; i++)
		b->us += settle(b);
	b->wall_ms += DAY_MS * 2;
	b->us += settle(b);
	assert_int_equal(count_letters(b, "far"), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(failures_are_tried_again_with_growing_spread_pauses),
		T(a_file_that_was_full_for_long_goes_on_within_seconds),
		T(other_side_may_ask_for_time),
		T(what_went_out_before_a_failure_does_not_come_again),
		T(an_attempt_on_its_way_does_not_hide_why_it_fails),
		T(a_day_without_success_makes_dead_letters),
		T(clock_that_jumps_ahead_kills_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
