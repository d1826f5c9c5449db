/* The manual pages say what the tables say; the mechanism that weaves tables into pages. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/ctl/manual.h"
#include "daemon/ctl/manual_sections.h"
#include "rules/reference.h"

#define RULES SOURCE_DIR "/rules/default"

static struct text read_page(const char *path)
{
	struct text page = { 0 };
	char piece[4096];
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		text_add(&page, bytes_make(piece, n));
	fclose(f);
	return page;
}

static unsigned first_difference(const struct text *a, const struct text *b)
{
	unsigned line = 1;

	for (size_t i = 0; i < a->len && i < b->len && a->ptr[i] == b->ptr[i]; i++)
		line += a->ptr[i] == '\n';
	return line;
}

static void check_page(const char *path)
{
	struct text page = read_page(path), woven = { 0 };
	struct errbuf eb = { "" };

	if (manual_weave(RULES, text_bytes(&page), &woven, &eb) != ERR_OK)
		fail_msg("%s: %s", path, eb.text);
	if (!bytes_eq(text_bytes(&page), text_bytes(&woven)))
		fail_msg("%s:%u: the page and its table differ; `cmake --build build --target manual` writes the page", path,
			 first_difference(&page, &woven));
	text_free(&page);
	text_free(&woven);
}

static void every_page_says_what_the_tables_say(void **state)
{
	glob_t pages;

	assert_int_equal(glob(SOURCE_DIR "/docs/*.scd", 0, NULL, &pages), 0);
	for (size_t i = 0; i < pages.gl_pathc; i++)
		check_page(pages.gl_pathv[i]);
	globfree(&pages);
}

static void expect_in(const struct text *pages, const char *section)
{
	char mark[80];

	snprintf(mark, sizeof(mark), "\n; [%s]\n", section);
	if (!strstr(pages->ptr, mark))
		fail_msg("no page in docs/ has the section [%s]", section);
}

static void every_table_is_in_a_page(void **state)
{
	struct text all = { 0 };
	glob_t pages;

	assert_int_equal(glob(SOURCE_DIR "/docs/*.scd", 0, NULL, &pages), 0);
	for (size_t i = 0; i < pages.gl_pathc; i++) {
		struct text page = read_page(pages.gl_pathv[i]);

		text_add(&all, text_bytes(&page));
		text_free(&page);
	}
	for (const struct manual_section *section = manual_sections; section->name; section++)
		expect_in(&all, section->name);
	for (const struct rules_part *part = rules_parts; part->name; part++)
		expect_in(&all, part->name);
	globfree(&pages);
	text_free(&all);
}

static void what_stands_outside_of_marks_is_kept(void **state)
{
	struct text out = { 0 };
	struct errbuf eb = { "" };

	assert_int_equal(manual_weave(RULES, BYTES_LIT("a\n; plain\n; [assocd options]\nout of date\n; [end]\n\nb"), &out, &eb), ERR_OK);
	assert_true(bytes_starts(text_bytes(&out), BYTES_LIT("a\n; plain\n; [assocd options]\n*-c, --config* _FILE_\n\t")));
	assert_true(bytes_ends(text_bytes(&out), BYTES_LIT("\n\n; [end]\n\nb")));
	assert_null(strstr(out.ptr, "out of date"));
	text_free(&out);
}

static void a_wrong_mark_is_named(void **state)
{
	struct text out = { 0 };
	struct errbuf eb = { "" };

	assert_int_equal(manual_weave(RULES, BYTES_LIT("; [no such]\n; [end]\n"), &out, &eb), ERR_INPUT);
	assert_non_null(strstr(eb.text, "[no such]"));
	errbuf_clear(&eb);
	assert_int_equal(manual_weave(RULES, BYTES_LIT("; [routes]\nopen\n"), &out, &eb), ERR_INPUT);
	assert_non_null(strstr(eb.text, "[routes]"));
	text_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_page_says_what_the_tables_say),
		cmocka_unit_test(every_table_is_in_a_page),
		cmocka_unit_test(what_stands_outside_of_marks_is_kept),
		cmocka_unit_test(a_wrong_mark_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
