/* The audit log: its chain over rotation, restart, crash and erasure; pages of it backwards. */
#include "daemon/audit/trail.h"

#include "daemon/base/clock.h"
#include "daemon/base/file.h"
#include "daemon/vendor/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include <unistd.h>

struct folder { char dir[64], path[160], other[160]; struct trail *trail; int64_t at_ms; };

static int make(void **state)
{
	struct folder *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/assocd-test-XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	f->trail = trail_new(f->dir);
	f->at_ms = INT64_C(1767225600000);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct folder *f = *state;
	char command[80];

	trail_free(f->trail);
	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	free(f);
	return system(command);
}

static const char *place(struct folder *f, const char *suffix)
{
	snprintf(f->path, sizeof(f->path), "%s/" AUDIT_FILE "%s", f->dir, suffix);
	return f->path;
}

static void rotate(struct folder *f, const char *from, const char *to)
{
	snprintf(f->other, sizeof(f->other), "%s", place(f, from));
	assert_int_equal(rename(f->other, place(f, to)), 0);
}

static void restart(struct folder *f)
{
	trail_free(f->trail);
	f->trail = trail_new(f->dir);
}

/* An entry a second. */
static void add(struct folder *f, const char *actor, const char *did, const char *account)
{
	struct text entry = { 0 };

	json_open_object(&entry);
	json_member_time(&entry, "at", f->at_ms += 1000);
	json_member_string(&entry, "actor", bytes_of(actor));
	json_member_string(&entry, "did", bytes_of(did));
	json_key(&entry, "accounts");
	json_open_array(&entry);
	if (account)
		json_string(&entry, bytes_of(account));
	json_close_array(&entry);
	trail_add(f->trail, &entry);
	text_free(&entry);
}

static void note(struct folder *f, const char *actor, const char *did, const char *account)
{
	add(f, actor, did, account);
	assert_true(trail_write(f->trail));
}

static struct audit_check whole(struct folder *f)
{
	struct audit_check check;
	struct errbuf eb = { "" };

	assert_int_equal(audit_verify(f->dir, BYTES_NONE, &check, &eb), ERR_OK);
	assert_string_equal(eb.text, "");
	return check;
}

static void assert_error(struct folder *f, enum err err, const char *place_of_it)
{
	struct audit_check check;
	struct errbuf eb = { "" };

	assert_int_equal(audit_verify(f->dir, BYTES_NONE, &check, &eb), err);
	if (!strstr(eb.text, place_of_it))
		fail_msg("no \"%s\" in: %s", place_of_it, eb.text);
}

static void assert_broken(struct folder *f, const char *place_of_it)
{
	assert_error(f, ERR_CORRUPT, place_of_it);
}

static struct text content(struct folder *f, const char *suffix)
{
	struct text out = { 0 };

	assert_int_equal(file_read(place(f, suffix), 64 << 20, &out, NULL), ERR_OK);
	return out;
}

static void put(struct folder *f, const char *suffix, const char *how, struct bytes what)
{
	FILE *file = fopen(place(f, suffix), how);

	assert_non_null(file);
	assert_int_equal(fwrite(what.ptr, 1, what.len, file), what.len);
	fclose(file);
}

static void chain_goes_on_over_rotation_and_restart(void **state)
{
	struct folder *f = *state;
	struct audit_check check;

	assert_error(f, ERR_NOTFOUND, f->dir);
	note(f, "anna", "GET /v1/status", NULL);
	note(f, "anna", "GET /v1/status", NULL);
	rotate(f, "", ".1");
	note(f, "bert", "GET /v1/status", NULL);
	rotate(f, ".1", ".2");
	rotate(f, "", ".1");
	restart(f); /* there is no newest file: the one before tells */
	note(f, "bert", "GET /v1/status", NULL);
	restart(f);
	note(f, "carl", "GET /v1/status", NULL);
	check = whole(f);
	assert_int_equal(check.entries, 5);
	assert_int_equal(check.first, 1);
	assert_int_equal(check.last, 5);
	assert_int_equal(check.files, 3);
	unlink(place(f, ".2"));
	check = whole(f);
	assert_int_equal(check.first, 3);
	unlink(place(f, ".1"));
	put(f, ".1.gz", "w", BYTES_LIT("what rotation would put here"));
	check = whole(f);
	assert_int_equal(check.first, 4);
	assert_int_equal(check.compressed, 1);
}

static void no_folder_is_no_whole_log(void **state)
{
	struct folder gone = { .dir = "/nowhere" };

	assert_error(&gone, ERR_NOTFOUND, "/nowhere");
}

static void files_beside_the_log_do_not_stop_it(void **state)
{
	struct folder *f = *state;
	struct text all;

	note(f, "anna", "GET /v1/status", NULL);
	all = content(f, "");
	put(f, ".bak", "w", text_bytes(&all));
	put(f, "-old.gz", "w", text_bytes(&all));
	assert_int_equal(whole(f).entries, 1);
	assert_int_equal(whole(f).compressed, 0);
	assert_int_equal(symlink("nowhere", place(f, ".7")), 0);
	restart(f);
	note(f, "bert", "GET /v1/status", NULL);
	assert_error(f, ERR_DENIED, ".7");
	unlink(place(f, ".7"));
	assert_int_equal(whole(f).last, 2);
	text_free(&all);
}

static void line_without_its_newline_is_no_head(void **state)
{
	struct folder *f = *state;
	struct text all;

	note(f, "anna", "GET /v1/status", NULL);
	note(f, "anna", "GET /v1/status", NULL);
	all = content(f, "");
	assert_int_equal(truncate(place(f, ""), (off_t)all.len - 1), 0);
	text_free(&all);
	restart(f);
	note(f, "bert", "GET /v1/status", NULL);
	assert_int_equal(whole(f).last, 2);
}

static void half_a_line_of_a_crash_is_cut_and_the_chain_holds(void **state)
{
	struct folder *f = *state;
	struct text all;

	note(f, "anna", "GET /v1/status", NULL);
	note(f, "anna", "GET /v1/status", NULL);
	all = content(f, "");
	assert_int_equal(truncate(place(f, ""), (off_t)all.len - 40), 0);
	text_free(&all);
	assert_int_equal(whole(f).entries, 1);
	restart(f);
	note(f, "bert", "GET /v1/status", NULL);
	assert_int_equal(whole(f).last, 2);
}

static void entry_that_could_not_be_written_leaves_no_gap(void **state)
{
	struct folder *f = *state;

	note(f, "anna", "GET /v1/status", NULL);
	rotate(f, "", ".1");
	assert_int_equal(symlink("/dev/full", place(f, "")), 0);
	add(f, "anna", "GET /v1/status", NULL);
	assert_false(trail_write(f->trail));
	unlink(place(f, ""));
	add(f, "anna", "GET /v1/status", NULL);
	add(f, "anna", "GET /v1/status", NULL);
	assert_true(trail_write(f->trail));
	assert_int_equal(whole(f).last, 3);
}

/* Every byte that is changed shows: in front of a seal, in a seal, in a number. */
static void change_of_any_byte_is_found(void **state)
{
	struct folder *f = *state;
	struct text all;

	for (int i = 0; i < 3; i++)
		note(f, "anna", "GET /v1/accounts/{id}", "bert");
	all = content(f, "");
	for (size_t at = 0; at < all.len; at++) {
		struct audit_check check;
		char was = all.ptr[at];

		all.ptr[at] = was == '1' ? '2' : '1';
		put(f, "", "w", text_bytes(&all));
		if (at < all.len - 1 && audit_verify(f->dir, BYTES_NONE, &check, NULL) == ERR_OK)
			fail_msg("byte %zu was changed and nothing is said", at);
		all.ptr[at] = was;
	}
	text_free(&all);
}

static void entry_that_is_gone_put_in_or_moved_is_found(void **state)
{
	struct folder *f = *state;
	struct text all;
	size_t one;

	for (int i = 0; i < 3; i++)
		note(f, "anna", "GET /v1/status", NULL);
	all = content(f, "");
	one = (size_t)bytes_find_char(text_bytes(&all), '\n') + 1;
	put(f, "", "w", bytes_slice(text_bytes(&all), 0, one));
	put(f, "", "a", bytes_slice(text_bytes(&all), 2 * one, one));
	assert_broken(f, AUDIT_FILE ":2: entry 3 follows entry 1");
	put(f, "", "w", bytes_slice(text_bytes(&all), 0, one));
	put(f, "", "a", BYTES_LIT("{\"actor\":\"nobody\"}\n"));
	put(f, "", "a", bytes_slice(text_bytes(&all), one, one));
	assert_broken(f, AUDIT_FILE ":2: no entry with a seal");
	put(f, "", "w", bytes_slice(text_bytes(&all), 0, one));
	put(f, "", "a", bytes_slice(text_bytes(&all), 0, one));
	assert_broken(f, AUDIT_FILE ":2: entry 1 follows entry 1");
	put(f, ".1", "w", bytes_slice(text_bytes(&all), 0, one - 1));
	put(f, "", "w", bytes_slice(text_bytes(&all), one, 2 * one));
	assert_broken(f, AUDIT_FILE ".1:1: the last line is not whole");
	text_free(&all);
}

static void noted_seal_shows_that_the_end_was_cut_off(void **state)
{
	struct folder *f = *state;
	struct audit_check check, later;
	struct text all;

	note(f, "anna", "GET /v1/status", NULL);
	note(f, "anna", "GET /v1/status", NULL);
	check = whole(f);
	assert_int_equal(audit_verify(f->dir, bytes_of(check.seal), &later, NULL), ERR_OK);
	assert_true(later.has_noted);
	all = content(f, "");
	put(f, "", "w", bytes_slice(text_bytes(&all), 0, (size_t)bytes_find_char(text_bytes(&all), '\n') + 1));
	assert_int_equal(audit_verify(f->dir, bytes_of(check.seal), &later, NULL), ERR_OK);
	assert_false(later.has_noted);
	text_free(&all);
}

static void erased_entry_keeps_its_place_and_says_nothing(void **state)
{
	struct folder *f = *state;
	struct text all, instead = { 0 };
	struct audit_check check;
	struct bytes first;

	note(f, "a", "x", "b"); /* as short as one can be */
	note(f, "anna", "GET /v1/accounts/{id}", "bert");
	all = content(f, "");
	first = bytes_slice(text_bytes(&all), 0, (size_t)bytes_find_char(text_bytes(&all), '\n'));
	audit_erased(first, &instead);
	assert_true(instead.len > 0 && instead.len <= first.len);
	memset(all.ptr, ' ', first.len);
	memcpy(all.ptr, instead.ptr, instead.len);
	put(f, "", "w", text_bytes(&all));
	check = whole(f);
	assert_int_equal(check.entries, 2);
	assert_int_equal(check.erased, 1);
	restart(f);
	note(f, "carl", "GET /v1/status", NULL);
	assert_int_equal(whole(f).last, 3);
	text_clear(&instead);
	audit_erased(bytes_slice(text_bytes(&all), 0, first.len), &instead);
	assert_int_equal(instead.len, 0); /* it is erased already */
	text_free(&instead);
	text_free(&all);
}

static void log_of_an_older_version_goes_in_front(void **state)
{
	struct folder *f = *state;

	put(f, "", "w", BYTES_LIT("{\"at\":\"2025-01-01T00:00:00.000Z\",\"actor\":\"anna\",\"did\":\"GET /v1/status\"}\n"));
	note(f, "bert", "GET /v1/status", NULL);
	assert_int_equal(whole(f).unsealed, 1);
	assert_int_equal(whole(f).first, 1);
}

/* -- pages -- */

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

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chain_goes_on_over_rotation_and_restart),
		TEST(no_folder_is_no_whole_log),
		TEST(files_beside_the_log_do_not_stop_it),
		TEST(line_without_its_newline_is_no_head),
		TEST(half_a_line_of_a_crash_is_cut_and_the_chain_holds),
		TEST(entry_that_could_not_be_written_leaves_no_gap),
		TEST(change_of_any_byte_is_found),
		TEST(entry_that_is_gone_put_in_or_moved_is_found),
		TEST(noted_seal_shows_that_the_end_was_cut_off),
		TEST(erased_entry_keeps_its_place_and_says_nothing),
		TEST(log_of_an_older_version_goes_in_front),
		TEST(pages_go_back_through_all_files_by_what_is_asked),
		TEST(cursor_holds_over_a_rotation_and_says_when_its_file_is_gone),
		TEST(one_page_reads_some_mebibytes_and_no_more),
		TEST(lines_that_are_no_entries_and_endless_ones_are_passed_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
