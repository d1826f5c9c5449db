#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/vendor/regex.h"

static struct regex *compile(const char *pattern)
{
	struct errbuf eb = { "" };
	struct regex *r;

	if (regex_new(bytes_of(pattern), &r, &eb))
		fail_msg("%s", eb.text);
	return r;
}

static void named_groups_are_borrowed_from_the_subject(void **state)
{
	struct regex *r = compile("for (?<user>\\S+) from (?<ip>[0-9.]+)( port (?<port>\\d+))?");

	assert_int_equal(regex_match(r, bytes_of("Failed for root from 10.0.0.1")), YES);
	assert_true(bytes_is(regex_group(r, "user"), "root"));
	assert_true(bytes_is(regex_group(r, "ip"), "10.0.0.1"));
	assert_int_equal(regex_group(r, "port").len, 0);
	assert_int_equal(regex_group(r, "nothing").len, 0);
	assert_int_equal(regex_match(r, bytes_of("no")), NO);
	assert_int_equal(regex_group(r, "user").len, 0);
	regex_free(r);
}

static void a_match_that_takes_too_long_is_unknown(void **state)
{
	struct regex *r = compile("^(a+)+$");

	assert_int_equal(regex_match(r, bytes_of("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")), UNKNOWN);
	assert_int_equal(regex_match(r, bytes_of("aaaa")), YES);
	regex_free(r);
}

static void a_wrong_pattern_is_refused_with_its_place(void **state)
{
	struct errbuf eb = { "" };
	struct regex *r;

	assert_int_equal(regex_new(bytes_of("a(b"), &r, &eb), ERR_INPUT);
	assert_non_null(strstr(eb.text, "character 4"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_groups_are_borrowed_from_the_subject),
		cmocka_unit_test(a_match_that_takes_too_long_is_unknown),
		cmocka_unit_test(a_wrong_pattern_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
