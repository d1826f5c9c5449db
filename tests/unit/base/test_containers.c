#include "base_test.h"

#include <pthread.h>

#include "daemon/base/arena.h"
#include "daemon/base/best.h"
#include "daemon/base/heap.h"
#include "daemon/base/ring.h"
#include "daemon/base/vec.h"

static void arena_memory_is_aligned_and_apart(void **state)
{
	struct arena *a = arena_new(1000);
	unsigned char *kept[200];
	for (size_t i = 0; i < 200; i++) {
		kept[i] = arena_alloc(a, i);
		assert_int_equal((uintptr_t)kept[i] % 16, 0);
		memset(kept[i], (int)i, i);
	}
	for (size_t i = 0; i < 200; i++)
		for (size_t j = 0; j < i; j++)
			assert_int_equal(kept[i][j], i);
	arena_free(a);
}

static void arena_reset_reuses_its_blocks(void **state)
{
	struct arena *a = arena_new(4096);
	void *first = arena_alloc(a, 100);
	for (int i = 0; i < 1000; i++)
		arena_alloc(a, 100);
	assert_true(arena_used(a) >= 100100);
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	assert_ptr_equal(arena_alloc(a, 100), first);
	arena_free(a);
}

static void arena_trim_frees_what_nothing_lies_in(void **state)
{
	struct arena *a = arena_new(4096);
	char *kept;
	for (int i = 0; i < 1000; i++)
		arena_alloc(a, 100);
	size_t full = arena_kept(a);
	arena_trim(a);
	assert_int_equal(arena_kept(a), full);
	arena_reset(a);
	kept = arena_str(a, BYTES_LIT("kept"));
	arena_trim(a);
	assert_int_equal(arena_kept(a), 4096);
	assert_string_equal(kept, "kept");
	for (int i = 0; i < 100; i++)
		arena_alloc(a, 100);
	assert_true(arena_kept(a) > 4096);
	arena_free(a);
}

static void arena_takes_what_is_larger_than_a_block(void **state)
{
	struct arena *a = arena_new(256);
	unsigned char *big = arena_zalloc(a, 1 << 20);
	assert_int_equal(big[(1 << 20) - 1], 0);
	char *small = arena_str(a, BYTES_LIT("small"));
	arena_alloc(a, 1 << 20);
	assert_string_equal(small, "small");
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	arena_free(a);
}

static void arena_copies_are_terminated(void **state)
{
	struct arena *a = arena_new(256);
	struct bytes b = arena_bytes(a, BYTES_LIT("a\0b"));
	assert_int_equal(b.len, 3);
	assert_int_equal(b.ptr[3], '\0');
	assert_string_equal(arena_bytes(a, BYTES_NONE).ptr, "");
	assert_string_equal(arena_printf(a, "%s=%d", "x", 5), "x=5");
	arena_free(a);
	arena_free(NULL);
}

static void vector_grows_and_keeps_order(void **state)
{
	struct VEC(int) v = { 0 };
	for (int i = 0; i < 10000; i++)
		VEC_PUSH(&v, i);
	assert_int_equal(v.n, 10000);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(v.at[i], i);
	VEC_FREE(&v);
	assert_null(v.at);
	VEC_RESERVE(&v, 100);
	assert_true(v.cap >= 100);
	VEC_FREE(&v);
}

static void heap_gives_deadlines_in_time_order_with_ties_by_id(void **state)
{
	struct heap *h = heap_new();
	uint64_t seed = 11;
	for (int i = 0; i < 5000; i++)
		heap_push(h, (struct heap_item){ (int64_t)(next_number(&seed) % 200) - 100, next_number(&seed) % 1000 });
	struct heap_item last = { INT64_MIN, 0 }, item, seen;
	for (int i = 0; i < 5000; i++) {
		assert_true(heap_peek(h, &seen));
		assert_true(heap_pop(h, &item));
		assert_true(seen.at_ms == item.at_ms && seen.id == item.id);
		assert_true(last.at_ms < item.at_ms || (last.at_ms == item.at_ms && last.id <= item.id));
		last = item;
	}
	assert_false(heap_pop(h, &item));
	assert_false(heap_peek(h, &item));
	heap_free(h);
	heap_free(NULL);
}

static void ring_refuses_when_full_and_keeps_order(void **state)
{
	struct ring *r = ring_new(3);
	int items[5];
	for (int i = 0; i < 4; i++)
		assert_true(ring_push(r, &items[i]));
	assert_false(ring_push(r, &items[4]));
	for (int i = 0; i < 4; i++)
		assert_ptr_equal(ring_pop(r), &items[i]);
	assert_null(ring_pop(r));
	ring_free(r);
	ring_free(NULL);
}

#define PASSED 200000

static void *produce(void *arg)
{
	for (uintptr_t i = 1; i <= PASSED;)
		if (ring_push(arg, (void *)i))
			i++;
	return NULL;
}

static void ring_passes_every_item_between_threads_in_order(void **state)
{
	struct ring *r = ring_new(64);
	pthread_t producer;
	assert_int_equal(pthread_create(&producer, NULL, produce, r), 0);
	for (uintptr_t want = 1; want <= PASSED;) {
		void *item = ring_pop(r);
		if (!item)
			continue;
		assert_int_equal((uintptr_t)item, want);
		want++;
	}
	pthread_join(producer, NULL);
	ring_free(r);
}

struct scored { unsigned score, name; };

static int compare_scored(const void *x, const void *y)
{
	const struct scored *a = x, *b = y;
	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return a->name < b->name ? -1 : a->name > b->name;
}

/* Whatever order they come in, the selection is the head of the sorted list. */
static void best_is_the_head_of_the_sorted_list(void **state)
{
	static const size_t rooms[] = { 0, 1, 2, 7, 100, 999, 1000, 5000 };
	struct scored all[1000];
	unsigned seed = 7;
	for (size_t r = 0; r < ARRAY_LEN(rooms); r++) {
		struct best best = { .size = sizeof(struct scored), .room = rooms[r], .order = compare_scored };
		for (unsigned i = 0; i < 1000; i++) {
			seed = seed * 1103515245 + 12345;
			all[i] = (struct scored){ seed >> 16 & 63, i };
			best_offer(&best, &all[i]);
		}
		best_sort(&best);
		qsort(all, 1000, sizeof(all[0]), compare_scored);
		assert_int_equal(best.n, rooms[r] < 1000 ? rooms[r] : 1000);
		if (best.n > 0)
			assert_memory_equal(best.at, all, best.n * sizeof(all[0]));
		best_free(&best);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_memory_is_aligned_and_apart),
		cmocka_unit_test(arena_reset_reuses_its_blocks),
		cmocka_unit_test(arena_trim_frees_what_nothing_lies_in),
		cmocka_unit_test(arena_takes_what_is_larger_than_a_block),
		cmocka_unit_test(arena_copies_are_terminated),
		cmocka_unit_test(vector_grows_and_keeps_order),
		cmocka_unit_test(heap_gives_deadlines_in_time_order_with_ties_by_id),
		cmocka_unit_test(ring_refuses_when_full_and_keeps_order),
		cmocka_unit_test(ring_passes_every_item_between_threads_in_order),
		cmocka_unit_test(best_is_the_head_of_the_sorted_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
