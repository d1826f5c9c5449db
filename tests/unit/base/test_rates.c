/* Rate limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "daemon/base/rates.h"

#define SECOND RATE_SECOND_US
#define A_SECOND(n) ((struct rate){ (n), RATE_SECOND_US })

static unsigned passed(struct rates *r, uint64_t key, unsigned rate, int64_t from_us, int64_t until_us)
{
	unsigned n = 0, wait_s;

	for (int64_t t = from_us; t < until_us; t += 1000)
		n += rates_take(r, key, A_SECOND(rate), t, &wait_s);
	return n;
}

static void a_second_is_let_through_at_once_and_then_the_rate(void **state)
{
	struct rates *r = rates_new();
	unsigned wait_s = 0;

	for (int i = 0; i < 50; i++)
		assert_true(rates_take(r, 7, A_SECOND(50), SECOND, &wait_s));
	assert_false(rates_take(r, 7, A_SECOND(50), SECOND, &wait_s));
	assert_int_equal(wait_s, 1);
	assert_in_range(passed(r, 7, 50, SECOND, 11 * SECOND), 499, 500);
	rates_free(r);
}

static void a_slow_rate_says_how_long_to_wait(void **state)
{
	struct rates *r = rates_new();
	unsigned wait_s = 0;

	assert_true(rates_take(r, 7, A_SECOND(1), SECOND, &wait_s));
	assert_false(rates_take(r, 7, A_SECOND(1), SECOND, &wait_s));
	assert_int_equal(wait_s, 1);
	assert_true(rates_take(r, 7, A_SECOND(1), 2 * SECOND, &wait_s));
	rates_free(r);
}

static void a_minutes_worth_may_come_at_once(void **state)
{
	struct rates *r = rates_new();
	const struct rate three = { 3, RATE_MINUTE_US };
	unsigned wait_s;

	for (int i = 0; i < 3; i++)
		assert_true(rates_take(r, 7, three, SECOND, &wait_s));
	assert_false(rates_take(r, 7, three, SECOND, &wait_s));
	assert_int_equal(wait_s, 20);
	assert_true(rates_take(r, 7, three, 21 * SECOND, &wait_s));
	assert_false(rates_take(r, 7, three, 21 * SECOND, &wait_s));
	rates_free(r);
}

static void keys_do_not_share_a_limit_and_none_is_none(void **state)
{
	struct rates *r = rates_new();

	assert_int_equal(passed(r, 1, 10, SECOND, SECOND + 20000), 10);
	assert_int_equal(passed(r, 2, 10, SECOND, SECOND + 20000), 10);
	assert_int_equal(passed(r, 3, 0, SECOND, 2 * SECOND), 1000);
	rates_free(r);
}

/* A hundred thousand others come, each once: whoever is over the limit stays over it. */
static void a_flood_of_keys_does_not_free_the_busiest(void **state)
{
	struct rates *r = rates_new();
	unsigned wait_s;

	assert_int_equal(passed(r, 42, 5, SECOND, SECOND + 20000), 5);
	for (uint64_t other = 1000; other < 101000; other++)
		assert_true(rates_take(r, other * 0x9e3779b97f4a7c15u, A_SECOND(5), SECOND + 20000, &wait_s));
	assert_false(rates_take(r, 42, A_SECOND(5), SECOND + 20000, &wait_s));
	rates_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_is_let_through_at_once_and_then_the_rate),
		cmocka_unit_test(a_slow_rate_says_how_long_to_wait),
		cmocka_unit_test(a_minutes_worth_may_come_at_once),
		cmocka_unit_test(keys_do_not_share_a_limit_and_none_is_none),
		cmocka_unit_test(a_flood_of_keys_does_not_free_the_busiest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
