/* The snapshot file: round trip, and every way in which it may not hold. */
#include "daemon/store/store.h"
#include "folder.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sys/stat.h>

#define SIZE 200000

static char byte_at(size_t i)
{
	return (char)(i * 31 + i / 977);
}

static void save(const char *dir, uint64_t binding, uint64_t seq, size_t n)
{
	struct snapshot_writer *w = NULL;
	static char bytes[SIZE];

	for (size_t i = 0; i < n; i++)
		bytes[i] = byte_at(i);
	assert_int_equal(snapshot_begin(dir, binding, seq, &w, NULL), ERR_OK);
	for (size_t at = 0; at < n; at += 777)
		assert_int_equal(snapshot_write(w, bytes + at, n - at < 777 ? n - at : 777), ERR_OK);
	assert_int_equal(snapshot_commit(w, NULL), ERR_OK);
}

static char *path_of(const char *dir)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/snapshot", dir);
	return path;
}

static enum err open_code(const char *dir, uint64_t binding, struct errbuf *eb)
{
	struct snapshot_reader *r = NULL;
	uint64_t seq;
	enum err err = snapshot_open(dir, binding, &seq, &r, eb);

	if (!err)
		snapshot_close(r);
	return err;
}

static void saved_bytes_come_back(void **state)
{
	struct snapshot_reader *r = NULL;
	uint64_t seq = 0;
	char part[1000];

	save(*state, 7, 42, SIZE);
	assert_int_equal(snapshot_open(*state, 7, &seq, &r, NULL), ERR_OK);
	assert_int_equal(seq, 42);
	for (size_t at = 0; at < SIZE; at += sizeof(part)) {
		assert_int_equal(snapshot_read(r, part, sizeof(part)), ERR_OK);
		for (size_t i = 0; i < sizeof(part); i++)
			assert_true(part[i] == byte_at(at + i));
	}
	assert_int_equal(snapshot_read(r, part, 1), ERR_CORRUPT);
	snapshot_close(r);
}

static void missing_one_is_not_found(void **state)
{
	assert_int_equal(open_code(*state, 7, NULL), ERR_NOTFOUND);
}

static void other_binding_is_another_version(void **state)
{
	struct errbuf eb = { "" };

	save(*state, 7, 42, 100);
	assert_int_equal(open_code(*state, 8, &eb), ERR_VERSION);
	assert_non_null(strstr(eb.text, "other rules"));
}

static void any_changed_byte_is_noticed(void **state)
{
	const size_t n = 300, whole = 32 + n + 8;

	for (size_t at = 0; at < whole; at += 7) {
		int fd;
		char c;

		save(*state, 7, 42, n);
		fd = open(path_of(*state), O_RDWR);
		assert_int_equal(pread(fd, &c, 1, (off_t)at), 1);
		c ^= 0x10;
		assert_int_equal(pwrite(fd, &c, 1, (off_t)at), 1);
		close(fd);
		assert_int_not_equal(open_code(*state, 7, NULL), ERR_OK);
	}
}

static void any_missing_tail_is_noticed(void **state)
{
	for (off_t n = 0; n < 340; n += 11) {
		save(*state, 7, 42, 300);
		assert_int_equal(truncate(path_of(*state), n), 0);
		assert_int_not_equal(open_code(*state, 7, NULL), ERR_OK);
	}
}

static void empty_payload_is_fine(void **state)
{
	save(*state, 1, 2, 0);
	assert_int_equal(open_code(*state, 1, NULL), ERR_OK);
}

static void folder_that_cannot_be_written_is_named(void **state)
{
	struct snapshot_writer *w = NULL;
	struct errbuf eb = { "" };

	assert_int_equal(snapshot_begin("/nonexistent", 1, 1, &w, &eb), ERR_IO);
	assert_non_null(strstr(eb.text, "/nonexistent/snapshot."));
}

/* Also where the folder's name would be a pattern of names. */
static void what_a_killed_snapshot_left_goes_at_the_start(void **state)
{
	struct store *s = NULL;
	char dir[PATH_MAX], left[PATH_MAX + 16], kept[PATH_MAX + 16];

	snprintf(dir, sizeof(dir), "%s/a[b]*", (const char *)*state);
	snprintf(left, sizeof(left), "%s/snapshot.99", dir);
	snprintf(kept, sizeof(kept), "%s/snapshot", dir);
	assert_int_equal(mkdir(dir, 0700), 0);
	close(open(left, O_CREAT | O_WRONLY, 0600));
	close(open(kept, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(store_open(dir, &s, NULL), ERR_OK);
	store_close(s);
	assert_int_equal(access(left, F_OK), -1);
	assert_int_equal(access(kept, F_OK), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, folder_make, folder_remove)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(saved_bytes_come_back), T(missing_one_is_not_found), T(other_binding_is_another_version),
		T(any_changed_byte_is_noticed), T(any_missing_tail_is_noticed), T(empty_payload_is_fine),
		T(folder_that_cannot_be_written_is_named), T(what_a_killed_snapshot_left_goes_at_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
