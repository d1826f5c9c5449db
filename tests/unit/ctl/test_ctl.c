/* The command line: flags, finding commands, what is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/ctl/client.h"
#include "daemon/ctl/print.h"
#include "daemon/ctl/run.h"
#include "daemon/main/config.h"

static void an_option_is_taken_out_wherever_it_stands(void **state)
{
	char *argv[] = { "alerts", "one", "--limit", "5", "--state=open", "two", NULL };
	int argc = 6;

	assert_string_equal(ctl_option(&argc, argv, "--limit"), "5");
	assert_string_equal(ctl_option(&argc, argv, "--state"), "open");
	assert_null(ctl_option(&argc, argv, "--after"));
	assert_int_equal(argc, 3);
	assert_string_equal(argv[1], "one");
	assert_string_equal(argv[2], "two");
	assert_null(argv[3]);
}

static void two_dashes_end_the_options(void **state)
{
	char *argv[] = { "account", "--", "--json", NULL };
	int argc = 3;

	assert_false(ctl_flag(&argc, argv, "--json"));
	assert_int_equal(ctl_no_more_options(ctl_commands[0], &argc, argv), 0);
	assert_int_equal(argc, 2);
	assert_string_equal(argv[1], "--json");
}

/* What is said about an option that was left over, with a further argument or none behind it. */
static void said_of(char *given, char *behind, char *out, size_t size)
{
	char *names[] = { "alerts" }, *argv[] = { "alerts", given, behind, NULL };
	FILE *old = stderr;
	int argc = behind ? 3 : 2, words;

	stderr = fmemopen(out, size, "w");
	assert_int_equal(ctl_no_more_options(ctl_find(1, names, &words), &argc, argv), 2);
	fclose(stderr);
	stderr = old;
}

static void an_option_that_nobody_takes_is_named_with_the_nearest(void **state)
{
	static const struct { char *given, *behind; const char *said; } cases[] = {
		{ "--lmit", NULL, "there is no option --lmit; did you mean --limit?" },
		{ "--jsn", NULL, "there is no option --jsn; did you mean --json?" },
		{ "--limit", NULL, "--limit needs a value" },
		{ "--limit", "5", "--limit is given twice" },
		{ "--limit=5", NULL, "--limit is given twice" },
		{ "--json", NULL, "--json is given twice" },
		{ "--json=5", NULL, "--json takes no value" },
		{ "", NULL, "argument 1 is empty" },
		{ "--zzzzzzz", NULL, "there is no option --zzzzzzz; `assocctl help alerts` lists them" },
	};
	char out[300];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		memset(out, 0, sizeof(out));
		said_of(cases[i].given, cases[i].behind, out, sizeof(out));
		if (!strstr(out, cases[i].said))
			fail_msg("of %s: %s", cases[i].given, out);
	}
}

/* What is said to a line that begins with no command. */
static void assert_said(int argc, char **argv, const char *said)
{
	char out[3000] = { 0 };
	FILE *old = stderr;

	stderr = fmemopen(out, sizeof(out), "w");
	assert_int_equal(ctl_unknown_command(argc, argv), 2);
	fclose(stderr);
	stderr = old;
	if (!strstr(out, said))
		fail_msg("of %s %s: %s", argv[0], argc > 1 ? argv[1] : "", out);
}

static void what_is_no_command_is_told_by_what_it_looks_like(void **state)
{
	static const struct { char *given[2]; const char *said; } cases[] = {
		{ { "--jsn", "status" }, "there is no option --jsn; did you mean --json?" },
		{ { "--limit", "3" }, "--limit is no option of every command; a command's own stand behind it" },
		{ { "-c" }, "-c needs a value" },
		{ { "--url" }, "--url needs a value" },
		{ { "--json=1", "status" }, "--json takes no value" },
		{ { "rules", "chek" }, "there is no command \"rules chek\"; did you mean \"rules check\"?" },
		{ { "rules", "frobnicate" }, "there is no command \"rules frobnicate\"; with \"rules\" begin:" },
		{ { "config" }, "\"config\" wants another word:" },
		{ { "alerst" }, "did you mean \"alerts\"?" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_said(cases[i].given[1] ? 2 : 1, (char **)cases[i].given, cases[i].said);
}

static void the_last_of_a_repeated_option_counts(void **state)
{
	char *argv[] = { "assocctl", "-c", "one", "status", "-c", "two", "--json", NULL };
	struct ctl ctl = { 0 };
	int argc = 7;

	ctl_take_global_options(&ctl, &argc, argv);
	assert_string_equal(ctl.config_path, "two");
	assert_true(ctl.as_json);
	assert_int_equal(argc, 2);
}

static void the_longest_name_of_a_command_wins(void **state)
{
	char *config[] = { "config", "show", "more" }, *wrong[] = { "config" }, *links[] = { "links", "show" };
	int words;

	assert_string_equal(ctl_find(3, config, &words)->name, "config show");
	assert_int_equal(words, 2);
	assert_null(ctl_find(1, wrong, &words));
	assert_string_equal(ctl_find(2, links, &words)->name, "links");
	assert_int_equal(words, 1);
}

static void every_command_is_whole_and_named_once(void **state)
{
	for (const struct ctl_command *const *c = ctl_commands; *c; c++) {
		assert_true((*c)->name[0] && (*c)->run);
		assert_int_equal((*c)->help[strlen((*c)->help) - 1], '.');
		for (const struct ctl_command *const *other = c + 1; *other; other++)
			assert_string_not_equal((*c)->name, (*other)->name);
	}
}

static bool has_option(const struct ctl_command *command, const char *name, size_t n)
{
	for (const struct reference_option *row = command->options; row && row->name; row++)
		if (strlen(row->name) == n && strncmp(row->name, name, n) == 0)
			return true;
	return false;
}

static void every_option_that_is_asked_for_has_its_row(void **state)
{
	for (const struct ctl_command *const *c = ctl_commands; *c; c++) {
		for (const char *at = strstr((*c)->arguments, "--"); at; at = strstr(at + 2, "--"))
			if (at[2] != ' ' && !has_option(*c, at, strcspn(at, "=| ]")))
				fail_msg("%s: no row for %s", (*c)->name, at);
		for (const struct reference_option *row = (*c)->options; row && row->name; row++)
			assert_int_equal(row->help[strlen(row->help) - 1], '.');
		assert_int_equal((*c)->options != NULL, strstr((*c)->arguments, "[OPTION]...") != NULL);
	}
}

static void every_heading_stands_in_front_of_a_command(void **state)
{
	assert_ptr_equal(ctl_groups[0].first, ctl_commands[0]);
	for (const struct ctl_group *group = ctl_groups; group->title; group++) {
		const struct ctl_command *const *c = ctl_commands;

		while (*c && *c != group->first)
			c++;
		assert_non_null(*c);
	}
}

/* What may follow a line; words are parted by blanks. */
static void assert_follows(const char *line, const char *want)
{
	char words[160], *argv[20];
	struct ctl ctl = { .config_path = SOURCE_DIR "/config/assocd.yaml" };
	struct text out = { 0 };
	int argc = 0;

	strcpy(words, line);
	for (char *at = words; at; argc++) {
		argv[argc] = at;
		at = strchr(at, ' ');
		if (at)
			*at++ = '\0';
	}
	text_adds(&out, "");
	if (!ctl_complete(&ctl, argc, argv, &out))
		text_adds(&out, "FILE");
	if (strcmp(out.ptr, want) != 0)
		fail_msg("\"%s\" may be followed by \"%s\", not \"%s\"", line, want, out.ptr);
	text_free(&out);
	if (ctl.config)
		config_free(ctl.config);
}

static void a_begun_line_is_completed(void **state)
{
	assert_follows("ac", "account\nack\n");
	assert_follows("rules ", "status\ncheck\ntest\nexplain\noverlap\n");
	assert_follows("backtest --rules ", "FILE");
	assert_follows("rules overlap --rule shared-d", "shared-device\nshared-document\n");
	assert_follows("ru", "rules\n");
	assert_follows("alerts --st", "--state\n");
	assert_follows("alerts --state ", "open\nacknowledged\nappealed\nstanding\nresolved\nall\n");
	assert_follows("alerts --state=re", "--state=resolved\n");
	assert_follows("verdict c", "clean\nconfirmed\n");
	assert_follows("verdict --reason why c", "clean\nconfirmed\n");
	assert_follows("declare x a", "agency\n");
	assert_follows("help co", "correlate\nconfig\ncompletion\ncomplete\n");
	assert_follows("help rules e", "explain\n");
	assert_follows("help alerts ", "");
	assert_follows("rules explain shared-d", "shared-device\nshared-document\n");
	assert_follows("send --pattern ss", "sshd-journal\nsshd\n");
	assert_follows("send --tail ", "FILE");
	assert_follows("send a b ", "FILE");
	assert_follows("-c ", "FILE");
	assert_follows("why --jso", "--json\n");
	assert_follows("rules explain shared-device x", "");
	assert_follows("status ", "");
	assert_follows("token add shop --role ", "ingest\nread\nanalyst\nadmin\n");
	assert_follows("token add shop --role ingest,a", "ingest,analyst\ningest,admin\n");
	assert_follows("token add shop --role=ingest,r", "--role=ingest,read\n");
	assert_follows("nothing ", "");
}

static void a_wildcard_is_asked_on_loopback(void **state)
{
	struct text url = { 0 };

	client_url_of_listen(&url, "0.0.0.0:8787", false);
	assert_string_equal(url.ptr, "http://127.0.0.1:8787");
	text_clear(&url);
	client_url_of_listen(&url, "[::]:80", false);
	assert_string_equal(url.ptr, "http://127.0.0.1:80");
	text_clear(&url);
	client_url_of_listen(&url, "10.0.0.5:80", false);
	assert_string_equal(url.ptr, "http://10.0.0.5:80");
	text_free(&url);
}

static void counts_are_grouped_in_thousands(void **state)
{
	struct text t = { 0 };

	print_count(&t, 0);
	text_addc(&t, ' ');
	print_count(&t, 999);
	text_addc(&t, ' ');
	print_count(&t, 1000);
	text_addc(&t, ' ');
	print_count(&t, -1234567);
	assert_string_equal(t.ptr, "0 999 1,000 -1,234,567");
	text_free(&t);
}

static void colours_are_for_terminals_and_escapes_for_nobody(void **state)
{
	struct ctl ctl = { .is_terminal = true };
	struct text t = { 0 };

	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	print_styled(&ctl, &t, STYLE_RED, BYTES_LIT("a\033[2Jb"));
	assert_non_null(strstr(t.ptr, "\033[1;31m"));
	assert_null(strstr(t.ptr, "\033[2J"));
	text_clear(&t);
	setenv("NO_COLOR", "1", 1);
	print_styled(&ctl, &t, STYLE_RED, BYTES_LIT("a"));
	assert_string_equal(t.ptr, "a");
	text_clear(&t);
	unsetenv("NO_COLOR");
	ctl.is_terminal = false;
	print_styled(&ctl, &t, STYLE_RED, BYTES_LIT("a"));
	assert_string_equal(t.ptr, "a");
	text_free(&t);
}

/* What a table of two rows prints. */
static void printed(struct ctl *ctl, char *out, size_t size)
{
	static const char *const heads[] = { ">score", "account", "state", NULL };
	FILE *old = stdout;
	struct table *t;

	stdout = fmemopen(out, size, "w");
	t = table_new(ctl, heads);
	table_int(t, 1000);
	table_text(t, BYTES_LIT("a,\"b"));
	table_word(t, BYTES_LIT("joint"));
	table_int(t, 7);
	table_text(t, BYTES_LIT("h\xc3\xa9\x01"));
	table_word(t, BYTES_LIT("open"));
	table_end(t, "nothing");
	fclose(stdout);
	stdout = old;
}

static void a_table_is_aligned_for_people_and_quoted_for_programs(void **state)
{
	struct ctl ctl = { 0 };
	char out[512] = "";

	printed(&ctl, out, sizeof(out));
	assert_string_equal(out, "score  account  state\n1,000  a,\"b     joint\n    7  h\xc3\xa9\\x01   open\n");
	memset(out, 0, sizeof(out));
	ctl.as_csv = true;
	printed(&ctl, out, sizeof(out));
	assert_string_equal(out, "score,account,state\n1000,\"a,\"\"b\",joint\n7,h\xc3\xa9\x01,open\n");
}

static void an_unknown_command_and_no_command_are_usage_errors(void **state)
{
	char *wrong[] = { "assocctl", "acount", NULL }, *none[] = { "assocctl", NULL }, *version[] = { "assocctl", "--version", NULL };

	assert_int_equal(ctl_run(2, wrong), 2);
	assert_int_equal(ctl_run(1, none), 2);
	assert_int_equal(ctl_run(2, version), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_option_is_taken_out_wherever_it_stands),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(an_option_that_nobody_takes_is_named_with_the_nearest),
		cmocka_unit_test(what_is_no_command_is_told_by_what_it_looks_like),
		cmocka_unit_test(the_last_of_a_repeated_option_counts),
		cmocka_unit_test(the_longest_name_of_a_command_wins),
		cmocka_unit_test(every_command_is_whole_and_named_once),
		cmocka_unit_test(every_option_that_is_asked_for_has_its_row),
		cmocka_unit_test(every_heading_stands_in_front_of_a_command),
		cmocka_unit_test(a_begun_line_is_completed),
		cmocka_unit_test(a_wildcard_is_asked_on_loopback),
		cmocka_unit_test(counts_are_grouped_in_thousands),
		cmocka_unit_test(colours_are_for_terminals_and_escapes_for_nobody),
		cmocka_unit_test(a_table_is_aligned_for_people_and_quoted_for_programs),
		cmocka_unit_test(an_unknown_command_and_no_command_are_usage_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
