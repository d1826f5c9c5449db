/* Taking events out of a folder that no daemon has, and of one that is in use. */
#include "daemon/store/edits.h"
#include "folder.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static bool nobody_comes_in(void *arg, const struct store_alert *alert)
{
	struct store *s = NULL;

	assert_int_equal(store_open(arg, &s, NULL), ERR_BUSY);
	return true;
}

static bool none(void *arg, const struct store_event *ev)
{
	return false;
}

static void a_daemon_cannot_start_while_events_are_taken_out(void **state)
{
	const struct store_removal what = { none, nobody_comes_in, *state };
	struct store_alert alert = { BYTES_LIT("a1"), BYTES_LIT("r"), BYTES_LIT("open"), BYTES_LIT("{}"), 5, 1, AUDIENCE_ALL };
	struct store_batch batch = { .alerts = &alert, .n_alerts = 1 };
	uint64_t removed;
	struct store *s = NULL;

	assert_int_equal(store_open(*state, &s, NULL), ERR_OK);
	assert_int_equal(store_submit(s, &batch), ERR_OK);
	store_close(s);
	assert_int_equal(store_remove(*state, &what, &removed, NULL), ERR_OK);
	assert_int_equal(store_open(*state, &s, NULL), ERR_OK); /* it is free again */
	store_close(s);
}

static void a_folder_without_a_database_stays_as_it_is(void **state)
{
	const struct store_removal what = { none, nobody_comes_in, *state };
	uint64_t removed;

	assert_int_equal(store_remove(*state, &what, &removed, NULL), ERR_NOTFOUND);
	assert_int_equal(store_remove("/nonexistent", &what, &removed, NULL), ERR_NOTFOUND);
	assert_int_equal(rmdir(*state), 0);
}

static enum err wait_for(struct store *s, struct store_batch *batch)
{
	struct pollfd p = { .fd = store_wake_fd(s), .events = POLLIN };

	assert_int_equal(store_submit(s, batch), ERR_OK);
	while (!store_completed(s))
		poll(&p, 1, 1000);
	return batch->result;
}

static enum err count_event(void *arg, const struct store_event *ev)
{
	++*(unsigned *)arg;
	return ERR_OK;
}

static unsigned count_events(const char *dir)
{
	unsigned n = 0;

	assert_int_equal(store_read(dir, (struct store_range){ 0, 0 }, count_event, &n, NULL), ERR_OK);
	return n;
}

static void no_event_goes_before_the_snapshot(void **state)
{
	struct store_event event = { .seq = 1, .ts_ms = 1, .payload = BYTES_LIT("x") };
	struct store_edit row = { .seq = 1 };
	struct store_edits edits = { .rows = &row, .n_rows = 1 };
	struct store_batch add = { .events = &event, .n_events = 1 }, take_out = { .edits = &edits };
	char path[PATH_MAX], inside[PATH_MAX + 8];
	struct store *s = NULL;

	snprintf(path, sizeof(path), "%s/snapshot", (char *)*state);
	snprintf(inside, sizeof(inside), "%s/inside", path);
	assert_int_equal(store_open(*state, &s, NULL), ERR_OK);
	assert_int_equal(wait_for(s, &add), ERR_OK);
	assert_int_equal(mkdir(path, 0700), 0); /* what cannot be unlinked */
	assert_int_equal(mkdir(inside, 0700), 0);
	assert_int_equal(wait_for(s, &take_out), ERR_IO);
	assert_int_equal(count_events(*state), 1);
	assert_int_equal(rmdir(inside), 0);
	assert_int_equal(rmdir(path), 0);
	fclose(fopen(path, "w"));
	take_out = (struct store_batch){ .edits = &edits };
	assert_int_equal(wait_for(s, &take_out), ERR_OK);
	assert_int_equal(count_events(*state), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(errno, ENOENT);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_daemon_cannot_start_while_events_are_taken_out, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(no_event_goes_before_the_snapshot, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(a_folder_without_a_database_stays_as_it_is, folder_make, folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
