/* An alert as JSON and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/model/alert_json.h"

static const struct alert_view plain = {
	.id = { "00000000000000ab", 16 }, .rule = { "r", 1 }, .title = { "A title", 7 }, .level = { "high", 4 },
	.subject_kind = { "account", 7 }, .score = 700, .opened_ms = 1767225600000, .updated_ms = 1767225600001,
	.opened_seq = 3, .updated_seq = 9,
};

static enum err read_back(struct bytes json, struct arena *a, struct alert_view *out)
{
	struct json_parser *parser = json_parser_new(1 << 16, 8);
	struct json_doc doc;

	assert_int_equal(json_parse(parser, json, &doc, NULL), ERR_OK);
	enum err err = alert_from_json(&doc, a, out);
	json_parser_free(parser); /* nothing of the answer is the parser's */
	return err;
}

/* Printed, read, printed again: the same text. */
static void assert_round_trip(const struct alert_view *alert)
{
	struct arena *a = arena_new(4096);
	struct text once = { 0 }, twice = { 0 };
	struct alert_view back;

	alert_json(&once, alert, NULL);
	assert_int_equal(read_back(text_bytes(&once), a, &back), ERR_OK);
	alert_json(&twice, &back, NULL);
	assert_int_equal(once.len, twice.len);
	assert_memory_equal(once.ptr, twice.ptr, once.len);
	text_free(&once);
	text_free(&twice);
	arena_free(a);
}

static void an_alert_comes_back_as_it_went(void **state)
{
	struct bytes accounts[2] = { BYTES_LIT("shop/\"anna\""), BYTES_LIT("bela") };
	struct alert_view full = plain;

	assert_round_trip(&plain);
	full.accounts = accounts;
	full.n_accounts = 2;
	full.state = ALERT_RESOLVED;
	full.cluster = BYTES_LIT("c7");
	full.summary = BYTES_LIT("one\nsentence");
	full.recommendation = BYTES_LIT("look");
	full.resolution = BYTES_LIT("withdrawn");
	full.reason = BYTES_LIT("because");
	full.actor = BYTES_LIT("me");
	full.deadline_ms = 1767225700000;
	full.is_overdue = true;
	full.appeal_round = 2;
	assert_round_trip(&full);
}

static void what_is_no_alert_is_refused(void **state)
{
	static const char *const wrong[] = {
		"[]", "{}", "{\"schema\":\"assocd.alert/1\"}", "{\"schema\":\"assocd.alert/1\",\"state\":\"open\"}",
		"{\"schema\":\"assocd.alert/1\",\"state\":\"ajar\",\"id\":\"a\"}", "{\"schema\":\"other\",\"state\":\"open\",\"id\":\"a\"}",
		"{\"schema\":\"assocd.alert/1\",\"state\":\"open\",\"id\":\"a\",\"opened\":\"yesterday\"}",
	};
	struct arena *a = arena_new(4096);
	struct alert_view back;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(read_back(bytes_of(wrong[i]), a, &back), ERR_CORRUPT);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_alert_comes_back_as_it_went),
		cmocka_unit_test(what_is_no_alert_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
