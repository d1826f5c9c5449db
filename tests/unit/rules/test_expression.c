/* The expression language: what compiles, what it means, and where each mistake is reported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/expression.h"

struct compiled {
	struct builder *b;
	struct text report;
	const struct expr *expr;
};

static void compile(struct compiled *c, const char *text, unsigned scope)
{
	*c = (struct compiled){0};
	c->b = builder_new(NULL, NULL);
	c->b->problems.report = &c->report;
	struct bytes values[] = { BYTES_LIT("joint"), BYTES_LIT("cleared") };
	c->b->lists[c->b->n_lists++] = builder_make_list(c->b, BYTES_LIT("settled"), values, 2);
	struct reader r = { .problems = &c->b->problems, .arena = c->b->arena, .builder = c->b };
	const struct yaml_node at = { .type = YAML_SCALAR, .line = 3, .column = 10, .text = bytes_of(text) };
	c->expr = condition_compile(&r, &at, scope);
}

static void release(struct compiled *c)
{
	text_free(&c->report);
	builder_free(c->b);
}

/* A link of score 900, suspected, of one site; everything else is missing. */
static void answer(void *arg, int field, struct value *out)
{
	const char *name = field_rows[field].name;
	if (!strcmp(name, "link.score"))
		*out = (struct value){ .type = VALUE_NUMBER, .num = 900000 };
	else if (!strcmp(name, "link.state"))
		*out = (struct value){ .type = VALUE_TEXT, .text = BYTES_LIT("suspected") };
	else if (!strcmp(name, "link.same_site"))
		*out = (struct value){ .type = VALUE_BOOL, .num = true };
	else if (!strcmp(name, "account.age"))
		*out = (struct value){ .type = VALUE_DURATION, .num = 36 * 3600000 };
}

static enum tri ask(const char *text, unsigned scope)
{
	struct compiled c;
	compile(&c, text, scope);
	if (!c.expr)
		fail_msg("%s: %s", text, c.report.ptr);
	enum tri result = expr_test(c.expr, answer, NULL);
	release(&c);
	return result;
}

static void conditions_mean_what_they_say(void **state)
{
	static const struct { const char *text; enum tri result; } cases[] = {
		{ "link.score >= 900", YES }, { "link.score > 900", NO }, { "link.score == 900.0", YES }, { "link.score != 900", NO },
		{ "link.score >= probable", YES }, { "link.score >= strong", NO }, { "strong > link.score", YES },
		{ "link.score + 50 * 2 >= 1000", YES }, { "(link.score + 50) * 2 == 1900", YES }, { "link.score / 3 == 300", YES },
		{ "link.score - 100 - 100 == 700", YES }, { "-link.score < 0", YES }, { "link.score == -(-900)", YES },
		{ "link.same_site", YES }, { "not link.same_site", NO }, { "not not link.same_site", YES },
		{ "link.same_site == true", YES }, { "link.same_site and link.score < 500 or link.score > 800", YES },
		{ "link.same_site and (link.score < 500 or link.score > 950)", NO },
		{ "link.state == 'suspected'", YES }, { "link.state in [\"joint\", \"suspected\"]", YES }, { "link.state in settled", NO },
		{ "not link.state in settled", YES }, { "link.state in 'suspected'", YES },
		{ "link.state startswith \"sus\"", YES }, { "link.state endswith \"ted\"", YES }, { "link.state contains \"spec\"", YES },
		{ "link.score in [1, 900]", YES }, { "link.score in [1, 2]", NO },
		{ "has(link.state)", YES }, { "has(link.any_closed)", NO },
		{ "link.any_closed", UNKNOWN }, { "not link.any_closed", UNKNOWN }, { "link.any_closed and link.score < 1", NO },
		{ "link.any_closed or link.same_site", YES }, { "link.any_closed or link.score < 1", UNKNOWN },
		{ "link.score >= 900 and link.score <= 900", YES }, { "link.score > 899.999 and link.score < 900.001", YES },
		{ "link.score < 500 or link.score >= 900", YES }, { "link.state != 'joint' and link.state != 'cleared'", YES },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum tri result = ask(cases[i].text, SCOPE_LINK);
		if (result != cases[i].result)
			fail_msg("%s is %d", cases[i].text, (int)result);
	}
}

static void durations_are_counted_with_numbers(void **state)
{
	assert_int_equal(ask("account.age > 1d", SCOPE_ACCOUNT), YES);
	assert_int_equal(ask("account.age == 1d + 12h", SCOPE_ACCOUNT), YES);
	assert_int_equal(ask("account.age / 1d == 1.5", SCOPE_ACCOUNT), YES);
	assert_int_equal(ask("account.age * 2 >= 72h", SCOPE_ACCOUNT), YES);
	assert_int_equal(ask("2 * account.age < 72h", SCOPE_ACCOUNT), NO);
	assert_int_equal(ask("account.age in [7d, 36h]", SCOPE_ACCOUNT), YES);
}

static void every_mistake_is_named_at_its_column(void **state)
{
	static const struct { const char *text; unsigned column; const char *what; } cases[] = {
		{ "link.scor > 1", 10, "no field 'link.scor' (did you mean 'link.score'?); a text is written in quotes" },
		{ "link.score > 1 and link.stat == 'x'", 29, "no field 'link.stat' (did you mean 'link.state'?); a text is written in quotes" },
		{ "account.age > 1d", 10, "the field 'account.age' is of an event or an account; here a link is asked about" },
		{ "link.score = 1", 21, "'=' compares nothing; equality is written ==" },
		{ "link.score > 'x'", 21, "'>' does not go with a number and a text" },
		{ "link.score > 1d", 21, "'>' does not go with a number and a duration" },
		{ "link.state > 'a'", 21, "'>' does not go with a text and a text" },
		{ "link.score and link.same_site", 21, "'and' does not go with a number and true or false" },
		{ "not link.score", 10, "'not' does not go with a number" },
		{ "link.score + link.state > 1", 21, "'+' does not go with a number and a text" },
		{ "link.score", 10, "a condition is true or false; this is a value" },
		{ "link.score / 0 > 1", 21, "division by zero" },
		{ "link.score >", 22, "the expression ends too early" },
		{ "", 10, "the expression ends too early" },
		{ "(link.same_site", 25, "')' is expected, not the end" },
		{ "link.same_site)", 24, "')' is not expected here" },
		{ "link.same_site link.same_site", 25, "'link.same_site' is not expected here" },
		{ "500 < link.score < 900", 27, "comparisons do not chain; join them with 'and'" },
		{ "link.state == \"x", 24, "'x' is a text whose quote is not closed" },
		{ "link.score > 1.2345", 23, "'1.2345' is not a number with at most three decimals" },
		{ "link.score > 5 parsecs", 25, "'parsecs' is not expected here" },
		{ "link.score > 5parsecs", 23, "'5parsecs' is neither a number nor a duration such as 72h or 7d" },
		{ "link.score ; 1", 21, "';' has no meaning here" },
		{ "link.state in setled", 24, "no list and no field 'setled' (did you mean 'settled'?)" },
		{ "link.state in []", 25, "the list is empty" },
		{ "link.state in [1]", 25, "a text cannot be in a list of a number" },
		{ "link.same_site in [true]", 29, "'in' does not go with true or false" },
		{ "link.score in settled", 24, "'in' a named list does not go with a number" },
		{ "link.state in ['10.0.0.1/8']", 25, "'10.0.0.1/8' is no network (address/length, host bits zero)" },
		{ "has(5)", 14, "the name of a field is expected" },
		{ "has link.score", 14, "'(' is expected, not 'link.score'" },
		{ "link.score >= strong and link.same_site and link.score < 500", 10,
		  "this can never be true: 'link.score >= 950' and 'link.score < 500' exclude each other" },
		{ "link.same_site and not link.same_site", 10,
		  "this can never be true: 'link.same_site' and 'not link.same_site' exclude each other" },
		{ "500 > link.score and link.score == 500", 10,
		  "this can never be true: '500 > link.score' and 'link.score == 500' exclude each other" },
		{ "link.state == 'joint' and link.state == 'cleared'", 10,
		  "this can never be true: 'link.state == \"joint\"' and 'link.state == \"cleared\"' exclude each other" },
		{ "link.state == 'joint' and link.state != 'joint'", 10,
		  "this can never be true: 'link.state == \"joint\"' and 'link.state != \"joint\"' exclude each other" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct compiled c;
		struct text wanted = {0};
		compile(&c, cases[i].text, SCOPE_LINK);
		assert_null(c.expr);
		text_addf(&wanted, "defaults:3:%u: %s\n", cases[i].column, cases[i].what);
		assert_string_equal(c.report.ptr, wanted.ptr);
		assert_int_equal(c.b->problems.n, 1);
		text_free(&wanted);
		release(&c);
	}
}

static void printed_conditions_compile_to_the_same_text(void **state)
{
	static const char *const texts[] = {
		"link.score >= strong and link.same_site and not link.any_closed",
		"link.score in [1, 2.5] or link.state in [\"joint\", 'suspected'] or link.state in settled",
		"link.gap_since_closure > 3d - 2 * 1h or has(link.gap_since_closure) == false",
		"not (link.state contains 'x' or link.state == \"it's\")",
	};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct compiled first, second;
		struct text once = {0}, twice = {0};
		compile(&first, texts[i], SCOPE_LINK);
		assert_non_null(first.expr);
		expression_print(first.expr, &once);
		compile(&second, once.ptr, SCOPE_LINK);
		assert_non_null(second.expr);
		expression_print(second.expr, &twice);
		assert_string_equal(once.ptr, twice.ptr);
		text_free(&once);
		text_free(&twice);
		release(&first);
		release(&second);
	}
}

static void nesting_and_length_have_limits(void **state)
{
	static const char *const pieces[] = { "(", "not ", "-(" };
	struct compiled c;
	for (size_t p = 0; p < ARRAY_LEN(pieces); p++) {
		struct text text = {0};
		for (int i = 0; i < 5000 && text.len < EXPRESSION_BYTES_MAX - 16; i++)
			text_adds(&text, pieces[p]);
		compile(&c, text.ptr, SCOPE_LINK);
		assert_null(c.expr);
		assert_non_null(strstr(c.report.ptr, "nested too deeply"));
		release(&c);
		text_free(&text);
	}
	struct text text = {0};
	text_adds(&text, "1");
	while (text.len < EXPRESSION_BYTES_MAX - 8)
		text_adds(&text, "+1");
	compile(&c, text.ptr, SCOPE_LINK);
	assert_null(c.expr);
	assert_non_null(strstr(c.report.ptr, "too long"));
	release(&c);
	text_adds(&text, "+1+1+1+1+1+1");
	compile(&c, text.ptr, SCOPE_LINK);
	assert_null(c.expr);
	assert_non_null(strstr(c.report.ptr, "longer than 16384 bytes"));
	release(&c);
	text_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions_mean_what_they_say),
		cmocka_unit_test(durations_are_counted_with_numbers),
		cmocka_unit_test(every_mistake_is_named_at_its_column),
		cmocka_unit_test(printed_conditions_compile_to_the_same_text),
		cmocka_unit_test(nesting_and_length_have_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
