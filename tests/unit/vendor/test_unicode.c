#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/vendor/unicode.h"

static struct arena *arena;

static int setup(void **state)
{
	arena = arena_new(4096);
	return 0;
}

static int teardown(void **state)
{
	arena_free(arena);
	return 0;
}

static void folding_unifies_case_and_compatibility_forms(void **state)
{
	struct bytes out;

	assert_int_equal(unicode_fold(arena, bytes_of("ABC xyz"), &out), ERR_OK);
	assert_true(bytes_is(out, "abc xyz"));
	assert_int_equal(unicode_fold(arena, bytes_of("ＡＢ１ Straße É"), &out), ERR_OK);
	assert_true(bytes_is(out, "ab1 strasse é"));
	assert_int_equal(unicode_fold_plain(arena, bytes_of("राम कुमार がく 각"), &out), ERR_OK);
	assert_true(bytes_is(out, "राम कुमार がく 각"));
	assert_int_equal(unicode_fold_plain(arena, bytes_of("Lǐ Éva ÅNGSTRÖM"), &out), ERR_OK);
	assert_true(bytes_is(out, "li eva angstrom"));
	assert_int_equal(unicode_fold(arena, bytes_of("a\xff"), &out), ERR_INPUT);
}

static void digits_of_every_script_become_ascii(void **state)
{
	static const char *const digits[] = { "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "๐๑๒๓๔๕๖๗๘๙", "０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "᠐᠑᠒᠓᠔᠕᠖᠗᠘᠙" };
	struct bytes out;

	for (size_t i = 0; i < ARRAY_LEN(digits); i++) {
		assert_int_equal(unicode_fold(arena, bytes_of(digits[i]), &out), ERR_OK);
		assert_true(bytes_is(out, "0123456789"));
		assert_int_equal(unicode_fold_plain(arena, bytes_of(digits[i]), &out), ERR_OK);
		assert_true(bytes_is(out, "0123456789"));
	}
}

static void composing_keeps_case(void **state)
{
	struct bytes in = bytes_of("Plain"), out;

	assert_int_equal(unicode_compose(arena, in, &out), ERR_OK);
	assert_ptr_equal(out.ptr, in.ptr);
	assert_int_equal(unicode_compose(arena, bytes_of("ＡStraße e\xcc\x81\xe2\x80\x8b"), &out), ERR_OK);
	assert_true(bytes_is(out, "AStraße é"));
	assert_int_equal(unicode_compose(arena, bytes_of("a\xff"), &out), ERR_INPUT);
}

static void validity_follows_rfc_3629(void **state)
{
	struct bytes out;
	assert_int_equal(unicode_compose(arena, bytes_of("plain ascii, long enough"), &out), ERR_OK);
	assert_int_equal(unicode_compose(arena, bytes_of("日本"), &out), ERR_OK);
	assert_int_equal(unicode_compose(arena, bytes_of("\xc0\x80"), &out), ERR_INPUT);
	assert_int_equal(unicode_compose(arena, bytes_of("\xed\xa0\x80"), &out), ERR_INPUT);
	assert_int_equal(unicode_compose(arena, bytes_of("abc\xe6\x97"), &out), ERR_INPUT);
}

static void code_points_are_read_one_by_one(void **state)
{
	struct bytes s = bytes_of("aé日");
	size_t pos = 0;

	assert_int_equal(unicode_next(s, &pos), 'a');
	assert_int_equal(unicode_next(s, &pos), 0xe9);
	assert_int_equal(unicode_next(s, &pos), 0x65e5);
	assert_int_equal(unicode_next(s, &pos), -1);
	assert_int_equal(pos, s.len);
	assert_true(unicode_is_letter_or_digit(0x65e5));
	assert_false(unicode_is_letter_or_digit('-'));
	assert_false(unicode_is_letter_or_digit(0x3000));
}

static void domains_become_ascii(void **state)
{
	static const char *const wrong[] = { "", ".", "a..b", "-a.com", "a-.com", "a_b.com", ".com", "a b.com", "com." };
	char label[80];
	struct bytes out;

	assert_int_equal(unicode_domain_ascii(arena, bytes_of("Example.COM"), &out), ERR_OK);
	assert_true(bytes_is(out, "example.com"));
	assert_int_equal(unicode_domain_ascii(arena, bytes_of("bücher.de"), &out), ERR_OK);
	assert_true(bytes_is(out, "xn--bcher-kva.de"));
	assert_int_equal(unicode_domain_ascii(arena, bytes_of("faß.de"), &out), ERR_OK);
	assert_true(bytes_is(out, "xn--fa-hia.de"));
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(unicode_domain_ascii(arena, bytes_of(wrong[i]), &out), ERR_INPUT);
	memset(label, 'a', 64);
	strcpy(label + 64, ".de");
	assert_int_equal(unicode_domain_ascii(arena, bytes_of(label), &out), ERR_INPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folding_unifies_case_and_compatibility_forms),
		cmocka_unit_test(digits_of_every_script_become_ascii),
		cmocka_unit_test(composing_keeps_case),
		cmocka_unit_test(validity_follows_rfc_3629),
		cmocka_unit_test(code_points_are_read_one_by_one),
		cmocka_unit_test(domains_become_ascii),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
