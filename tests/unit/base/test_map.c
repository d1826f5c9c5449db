#include "base_test.h"

#include "daemon/base/map.h"

#define KEYS 20000

static void map_holds_what_was_put_and_nothing_else(void **state)
{
	struct u64map *m = u64map_new();
	for (uint64_t i = 0; i < KEYS; i++)
		u64map_put(m, i << 32 | i, (uint32_t)i);
	assert_int_equal(u64map_count(m), KEYS);
	for (uint64_t i = 0; i < KEYS; i++) {
		assert_int_equal(u64map_get(m, i << 32 | i), i);
		assert_int_equal(u64map_get(m, i << 32 | (i + 1)), U64MAP_NONE);
	}
	u64map_free(m);
}

static void map_takes_every_key_and_the_largest_value(void **state)
{
	struct u64map *m = u64map_new();
	assert_int_equal(u64map_get(m, 0), U64MAP_NONE);
	u64map_put(m, 0, 0);
	u64map_put(m, UINT64_MAX, U64MAP_NONE - 1);
	assert_int_equal(u64map_get(m, 0), 0);
	assert_int_equal(u64map_get(m, UINT64_MAX), U64MAP_NONE - 1);
	u64map_free(m);
}

static void map_put_replaces(void **state)
{
	struct u64map *m = u64map_new();
	u64map_put(m, 5, 1);
	u64map_put(m, 5, 2);
	assert_int_equal(u64map_count(m), 1);
	assert_int_equal(u64map_get(m, 5), 2);
	assert_int_equal(u64map_del(m, 5), 2);
	assert_int_equal(u64map_del(m, 5), U64MAP_NONE);
	assert_int_equal(u64map_count(m), 0);
	u64map_free(m);
}

/* Puts and deletions at random against a plain array; few keys, so that runs collide and wrap. */
static void map_agrees_with_an_array_under_random_use(void **state)
{
	enum { N = 3000 };
	uint32_t plain[N];
	memset(plain, 0xff, sizeof(plain));
	struct u64map *m = u64map_new();
	uint64_t seed = 42;
	for (int step = 0; step < 300000; step++) {
		uint32_t key = (uint32_t)(next_number(&seed) % N);
		if (next_number(&seed) % 100 < (step / 30000 % 2 ? 70 : 30)) {
			assert_int_equal(u64map_del(m, key), plain[key]);
			plain[key] = U64MAP_NONE;
		} else {
			plain[key] = (uint32_t)step;
			u64map_put(m, key, plain[key]);
		}
		uint32_t other = (uint32_t)(next_number(&seed) % N);
		assert_int_equal(u64map_get(m, other), plain[other]);
	}
	size_t held = 0;
	for (uint32_t key = 0; key < N; key++)
		held += plain[key] != U64MAP_NONE;
	assert_int_equal(u64map_count(m), held);
	u64map_free(m);
}

static void map_walk_meets_every_key_once(void **state)
{
	struct u64map *m = u64map_new();
	static unsigned char met[KEYS];
	memset(met, 0, sizeof(met));
	for (uint64_t i = 0; i < KEYS; i++)
		u64map_put(m, i, (uint32_t)(i * 2));
	uint64_t key;
	uint32_t value;
	size_t n = 0;
	for (size_t pos = 0; u64map_next(m, &pos, &key, &value); n++) {
		assert_int_equal(value, key * 2);
		assert_int_equal(met[key]++, 0);
	}
	assert_int_equal(n, KEYS);
	u64map_free(m);
}

static void map_spends_at_most_22_bytes_an_entry_when_large(void **state)
{
	struct u64map *m = u64map_new();
	uint64_t seed = 9;
	for (int i = 0; i < 300000; i++) {
		u64map_put(m, next_number(&seed), 1);
		if (i > 1000)
			assert_true(u64map_memory(m) <= 22 * u64map_count(m));
	}
	u64map_free(m);
}

static void strtab_gives_dense_ids_in_order_of_arrival(void **state)
{
	struct strtab *t = strtab_new();
	char name[32];
	for (uint32_t i = 0; i < KEYS; i++) {
		snprintf(name, sizeof(name), "site/account%u", i);
		assert_int_equal(strtab_find(t, bytes_of(name)), STRTAB_NONE);
		assert_int_equal(strtab_intern(t, bytes_of(name)), i);
		assert_int_equal(strtab_intern(t, bytes_of(name)), i);
	}
	assert_int_equal(strtab_count(t), KEYS);
	for (uint32_t i = 0; i < KEYS; i++) {
		snprintf(name, sizeof(name), "site/account%u", i);
		assert_int_equal(strtab_find(t, bytes_of(name)), i);
		assert_bytes(strtab_text(t, i), name);
	}
	strtab_free(t);
}

static void strtab_never_moves_a_string(void **state)
{
	struct strtab *t = strtab_new();
	const char *first = strtab_text(t, strtab_intern(t, BYTES_LIT("first"))).ptr;
	char big[100000];
	memset(big, 'x', sizeof(big));
	for (size_t n = 1; n < sizeof(big); n = n * 3 / 2 + 1)
		strtab_intern(t, bytes_make(big, n));
	assert_ptr_equal(strtab_text(t, 0).ptr, first);
	assert_string_equal(first, "first");
	strtab_free(t);
}

static void strtab_tells_empty_nul_and_prefix_apart(void **state)
{
	struct strtab *t = strtab_new();
	assert_int_equal(strtab_intern(t, BYTES_NONE), 0);
	assert_int_equal(strtab_intern(t, BYTES_LIT("\0")), 1);
	assert_int_equal(strtab_intern(t, BYTES_LIT("a\0b")), 2);
	assert_int_equal(strtab_intern(t, BYTES_LIT("a\0c")), 3);
	assert_int_equal(strtab_intern(t, BYTES_LIT("a")), 4);
	assert_int_equal(strtab_find(t, (struct bytes){ NULL, 0 }), 0);
	assert_int_equal(strtab_text(t, 2).len, 3);
	assert_true(strtab_memory(t) > 0);
	strtab_free(t);
}

static void two_tables_live_side_by_side(void **state)
{
	struct strtab *a = strtab_new(), *b = strtab_new();
	strtab_intern(a, BYTES_LIT("only in a"));
	assert_int_equal(strtab_find(b, BYTES_LIT("only in a")), STRTAB_NONE);
	assert_int_equal(strtab_intern(b, BYTES_LIT("b")), 0);
	strtab_free(a);
	strtab_free(b);
	strtab_free(NULL);
	u64map_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(map_holds_what_was_put_and_nothing_else),
		cmocka_unit_test(map_takes_every_key_and_the_largest_value),
		cmocka_unit_test(map_put_replaces),
		cmocka_unit_test(map_agrees_with_an_array_under_random_use),
		cmocka_unit_test(map_walk_meets_every_key_once),
		cmocka_unit_test(map_spends_at_most_22_bytes_an_entry_when_large),
		cmocka_unit_test(strtab_gives_dense_ids_in_order_of_arrival),
		cmocka_unit_test(strtab_never_moves_a_string),
		cmocka_unit_test(strtab_tells_empty_nul_and_prefix_apart),
		cmocka_unit_test(two_tables_live_side_by_side),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
