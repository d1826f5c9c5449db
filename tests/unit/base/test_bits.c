#include "base_test.h"

#include <math.h>

#include "daemon/base/bits.h"
#include "daemon/base/bits_table.h"
#include "daemon/base/err.h"

static void log2_ratio_is_the_nearest_millibit_over_the_whole_range(void **state)
{
	uint64_t seed = 88172645463325252u;
	for (int i = 0; i < 200000; i++) {
		uint64_t num = next_number(&seed) >> (next_number(&seed) % 64) | 1;
		uint64_t den = next_number(&seed) >> (next_number(&seed) % 64) | 1;
		long double want = 1000 * (log2l((long double)num) - log2l((long double)den));
		if (fabsl(want - bits_log2_ratio(num, den)) > 0.5001L)
			fail_msg("%llu/%llu: want %Lf, got %d", (unsigned long long)num, (unsigned long long)den, want,
				bits_log2_ratio(num, den));
	}
}

static void log2_ratio_of_powers_of_two_is_exact(void **state)
{
	for (int k = 0; k < 64; k++) {
		assert_int_equal(bits_log2_ratio((uint64_t)1 << k, 1), 1000 * k);
		assert_int_equal(bits_log2_ratio(1, (uint64_t)1 << k), -1000 * k);
	}
	assert_int_equal(bits_log2_ratio(UINT64_MAX, UINT64_MAX), 0);
	assert_int_equal(bits_log2_ratio(UINT64_MAX, 1), 64000);
}

static void log2_ratio_changes_its_sign_when_turned_over(void **state)
{
	for (uint64_t a = 1; a < 400; a++)
		for (uint64_t b = 1; b < 400; b++)
			assert_int_equal(bits_log2_ratio(a, b), -bits_log2_ratio(b, a));
}

static void log_table_is_what_the_formula_says(void **state)
{
	for (int i = 0; i < BITS_LOG_STEPS + 2; i++) {
		long double want = ldexpl(log2l(1 + i / 256.0L), 31);
		assert_true(fabsl(want - bits_log_table[i]) <= 0.51L);
	}
}

static void score_table_is_what_the_formula_says(void **state)
{
	for (int s = 1; s <= BITS_SCORES; s++) {
		long double p = (s - 0.5L) / 1000;
		assert_int_equal(bits_score_table[s - 1], (int32_t)ceill(1000 * log2l(p / (1 - p)) - 1e-9L));
	}
}

static void score_is_the_rounded_probability_at_every_millibit(void **state)
{
	for (int32_t mb = -25000; mb <= 25000; mb++) {
		int want = (int)floorl(1000 / (1 + exp2l(-mb / 1000.0L)) + 0.5L);
		assert_int_equal(bits_score(mb), want);
	}
}

static void score_never_leaves_0_to_1000(void **state)
{
	assert_int_equal(bits_score(INT32_MIN), 0);
	assert_int_equal(bits_score(INT32_MAX), 1000);
	assert_int_equal(bits_score(0), 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log2_ratio_is_the_nearest_millibit_over_the_whole_range),
		cmocka_unit_test(log2_ratio_of_powers_of_two_is_exact),
		cmocka_unit_test(log2_ratio_changes_its_sign_when_turned_over),
		cmocka_unit_test(log_table_is_what_the_formula_says),
		cmocka_unit_test(score_table_is_what_the_formula_says),
		cmocka_unit_test(score_is_the_rounded_probability_at_every_millibit),
		cmocka_unit_test(score_never_leaves_0_to_1000),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
