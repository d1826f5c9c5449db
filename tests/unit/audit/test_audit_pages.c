/* Pages of the audit log, backwards. */
#include "trail_bench.h"

static struct json_doc page(struct folder *f, const struct audit_query *q, struct json_parser *parser, struct text *json)
{
	struct errbuf eb = { "" };
	struct json_doc doc;

	text_free(json);
	assert_int_equal(audit_page(f->dir, q, json, &eb), ERR_OK);
	assert_int_equal(json_parse(parser, text_bytes(json), &doc, NULL), ERR_OK);
	return doc;
}

/* The numbers of all entries that fit, page by page: "9 7 5". */
static struct text numbers(struct folder *f, struct audit_query q)
{
	struct json_parser *parser = json_parser_new(16 << 20, 8);
	struct text json = { 0 }, out = { 0 };
	struct bytes next;

	do {
		struct json_doc doc = page(f, &q, parser, &json);
		const struct json_node *list = json_get(&doc, doc.nodes, "entries");

		for (const struct json_node *at = json_first(&doc, list); at; at = json_after(&doc, list, at))
			text_addf(&out, "%s%lld", out.len ? " " : "", (long long)json_get_int(&doc, at, "n", 0));
		next = json_get_text(&doc, doc.nodes, "next");
		assert_true(next.len == 0 || audit_read_cursor(next, &q));
	} while (next.len > 0);
	json_parser_free(parser);
	text_free(&json);
	text_adds(&out, "");
	return out;
}

#define ASSERT_NUMBERS(f, want, ...) do { \
	struct text got_ = numbers(f, (struct audit_query){ __VA_ARGS__ }); \
	assert_string_equal(got_.ptr ? got_.ptr : "", want); \
	text_free(&got_); \
} while (0)

static void pages_go_back_through_all_files_by_what_is_asked(void **state)
{
	struct folder *f = *state;
	int64_t begin = f->at_ms;

	for (int i = 0; i < 9; i++) {
		note(f, i % 2 ? "anna" : "bert", i % 3 ? "GET /v1/accounts/{id}" : "POST /v1/marks", i % 3 ? "shop/carl" : NULL);
		if (i == 3)
			rotate(f, "", ".1");
		if (i == 5) {
			rotate(f, ".1", ".2");
			rotate(f, "", ".1");
		}
	}
	for (unsigned max = 1; max < 12; max++)
		ASSERT_NUMBERS(f, "9 8 7 6 5 4 3 2 1", .max = max);
	ASSERT_NUMBERS(f, "8 6 4 2", .max = 2, .actor = BYTES_LIT("anna"));
	ASSERT_NUMBERS(f, "", .max = 2, .actor = BYTES_LIT("ann"));
	ASSERT_NUMBERS(f, "7 4 1", .max = 2, .action = BYTES_LIT("POST"));
	ASSERT_NUMBERS(f, "9 8 6 5 3 2", .max = 2, .about = { BYTES_LIT("carl"), BYTES_LIT("shop/carl") });
	ASSERT_NUMBERS(f, "9 8 7", .max = 2, .since_ms = begin + 7000);
	ASSERT_NUMBERS(f, "2 1", .max = 2, .until_ms = begin + 3000);
	ASSERT_NUMBERS(f, "8 6", .max = 1, .actor = BYTES_LIT("anna"), .since_ms = begin + 5000, .until_ms = begin + 9000, .action = BYTES_LIT("/accounts/"));
}

static void cursor_holds_over_a_rotation_and_says_when_its_file_is_gone(void **state)
{
	struct folder *f = *state;
	struct audit_query q = { .max = 2 };
	struct json_parser *parser = json_parser_new(1 << 20, 8);
	struct text json = { 0 };
	struct errbuf eb = { "" };
	struct json_doc doc;

	for (int i = 0; i < 5; i++)
		note(f, "anna", "GET /v1/status", NULL);
	doc = page(f, &q, parser, &json);
	assert_true(audit_read_cursor(json_get_text(&doc, doc.nodes, "next"), &q));
	rotate(f, "", ".1");
	note(f, "anna", "GET /v1/status", NULL);
	ASSERT_NUMBERS(f, "3 2 1", .max = 2, .file = q.file, .before = q.before);
	unlink(place(f, ".1"));
	text_free(&json);
	assert_int_equal(audit_page(f->dir, &q, &json, &eb), ERR_NOTFOUND);
	assert_false(audit_read_cursor(BYTES_LIT("12"), &q));
	assert_false(audit_read_cursor(BYTES_LIT("0-5"), &q));
	assert_false(audit_read_cursor(BYTES_LIT("5-"), &q));
	assert_false(audit_read_cursor(BYTES_LIT("5-99999999999999999999"), &q));
	json_parser_free(parser);
}

/* A long log of what is not asked for: a page ends for what it has read, and holds nothing. */
static void one_page_reads_some_mebibytes_and_no_more(void **state)
{
	struct folder *f = *state;
	struct audit_query q = { .max = 10, .actor = BYTES_LIT("nobody") };
	struct json_parser *parser = json_parser_new(1 << 20, 8);
	struct text line = { 0 }, json = { 0 };
	int pages = 0;

	text_adds(&line, "{\"actor\":\"anna\",\"padding\":\"");
	while (line.len < 60000)
		text_addc(&line, 'x');
	text_adds(&line, "\"}\n");
	for (int i = 0; i < 400; i++)
		put(f, "", "a", text_bytes(&line));
	do {
		struct json_doc doc = page(f, &q, parser, &json);

		pages++;
		assert_int_equal(json_get(&doc, doc.nodes, "entries")->num, 0);
		if (json_get_text(&doc, doc.nodes, "next").len == 0)
			break;
		assert_true(audit_read_cursor(json_get_text(&doc, doc.nodes, "next"), &q));
	} while (pages < 100);
	assert_in_range(pages, 3, 4); /* 24 MB, 8 MiB each */
	json_parser_free(parser);
	text_free(&json);
	text_free(&line);
}

/* Nobody writes such lines; whoever does gets them skipped. */
static void lines_that_are_no_entries_and_endless_ones_are_passed_by(void **state)
{
	struct folder *f = *state;
	struct text endless = { 0 };

	note(f, "anna", "GET /v1/status", NULL);
	while (endless.len < 3 << 20)
		text_adds(&endless, "no newline here ");
	text_adds(&endless, "\n\n[1]\n\"text\"\n");
	put(f, "", "a", text_bytes(&endless));
	note(f, "anna", "GET /v1/status", NULL);
	ASSERT_NUMBERS(f, "2 1", .max = 5);
	text_free(&endless);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pages_go_back_through_all_files_by_what_is_asked),
		TEST(cursor_holds_over_a_rotation_and_says_when_its_file_is_gone),
		TEST(one_page_reads_some_mebibytes_and_no_more),
		TEST(lines_that_are_no_entries_and_endless_ones_are_passed_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
