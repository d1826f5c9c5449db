/* Datagrams out of fragments in any order, and what happens to those that never become whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "collectors/packets/fragments.h"

static const char text[] = "0123456789abcdef0123456789ABCDEF-tail";
#define TEXT_LEN (sizeof(text) - 1)
#define SECOND INT64_C(1000000)

static struct packet part(uint32_t id, uint32_t from, uint32_t n)
{
	struct packet p = { .id = id, .protocol = 17, .fragment_at = from, .has_more = from + n < TEXT_LEN, .payload_length = n };
	p.source.b[15] = 1;
	p.destination.b[15] = 2;
	p.payload = bytes_make(text + from, n);
	return p;
}

static void expect_whole(struct bytes whole)
{
	assert_int_equal(whole.len, TEXT_LEN);
	assert_memory_equal(whole.ptr, text, TEXT_LEN);
}

static void every_order_makes_the_datagram(void **state)
{
	static const uint8_t orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	static const uint32_t from[] = { 0, 8, 24 }, n[] = { 8, 16, TEXT_LEN - 24 };
	struct fragments *f = fragments_new(100000);
	struct bytes whole;

	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		for (int k = 0; k < 3; k++) {
			struct packet p = part(7, from[orders[i][k]], n[orders[i][k]]);
			assert_int_equal(fragments_add(f, &p, 0, &whole), k == 2);
		}
		expect_whole(whole);
	}
	assert_int_equal(fragments_dropped(f), 0);
	assert_int_equal(fragments_memory(f), 0);
	fragments_free(f);
}

static void overlaps_and_duplicates_are_harmless(void **state)
{
	struct fragments *f = fragments_new(100000);
	struct packet first = part(7, 0, 24), again = part(7, 0, 24), middle = part(7, 16, 16), last = part(7, 24, TEXT_LEN - 24);
	struct bytes whole;

	assert_false(fragments_add(f, &first, 0, &whole));
	again.payload = BYTES_LIT("XXXXXXXXXXXXXXXXXXXXXXXX");
	assert_false(fragments_add(f, &again, 0, &whole));
	assert_false(fragments_add(f, &middle, 0, &whole));
	assert_true(fragments_add(f, &last, 0, &whole));
	expect_whole(whole);
	fragments_free(f);
}

static void datagrams_of_different_ids_protocols_and_ends_do_not_mix(void **state)
{
	struct fragments *f = fragments_new(100000);
	struct bytes whole;

	for (int i = 0; i < 4; i++) {
		struct packet p = part(i == 1 ? 8 : 7, i == 3 ? 24 : 0, i == 3 ? TEXT_LEN - 24 : 24);
		p.protocol = i == 2 ? 6 : 17;
		p.source.b[14] = i == 0;
		assert_false(fragments_add(f, &p, 0, &whole));
	}
	fragments_free(f);
}

static void two_ends_are_a_lie(void **state)
{
	struct fragments *f = fragments_new(100000);
	struct packet last = part(7, 24, TEXT_LEN - 24), other = part(7, 8, 8), first = part(7, 0, 24);
	struct bytes whole;

	other.has_more = false;
	assert_false(fragments_add(f, &last, 0, &whole));
	assert_false(fragments_add(f, &other, 0, &whole));
	assert_int_equal(fragments_dropped(f), 1);
	assert_false(fragments_add(f, &first, 0, &whole));
	assert_false(fragments_add(f, &other, 0, &whole)); /* an end in front of what is there */
	assert_int_equal(fragments_dropped(f), 2);
	fragments_free(f);
}

static void fragments_that_cannot_be_are_dropped(void **state)
{
	struct fragments *f = fragments_new(100000);
	struct packet odd = part(7, 0, 7), cut = part(7, 0, 24), behind = part(7, 65528, 8);
	struct bytes whole;

	assert_false(fragments_add(f, &odd, 0, &whole));
	cut.payload.len = 20;
	assert_false(fragments_add(f, &cut, 0, &whole));
	behind.payload = bytes_make(text, 8);
	behind.has_more = false;
	assert_false(fragments_add(f, &behind, 0, &whole));
	assert_int_equal(fragments_dropped(f), 3);
	assert_int_equal(fragments_memory(f), 0);
	fragments_free(f);
}

static void none_is_waited_for_longer_than_its_time(void **state)
{
	struct fragments *f = fragments_new(100000);
	struct packet first = part(7, 0, 24), last = part(7, 24, TEXT_LEN - 24);
	struct bytes whole;

	assert_false(fragments_add(f, &first, 0, &whole));
	assert_false(fragments_add(f, &last, FRAGMENTS_WAIT_S * SECOND, &whole)); /* an id that is used again */
	assert_true(fragments_add(f, &first, FRAGMENTS_WAIT_S * SECOND + 1, &whole));
	expect_whole(whole);
	assert_int_equal(fragments_dropped(f), 1);
	fragments_free(f);
}

static void flood_keeps_the_bound_and_is_counted(void **state)
{
	enum { BOUND = 1000000 };
	struct fragments *f = fragments_new(BOUND);
	struct bytes whole;

	for (uint32_t id = 0; id < 20000; id++) {
		struct packet p = part(id, id % 3 * 24000 / 8 * 8, 8);
		p.has_more = true;
		p.payload = bytes_make(text, 8);
		assert_false(fragments_add(f, &p, id, &whole));
		assert_true(fragments_memory(f) <= BOUND);
	}
	assert_true(fragments_dropped(f) > 19000);
	fragments_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order_makes_the_datagram),
		cmocka_unit_test(overlaps_and_duplicates_are_harmless),
		cmocka_unit_test(datagrams_of_different_ids_protocols_and_ends_do_not_mix),
		cmocka_unit_test(two_ends_are_a_lie),
		cmocka_unit_test(fragments_that_cannot_be_are_dropped),
		cmocka_unit_test(none_is_waited_for_longer_than_its_time),
		cmocka_unit_test(flood_keeps_the_bound_and_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
