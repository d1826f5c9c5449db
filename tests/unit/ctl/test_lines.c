/* Reading event files by lines, and the tally of what was refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/vec.h"
#include "daemon/ctl/lines.h"
#include "daemon/ctl/refusals.h"

struct seen {
	struct lines lines;
	struct VEC(size_t) lengths;
	struct text first_bytes; /* of each line */
};

static void note_line(void *arg, struct bytes line)
{
	struct seen *s = arg;

	VEC_PUSH(&s->lengths, line.len);
	assert_int_equal(s->lines.number, s->lengths.n);
	text_addc(&s->first_bytes, line.len ? line.ptr[0] : '.');
}

static void read_all(struct seen *s, struct bytes content)
{
	char path[] = "/tmp/assocd-lines-XXXXXX";
	int fd = mkstemp(path);
	size_t n = 1;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content.ptr, content.len), content.len);
	close(fd);
	assert_int_equal(lines_open(&s->lines, path, NULL), ERR_OK);
	assert_int_equal(s->lines.size, content.len);
	while (n > 0)
		assert_int_equal(lines_read(&s->lines, note_line, s, &n, NULL), ERR_OK);
	assert_int_equal(s->lines.at, content.len);
	lines_close(&s->lines);
	unlink(path);
}

static void seen_free(struct seen *s)
{
	VEC_FREE(&s->lengths);
	text_free(&s->first_bytes);
}

static void what_is_no_text_is_named(void **state)
{
	static const struct { struct bytes content; const char *said; } cases[] = {
		{ BYTES_LIT("\x1f\x8b\x08\x00"), "is compressed (gzip)" }, { BYTES_LIT("\xff\xfe{\x00"), "is UTF-16" },
		{ BYTES_LIT("\x28\xb5\x2f\xfd\x00"), "zstdcat FILE | assocctl" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char path[] = "/tmp/assocd-lines-XXXXXX";
		struct seen s = { .lengths = { 0 } };
		struct errbuf eb = { "" };
		size_t n = 1;
		int fd = mkstemp(path);

		assert_int_equal(write(fd, cases[i].content.ptr, cases[i].content.len), cases[i].content.len);
		close(fd);
		assert_int_equal(lines_open(&s.lines, path, &eb), ERR_OK);
		assert_int_equal(lines_read(&s.lines, note_line, &s, &n, &eb), ERR_INPUT);
		assert_non_null(strstr(eb.text, cases[i].said));
		assert_int_equal(s.lengths.n, 0);
		lines_close(&s.lines);
		unlink(path);
		seen_free(&s);
	}
}

static void last_line_needs_no_newline(void **state)
{
	struct seen with = { .lengths = { 0 } }, without = { .lengths = { 0 } }, none = { .lengths = { 0 } };

	read_all(&with, BYTES_LIT("a\n\nb\n"));
	read_all(&without, BYTES_LIT("a\n\nb"));
	read_all(&none, BYTES_NONE);
	assert_string_equal(with.first_bytes.ptr, "a.b");
	assert_string_equal(without.first_bytes.ptr, "a.b");
	assert_int_equal(none.lengths.n, 0);
	seen_free(&with);
	seen_free(&without);
}

/* Longer than a line may be, than one reading, and neither. */
static void long_lines_are_given_cut_and_counted_once(void **state)
{
	static const size_t sizes[] = { 10, EVENT_LINE_MAX, EVENT_LINE_MAX + 1, 5000000, 3, 300000 };
	struct seen s = { .lengths = { 0 } };
	struct text content = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (size_t k = 0; k < sizes[i]; k++)
			text_addc(&content, (char)('a' + (int)i));
		if (i + 1 < ARRAY_LEN(sizes))
			text_addc(&content, '\n');
	}
	read_all(&s, text_bytes(&content));
	assert_string_equal(s.first_bytes.ptr, "abcdef");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		assert_int_equal(s.lengths.at[i], sizes[i] > EVENT_LINE_MAX ? LINES_LONGEST : sizes[i]);
	text_free(&content);
	seen_free(&s);
}

static void what_cannot_be_read_is_named(void **state)
{
	struct errbuf eb = { "" };
	struct lines l;

	assert_int_equal(lines_open(&l, "/nowhere/x", &eb), ERR_IO);
	assert_string_equal(eb.text, "/nowhere/x: No such file or directory");
	errbuf_clear(&eb);
	assert_int_equal(lines_open(&l, "/", &eb), ERR_INPUT);
	assert_string_equal(eb.text, "/: is a directory, a file is expected here");
}

static void refusals_are_counted_by_reason_and_the_first_of_each_is_shown(void **state)
{
	static const char *const words[] = { "ts", "json" };
	struct refusals r = { .n = 0 };
	struct text t = { 0 };

	refusals_add(&r, (struct line_source){ "g", 7 }, BYTES_LIT("size"), BYTES_LIT("too long"));
	for (uint64_t i = 1; i <= 2000; i++)
		refusals_add(&r, (struct line_source){ "f", i }, bytes_of(words[i % 2]), i < 3 ? BYTES_LIT("so\x1b") : BYTES_LIT("other"));
	refusals_print(&r, "refused", &t);
	assert_int_equal(r.n, 2001);
	assert_string_equal(t.ptr, "  1 refused for size, g:7: too long\n"
				   "  1,000 refused for json, the first f:1: so\\x1b\n"
				   "  1,000 refused for ts, the first f:2: so\\x1b\n");
	text_free(&t);
}

static void more_reasons_than_places_are_counted_in_the_sum(void **state)
{
	struct refusals r = { .n = 0 };
	char word[100];

	memset(word, 'w', sizeof(word));
	for (char c = 'a'; c <= 'z'; c++) {
		word[0] = c;
		refusals_add(&r, (struct line_source){ "f", 1 }, bytes_make(word, sizeof(word)), BYTES_NONE);
		refusals_add(&r, (struct line_source){ "f", 1 }, bytes_make(word, sizeof(word)), BYTES_NONE);
	}
	assert_int_equal(r.n, 52);
	assert_int_equal(r.n_reasons, REFUSAL_REASONS);
	for (unsigned i = 0; i < r.n_reasons; i++)
		assert_int_equal(r.reasons[i].n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_text_is_named),
		cmocka_unit_test(last_line_needs_no_newline),
		cmocka_unit_test(long_lines_are_given_cut_and_counted_once),
		cmocka_unit_test(what_cannot_be_read_is_named),
		cmocka_unit_test(refusals_are_counted_by_reason_and_the_first_of_each_is_shown),
		cmocka_unit_test(more_reasons_than_places_are_counted_in_the_sum),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
