/* What stands for no number, and for no address, has no normal form; what only looks like it has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/model/normalise.h"

struct row { const char *in, *out; };

static void gives(const char *step, const struct row *rows, size_t n)
{
	struct arena *a = arena_new(4096);
	struct kind kind = { .steps = { normaliser_find(bytes_of(step)) }, .n_steps = 1 };
	struct normalised made;

	for (size_t i = 0; i < n; i++) {
		kind_normalise(&kind, a, bytes_of(rows[i].in), &made);
		if (made.n != (rows[i].out != NULL) || (made.n && !bytes_is(made.text[0], rows[i].out)))
			fail_msg("%s(%s) gives %u texts, the first %.*s", step, rows[i].in, made.n, made.n ? (int)made.text[0].len : 0,
				 made.n ? made.text[0].ptr : "");
	}
	arena_free(a);
}

static void a_masked_number_and_a_word_are_no_account_number(void **state)
{
	static const struct row rows[] = {
		{ "****1234", NULL }, { "DE89************013000", NULL }, { "••••1234", NULL }, { "xxxxx1234", NULL },
		{ "xxx-xx-1234", NULL }, { "...1234", NULL }, { "…1234", NULL }, { "## 1234", NULL }, { "exempt", NULL },
		{ "applied for", NULL }, { "DEUTDEFF", NULL }, { "# 12345", "12345" }, { "AX12XX5", "AX12XX5" }, { "abcd0000", "ABCD0000" },
	};

	gives("account_number", rows, ARRAY_LEN(rows));
}

/* A spreadsheet makes one text of all that begin alike. */
static void a_rounded_number_is_neither_card_nor_account_number(void **state)
{
	static const struct row cards[] = { { "4.11111E+15", NULL }, { "4,11111e+15", NULL }, { "tok_1e+15", "tok_1e+15" } };
	static const struct row accounts[] = { { "8.93704E+20", NULL }, { " 8E+20", NULL }, { "12E15", "12E15" }, { "AB+12", "AB12" } };

	gives("card", cards, ARRAY_LEN(cards));
	gives("account_number", accounts, ARRAY_LEN(accounts));
}

static void the_zero_of_an_italian_number_belongs_to_it(void **state)
{
	static const struct row rows[] = {
		{ "+39 06 1234567", "+39061234567" }, { "+39 (0)6 1234567", "+39061234567" }, { "0039 (06) 1234567", "+39061234567" },
		{ "+49 (0)30 1234567", "+49301234567" },
	};

	gives("phone", rows, ARRAY_LEN(rows));
}

static void a_comma_ends_a_whole_telephone_number(void **state)
{
	static const struct row rows[] = {
		{ "+1 202 555 0143,12", "+12025550143" }, { "+1 202 555 0143, +1 202 555 0144", "+12025550143" },
		{ "+49,30,1234567", "+49301234567" },
	};

	gives("phone", rows, ARRAY_LEN(rows));
}

static void a_month_and_a_day_have_two_digits_at_most(void **state)
{
	static const struct row rows[] = { { "1980-07-003", NULL }, { "1980-0007-03", NULL }, { "003.07.1980", NULL }, { "03.07.1980", "1980-07-03" } };

	gives("date", rows, ARRAY_LEN(rows));
}

static void a_version_that_begins_with_11_is_no_internet_explorer(void **state)
{
	static const struct row rows[] = {
		{ "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.3.1", "other linux" },
		{ "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", "ie 11 windows" },
	};

	gives("user_agent", rows, ARRAY_LEN(rows));
}

static void an_address_in_east_asian_script_needs_a_number_and_no_spaces(void **state)
{
	static const struct row rows[] = {
		{ "北京市朝阳区建国路88号", "北京市朝阳区建国路88号" }, { "北京市 朝阳区 建国路 ８８号", "北京市朝阳区建国路88号" },
		{ "東京都千代田区丸の内 1-23", "東京都千代田区丸の内1-23" }, { "東京都千代田区丸の内1-2-3", "東京都千代田区丸の内1-2-3" },
		{ "서울특별시 종로구 세종대로 209", "서울특별시종로구세종대로209" }, { "北京市", NULL }, { "北京市 朝阳区", NULL },
		{ "88号 Jianguo Road", "88号 jianguo road" }, { "88", NULL },
	};

	gives("address", rows, ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_masked_number_and_a_word_are_no_account_number),
		cmocka_unit_test(a_rounded_number_is_neither_card_nor_account_number),
		cmocka_unit_test(the_zero_of_an_italian_number_belongs_to_it),
		cmocka_unit_test(a_comma_ends_a_whole_telephone_number),
		cmocka_unit_test(a_month_and_a_day_have_two_digits_at_most),
		cmocka_unit_test(a_version_that_begins_with_11_is_no_internet_explorer),
		cmocka_unit_test(an_address_in_east_asian_script_needs_a_number_and_no_spaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
