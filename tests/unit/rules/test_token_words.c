/* What people read of a token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/base/arena.h"
#include "daemon/model/link_views.h"
#include "rule_folder.h"
#include "rules/builder.h"

#define HEAD "id: r\ntitle: t\ninteraction: {by: "
#define CUTS "{of: shared(ip), at: [2, 4]"

struct loaded {
	struct builder *b;
	struct text report;
};

static void load(struct loaded *l, const char *rule)
{
	*l = (struct loaded){0};
	l->b = builder_new(NULL, NULL);
	l->b->problems.report = &l->report;
	decode_rule_file(l->b, FORM_SCORING, bytes_of(scoring));
	decode_rule_file(l->b, FORM_ATTRIBUTES, bytes_of(attributes));
	decode_rule_file(l->b, FORM_RULE, bytes_of(rule));
	attributes_finish(l->b);
	builder_seal(l->b);
}

static void release(struct loaded *l)
{
	text_free(&l->report);
	builder_free(l->b);
}

static void expect_words(const struct ruleset *rules, uint32_t token, const char *wanted)
{
	struct text words = { 0 };
	ruleset_token_words(rules, token, &words);
	assert_string_equal(words.ptr, wanted);
	text_free(&words);
}

static void each_bin_says_its_text_and_what_is_not_known_nothing(void **state)
{
	struct loaded l;
	load(&l, HEAD "[" CUTS ", say: ['', some, many]}, {of: shared(ip) > 1, say: [no place, a place]}]}\n");
	assert_int_equal(l.b->problems.n, 0);
	expect_words(&l.b->set, 0, "nothing further is known"); /* bins: unknown, under 2, 2, 4; unknown, no, yes */
	expect_words(&l.b->set, 1, "no place");
	expect_words(&l.b->set, 3 * 1 + 2, "a place");
	expect_words(&l.b->set, 3 * 2 + 2, "some, a place");
	expect_words(&l.b->set, 3 * 3 + 1, "many, no place");
	release(&l);
}

static void a_form_is_filled_in_with_the_range(void **state)
{
	struct loaded l;
	load(&l, HEAD "[{of: coverage_low(ip), at: [0.25, 0.99], say: 'on {percent} of the days, {bin}'}]}\n");
	assert_int_equal(l.b->problems.n, 0);
	expect_words(&l.b->set, 1, "on below 25 % of the days, below 0.25");
	expect_words(&l.b->set, 2, "on 25 to 99 % of the days, 0.25 to 0.99");
	expect_words(&l.b->set, 3, "on 99 % or more of the days, 0.99 or more");
	release(&l);
}

static void without_words_the_expression_stands_there(void **state)
{
	struct loaded l;
	load(&l, HEAD "[" CUTS "}, {of: pair.since_closure < 7d}]}\n");
	assert_int_equal(l.b->problems.n, 0);
	expect_words(&l.b->set, 3 * 1 + 2, "shared(ip) below 2, pair.since_closure < 7d yes");
	release(&l);
}

static void expect_found(const struct ruleset *rules, uint32_t token, const char *wanted)
{
	struct arena *a = arena_new(256);
	const struct found_view *found;
	struct text all = { 0 };
	unsigned n = ruleset_token_found(rules, token, a, &found);
	for (unsigned i = 0; i < n; i++)
		text_addf(&all, "[%.*s|%.*s|%.*s|%.*s]", BYTES_ARG(found[i].say), BYTES_ARG(found[i].from), BYTES_ARG(found[i].to), BYTES_ARG(found[i].word));
	assert_string_equal(n > 0 ? all.ptr : "", wanted);
	text_free(&all);
	arena_free(a);
}

static void what_was_found_is_told_apart_too(void **state)
{
	struct loaded l;
	load(&l, HEAD "[{of: coverage_low(ip), at: [0.25, 0.99], say: 'on {percent} of the days'}, {of: pair.since_closure < 7d}]}\n");
	assert_int_equal(l.b->problems.n, 0); /* bins: unknown, under 0.25, 0.25, 0.99; unknown, no, yes */
	expect_found(&l.b->set, 3 * 0 + 1, "[pair.since_closure < 7d {bin}|||no]");
	expect_found(&l.b->set, 3 * 1 + 2, "[on {percent} of the days||0.25|][pair.since_closure < 7d {bin}|||yes]");
	expect_found(&l.b->set, 3 * 2 + 0, "[on {percent} of the days|0.25|0.99|][pair.since_closure < 7d {bin}|||unknown]");
	expect_found(&l.b->set, 3 * 3 + 2, "[on {percent} of the days|0.99||][pair.since_closure < 7d {bin}|||yes]");
	release(&l);
	load(&l, HEAD "[" CUTS ", say: ['', some, many]}]}\n");
	expect_found(&l.b->set, 1, "");
	expect_found(&l.b->set, 2, "[some|||]");
	release(&l);
}

static void words_that_do_not_fit_the_bins_are_told(void **state)
{
	static const struct { const char *yaml, *wanted; } cases[] = {
		{ HEAD "[" CUTS ", say: [few, many]}]}\n", "'say' has 2 texts for 3 bins" },
		{ HEAD "[{of: shared(ip) > 1, say: [yes]}]}\n", "'say' has 1 texts for 2 bins" },
		{ HEAD "[" CUTS ", say: '{range} of them'}]}\n", "nothing fills in {range}" },
		{ HEAD "[{of: gap(ip), at: [1d], say: '{percent}'}]}\n", "nothing fills in {percent}" },
		{ HEAD "[" CUTS ", say: {few: 1}}]}\n", "expected" },
		{ HEAD "[{of: shared(ip), at: []}]}\n", "one bin at least" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct loaded l;
		load(&l, cases[i].yaml);
		assert_true(l.b->problems.n > 0);
		assert_non_null(strstr(l.report.ptr, cases[i].wanted));
		release(&l);
	}
}

static void bins_have_a_bound_and_it_is_told(void **state)
{
	struct text rule = { 0 };
	struct loaded l;
	for (unsigned last = 64; last <= 65; last++) {
		text_clear(&rule);
		text_adds(&rule, HEAD "[{of: shared(ip), at: [1");
		for (unsigned i = 2; i <= last; i++)
			text_addf(&rule, ", %u", i);
		text_adds(&rule, "]}]}\n");
		load(&l, rule.ptr);
		assert_int_equal(l.b->problems.n, last - 64);
		if (last == 65)
			assert_non_null(strstr(l.report.ptr, "more than 64 bins"));
		release(&l);
	}
	text_free(&rule);
}

/* An analyst pastes these sentences; nobody who reads them knows expressions. */
static void every_shipped_rule_that_says_what_it_found_says_it_in_words(void **state)
{
	struct ruleset *rules;
	assert_int_equal(ruleset_load(SOURCE_DIR "/rules/default", false, &rules, NULL, NULL), ERR_OK);
	for (uint32_t token = 0; token < rules->table.n; token++) {
		const struct rule_head *head;
		struct text words = { 0 };
		(void)ruleset_token_set(rules, token, &head);
		if (bytes_find(head->explain, BYTES_LIT("{found}")) < 0)
			continue;
		ruleset_token_words(rules, token, &words);
		if (strpbrk(words.ptr, "()_{}<>") != NULL)
			fail_msg("%.*s says '%s'", BYTES_ARG(head->id), words.ptr);
		text_free(&words);
	}
	ruleset_free(rules);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_bin_says_its_text_and_what_is_not_known_nothing),
		cmocka_unit_test(a_form_is_filled_in_with_the_range),
		cmocka_unit_test(what_was_found_is_told_apart_too),
		cmocka_unit_test(without_words_the_expression_stands_there),
		cmocka_unit_test(words_that_do_not_fit_the_bins_are_told),
		cmocka_unit_test(bins_have_a_bound_and_it_is_told),
		cmocka_unit_test(every_shipped_rule_that_says_what_it_found_says_it_in_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
