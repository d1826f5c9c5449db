#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/vendor/json.h"

#define DEPTH 16

static struct json_parser *parser;

static int setup(void **state)
{
	parser = json_parser_new(1 << 20, DEPTH);
	return 0;
}

static int teardown(void **state)
{
	json_parser_free(parser);
	return 0;
}

static const struct json_doc *parse(const char *text)
{
	static struct json_doc doc;
	struct errbuf eb = { "" };

	if (json_parse(parser, bytes_of(text), &doc, &eb))
		fail_msg("%s: %s", text, eb.text);
	return &doc;
}

static void assert_refused(struct bytes text, const char *why)
{
	struct errbuf eb = { "" };
	struct json_doc doc;

	assert_int_equal(json_parse(parser, text, &doc, &eb), ERR_INPUT);
	if (strstr(eb.text, why) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", eb.text, why);
}

static void members_are_found_by_key(void **state)
{
	const struct json_doc *d = parse("{\"a\":1,\"b\":{\"c\":\"x\",\"d\":[1,2,3]},\"e\":true,\"f\":null,\"g\":2.5}");
	const struct json_node *b = json_get(d, d->nodes, "b");

	assert_int_equal(json_get_int(d, d->nodes, "a", 7), 1);
	assert_int_equal(json_get_int(d, d->nodes, "z", 7), 7);
	assert_true(bytes_is(json_get_text(d, b, "c"), "x"));
	assert_int_equal(json_get(d, b, "d")->num, 3);
	assert_int_equal(json_get(d, d->nodes, "e")->num, 1);
	assert_int_equal(json_get(d, d->nodes, "f")->type, JSON_NULL);
	assert_true(json_get(d, d->nodes, "g")->real == 2.5);
	assert_null(json_get(d, d->nodes, "c"));
	assert_int_equal(d->nodes->num, 5);
}

static void siblings_are_walked_past_what_they_hold(void **state)
{
	const struct json_doc *d = parse("[[1,[2]],{\"x\":{}},3]");
	const struct json_node *n = json_first(d, d->nodes);
	unsigned count = 0;

	for (; n; n = json_after(d, d->nodes, n))
		count++;
	assert_int_equal(count, 3);
	assert_null(json_first(d, json_get(d, &d->nodes[5], "x")));
	assert_int_equal(d->n, d->nodes->next);
}

static void escapes_are_undone_in_keys_and_texts(void **state)
{
	const struct json_doc *d = parse("{\"\\u0061\\n\":\"\\ud83d\\ude00\\\"\"}");

	assert_true(bytes_is(d->nodes[1].key, "a\n"));
	assert_true(bytes_is(d->nodes[1].text, "\xf0\x9f\x98\x80\""));
}

static void a_scalar_may_be_the_whole_document(void **state)
{
	assert_int_equal(parse(" -5 ")->nodes->num, -5);
	assert_int_equal(parse("\"x\"")->nodes->type, JSON_STRING);
}

static void duplicate_keys_are_named(void **state)
{
	assert_refused(bytes_of("{\"a\":1,\"b\":2,\"a\":3}"), "duplicate key \"a\"");
	assert_refused(bytes_of("{\"x\":{\"k\":1,\"\\u006b\":2}}"), "duplicate key \"k\"");
	parse("{\"x\":{\"k\":1},\"k\":2}");
}

static void duplicates_are_found_among_many_keys(void **state)
{
	char text[20000];
	size_t n = 0;

	text[n++] = '{';
	for (int i = 0; i < 1000; i++)
		n += (size_t)sprintf(text + n, "\"key%d\":0,", i);
	text[n - 1] = '}';
	text[n] = '\0';
	assert_int_equal(parse(text)->n, 1001);
	strcpy(text + n - 1, ",\"key7\":1}");
	assert_refused(bytes_of(text), "duplicate key \"key7\"");
}

static void depth_is_limited_exactly(void **state)
{
	char text[64] = "";

	memset(text, '[', DEPTH);
	memset(text + DEPTH, ']', DEPTH);
	assert_int_equal(parse(text)->n, DEPTH);
	memset(text, '[', DEPTH + 1);
	memset(text + DEPTH + 1, ']', DEPTH + 1);
	assert_refused(bytes_of(text), "deeper than 16");
}

static void a_bomb_of_brackets_is_refused(void **state)
{
	size_t n = 200000;
	char *text = malloc(n);

	memset(text, '[', n);
	assert_refused(bytes_make(text, n), "");
	free(text);
}

static void what_is_not_json_is_refused(void **state)
{
	static const char *const wrong[] = {
		"", " ", "{", "}", "[1,,2]", "{\"a\"}", "{\"a\":}", "{a:1}", "[1,]", "tru", "nul", "01", "1.", "+1", "\"abc", "\"\\x\"",
		"{\"a\":1}}", "{} {}", "[1] x", "'a'", "\"\\ud800\"", "NaN", "\xef\xbb\xbf", "{\xef\xbb\xbf}", "\"a\tb\"",
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_refused(bytes_of(wrong[i]), "JSON");
	assert_refused(bytes_of("\"\xc3\""), "UTF-8");
	assert_refused(bytes_of("\"\xed\xa0\x80\""), "UTF-8");
	assert_refused(bytes_make("\"a\0b\"", 5), "JSON");
	assert_refused(bytes_make("{}\0", 3), "JSON");
}

static void byte_order_mark_in_front_is_ignored(void **state)
{
	const struct json_doc *d = parse("\xef\xbb\xbf{\"a\":1}");

	assert_int_equal(json_get_int(d, d->nodes, "a", 0), 1);
}

static void numbers_beyond_64_bits_are_refused(void **state)
{
	assert_refused(bytes_of("18446744073709551615"), "range");
	assert_refused(bytes_of("184467440737095516150"), "range");
	assert_refused(bytes_of("1e999"), "range");
	assert_true(parse("9223372036854775807")->nodes->num == INT64_MAX);
	assert_true(parse("-9223372036854775808")->nodes->num == INT64_MIN);
}

static void size_is_limited(void **state)
{
	struct json_parser *small = json_parser_new(8, DEPTH);
	struct errbuf eb = { "" };
	struct json_doc doc;

	assert_int_equal(json_parse(small, bytes_of("[1,2,3]"), &doc, &eb), ERR_OK);
	assert_int_equal(json_parse(small, bytes_of("[1,2,3,4]"), &doc, &eb), ERR_INPUT);
	json_parser_free(small);
}

static void the_parser_is_fit_for_use_after_an_error(void **state)
{
	assert_refused(bytes_of("{\"a\":"), "JSON");
	assert_int_equal(json_get_int(parse("{\"a\":5}"), parse("{\"a\":5}")->nodes, "a", 0), 5);
}

static void what_is_not_there_holds_nothing(void **state)
{
	const struct json_doc *doc = parse("{\"a\":5}");

	assert_null(json_first(doc, json_get(doc, doc->nodes, "b")));
	assert_null(json_first(doc, json_get(doc, json_get(doc, doc->nodes, "b"), "c")));
}

static void reals_have_their_shortest_text(void **state)
{
	char out[JSON_REAL_TEXT];

	assert_int_equal(json_real_text(2.6, out), 3);
	assert_memory_equal(out, "2.6", 3);
	assert_int_equal(json_real_text(3.0, out), 1);
	assert_int_equal(json_real_text(0.1 + 0.2, out), 19);
	assert_memory_equal(out, "0.30000000000000004", 19);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_found_by_key),
		cmocka_unit_test(siblings_are_walked_past_what_they_hold),
		cmocka_unit_test(escapes_are_undone_in_keys_and_texts),
		cmocka_unit_test(a_scalar_may_be_the_whole_document),
		cmocka_unit_test(duplicate_keys_are_named),
		cmocka_unit_test(duplicates_are_found_among_many_keys),
		cmocka_unit_test(depth_is_limited_exactly),
		cmocka_unit_test(a_bomb_of_brackets_is_refused),
		cmocka_unit_test(what_is_not_json_is_refused),
		cmocka_unit_test(byte_order_mark_in_front_is_ignored),
		cmocka_unit_test(numbers_beyond_64_bits_are_refused),
		cmocka_unit_test(size_is_limited),
		cmocka_unit_test(the_parser_is_fit_for_use_after_an_error),
		cmocka_unit_test(what_is_not_there_holds_nothing),
		cmocka_unit_test(reals_have_their_shortest_text),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
