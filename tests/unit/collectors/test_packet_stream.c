/* The front of a stream out of segments of every size, order and number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "collectors/packets/stream.h"

static const char text[] = "The quick brown fox jumps over the lazy dog";
#define TEXT_LEN (sizeof(text) - 1)

static void add(struct stream *s, uint32_t seq, size_t from, size_t n)
{
	assert_int_equal(stream_add(s, seq + (uint32_t)from, bytes_make(text + from, n)), ERR_OK);
}

static void expect_text(struct stream *s, size_t n)
{
	assert_int_equal(s->front, n);
	assert_memory_equal(s->bytes, text, n);
	stream_end(s);
}

static void single_bytes_in_any_order_over_the_wrap_of_sequence_numbers(void **state)
{
	static const uint32_t bases[] = { 0, 1, UINT32_MAX, UINT32_MAX - 7, 0x7fffffff };

	for (size_t i = 0; i < ARRAY_LEN(bases); i++) {
		for (size_t step = 1; step < TEXT_LEN; step++) {
			struct stream s;
			if (TEXT_LEN % step == 0)
				continue; /* 43 is prime: each other step visits all */
			stream_begin(&s, bases[i]);
			for (size_t n = 0, at = 0; n < TEXT_LEN; n++, at = (at + step) % TEXT_LEN)
				add(&s, bases[i], at, 1);
			expect_text(&s, TEXT_LEN);
		}
	}
}

static void hole_ends_the_front_until_it_is_filled(void **state)
{
	struct stream s;

	stream_begin(&s, 100);
	add(&s, 100, 0, 10);
	add(&s, 100, 20, 23);
	assert_int_equal(s.front, 10);
	add(&s, 100, 9, 12);
	expect_text(&s, TEXT_LEN);
}

static void what_came_first_stays(void **state)
{
	struct stream s;

	stream_begin(&s, 100);
	add(&s, 100, 4, 5);
	assert_int_equal(stream_add(&s, 98, BYTES_LIT("##The XXXXX brown")), ERR_OK);
	expect_text(&s, 15);
}

static void duplicates_and_old_segments_change_nothing(void **state)
{
	struct stream s;

	stream_begin(&s, 100);
	for (int i = 0; i < 3; i++)
		add(&s, 100, 0, TEXT_LEN);
	assert_int_equal(stream_add(&s, 50, BYTES_LIT("old")), ERR_OK);
	expect_text(&s, TEXT_LEN);
}

static void base_can_be_moved(void **state)
{
	struct stream s;

	stream_begin(&s, 5);
	add(&s, UINT32_MAX - 4, 10, 33); /* the text began at UINT32_MAX - 4 */
	assert_int_equal(s.front, 33);
	assert_int_equal(stream_move(&s, UINT32_MAX - 4), ERR_OK);
	assert_int_equal(s.front, 0);
	add(&s, UINT32_MAX - 4, 0, 10);
	assert_int_equal(s.front, TEXT_LEN);
	assert_int_equal(stream_move(&s, 5), ERR_OK);
	assert_int_equal(s.front, 33);
	assert_memory_equal(s.bytes, text + 10, 33);
	assert_int_equal(stream_move(&s, 1000), ERR_OK);
	assert_int_equal(s.end, 0);
	stream_end(&s);
}

static void stream_has_a_bound(void **state)
{
	struct stream s;
	char *large = calloc(1, STREAM_MAX + 1);

	stream_begin(&s, 7);
	assert_int_equal(stream_add(&s, 7, bytes_make(large, STREAM_MAX + 1)), ERR_LIMIT);
	assert_int_equal(stream_add(&s, 7 + STREAM_MAX, bytes_make(large, 1)), ERR_LIMIT);
	assert_int_equal(s.end, 0);
	assert_int_equal(stream_add(&s, 7, bytes_make(large, STREAM_MAX)), ERR_OK);
	assert_int_equal(stream_move(&s, 6), ERR_LIMIT);
	assert_true(stream_memory(&s) <= STREAM_MAX + STREAM_MAX / 8);
	free(large);
	stream_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_bytes_in_any_order_over_the_wrap_of_sequence_numbers),
		cmocka_unit_test(hole_ends_the_front_until_it_is_filled),
		cmocka_unit_test(what_came_first_stays),
		cmocka_unit_test(duplicates_and_old_segments_change_nothing),
		cmocka_unit_test(base_can_be_moved),
		cmocka_unit_test(stream_has_a_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
