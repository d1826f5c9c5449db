#include "base_test.h"

#include "daemon/base/cursor.h"
#include "daemon/base/err.h"

static void reads_big_and_little_endian(void **state)
{
	struct cursor c = cursor_of("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f", 15);
	assert_int_equal(cur_u8(&c), 0x01);
	assert_int_equal(cur_u16(&c), 0x0203);
	assert_int_equal(cur_u32(&c), 0x04050607);
	assert_true(cur_u64(&c) == 0x08090a0b0c0d0e0fu);
	assert_int_equal(cur_left(&c), 0);
	assert_false(c.err);
	c = cursor_of("\x02\x01\x04\x03\x02\x01\x08\x07\x06\x05\x04\x03\x02\x01", 14);
	assert_int_equal(cur_u16le(&c), 0x0102);
	assert_int_equal(cur_u32le(&c), 0x01020304);
	assert_true(cur_u64le(&c) == 0x0102030405060708u);
}

static void first_failure_is_remembered_and_nothing_moves(void **state)
{
	struct cursor c = cursor_of("\x01\x02\x03", 3);
	assert_int_equal(cur_u32(&c), 0);
	assert_true(c.err);
	assert_int_equal(cur_u8(&c), 0);
	assert_int_equal(cur_left(&c), 0);
	assert_int_equal(cur_bytes(&c, 0).len, 0);
	cur_skip(&c, 0);
	assert_true(c.err);
}

static void empty_and_null_input_only_fail_when_read(void **state)
{
	struct cursor c = cursor_of(NULL, 0);
	assert_int_equal(cur_left(&c), 0);
	cur_skip(&c, 0);
	assert_false(c.err);
	cur_u8(&c);
	assert_true(c.err);
}

static void varint_reads_to_the_largest(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		uint64_t v;
	} good[] = { { "\x00", 1, 0 }, { "\x7f", 1, 127 }, { "\x80\x01", 2, 128 },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10, UINT64_MAX } };
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct cursor c = cursor_of(good[i].bytes, good[i].n);
		assert_true(cur_varint(&c) == good[i].v);
		assert_false(c.err);
		assert_int_equal(cur_left(&c), 0);
	}
}

static void varint_refuses_overlong_overflow_and_cut(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
	} bad[] = { { "", 0 }, { "\x80", 1 }, { "\x80\x00", 2 }, { "\xff\x00", 2 },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10 }, { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00", 11 },
		{ "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11 } };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct cursor c = cursor_of(bad[i].bytes, bad[i].n);
		assert_true(cur_varint(&c) == 0);
		assert_true(c.err);
	}
}

static void svarint_is_zig_zag(void **state)
{
	struct cursor c = cursor_of("\x00\x01\x02\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 14);
	assert_true(cur_svarint(&c) == 0);
	assert_true(cur_svarint(&c) == -1);
	assert_true(cur_svarint(&c) == 1);
	assert_true(cur_svarint(&c) == -2);
	assert_true(cur_svarint(&c) == INT64_MIN);
}

static void lenbytes_never_reaches_beyond_the_end(void **state)
{
	struct cursor c = cursor_of("\x03" "abc\x05" "de", 7);
	assert_bytes(cur_lenbytes(&c), "abc");
	assert_bytes(cur_lenbytes(&c), "");
	assert_true(c.err);
	c = cursor_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" "x", 11);
	assert_bytes(cur_lenbytes(&c), "");
	assert_true(c.err);
}

static void skip_by_a_huge_count_fails(void **state)
{
	struct cursor c = cursor_of("abc", 3);
	cur_skip(&c, SIZE_MAX);
	assert_true(c.err);
	c = cursor_of("abc", 3);
	cur_skip(&c, 2);
	assert_bytes(cur_bytes(&c, 1), "c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_big_and_little_endian),
		cmocka_unit_test(first_failure_is_remembered_and_nothing_moves),
		cmocka_unit_test(empty_and_null_input_only_fail_when_read),
		cmocka_unit_test(varint_reads_to_the_largest),
		cmocka_unit_test(varint_refuses_overlong_overflow_and_cut),
		cmocka_unit_test(svarint_is_zig_zag),
		cmocka_unit_test(lenbytes_never_reaches_beyond_the_end),
		cmocka_unit_test(skip_by_a_huge_count_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
