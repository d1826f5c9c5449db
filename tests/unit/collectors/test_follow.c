/* Following a log through everything that happens to logs, on real files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collectors/tail/follow.h"

struct world {
	char dir[64], path[128];
	struct follow *f;
	struct text lines;
	char *buffer;
	uint64_t number; /* of the last line */
	bool from_end;
};

static char *in_dir(const struct world *w, const char *name)
{
	static char paths[4][200];
	static unsigned at;

	at = (at + 1) % 4;
	snprintf(paths[at], sizeof(paths[at]), "%s/%s", w->dir, name);
	return paths[at];
}

static void write_to(const struct world *w, const char *name, const char *text)
{
	int fd = open(in_dir(w, name), O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void move(const struct world *w, const char *from, const char *to)
{
	assert_int_equal(rename(in_dir(w, from), in_dir(w, to)), 0);
}

static void copy(const struct world *w, const char *from, const char *to)
{
	char command[500];

	snprintf(command, sizeof(command), "cp %s %s", in_dir(w, from), in_dir(w, to));
	assert_int_equal(system(command), 0);
}

static void take_line(void *arg, struct bytes line, int64_t file_ms)
{
	struct world *w = arg;

	assert_true(file_ms > INT64_C(1500000000000));
	w->number = follow_line_number(w->f);
	text_add(&w->lines, bytes_slice(line, 0, 100));
	text_addc(&w->lines, '|');
}

static const char *poll_lines(struct world *w)
{
	text_clear(&w->lines);
	text_adds(&w->lines, "");
	for (int i = 0; i < 1000 && follow_read(w->f, w->buffer, take_line, w); i++)
		continue;
	return w->lines.len ? w->lines.ptr : "";
}

static void begin(struct world *w, bool from_end)
{
	memset(w, 0, sizeof(*w));
	strcpy(w->dir, "/tmp/follow-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->path, sizeof(w->path), "%s/log", w->dir);
	w->f = follow_new(w->path, w->from_end = from_end);
	w->buffer = malloc(FOLLOW_BUFFER);
}

static void end(struct world *w)
{
	char command[100];

	follow_free(w->f);
	text_free(&w->lines);
	free(w->buffer);
	snprintf(command, sizeof(command), "rm -rf %s", w->dir);
	assert_int_equal(system(command), 0);
}

/* Saves, forgets everything, and comes back. */
static void restart(struct world *w)
{
	struct json_parser *parser = json_parser_new(1 << 20, 8);
	struct text saved = { 0 };
	struct json_doc doc;

	json_open_object(&saved);
	follow_save(w->f, &saved);
	json_close_object(&saved);
	follow_free(w->f);
	w->f = follow_new(w->path, w->from_end);
	assert_int_equal(json_parse(parser, text_bytes(&saved), &doc, NULL), ERR_OK);
	follow_restore(w->f, &doc, doc.nodes);
	json_parser_free(parser);
	text_free(&saved);
}

static void lines_are_given_when_they_are_whole(void **state)
{
	struct world w;

	begin(&w, false);
	assert_string_equal(poll_lines(&w), ""); /* no file yet */
	write_to(&w, "log", "one\ntwo\nthr");
	assert_string_equal(poll_lines(&w), "one|two|");
	assert_string_equal(poll_lines(&w), "");
	write_to(&w, "log", "ee\n");
	assert_string_equal(poll_lines(&w), "three|");
	end(&w);
}

static void a_last_line_without_newline_is_given_after_a_while_and_once(void **state)
{
	struct world w;

	begin(&w, false);
	write_to(&w, "log", "one\ntwo");
	assert_string_equal(poll_lines(&w), "one|");
	usleep(FOLLOW_PATIENCE_US + 100000);
	assert_string_equal(poll_lines(&w), "two|");
	assert_string_equal(poll_lines(&w), "");
	restart(&w);
	assert_string_equal(poll_lines(&w), "");
	write_to(&w, "log", "\nthree\nfo");
	assert_string_equal(poll_lines(&w), "three|");
	usleep(FOLLOW_PATIENCE_US + 100000);
	assert_string_equal(poll_lines(&w), "fo|");
	write_to(&w, "log", "ur\n"); /* it was not the last after all */
	assert_string_equal(poll_lines(&w), "four|");
	end(&w);
}

static void a_renamed_log_is_read_to_its_end_then_the_new_one(void **state)
{
	struct world w;

	begin(&w, false);
	write_to(&w, "log", "1\n");
	assert_string_equal(poll_lines(&w), "1|");
	write_to(&w, "log", "2\n");
	move(&w, "log", "log.1");
	write_to(&w, "log.1", "3\n"); /* a writer that has not reopened */
	write_to(&w, "log", "4\n");
	assert_string_equal(poll_lines(&w), "2|3|4|");
	write_to(&w, "log.1", "late\n");
	assert_string_equal(poll_lines(&w), "late|");
	assert_int_equal(follow_counts(w.f)->rotations, 1);
	end(&w);
}

static void logs_that_rotated_several_times_between_looks_are_all_read(void **state)
{
	struct world w;

	begin(&w, false);
	write_to(&w, "log", "a1\n");
	assert_string_equal(poll_lines(&w), "a1|");
	write_to(&w, "log", "a2\n");
	move(&w, "log", "log.1");
	write_to(&w, "log", "b\n");
	usleep(20000);
	move(&w, "log.1", "log.2");
	move(&w, "log", "log.1");
	write_to(&w, "log", "c\n");
	usleep(20000);
	move(&w, "log.2", "log.3");
	move(&w, "log.1", "log.2");
	move(&w, "log", "log.1");
	write_to(&w, "log", "d\n");
	assert_string_equal(poll_lines(&w), "a2|b|c|d|");
	end(&w);
}

static void a_restart_goes_on_where_it_was_also_through_rotation(void **state)
{
	struct world w;

	begin(&w, false);
	write_to(&w, "log", "1\n2\n");
	assert_string_equal(poll_lines(&w), "1|2|");
	restart(&w);
	assert_string_equal(poll_lines(&w), "");
	write_to(&w, "log", "3\n");
	move(&w, "log", "log.1");
	write_to(&w, "log", "4\n");
	usleep(20000);
	move(&w, "log.1", "log.2");
	move(&w, "log", "log.1");
	write_to(&w, "log", "5\n");
	restart(&w);
	assert_string_equal(poll_lines(&w), "3|4|5|");
	restart(&w);
	assert_string_equal(poll_lines(&w), "");
	end(&w);
}

static void history_beside_the_log_is_not_read(void **state)
{
	struct world w;

	begin(&w, false);
	write_to(&w, "log.1", "old\n");
	write_to(&w, "log.2.gz", "packed\n");
	write_to(&w, "log", "new\n");
	assert_string_equal(poll_lines(&w), "new|");
	restart(&w);
	move(&w, "log.1", "log.3");
	assert_string_equal(poll_lines(&w), "");
	end(&w);
}

static void from_the_end_skips_what_is_there_and_not_what_comes(void **state)
{
	struct world w;

	begin(&w, true);
	write_to(&w, "log", "old\n");
	assert_string_equal(poll_lines(&w), "");
	write_to(&w, "log", "new\n");
	assert_string_equal(poll_lines(&w), "new|");
	move(&w, "log", "log.1");
	write_to(&w, "log", "next\n");
	assert_string_equal(poll_lines(&w), "next|");
	end(&w);
}

static void a_truncated_log_is_counted_and_read_from_its_beginning(void **state)
{
	struct world w;

	begin(&w, false);
	write_to(&w, "log", "a long first line\nand a second\n");
	assert_string_equal(poll_lines(&w), "a long first line|and a second|");
	assert_int_equal(truncate(w.path, 0), 0);
	write_to(&w, "log", "x\n");
	assert_string_equal(poll_lines(&w), "x|");
	assert_int_equal(follow_counts(w.f)->truncations, 1);
	/* Longer than before at the next look: the first bytes tell. */
	assert_int_equal(truncate(w.path, 0), 0);
	write_to(&w, "log", "y, longer than x\n");
	assert_string_equal(poll_lines(&w), "y, longer than x|");
	assert_int_equal(follow_counts(w.f)->truncations, 2);
	end(&w);
}

#define LONG_LINE "a line that is long enough to be told from others by its first bytes"

static void what_copytruncate_left_unread_is_found_in_the_copy(void **state)
{
	struct world w;

	begin(&w, false);
	write_to(&w, "log", LONG_LINE "\n");
	assert_string_equal(poll_lines(&w), LONG_LINE "|");
	write_to(&w, "log", "unread\n");
	copy(&w, "log", "log.1");
	assert_int_equal(truncate(w.path, 0), 0);
	write_to(&w, "log", "after\n");
	assert_non_null(strstr(poll_lines(&w), "unread|"));
	assert_non_null(strstr(w.lines.ptr, "after|"));
	assert_int_equal(w.lines.len, strlen("unread|after|"));
	/* The same while nobody looks. */
	write_to(&w, "log", LONG_LINE " 2\n");
	assert_string_equal(poll_lines(&w), LONG_LINE " 2|");
	write_to(&w, "log", "unread 2\n");
	move(&w, "log.1", "log.2");
	copy(&w, "log", "log.1");
	assert_int_equal(truncate(w.path, 0), 0);
	write_to(&w, "log", "after 2\n");
	restart(&w);
	assert_non_null(strstr(poll_lines(&w), "unread 2|"));
	assert_int_equal(w.lines.len, strlen("unread 2|after 2|"));
	end(&w);
}

static void a_line_that_is_too_long_is_given_cut_and_counted(void **state)
{
	char *line = malloc(FOLLOW_BUFFER * 3);
	struct world w;

	begin(&w, false);
	memset(line, 'x', FOLLOW_BUFFER * 3 - 1);
	line[FOLLOW_BUFFER * 3 - 1] = '\0';
	write_to(&w, "log", "before\n");
	write_to(&w, "log", line);
	assert_memory_equal(poll_lines(&w), "before|xxx", 10);
	assert_int_equal(w.number, 2);
	restart(&w);
	write_to(&w, "log", "rest\nafter\n");
	assert_string_equal(poll_lines(&w), "after|");
	assert_int_equal(w.number, 3);
	free(line);
	end(&w);
}

static void lines_are_numbered_in_their_file(void **state)
{
	struct world w;

	begin(&w, false);
	write_to(&w, "log", "1\n2\n3");
	assert_string_equal(poll_lines(&w), "1|2|");
	assert_int_equal(w.number, 2);
	restart(&w);
	write_to(&w, "log", " and\n\n5\n");
	assert_string_equal(poll_lines(&w), "3 and||5|");
	assert_int_equal(w.number, 5);
	move(&w, "log", "log.1");
	write_to(&w, "log", "new\n");
	assert_string_equal(poll_lines(&w), "new|");
	assert_int_equal(w.number, 1);
	end(&w);
	begin(&w, true);
	write_to(&w, "log", "old\n");
	poll_lines(&w);
	write_to(&w, "log", "new\n");
	assert_string_equal(poll_lines(&w), "new|");
	assert_int_equal(w.number, 0); /* nobody counted what was there */
	end(&w);
}

static void a_hole_of_nul_bytes_is_not_part_of_the_line(void **state)
{
	struct world w;

	begin(&w, false);
	write_to(&w, "log", "first line, longer\n");
	assert_string_equal(poll_lines(&w), "first line, longer|");
	assert_int_equal(truncate(w.path, 0), 0);
	assert_int_equal(truncate(w.path, 12), 0); /* a writer that keeps its place */
	write_to(&w, "log", "x\n");
	assert_string_equal(poll_lines(&w), "x|");
	end(&w);
}

static void trouble_is_told_once_and_reading_goes_on_when_it_ends(void **state)
{
	struct world w;

	begin(&w, false);
	assert_int_equal(mkdir(w.path, 0700), 0);
	assert_string_equal(poll_lines(&w), "");
	assert_non_null(strstr(follow_trouble(w.f), "is a directory, a log file is expected here; trying again"));
	assert_string_equal(poll_lines(&w), "");
	assert_null(follow_trouble(w.f));
	assert_int_equal(rmdir(w.path), 0);
	write_to(&w, "log", "now\n");
	assert_string_equal(poll_lines(&w), "now|");
	assert_null(follow_trouble(w.f));
	end(&w);
}

static void a_path_that_leads_in_a_circle_is_told_once(void **state)
{
	struct world w;

	begin(&w, false);
	assert_int_equal(symlink("log", w.path), 0);
	assert_string_equal(poll_lines(&w), "");
	assert_non_null(strstr(follow_trouble(w.f), "/log: Too many levels of symbolic links; trying again"));
	assert_string_equal(poll_lines(&w), "");
	assert_null(follow_trouble(w.f));
	assert_int_equal(unlink(w.path), 0);
	write_to(&w, "log", "now\n");
	assert_string_equal(poll_lines(&w), "now|");
	assert_null(follow_trouble(w.f));
	end(&w);
}

static void permit(const struct world *w, bool is_permitted)
{
	if (getuid() == 0) /* who may read everything */
		assert_int_equal(seteuid(is_permitted ? 0 : 65534), 0);
	else
		assert_int_equal(chmod(w->path, is_permitted ? 0600 : 0), 0);
}

static void from_the_end_is_from_where_it_may_first_be_read(void **state)
{
	struct world w;

	begin(&w, true);
	write_to(&w, "log", "old\n");
	permit(&w, false);
	assert_string_equal(poll_lines(&w), "");
	assert_string_equal(poll_lines(&w), "");
	assert_non_null(strstr(follow_trouble(w.f), "/log: Permission denied; trying again"));
	restart(&w);
	permit(&w, true);
	assert_string_equal(poll_lines(&w), "");
	write_to(&w, "log", "new\n");
	assert_string_equal(poll_lines(&w), "new|");
	move(&w, "log", "log.1");
	write_to(&w, "log", "first of the next\n");
	assert_string_equal(poll_lines(&w), "first of the next|");
	end(&w);
}

static void a_path_that_is_not_there_yet_is_no_trouble(void **state)
{
	struct world w;

	begin(&w, false);
	assert_string_equal(poll_lines(&w), "");
	assert_null(follow_trouble(w.f));
	end(&w);
}

static void an_inode_number_that_came_back_is_another_file(void **state)
{
	struct world w;

	begin(&w, false);
	write_to(&w, "log", "the first file\n");
	assert_string_equal(poll_lines(&w), "the first file|");
	restart(&w); /* closes it, so that its number is free */
	assert_int_equal(unlink(w.path), 0);
	write_to(&w, "log", "another one, and longer\n");
	assert_string_equal(poll_lines(&w), "another one, and longer|");
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_given_when_they_are_whole),
		cmocka_unit_test(a_last_line_without_newline_is_given_after_a_while_and_once),
		cmocka_unit_test(a_renamed_log_is_read_to_its_end_then_the_new_one),
		cmocka_unit_test(logs_that_rotated_several_times_between_looks_are_all_read),
		cmocka_unit_test(a_restart_goes_on_where_it_was_also_through_rotation),
		cmocka_unit_test(history_beside_the_log_is_not_read),
		cmocka_unit_test(from_the_end_skips_what_is_there_and_not_what_comes),
		cmocka_unit_test(a_truncated_log_is_counted_and_read_from_its_beginning),
		cmocka_unit_test(what_copytruncate_left_unread_is_found_in_the_copy),
		cmocka_unit_test(a_line_that_is_too_long_is_given_cut_and_counted),
		cmocka_unit_test(lines_are_numbered_in_their_file),
		cmocka_unit_test(a_hole_of_nul_bytes_is_not_part_of_the_line),
		cmocka_unit_test(trouble_is_told_once_and_reading_goes_on_when_it_ends),
		cmocka_unit_test(a_path_that_leads_in_a_circle_is_told_once),
		cmocka_unit_test(from_the_end_is_from_where_it_may_first_be_read),
		cmocka_unit_test(a_path_that_is_not_there_yet_is_no_trouble),
		cmocka_unit_test(an_inode_number_that_came_back_is_another_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
