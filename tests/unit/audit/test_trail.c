/* The audit log: its chain over rotation, restart, crash and erasure. */
#include "trail_bench.h"

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

static void cut_off(struct folder *f, size_t n)
{
	struct text all = content(f, "");

	assert_int_equal(truncate(place(f, ""), (off_t)(all.len - n)), 0);
	text_free(&all);
}

static void line_without_its_newline_is_no_head(void **state)
{
	struct folder *f = *state;

	note(f, "anna", "GET /v1/status", NULL);
	note(f, "anna", "GET /v1/status", NULL);
	cut_off(f, 1);
	restart(f);
	note(f, "bert", "GET /v1/status", NULL);
	assert_int_equal(whole(f).last, 2);
}

static void half_a_line_of_a_crash_is_cut_and_the_chain_holds(void **state)
{
	struct folder *f = *state;

	note(f, "anna", "GET /v1/status", NULL);
	note(f, "anna", "GET /v1/status", NULL);
	cut_off(f, 40);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
