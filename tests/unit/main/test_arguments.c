/* The command line of assocd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/main/arguments.h"

static void options_are_read_in_every_form(void **state)
{
	char *argv[] = { "assocd", "-c", "a.yaml", "--state=/s", "--listen", "127.0.0.1:1", "-n", "-c", "b.yaml" };
	struct errbuf eb = { "" };
	struct arguments a;

	assert_int_equal(arguments_parse(&a, (int)ARRAY_LEN(argv), argv, &eb), ERR_OK);
	assert_string_equal(a.value[ARGUMENT_CONFIG], "b.yaml");
	assert_string_equal(a.value[ARGUMENT_STATE], "/s");
	assert_string_equal(a.value[ARGUMENT_LISTEN], "127.0.0.1:1");
	assert_non_null(a.value[ARGUMENT_CHECK]);
	assert_null(a.value[ARGUMENT_DEBUG]);
}

static void what_is_wrong_is_named(void **state)
{
	static const struct { char *given; const char *said; } cases[] = {
		{ "--lsten", "there is no option --lsten; did you mean --listen?" },
		{ "a.yaml", "it takes no argument a.yaml; a configuration stands behind -c" },
		{ "--state", "--state needs a value: DIR" },
		{ "-c", "-c needs a value: FILE" },
		{ "--check=1", "--check takes no value" },
		{ "-n=1", "there is no option -n=1" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *argv[] = { "assocd", cases[i].given };
		struct errbuf eb = { "" };
		struct arguments a;

		assert_int_equal(arguments_parse(&a, 2, argv, &eb), ERR_INPUT);
		if (!strstr(eb.text, cases[i].said))
			fail_msg("of %s: %s", cases[i].given, eb.text);
	}
}

static void help_names_every_option(void **state)
{
	struct text help = { 0 };

	arguments_help(&help);
	for (int i = 0; i < ARGUMENTS; i++)
		assert_non_null(strstr(help.ptr, argument_rows[i].name));
	text_free(&help);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read_in_every_form),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(help_names_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
