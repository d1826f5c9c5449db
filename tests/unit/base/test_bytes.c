#include "base_test.h"

#include "daemon/base/err.h"
#include "daemon/base/utf8.h"

static void order_is_by_unsigned_byte_then_by_length(void **state)
{
	assert_int_equal(bytes_cmp(BYTES_LIT("a"), BYTES_LIT("\xff")), -1);
	assert_int_equal(bytes_cmp(BYTES_LIT("ab"), BYTES_LIT("a")), 1);
	assert_int_equal(bytes_cmp(BYTES_LIT("a\0b"), BYTES_LIT("a\0c")), -1);
	assert_int_equal(bytes_cmp(BYTES_NONE, BYTES_NONE), 0);
	assert_int_equal(bytes_cmp((struct bytes){ NULL, 0 }, BYTES_LIT("")), 0);
}

static void prefix_and_suffix_longer_than_the_text_do_not_match(void **state)
{
	assert_true(bytes_starts(BYTES_LIT("card"), BYTES_LIT("ca")));
	assert_true(bytes_ends(BYTES_LIT("card"), BYTES_LIT("rd")));
	assert_true(bytes_starts(BYTES_LIT("card"), BYTES_NONE));
	assert_true(bytes_ends(BYTES_LIT("card"), BYTES_NONE));
	assert_false(bytes_starts(BYTES_LIT("ca"), BYTES_LIT("card")));
	assert_false(bytes_ends(BYTES_LIT("rd"), BYTES_LIT("card")));
}

static void find_gives_the_first_place_or_minus_one(void **state)
{
	assert_int_equal(bytes_find(BYTES_LIT("a@b@c"), BYTES_LIT("@")), 1);
	assert_int_equal(bytes_find(BYTES_LIT("abc"), BYTES_LIT("abcd")), -1);
	assert_int_equal(bytes_find(BYTES_LIT("abc"), BYTES_NONE), 0);
	assert_int_equal(bytes_find(BYTES_NONE, BYTES_LIT("a")), -1);
	assert_int_equal(bytes_find_char(BYTES_LIT("a\0b"), '\0'), 1);
	assert_int_equal(bytes_find_char(BYTES_NONE, 'a'), -1);
}

static void trim_takes_ascii_white_space_only(void **state)
{
	assert_bytes(bytes_trim(BYTES_LIT(" \t\r\n\v\fa b \n")), "a b");
	assert_bytes(bytes_trim(BYTES_LIT(" \t ")), "");
	assert_bytes(bytes_trim(BYTES_LIT("\xc2\xa0x")), "\xc2\xa0x");
}

static void slice_out_of_range_is_cut(void **state)
{
	struct bytes a = BYTES_LIT("hello");
	assert_bytes(bytes_slice(a, 1, 3), "ell");
	assert_bytes(bytes_slice(a, 3, SIZE_MAX), "lo");
	assert_bytes(bytes_slice(a, 5, 1), "");
	assert_bytes(bytes_slice(a, SIZE_MAX, SIZE_MAX), "");
}

static void number_is_read_whole_or_not_at_all(void **state)
{
	uint64_t v = 7;
	assert_true(bytes_to_u64(BYTES_LIT("18446744073709551615"), &v));
	assert_true(v == UINT64_MAX);
	assert_true(bytes_to_u64(BYTES_LIT("007"), &v));
	assert_int_equal(v, 7);
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "1x", "18446744073709551616", "99999999999999999999" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(bytes_to_u64(bytes_of(bad[i]), &v));
	assert_int_equal(v, 7);
}

static void case_is_folded_for_ascii_letters_only(void **state)
{
	assert_true(bytes_eq_nocase(BYTES_LIT("Gmail.COM"), BYTES_LIT("gmail.com")));
	assert_false(bytes_eq_nocase(BYTES_LIT("\xc3\x84"), BYTES_LIT("\xc3\xa4")));
	assert_false(bytes_eq_nocase(BYTES_LIT("@"), BYTES_LIT("`")));
	assert_false(bytes_eq_nocase(BYTES_LIT("["), BYTES_LIT("{")));
}

static void nearest_suggests_the_word_that_was_meant(void **state)
{
	static const char *const keys[] = { "account", "user_agent", "ip", "ts", "type", "timezone", "card" };
	assert_string_equal(bytes_nearest(BYTES_LIT("acount"), keys, ARRAY_LEN(keys)), "account");
	assert_string_equal(bytes_nearest(BYTES_LIT("acocunt"), keys, ARRAY_LEN(keys)), "account");
	assert_string_equal(bytes_nearest(BYTES_LIT("useragent"), keys, ARRAY_LEN(keys)), "user_agent");
	assert_string_equal(bytes_nearest(BYTES_LIT("Card"), keys, ARRAY_LEN(keys)), "card");
	assert_null(bytes_nearest(BYTES_LIT("zebra"), keys, ARRAY_LEN(keys)));
	assert_null(bytes_nearest(BYTES_LIT(""), keys, ARRAY_LEN(keys)));
	assert_null(bytes_nearest(BYTES_LIT("account"), keys, 0));
}

static void nearest_bears_very_long_words(void **state)
{
	char word[5000];
	memset(word, 'a', sizeof(word));
	static const char *const keys[] = { "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	assert_null(bytes_nearest(bytes_make(word, sizeof(word)), keys, 2));
	assert_null(bytes_nearest(bytes_make(word, 64), keys, 2));
}

static void hash_depends_on_every_byte_and_the_seed(void **state)
{
	char a[200] = { 0 };
	uint64_t plain = bytes_hash(bytes_make(a, sizeof(a)), 1);
	assert_true(plain != bytes_hash(bytes_make(a, sizeof(a)), 2));
	for (size_t i = 0; i < sizeof(a); i++) {
		a[i] = 1;
		assert_true(plain != bytes_hash(bytes_make(a, sizeof(a)), 1));
		a[i] = 0;
	}
	assert_true(plain == bytes_hash(bytes_make(a, sizeof(a)), 1));
	assert_true(bytes_hash(BYTES_NONE, 1) == bytes_hash((struct bytes){ NULL, 0 }, 1));
}

static void hash_is_the_published_xxh3(void **state)
{
	/* Stored state names values by it: another function would be another format. */
	assert_true(bytes_hash(BYTES_NONE, 0) == 0x2d06800538d394c2u);
}

static void utf8_takes_what_rfc_3629_allows(void **state)
{
	uint32_t c;
	assert_int_equal(utf8_next(BYTES_LIT("A"), &c), 1);
	assert_int_equal(c, 'A');
	assert_int_equal(utf8_next(BYTES_LIT("\xc3\xa4x"), &c), 2);
	assert_int_equal(c, 0xe4);
	assert_int_equal(utf8_next(BYTES_LIT("\xe2\x82\xac"), &c), 3);
	assert_int_equal(c, 0x20ac);
	assert_int_equal(utf8_next(BYTES_LIT("\xf4\x8f\xbf\xbf"), &c), 4);
	assert_int_equal(c, 0x10ffff);
}

static void utf8_refuses_overlong_surrogate_and_cut_forms(void **state)
{
	static const char *const bad[] = { "", "\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3(" };
	uint32_t c;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(utf8_next(bytes_of(bad[i]), &c), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_by_unsigned_byte_then_by_length),
		cmocka_unit_test(prefix_and_suffix_longer_than_the_text_do_not_match),
		cmocka_unit_test(find_gives_the_first_place_or_minus_one),
		cmocka_unit_test(trim_takes_ascii_white_space_only),
		cmocka_unit_test(slice_out_of_range_is_cut),
		cmocka_unit_test(number_is_read_whole_or_not_at_all),
		cmocka_unit_test(case_is_folded_for_ascii_letters_only),
		cmocka_unit_test(nearest_suggests_the_word_that_was_meant),
		cmocka_unit_test(nearest_bears_very_long_words),
		cmocka_unit_test(hash_depends_on_every_byte_and_the_seed),
		cmocka_unit_test(hash_is_the_published_xxh3),
		cmocka_unit_test(utf8_takes_what_rfc_3629_allows),
		cmocka_unit_test(utf8_refuses_overlong_surrogate_and_cut_forms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
