#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/model/normalise.h"

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

static word_form_fn *form_of(const char *step)
{
	struct kind kind = { .steps = { normaliser_find(bytes_of(step)) }, .n_steps = 1 };

	return kind_word_form(&kind);
}

static const struct words *words_of(const char *step, const char *const *texts, size_t n, struct errbuf *eb)
{
	struct bytes lines[8];

	for (size_t i = 0; i < n; i++)
		lines[i] = bytes_of(texts[i]);
	errbuf_clear(eb);
	return words_make(arena, form_of(step), lines, n, eb);
}

static void a_word_is_found_in_the_form_of_its_step(void **state)
{
	static const char *const lines[] = { "Straße = ST", "po  box = pobox", "The" };
	struct errbuf eb = { "" };
	const struct words *w = words_of("address", lines, 3, &eb);

	assert_non_null(w);
	assert_true(bytes_is(words_find(w, bytes_of("strasse"))->to, "st"));
	assert_true(bytes_is(words_find(w, bytes_of("po box"))->to, "pobox"));
	assert_true(words_find(w, bytes_of("po"))->begins_phrase);
	assert_false(words_find(w, bytes_of("po"))->is_listed);
	assert_true(words_find(w, bytes_of("the"))->is_listed);
	assert_int_equal(words_find(w, bytes_of("the"))->to.len, 0);
	assert_null(words_find(w, bytes_of("box")));
	assert_null(words_find(w, BYTES_NONE));
	assert_null(words_find(NULL, bytes_of("the")));
}

static void the_longest_end_of_a_word_is_found(void **state)
{
	static const char *const lines[] = { "*asse = *as", "*strasse = *str", "san*" };
	struct errbuf eb = { "" };
	const struct words *w = words_of("address", lines, 3, &eb);

	assert_non_null(w);
	assert_true(bytes_is(w->parts[words_part(w, bytes_of("hauptstrasse"))].to, "str"));
	assert_true(bytes_is(w->parts[words_part(w, bytes_of("gasse"))].to, "as"));
	assert_true(bytes_is(w->parts[words_part(w, bytes_of("sanmarco"))].from, "san"));
	assert_int_equal(words_part(w, bytes_of("san")), -1);
	assert_int_equal(words_part(w, bytes_of("asse")), -1);
	assert_int_equal(words_part(w, BYTES_NONE), -1);
	assert_int_equal(words_part(NULL, bytes_of("gasse")), -1);
}

static void an_end_may_become_a_word_of_its_own(void **state)
{
	static const char *const lines[] = { "*strasse = * st", "*gasse = *g", "Sankt* = st *" }, *const both[] = { "*gasse = *g", "*gasse = * g" };
	struct errbuf eb = { "" };
	const struct words *w = words_of("address", lines, 3, &eb);

	assert_non_null(w);
	assert_true(w->parts[words_part(w, bytes_of("hauptstrasse"))].is_apart);
	assert_false(w->parts[words_part(w, bytes_of("ritzgasse"))].is_apart);
	assert_true(w->parts[words_part(w, bytes_of("sanktanna"))].is_apart);
	assert_true(bytes_is(w->parts[words_part(w, bytes_of("sanktanna"))].to, "st"));
	assert_null(words_of("address", both, 2, &eb));
}

static void a_line_that_says_nothing_is_refused_and_quoted(void **state)
{
	static const struct { const char *line, *why; } rows[] = {
		{ "street =", "nothing stands behind '='" }, { "= st", "no word in '= st'" }, { "-- = st", "no word in '-- = st'" },
		{ "st = --", "no word in 'st = --'" }, { "*strasse = str", "'*' stands on one side only" }, { "strasse = *str", "'*' stands on one side only" },
		{ "*strasse = str*", "'*' stands on one side only" }, { "\xff = a", "no word" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "more than 96 bytes" },
	};
	struct errbuf eb = { "" };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_null(words_of("address", &rows[i].line, 1, &eb));
		if (strstr(eb.text, rows[i].why) == NULL)
			fail_msg("%s: %s", rows[i].line, eb.text);
	}
}

static void lines_that_contradict_each_other_are_refused(void **state)
{
	static const char *const words[] = { "street = st", "Street = str" }, *const parts[] = { "*gasse = *g", "*gasse = *ga" },
				 *const same[] = { "street = st", "STREET = st", "*gasse = *g", "*Gasse = *g" };
	struct errbuf eb = { "" };

	assert_null(words_of("address", words, 2, &eb));
	assert_string_equal(eb.text, "'street' is to become both 'st' and 'str'");
	assert_null(words_of("address", parts, 2, &eb));
	assert_non_null(strstr(eb.text, "both 'g' and 'ga'"));
	assert_non_null(words_of("address", same, 4, &eb));
}

static void the_number_of_stars_is_bounded(void **state)
{
	struct bytes lines[WORD_PARTS_MAX + 1];
	struct errbuf eb = { "" };

	for (unsigned i = 0; i <= WORD_PARTS_MAX; i++)
		lines[i] = bytes_of(arena_printf(arena, "*end%u", i));
	assert_non_null(words_make(arena, form_of("address"), lines, WORD_PARTS_MAX, &eb));
	assert_null(words_make(arena, form_of("address"), lines, WORD_PARTS_MAX + 1, &eb));
	assert_non_null(strstr(eb.text, "more than 64"));
}

static void the_version_is_that_of_the_lines_in_any_order(void **state)
{
	static const char *const one[] = { "a = b", "c" }, *const other[] = { "c", "a = b" }, *const third[] = { "a = b", "d" };
	struct errbuf eb = { "" };

	assert_true(words_of("address", one, 2, &eb)->version == words_of("address", other, 2, &eb)->version);
	assert_true(words_of("address", one, 2, &eb)->version != words_of("address", third, 2, &eb)->version);
}

static void only_some_steps_ask_for_words(void **state)
{
	assert_non_null(form_of("company"));
	assert_non_null(form_of("phone"));
	assert_null(form_of("trim"));
	assert_null(form_of("ip"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_is_found_in_the_form_of_its_step),
		cmocka_unit_test(the_longest_end_of_a_word_is_found),
		cmocka_unit_test(an_end_may_become_a_word_of_its_own),
		cmocka_unit_test(a_line_that_says_nothing_is_refused_and_quoted),
		cmocka_unit_test(lines_that_contradict_each_other_are_refused),
		cmocka_unit_test(the_number_of_stars_is_bounded),
		cmocka_unit_test(the_version_is_that_of_the_lines_in_any_order),
		cmocka_unit_test(only_some_steps_ask_for_words),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
