/* The set of known event ids. */
#include "daemon/intake/known.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#define DAY 86400000LL

static uint64_t id_at(uint64_t i)
{
	return i * 0x9e3779b97f4a7c15u;
}

static void set_finds_what_was_added_and_nothing_else(void **state)
{
	struct idset s = { 0 };

	assert_false(idset_has(&s, 5));
	for (uint64_t i = 0; i < 5000; i++)
		assert_true(idset_add(&s, id_at(i)));
	for (uint64_t i = 0; i < 5000; i++)
		assert_false(idset_add(&s, id_at(i)));
	for (uint64_t i = 5000; i < 6000; i++)
		assert_false(idset_has(&s, id_at(i)));
	idset_clear(&s);
	assert_false(idset_has(&s, id_at(1)));
	assert_true(idset_add(&s, id_at(1)));
	idset_fini(&s);
}

static void zero_is_an_id_too(void **state)
{
	struct known *k = known_new(10);

	assert_false(known_has(k, 0));
	known_add(k, 0, DAY);
	assert_true(known_has(k, 0));
	known_free(k);
}

static void every_id_of_thirty_days_is_remembered(void **state)
{
	struct known *k = known_new(1);

	for (uint64_t day = 0; day <= KNOWN_DAYS; day++)
		for (uint64_t i = 0; i < 10; i++)
			known_add(k, id_at(day * 10 + i), (int64_t)(1000 + day) * DAY);
	for (uint64_t i = 0; i < (KNOWN_DAYS + 1) * 10; i++)
		assert_true(known_has(k, id_at(i)));
	known_free(k);
}

static void old_ids_go_when_enough_newer_ones_are_held(void **state)
{
	struct known *k = known_new(5);

	known_add(k, id_at(1), 1000 * DAY);
	for (uint64_t i = 0; i < 10; i++)
		known_add(k, id_at(100 + i), 1050 * DAY);
	known_add(k, id_at(200), 1060 * DAY);
	assert_false(known_has(k, id_at(1)));
	assert_true(known_has(k, id_at(100)));
	assert_int_equal(known_count(k), 11);
	known_free(k);
}

static void old_ids_stay_while_they_are_among_the_newest(void **state)
{
	struct known *k = known_new(1000);

	known_add(k, id_at(1), 1000 * DAY);
	for (uint64_t i = 0; i < 100; i++)
		known_add(k, id_at(100 + i), (int64_t)(1050 + i * 20) * DAY);
	assert_true(known_has(k, id_at(1)));
	known_free(k);
}

/* Two years with little traffic take all places; then it grows. */
static void old_ids_go_when_all_generations_are_taken(void **state)
{
	struct known *k = known_new(100);
	uint64_t id = 0;

	for (int64_t day = 1000; day < 1800; day += 10)
		known_add(k, id_at(id++), day * DAY);
	for (int64_t day = 1800; day < 3000; day += 10)
		for (unsigned i = 0; i < 200; i++)
			known_add(k, id_at(id++), day * DAY);
	assert_true(known_has(k, id_at(id - 100)));
	assert_false(known_has(k, id_at(0)));
	assert_true(known_count(k) < 2000);
	known_free(k);
}

static void clock_that_was_set_back_forgets_nothing(void **state)
{
	struct known *k = known_new(1);

	known_add(k, id_at(1), 2000 * DAY);
	known_add(k, id_at(2), 1000 * DAY);
	assert_true(known_has(k, id_at(1)));
	assert_true(known_has(k, id_at(2)));
	known_free(k);
}

static void id_costs_at_most_22_bytes(void **state)
{
	struct known *k = known_new(1);
	const uint64_t n = 300000;

	for (uint64_t i = 0; i < n; i++)
		known_add(k, id_at(i), DAY);
	assert_int_equal(known_count(k), n);
	assert_true(known_memory(k) < n * 22 + 10000);
	known_free(k);
}

static void removed_id_is_unknown_and_the_others_stay(void **state)
{
	struct known *k = known_new(1);

	for (uint64_t i = 0; i < 20000; i++)
		known_add(k, id_at(i), DAY);
	for (uint64_t i = 0; i < 20000; i += 3)
		known_remove(k, id_at(i));
	known_remove(k, id_at(999999));
	for (uint64_t i = 0; i < 20000; i++)
		assert_int_equal(known_has(k, id_at(i)), i % 3 != 0);
	assert_int_equal(known_count(k), 20000 - 6667);
	known_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_finds_what_was_added_and_nothing_else),
		cmocka_unit_test(zero_is_an_id_too),
		cmocka_unit_test(every_id_of_thirty_days_is_remembered),
		cmocka_unit_test(old_ids_go_when_enough_newer_ones_are_held),
		cmocka_unit_test(old_ids_stay_while_they_are_among_the_newest),
		cmocka_unit_test(old_ids_go_when_all_generations_are_taken),
		cmocka_unit_test(clock_that_was_set_back_forgets_nothing),
		cmocka_unit_test(removed_id_is_unknown_and_the_others_stay),
		cmocka_unit_test(id_costs_at_most_22_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
