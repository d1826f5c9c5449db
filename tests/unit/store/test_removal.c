/* Taking events out of a folder that no daemon has. */
#include "daemon/store/store.h"
#include "folder.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_daemon_cannot_start_while_events_are_taken_out, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(a_folder_without_a_database_stays_as_it_is, folder_make, folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
