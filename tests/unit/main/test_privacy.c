/* Tombstones, lines of the alert log that go, and the search for what is left. */
#include "daemon/main/log_lines.h"
#include "daemon/main/tombstones.h"
#include "daemon/main/traces.h"

#include "daemon/base/file.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder { char dir[64], path[128]; };

static int make(void **state)
{
	struct folder *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/assocd-test-XXXXXX");
	*state = f;
	return mkdtemp(f->dir) ? 0 : -1;
}

static int gone(void **state)
{
	char command[80];

	snprintf(command, sizeof(command), "rm -rf %s", ((struct folder *)*state)->dir);
	free(*state);
	return system(command);
}

static const char *place(struct folder *f, const char *name)
{
	snprintf(f->path, sizeof(f->path), "%s/%s", f->dir, name);
	return f->path;
}

static void put(struct folder *f, const char *name, const char *how, struct bytes content)
{
	FILE *file = fopen(place(f, name), how);

	assert_non_null(file);
	assert_int_equal(fwrite(content.ptr, 1, content.len, file), content.len);
	fclose(file);
}

static void assert_holds(struct folder *f, const char *name, const char *want)
{
	struct text content = { 0 };

	assert_int_equal(file_read(place(f, name), 1 << 20, &content, NULL), ERR_OK);
	assert_string_equal(content.ptr, want);
	text_free(&content);
}

static void nobody_is_erased_in_an_empty_folder(void **state)
{
	struct folder *f = *state;
	struct errbuf eb = { "" };
	struct erased *e;

	assert_int_equal(tombstones_read(f->dir, &e, &eb), ERR_OK);
	assert_null(e);
	assert_false(erased_names(NULL, &(struct event){ .account = BYTES_LIT("anna") }));
}

static void a_tombstone_holds_the_account_and_everything_that_names_it(void **state)
{
	struct folder *f = *state;
	struct errbuf eb = { "" };
	struct text content = { 0 };
	struct erased *e;

	assert_int_equal(tombstones_add(f->dir, BYTES_LIT("shop/anna"), &eb), ERR_OK);
	assert_int_equal(tombstones_add(f->dir, BYTES_LIT("bert"), &eb), ERR_OK);
	assert_int_equal(tombstones_add(f->dir, BYTES_LIT("bert"), &eb), ERR_OK);
	assert_int_equal(tombstones_read(f->dir, &e, &eb), ERR_OK);
	assert_int_equal(erased_count(e), 2);
	assert_true(erased_has(e, BYTES_LIT("shop/anna")));
	assert_false(erased_has(e, BYTES_LIT("anna")));
	assert_true(erased_names(e, &(struct event){ .account = BYTES_LIT("bert") }));
	assert_true(erased_names(e, &(struct event){ .account = BYTES_LIT("carl"), .with = BYTES_LIT("bert") }));
	assert_true(erased_names(e, &(struct event){ .account = BYTES_LIT("carl"), .relation_with = BYTES_LIT("bert") }));
	assert_false(erased_names(e, &(struct event){ .account = BYTES_LIT("carl") }));
	erased_free(e);
	assert_int_equal(file_read(place(f, "erased"), 4096, &content, &eb), ERR_OK);
	assert_null(strstr(content.ptr, "anna"));
	text_free(&content);
}

static void a_half_written_tombstone_is_none_and_is_overwritten(void **state)
{
	struct folder *f = *state;
	struct errbuf eb = { "" };
	struct erased *e;

	assert_int_equal(tombstones_add(f->dir, BYTES_LIT("anna"), &eb), ERR_OK);
	put(f, "erased", "a", BYTES_LIT("0123456789abcdef"));
	assert_int_equal(tombstones_add(f->dir, BYTES_LIT("bert"), &eb), ERR_OK);
	assert_int_equal(tombstones_read(f->dir, &e, &eb), ERR_OK);
	assert_int_equal(erased_count(e), 2);
	assert_true(erased_has(e, BYTES_LIT("anna")) && erased_has(e, BYTES_LIT("bert")));
	erased_free(e);
	put(f, "erased", "a", BYTES_LIT("not a tombstone\n"));
	assert_int_equal(tombstones_read(f->dir, &e, &eb), ERR_CORRUPT);
	assert_non_null(strstr(eb.text, "/erased:3: no tombstone"));
	errbuf_clear(&eb);
	unlink(place(f, "erased.key"));
	assert_int_equal(tombstones_read(f->dir, &e, &eb), ERR_NOTFOUND);
	assert_non_null(strstr(eb.text, "erased.key is missing"));
}

static void tombstones_that_cannot_be_read_are_named_with_the_reason(void **state)
{
	struct folder *f = *state;
	struct errbuf eb = { "" };
	struct erased *e;

	assert_int_equal(mkdir(place(f, "erased"), 0700), 0);
	assert_int_equal(tombstones_read(f->dir, &e, &eb), ERR_INPUT);
	assert_null(e);
	assert_non_null(strstr(eb.text, "/erased: is a directory"));
}

static bool names_anna(void *arg, struct bytes line, struct text *instead)
{
	return bytes_find(line, BYTES_LIT("anna")) >= 0;
}

static void lines_are_overwritten_in_their_place(void **state)
{
	struct folder *f = *state;
	struct log_lines_gone out = { 0 };
	struct errbuf eb = { "" };

	put(f, "alerts.jsonl", "w", BYTES_LIT("{\"accounts\":[\"bert\"],\"n\":1}\n{\"accounts\":[\"anna\"],\"number\":22}\n{\"accounts\":[\"carl\"]}\n"));
	put(f, "alerts.jsonl.1", "w", BYTES_LIT("{\"accounts\":[\"anna\",\"bert\"],\"x\":1}\nno newline: anna, who is not taken"));
	put(f, "alerts.jsonl.2.gz", "w", BYTES_LIT("anna anna anna anna anna anna anna anna\n"));
	assert_int_equal(log_lines_erase(place(f, "alerts.jsonl"), names_anna, NULL, &out, &eb), ERR_OK);
	assert_int_equal(out.lines, 2);
	assert_int_equal(out.compressed, 1);
	assert_holds(f, "alerts.jsonl", "{\"accounts\":[\"bert\"],\"n\":1}\n{\"schema\":\"assocd.erased/1\"}     \n{\"accounts\":[\"carl\"]}\n");
	assert_holds(f, "alerts.jsonl.1", "{\"schema\":\"assocd.erased/1\"}      \nno newline: anna, who is not taken");
}

static struct traces looked(struct folder *f, struct bytes exact, struct bytes word)
{
	const struct traces_wanted wanted = { exact, { word } };
	struct traces out;

	traces_look(f->dir, place(f, "alerts.jsonl"), &wanted, &out);
	return out;
}

/* Of the letters [, ] and * glob(3) would make another folder's name, and nothing would be erased, or found to be left. */
static void a_folder_may_be_called_anything(void **state)
{
	struct folder *f = *state, odd = { "", "" };
	struct log_lines_gone out = { 0 };
	struct errbuf eb = { "" };

	snprintf(odd.dir, sizeof(odd.dir), "%.40s/a[b]*?c\\d", f->dir);
	assert_int_equal(mkdir(odd.dir, 0700), 0);
	put(&odd, "alerts.jsonl", "w", BYTES_LIT("{\"accounts\":[\"anna-lisa\"],\"number\":22}\n"));
	struct traces left = looked(&odd, BYTES_LIT("\x09" "anna-lisa"), BYTES_LIT("anna-lisa"));
	assert_int_equal(left.elsewhere, 1);
	text_free(&left.where);
	assert_int_equal(log_lines_erase(place(&odd, "alerts.jsonl"), names_anna, NULL, &out, &eb), ERR_OK);
	assert_int_equal(out.lines, 1);
	left = looked(&odd, BYTES_LIT("\x09" "anna-lisa"), BYTES_LIT("anna-lisa"));
	assert_int_equal(left.elsewhere, 0);
	text_free(&left.where);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
	struct folder *f = *state;
	struct traces left;

	put(f, "one", "w", BYTES_LIT("nothing of hers"));
	assert_int_equal(symlink("/proc/self/mem", place(f, "two")), 0); /* it opens, and its beginning cannot be read */
	left = looked(f, BYTES_LIT("\x09" "anna-lisa"), BYTES_LIT("anna-lisa"));
	assert_int_equal(left.elsewhere, 0);
	assert_int_equal(left.barred, 1);
	assert_true(bytes_ends(text_bytes(&left.barred_at), BYTES_LIT("/two: Input/output error")));
	text_free(&left.where);
	text_free(&left.barred_at);
}

static void a_line_is_found_across_pieces(void **state)
{
	struct folder *f = *state;
	struct text content = { 0 };
	struct log_lines_gone out = { 0 };
	struct errbuf eb = { "" };

	while (content.len < (1 << 20) - 20)
		text_adds(&content, "{\"accounts\":[\"somebody else\"],\"padding\":1}\n");
	text_adds(&content, "{\"accounts\":[\"anna\"],\"padding\":\"over the edge of what is read at once\"}\n");
	put(f, "alerts.jsonl", "w", text_bytes(&content));
	assert_int_equal(log_lines_erase(place(f, "alerts.jsonl"), names_anna, NULL, &out, &eb), ERR_OK);
	assert_int_equal(out.lines, 1);
	text_clear(&content);
	assert_int_equal(file_read(f->path, 4 << 20, &content, &eb), ERR_OK);
	assert_null(strstr(content.ptr, "anna"));
	assert_non_null(strstr(content.ptr, "assocd.erased/1"));
	text_free(&content);
}

/* It may name her, so that nobody may take the file for done; what stands behind it goes all the same. */
static void a_line_that_is_too_long_is_named_and_passed_over(void **state)
{
	struct folder *f = *state;
	struct text content = { 0 };
	struct log_lines_gone out = { 0 };
	struct errbuf eb = { "" };
	size_t from;

	text_adds(&content, "{\"accounts\":[\"anna\"],\"number\":22}\n");
	while (content.len < (17 << 20) + 333)
		text_adds(&content, "0123456789abcdef");
	text_addc(&content, '\n');
	from = content.len;
	text_adds(&content, "{\"accounts\":[\"anna\"],\"number\":23}\n{\"accounts\":[\"bert\"],\"number\":24}\n");
	put(f, "alerts.jsonl", "w", text_bytes(&content));
	assert_int_equal(log_lines_erase(place(f, "alerts.jsonl"), names_anna, NULL, &out, &eb), ERR_OK);
	assert_int_equal(out.lines, 2);
	assert_int_equal(out.unread, 1);
	assert_true(bytes_ends(bytes_of(out.unread_at), BYTES_LIT("/alerts.jsonl:2")));
	text_clear(&content);
	assert_int_equal(file_read(f->path, 32 << 20, &content, &eb), ERR_OK);
	assert_string_equal(content.ptr + from, "{\"schema\":\"assocd.erased/1\"}     \n{\"accounts\":[\"bert\"],\"number\":24}\n");
	text_free(&content);
}

static void names_are_found_as_words_and_codes_anywhere(void **state)
{
	static const char database[] = "\0\x09" "anna-lisa\0 anna-lisa2 xanna-lisa shop/anna-lisa (anna-lisa) anna-lisa.";
	struct folder *f = *state;
	struct traces out;

	put(f, "assocd.db", "w", bytes_make(database, sizeof(database) - 1));
	put(f, "notes", "w", BYTES_LIT("she is \"anna-lisa\"; anna-lisa-marie is another"));
	out = looked(f, BYTES_LIT("\x09" "anna-lisa"), BYTES_LIT("anna-lisa"));
	assert_int_equal(out.database, 1 + 3); /* the code, which is a word too, and two more words */
	assert_int_equal(out.elsewhere, 1);
	assert_string_equal(out.where.ptr, place(f, "notes"));
	text_free(&out.where);
	out = looked(f, BYTES_LIT("\x03" "bob"), BYTES_LIT("bob"));
	assert_int_equal(out.bytes, 0);
}

static void what_lies_across_two_pieces_is_found_once(void **state)
{
	struct folder *f = *state;
	struct text content = { 0 };
	struct traces out;

	while (content.len < (4 << 20) - 5)
		text_addc(&content, ' ');
	text_adds(&content, "anna-lisa and ");
	while (content.len < (8 << 20) + 100)
		text_addc(&content, ' ');
	text_adds(&content, "anna-lisa");
	put(f, "assocd.db", "w", text_bytes(&content));
	out = looked(f, BYTES_LIT("\x09" "anna-lisa"), BYTES_LIT("anna-lisa"));
	assert_int_equal(out.database, 2);
	assert_int_equal(out.bytes, content.len);
	text_free(&content);
	text_free(&out.where);
}

#define T(f) cmocka_unit_test_setup_teardown(f, make, gone)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(nobody_is_erased_in_an_empty_folder), T(a_tombstone_holds_the_account_and_everything_that_names_it),
		T(a_half_written_tombstone_is_none_and_is_overwritten), T(lines_are_overwritten_in_their_place),
		T(tombstones_that_cannot_be_read_are_named_with_the_reason), T(a_file_that_cannot_be_read_is_named),
		T(a_line_is_found_across_pieces), T(a_line_that_is_too_long_is_named_and_passed_over), T(names_are_found_as_words_and_codes_anywhere),
		T(what_lies_across_two_pieces_is_found_once), T(a_folder_may_be_called_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
