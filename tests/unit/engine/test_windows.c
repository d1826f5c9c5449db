/* Sliding windows: what they take, when it leaves them, and that they stay small. */
#include "policy_bench.h"

#include "daemon/engine/fields/windows.h"

#define POLICY "id: p\ntitle: t\nstatus: stable\npolicy:\n  scope: account\n"
#define POINTS POLICY "  windows: {points: {take: sum, of: event.value, where: event.kind == \"points\", timespan: 365d}}\n" \
	"  when: window.points >= 48\n"

static const char points_24[] = "\"type\":\"health\",\"account\":\"a\",\"kind\":\"points\",\"value\":24";

static void points_within_a_year_of_each_other_add_up(void **state)
{
	struct bench t;
	bench_begin(&t, POINTS);
	happens(&t, 0, points_24);
	assert_int_equal(standing(&t), 0);
	happens(&t, 364 * 24, points_24);
	assert_int_equal(standing(&t), 1);
	happens(&t, 366 * 24, "\"type\":\"login\",\"account\":\"a\"");
	assert_int_equal(standing(&t), 0);
	bench_end(&t);
}

static void points_more_than_a_year_apart_do_not(void **state)
{
	struct bench t;
	bench_begin(&t, POINTS);
	happens(&t, 0, points_24);
	happens(&t, 365 * 24, points_24);
	assert_int_equal(standing(&t), 0);
	happens(&t, 365 * 24, "\"type\":\"health\",\"account\":\"b\",\"kind\":\"points\",\"value\":24");
	assert_int_equal(standing(&t), 0);
	bench_end(&t);
}

static void a_late_event_counts_at_its_own_time(void **state)
{
	struct bench t;
	bench_begin(&t, POINTS);
	happens(&t, 370 * 24, points_24);
	happens(&t, 2 * 24, points_24);
	assert_int_equal(standing(&t), 0);
	happens(&t, 6 * 24, points_24);
	assert_int_equal(standing(&t), 1);
	bench_end(&t);
}

static void distinct_values_are_counted_once(void **state)
{
	struct bench t;
	bench_begin(&t, POLICY "  windows: {ips: {take: distinct, of: event.ip, where: not event.ok, timespan: 1d}}\n  when: window.ips >= 3\n");
	for (int i = 0; i < 6; i++)
		happens(&t, i, i % 2 ? "\"type\":\"login\",\"ok\":false,\"account\":\"a\",\"ip\":\"11.0.0.1\""
				     : "\"type\":\"login\",\"ok\":false,\"account\":\"a\",\"ip\":\"11.0.0.2\"");
	happens(&t, 7, "\"type\":\"login\",\"account\":\"a\",\"ip\":\"11.0.0.3\"");
	assert_int_equal(standing(&t), 0);
	happens(&t, 8, "\"type\":\"login\",\"ok\":false,\"account\":\"a\",\"ip\":\"11.0.0.3\"");
	assert_int_equal(standing(&t), 1);
	happens(&t, 29, "\"type\":\"login\",\"account\":\"a\"");
	assert_int_equal(standing(&t), 0);
	bench_end(&t);
}

static void the_latest_value_is_that_of_the_latest_event(void **state)
{
	struct bench t;
	bench_begin(&t, POLICY "  windows: {rating: {take: latest, of: event.value, timespan: 30d}}\n"
			       "  when: window.rating < 250\n  until: not has(window.rating) or window.rating >= 250\n");
	happens(&t, 24, "\"type\":\"health\",\"account\":\"a\",\"value\":249.5");
	assert_int_equal(standing(&t), 1);
	happens(&t, 12, "\"type\":\"health\",\"account\":\"a\",\"value\":900");
	assert_int_equal(standing(&t), 1);
	happens(&t, 25, "\"type\":\"health\",\"account\":\"a\",\"value\":250");
	assert_int_equal(standing(&t), 0);
	bench_end(&t);
}

static void times_are_counted_since_the_first_and_since_the_latest(void **state)
{
	struct bench t;
	bench_begin(&t, POLICY "  windows:\n    first: {take: since_first, where: event.type == \"order\", timespan: 10d}\n"
			       "    last: {take: since_latest, where: event.type == \"order\", timespan: 10d}\n"
			       "  when: window.first >= 9d and window.last <= 1d\n");
	happens(&t, 0, "\"type\":\"order\",\"account\":\"a\"");
	happens(&t, 9 * 24, "\"type\":\"login\",\"account\":\"a\"");
	assert_int_equal(standing(&t), 0);
	happens(&t, 9 * 24, "\"type\":\"order\",\"account\":\"a\"");
	assert_int_equal(standing(&t), 1);
	happens(&t, 11 * 24, "\"type\":\"login\",\"account\":\"a\"");
	assert_int_equal(standing(&t), 0);
	bench_end(&t);
}

/* At least 250 for six months, at most ten days below. The value at the window's start is that of the rating before it. */
static void the_time_below_a_value_is_known_from_before_the_window(void **state)
{
	struct bench t;
	bench_begin(&t, POLICY "  windows:\n"
			       "    low: {take: time_below, of: event.value, bound: 250, where: event.kind == \"rating\", timespan: 182d}\n"
			       "    good: {take: time_at_least, of: event.value, bound: 250, where: event.kind == \"rating\", timespan: 182d}\n"
			       "  when: window.good + window.low >= 182d and window.low <= 10d\n");
	happens(&t, 0, "\"type\":\"health\",\"account\":\"a\",\"value\":312");
	happens(&t, 181 * 24, "\"type\":\"login\",\"account\":\"a\"");
	assert_int_equal(standing(&t), 0);
	happens(&t, 182 * 24, "\"type\":\"login\",\"account\":\"a\"");
	assert_int_equal(standing(&t), 1);
	happens(&t, 400 * 24, "\"type\":\"health\",\"account\":\"a\",\"value\":249");
	happens(&t, 410 * 24, "\"type\":\"health\",\"account\":\"a\",\"value\":250");
	happens(&t, 420 * 24, "\"type\":\"login\",\"account\":\"a\"");
	assert_int_equal(standing(&t), 1);
	happens(&t, 421 * 24, "\"type\":\"health\",\"account\":\"a\",\"value\":249");
	happens(&t, 421 * 24 + 1, "\"type\":\"health\",\"account\":\"a\",\"value\":250");
	assert_int_equal(standing(&t), 0);
	bench_end(&t);
}

static void a_window_of_a_link_holds_the_events_of_both(void **state)
{
	struct bench t;
	bench_begin(&t, "id: p\ntitle: t\nstatus: stable\npolicy:\n  scope: link\n"
			"  windows: {orders: {take: count, where: event.type == \"order\", timespan: 1d}}\n"
			"  when: link.score >= possible and window.orders >= 3\n");
	happens(&t, 0, "\"type\":\"login\",\"account\":\"a\",\"device\":{\"id\":\"d\"}");
	happens(&t, 0, "\"type\":\"login\",\"account\":\"b\",\"device\":{\"id\":\"d\"}");
	happens(&t, 1, "\"type\":\"order\",\"account\":\"a\"");
	happens(&t, 2, "\"type\":\"order\",\"account\":\"b\"");
	assert_int_equal(standing(&t), 0);
	happens(&t, 3, "\"type\":\"order\",\"account\":\"a\"");
	assert_int_equal(standing(&t), 1);
	bench_end(&t);
}

static void a_full_window_stays_small_and_forgets_in_time(void **state)
{
	struct bench t;
	struct text line = { 0 };
	bench_begin(&t, POLICY "  windows: {all: {take: count, timespan: 1000h}}\n  when: window.all >= 900 and window.all <= 1100\n"
			       "  until: window.all < 900 or window.all > 1100\n");
	for (int hour = 0; hour < 5000; hour++) {
		happens(&t, hour, "\"type\":\"login\",\"account\":\"a\"");
		if (hour > 1000 && standing(&t) != 1)
			fail_msg("the window is off by more than a tenth in hour %d", hour);
	}
	struct memory saved = { 0 };
	assert_int_equal(engine_save(t.engine, memory_write, &saved), ERR_OK);
	assert_true(saved.n < WINDOW_ENTRIES_MAX * sizeof(struct window_entry) + 4096);
	free(saved.at);
	text_free(&line);
	bench_end(&t);
}

static void a_snapshot_keeps_what_windows_hold(void **state)
{
	struct bench t;
	bench_begin(&t, POINTS);
	happens(&t, 0, points_24);
	bench_save_and_load(&t);
	happens(&t, 24, points_24);
	assert_int_equal(standing(&t), 1);
	bench_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_within_a_year_of_each_other_add_up),
		cmocka_unit_test(points_more_than_a_year_apart_do_not),
		cmocka_unit_test(a_late_event_counts_at_its_own_time),
		cmocka_unit_test(distinct_values_are_counted_once),
		cmocka_unit_test(the_latest_value_is_that_of_the_latest_event),
		cmocka_unit_test(times_are_counted_since_the_first_and_since_the_latest),
		cmocka_unit_test(the_time_below_a_value_is_known_from_before_the_window),
		cmocka_unit_test(a_window_of_a_link_holds_the_events_of_both),
		cmocka_unit_test(a_full_window_stays_small_and_forgets_in_time),
		cmocka_unit_test(a_snapshot_keeps_what_windows_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
