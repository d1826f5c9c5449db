#include "base_test.h"

#include "daemon/base/clock.h"
#include "daemon/base/err.h"

static void format_and_parse_are_each_others_inverse(void **state)
{
	uint64_t seed = 3;
	for (int i = 0; i < 100000; i++) {
		int64_t ms = (int64_t)(next_number(&seed) % 315569520000000u) - 62167219200000;
		char text[TIME_TEXT_SIZE];
		int64_t back;
		time_format(ms, text);
		assert_int_equal(strlen(text), TIME_TEXT_SIZE - 1);
		assert_true(time_parse_rfc3339(bytes_of(text), &back));
		assert_true(back == ms);
	}
}

static void format_of_known_times(void **state)
{
	char text[TIME_TEXT_SIZE];
	time_format(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00.000Z");
	time_format(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	time_format(1709164800123, text);
	assert_string_equal(text, "2024-02-29T00:00:00.123Z");
	time_format(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59.999Z");
	time_format(INT64_MIN, text);
	assert_string_equal(text, "0000-01-01T00:00:00.000Z");
}

static void parse_takes_offsets_fractions_and_leap_seconds(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{ "1970-01-01T00:00:00Z", 0 }, { "1970-01-01t00:00:00z", 0 }, { "1970-01-01 00:00:00Z", 0 },
		{ "1970-01-01T01:30:00+01:30", 0 }, { "1969-12-31T19:00:00-05:00", 0 }, { "1970-01-01T00:00:00-00:00", 0 },
		{ "1970-01-01T00:00:00.5Z", 500 }, { "1970-01-01T00:00:00.1239999999Z", 123 },
		{ "1990-12-31T23:59:60Z", 662687999999 }, { "2000-02-29T00:00:00Z", 951782400000 },
	};
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		int64_t ms = -1;
		if (!time_parse_rfc3339(bytes_of(good[i].text), &ms) || ms != good[i].ms)
			fail_msg("%s gave %lld", good[i].text, (long long)ms);
	}
}

static void parse_refuses_everything_else(void **state)
{
	static const char *const bad[] = { "", "now", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00Z",
		"1970-1-01T00:00:00Z", "1900-02-29T00:00:00Z", "2023-04-31T00:00:00Z", "2023-00-10T00:00:00Z",
		"2023-13-10T00:00:00Z", "2023-01-00T00:00:00Z", "2023-01-01T24:00:00Z", "2023-01-01T00:60:00Z",
		"2023-01-01T00:00:61Z", "2023-01-01T00:00:00.Z", "2023-01-01T00:00:00+0100", "2023-01-01T00:00:00+24:00",
		"2023-01-01T00:00:00+00:60", "2023-01-01T00:00:00Zx", " 2023-01-01T00:00:00Z", "20230101T000000Z",
		"+2023-01-01T00:00:00Z", "2023-01-01T00:00:00,5Z", "-023-01-01T00:00:00Z" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		int64_t ms;
		if (time_parse_rfc3339(bytes_of(bad[i]), &ms))
			fail_msg("\"%s\" was taken", bad[i]);
	}
	int64_t ms;
	assert_false(time_parse_rfc3339(BYTES_LIT("2023-01-01\0" "00:00:00Z"), &ms));
}

static void civil_days_go_round_over_eras(void **state)
{
	for (int64_t day = -800000; day < 3000000; day += 17) {
		int y, m, d;
		time_civil_from_days(day, &y, &m, &d);
		assert_true(time_days_from_civil(y, m, d) == day);
	}
	assert_true(time_days_from_civil(2000, 3, 1) == 11017);
	assert_true(time_days_from_civil(1969, 12, 31) == -1);
}

static void duration_needs_a_unit_unless_zero(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = { { "90s", 90000 }, { "15m", 900000 }, { "72h", 259200000 }, { "7d", 604800000 }, { "2w", 1209600000 },
		{ "1500ms", 1500 }, { "0", 0 }, { "0s", 0 }, { "9223372036854775807ms", INT64_MAX } };
	static const char *const bad[] = { "", "5", "s", "5x", "5 s", "-5s", "1.5h", "5S", "9223372036854775808ms",
		"99999999999999999999s", "15250284452472w" };
	int64_t ms;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(time_parse_duration(bytes_of(good[i].text), &ms));
		assert_true(ms == good[i].ms);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(time_parse_duration(bytes_of(bad[i]), &ms));
}

static void duration_text_is_short(void **state)
{
	char out[32];
	assert_string_equal(time_duration_text(3 * 86400000LL + 5, out, sizeof(out)), "3 d");
	assert_string_equal(time_duration_text(5 * 3600000LL, out, sizeof(out)), "5 h");
	assert_string_equal(time_duration_text(12 * 60000 + 59999, out, sizeof(out)), "12 min");
	assert_string_equal(time_duration_text(40000, out, sizeof(out)), "40 s");
	assert_string_equal(time_duration_text(7, out, sizeof(out)), "7 ms");
	assert_string_equal(time_duration_text(-60000, out, sizeof(out)), "-1 min");
	assert_string_equal(time_duration_text(INT64_MIN, out, 5), "-106");
}

static void written_duration_is_read_back_as_the_same(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = { { 0, "0" }, { 1, "1ms" }, { 90000, "90s" }, { 1500, "1500ms" }, { 1800000, "30m" }, { 86400000, "1d" },
		{ 129600000, "36h" }, { 14 * 86400000LL, "14d" }, { INT64_MAX, "9223372036854775807ms" } };
	char out[32];
	int64_t ms;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_string_equal(time_duration_written(rows[i].ms, out, sizeof(out)), rows[i].text);
		assert_true(time_parse_duration(bytes_of(out), &ms));
		assert_true(ms == rows[i].ms);
	}
}

static void clocks_go_forward(void **state)
{
	int64_t mono = clock_mono_us(), cpu = clock_cpu_us();
	for (volatile int i = 0; i < 3000000; i++)
		;
	assert_true(clock_mono_us() > mono);
	assert_true(clock_cpu_us() > cpu);
	assert_true(clock_wall_ms() > 1600000000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(format_and_parse_are_each_others_inverse),
		cmocka_unit_test(format_of_known_times),
		cmocka_unit_test(parse_takes_offsets_fractions_and_leap_seconds),
		cmocka_unit_test(parse_refuses_everything_else),
		cmocka_unit_test(civil_days_go_round_over_eras),
		cmocka_unit_test(duration_needs_a_unit_unless_zero),
		cmocka_unit_test(duration_text_is_short),
		cmocka_unit_test(written_duration_is_read_back_as_the_same),
		cmocka_unit_test(clocks_go_forward),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
