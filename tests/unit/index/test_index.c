/* The index: who holds what, since when, in how many sessions; hubs, bounds and the snapshot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "daemon/index/index.h"
#include "tests/unit/snapshot_memory.h"

#define HUB_CAP 5

static struct index_seen observe_at(struct index *ix, uint32_t account, uint64_t key, uint32_t at_s)
{
	struct index_use use = { .key = key, .value = UINT32_MAX, .kind = 3, .network = 2, .at_s = at_s, .hub_cap = HUB_CAP,
				 .shown = BYTES_LIT("value") };
	struct index_seen seen;
	index_observe(ix, account, &use, &seen);
	return seen;
}

static void a_value_new_to_an_account_is_told_once(void **state)
{
	struct index *ix = index_new();
	assert_true(observe_at(ix, 1, 77, 100).is_new);
	assert_false(observe_at(ix, 1, 77, 200).is_new);
	assert_false(observe_at(ix, 1, 77, 300).is_new_day);
	assert_true(observe_at(ix, 1, 77, 86401).is_new_day);
	assert_true(observe_at(ix, 2, 77, 300).is_new);
	uint32_t value = index_find(ix, 77);
	assert_int_equal(index_value(ix, value)->holders, 2);
	const struct posting *p = index_posting(ix, 1, value);
	assert_int_equal(p->first_s, 100);
	assert_int_equal(p->last_s, 86401);
	assert_int_equal(p->days, 2);
	index_free(ix);
}

static void the_text_is_kept_for_shared_values_only(void **state)
{
	struct index *ix = index_new();
	observe_at(ix, 1, 77, 100);
	assert_int_equal(index_shown(ix, index_find(ix, 77)).len, 0);
	observe_at(ix, 2, 77, 100);
	assert_true(bytes_is(index_shown(ix, index_find(ix, 77)), "value"));
	index_free(ix);
}

static void a_late_use_moves_the_first_time_back_and_never_the_last(void **state)
{
	struct index *ix = index_new();
	observe_at(ix, 1, 77, 1000);
	observe_at(ix, 1, 77, 400);
	const struct posting *p = index_posting(ix, 1, index_find(ix, 77));
	assert_int_equal(p->first_s, 400);
	assert_int_equal(p->last_s, 1000);
	index_free(ix);
}

static void one_more_holder_than_the_cap_makes_a_hub_once(void **state)
{
	struct index *ix = index_new();
	for (uint32_t i = 0; i < HUB_CAP; i++)
		assert_false(observe_at(ix, i, 9, 10 + i).became_hub);
	assert_true(observe_at(ix, HUB_CAP, 9, 50).became_hub);
	assert_false(observe_at(ix, HUB_CAP + 1, 9, 51).became_hub);
	assert_true(index_value(ix, index_find(ix, 9))->is_hub);
	assert_int_equal(index_value(ix, index_find(ix, 9))->holders, HUB_CAP + 2);
	index_free(ix);
}

static void holders_stand_longest_unused_first(void **state)
{
	struct index *ix = index_new();
	for (uint32_t i = 0; i < 5; i++)
		observe_at(ix, i, 9, 10 + i);
	assert_int_equal(observe_at(ix, 1, 9, 90).depth, 3);
	const uint32_t *holders;
	unsigned n = index_holders(ix, index_find(ix, 9), &holders);
	const uint32_t expected[] = { 0, 2, 3, 4, 1 };
	assert_int_equal(n, 5);
	assert_memory_equal(holders, expected, sizeof(expected));
	index_free(ix);
}

static void two_accounts_share_just_what_both_hold(void **state)
{
	struct index *ix = index_new();
	struct index_shared shared[8];
	for (uint64_t key = 0; key < 300; key++)
		observe_at(ix, 1, key * 7919, 100);
	for (uint64_t key = 298; key < 302; key++)
		observe_at(ix, 2, key * 7919, 200);
	assert_int_equal(index_intersect(ix, 1, 2, shared, 8), 2);
	assert_int_equal(shared[0].a->first_s, 100);
	assert_int_equal(shared[0].b->first_s, 200);
	assert_int_equal(index_intersect(ix, 2, 1, shared, 8), 2);
	assert_int_equal(shared[1].a->first_s, 200);
	assert_int_equal(shared[1].b->first_s, 100);
	assert_int_equal(index_intersect(ix, 2, 3, shared, 8), 0);
	index_free(ix);
}

/* Of 12,000 values one account holds each seventh and another each fifth: more than a reader has bits. */
static struct index *long_lists(void)
{
	struct index *ix = index_new();
	for (uint32_t key = 0; key < 12000; key++)
		observe_at(ix, 10 + key / 4000, key, 100);
	for (uint32_t key = 0; key < 12000; key++) {
		if (key % 7 == 0)
			observe_at(ix, 1, key, 200);
		if (key % 5 == 0)
			observe_at(ix, 2, key, 300);
	}
	return ix;
}

static void assert_each_35th(const struct index *ix, const struct index_shared *shared, unsigned n)
{
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(index_value(ix, shared[i].value)->key, i * 35);
		assert_int_equal(shared[i].a->value, shared[i].value);
		assert_int_equal(shared[i].a->first_s, 200);
		assert_int_equal(shared[i].b->first_s, 300);
	}
}

static void what_long_lists_share_comes_in_order(void **state)
{
	struct index *ix = long_lists();
	static struct index_shared shared[400];
	assert_int_equal(index_intersect(ix, 1, 2, shared, ARRAY_LEN(shared)), 343);
	assert_each_35th(ix, shared, 343);
	assert_int_equal(index_intersect(ix, 1, 2, shared, 70), 70);
	assert_each_35th(ix, shared, 70);
	index_free(ix);
}

static void a_reader_finds_the_same_from_either_side(void **state)
{
	struct index *ix = long_lists();
	static struct index_shared shared[400];
	struct index_reader reader;
	index_read(ix, 1, &reader);
	assert_int_equal(index_intersect_with(ix, &reader, 2, shared, ARRAY_LEN(shared)), 343);
	assert_each_35th(ix, shared, 343);
	assert_int_equal(index_intersect_with(ix, &reader, 3, shared, ARRAY_LEN(shared)), 0);
	index_read(ix, 2, &reader);
	assert_int_equal(index_intersect_with(ix, &reader, 1, shared, 70), 70);
	assert_each_35th(ix, shared, 70);
	index_free(ix);
}

static void a_full_account_gives_up_its_longest_unused_value(void **state)
{
	struct index *ix = index_new();
	struct index_counts counts;
	observe_at(ix, 2, 0, 1);
	for (uint32_t key = 0; key <= INDEX_POSTINGS_MAX; key++)
		observe_at(ix, 1, key, 100 + key);
	const struct posting *postings;
	assert_int_equal(index_postings(ix, 1, &postings), INDEX_POSTINGS_MAX);
	assert_null(index_posting(ix, 1, index_find(ix, 0)));
	assert_int_equal(index_value(ix, index_find(ix, 0))->holders, 1);
	const uint32_t *holders;
	assert_int_equal(index_holders(ix, index_find(ix, 0), &holders), 1);
	assert_int_equal(holders[0], 2);
	index_counts(ix, &counts);
	assert_int_equal(counts.limits_hit, 1);
	index_free(ix);
}

static void fifty_thousand_values_are_all_found_again(void **state)
{
	struct index *ix = index_new();
	for (uint64_t i = 0; i < 50000; i++)
		observe_at(ix, (uint32_t)(i % 1000), bytes_hash(bytes_make((const char *)&i, sizeof(i)), 1), (uint32_t)i + 1);
	for (uint64_t i = 0; i < 50000; i++) {
		uint32_t value = index_find(ix, bytes_hash(bytes_make((const char *)&i, sizeof(i)), 1));
		assert_int_equal(value, i);
		assert_non_null(index_posting(ix, (uint32_t)(i % 1000), value));
	}
	assert_int_equal(index_find(ix, 12345), UINT32_MAX);
	index_free(ix);
}

static struct index *sample(void)
{
	struct index *ix = index_new();
	for (uint32_t i = 0; i < 200; i++)
		observe_at(ix, i % 20, (uint64_t)(i % 37) << 20, 100 + i);
	return ix;
}

static void a_snapshot_goes_on_as_the_original_does(void **state)
{
	struct index *ix = sample(), *back = index_new();
	struct memory first = { 0 }, second = { 0 };
	assert_int_equal(index_save(ix, memory_write, &first), ERR_OK);
	assert_int_equal(index_load(back, memory_read, &first), ERR_OK);
	for (uint32_t i = 0; i < 100; i++) {
		observe_at(ix, i % 23, (uint64_t)(i % 41) << 20, 900 + i);
		observe_at(back, i % 23, (uint64_t)(i % 41) << 20, 900 + i);
	}
	free(first.at);
	first = (struct memory){ 0 };
	assert_int_equal(index_save(ix, memory_write, &first), ERR_OK);
	assert_int_equal(index_save(back, memory_write, &second), ERR_OK);
	assert_int_equal(first.n, second.n);
	assert_memory_equal(first.at, second.at, first.n);
	index_free(ix);
	index_free(back);
	free(first.at);
	free(second.at);
}

static void a_cut_or_wild_snapshot_is_refused(void **state)
{
	struct index *ix = sample();
	struct memory whole = { 0 };
	assert_int_equal(index_save(ix, memory_write, &whole), ERR_OK);
	for (size_t n = 0; n < whole.n; n += 13) {
		struct memory cut = { whole.at, n, 0 };
		struct index *back = index_new();
		assert_int_not_equal(index_load(back, memory_read, &cut), ERR_OK);
		index_free(back);
	}
	const size_t counts = 56; /* the file's checksum guards them */
	for (size_t at = counts; at < whole.n; at++) {
		struct memory wild = { malloc(whole.n), whole.n, 0 };
		memcpy(wild.at, whole.at, whole.n);
		wild.at[at] = at % 2 ? (char)0xff : (char)(wild.at[at] + 2);
		struct index *back = index_new();
		/* Neither reading it nor going on with it may crash; the file's checksum tells the rest. */
		if (index_load(back, memory_read, &wild) == ERR_OK)
			for (uint32_t i = 0; i < 100; i++)
				observe_at(back, i % 23, (uint64_t)(i % 41) << 20, 900 + i);
		index_free(back);
		free(wild.at);
	}
	index_free(ix);
	free(whole.at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_new_to_an_account_is_told_once),
		cmocka_unit_test(the_text_is_kept_for_shared_values_only),
		cmocka_unit_test(a_late_use_moves_the_first_time_back_and_never_the_last),
		cmocka_unit_test(one_more_holder_than_the_cap_makes_a_hub_once),
		cmocka_unit_test(holders_stand_longest_unused_first),
		cmocka_unit_test(two_accounts_share_just_what_both_hold),
		cmocka_unit_test(what_long_lists_share_comes_in_order),
		cmocka_unit_test(a_reader_finds_the_same_from_either_side),
		cmocka_unit_test(a_full_account_gives_up_its_longest_unused_value),
		cmocka_unit_test(fifty_thousand_values_are_all_found_again),
		cmocka_unit_test(a_snapshot_goes_on_as_the_original_does),
		cmocka_unit_test(a_cut_or_wild_snapshot_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
