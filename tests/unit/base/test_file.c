#include "base_test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/file.h"
#include "daemon/base/utf8.h"

static char dir[] = "/tmp/assocd-file-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[64];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void write_file(const char *name, size_t n)
{
	FILE *f = fopen(path_of(name), "w");
	assert_non_null(f);
	for (size_t i = 0; i < n; i++)
		fputc('a' + (int)(i % 26), f);
	assert_int_equal(fclose(f), 0);
}

static void refused(const char *name, enum err want, const char *text)
{
	struct text content = { 0 };
	struct errbuf eb = { "" };
	char whole[128];
	assert_int_equal(file_read(path_of(name), 1000, &content, &eb), want);
	snprintf(whole, sizeof(whole), "%s: %s", path_of(name), text);
	assert_string_equal(eb.text, whole);
	text_free(&content);
}

static void file_is_read_to_its_end(void **state)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 200000 };
	struct text content = { 0 };
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		write_file("a", sizes[i]);
		text_clear(&content);
		text_adds(&content, "before ");
		assert_int_equal(file_read(path_of("a"), 200000, &content, NULL), ERR_OK);
		assert_int_equal(content.len, 7 + sizes[i]);
		if (sizes[i] > 0)
			assert_int_equal(content.ptr[content.len - 1], 'a' + (int)((sizes[i] - 1) % 26));
	}
	text_free(&content);
}

static void what_is_no_file_is_named_and_not_waited_for(void **state)
{
	assert_int_equal(mkdir(path_of("folder"), 0700), 0);
	assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
	refused("folder", ERR_INPUT, "is a directory, a file is expected here");
	refused("pipe", ERR_INPUT, "is a pipe, a file is expected here");
	refused("nothing", ERR_NOTFOUND, "No such file or directory");
}

static void file_beyond_the_limit_is_refused(void **state)
{
	write_file("big", 1001);
	refused("big", ERR_LIMIT, "has more than 1000 bytes");
}

static void mark_in_front_of_a_text_is_skipped_once(void **state)
{
	assert_true(bytes_is(utf8_skip_mark(BYTES_LIT("\xef\xbb\xbf" "a")), "a"));
	assert_true(bytes_is(utf8_skip_mark(BYTES_LIT("\xef\xbb" "a")), "\xef\xbb" "a"));
	assert_true(bytes_is(utf8_skip_mark(BYTES_LIT("\xef\xbb\xbf\xef\xbb\xbf")), "\xef\xbb\xbf"));
	assert_true(bytes_is(utf8_skip_mark(BYTES_NONE), ""));
}

static void bytes_that_are_no_utf8_are_told(void **state)
{
	assert_true(utf8_is_valid(BYTES_NONE));
	assert_true(utf8_is_valid(BYTES_LIT("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80")));
	assert_false(utf8_is_valid(BYTES_LIT("a\xc3")));
	assert_false(utf8_is_valid(BYTES_LIT("\xc0\x80")));
	assert_false(utf8_is_valid(BYTES_LIT("\xed\xa0\x80")));
}

/* n bytes, the last newline at `at` (-1: none), and what is left of them. */
static void cut(size_t n, ptrdiff_t at, off_t left)
{
	struct stat st;
	int fd;

	write_file("cut", n);
	fd = open(path_of("cut"), O_RDWR);
	assert_true(at < 0 || pwrite(fd, "\n", 1, at) == 1);
	assert_int_equal(file_cut_half_line(fd), ERR_OK);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, left);
	close(fd);
}

static void half_a_line_is_cut_and_whole_ones_stay(void **state)
{
	static const ptrdiff_t sizes[] = { 1, 2, 4095, 4096, 4097, 8191, 8192, 8193, 20000 };

	cut(0, -1, 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		cut((size_t)sizes[i], -1, 0);
		cut((size_t)sizes[i], 0, 1);
		cut((size_t)sizes[i], sizes[i] - 1, sizes[i]);
		cut((size_t)sizes[i], sizes[i] / 2, sizes[i] / 2 + 1);
	}
}

static int make_folder(void **state)
{
	return mkdtemp(dir) == NULL;
}

static int remove_folder(void **state)
{
	char command[64];
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_is_read_to_its_end),
		cmocka_unit_test(what_is_no_file_is_named_and_not_waited_for),
		cmocka_unit_test(file_beyond_the_limit_is_refused),
		cmocka_unit_test(mark_in_front_of_a_text_is_skipped_once),
		cmocka_unit_test(bytes_that_are_no_utf8_are_told),
		cmocka_unit_test(half_a_line_is_cut_and_whole_ones_stay),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
