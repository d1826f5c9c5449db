/* The events of an account, found slice by slice. */
#include "daemon/base/text.h"
#include "daemon/main/journal_search.h"
#include "daemon/model/event.h"
#include "tests/unit/store/folder.h"

#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#define EVENTS 20

static void add_event(struct store *s, uint64_t seq)
{
	struct event ev = { .ts_ms = 5, .type = EVENT_LOGIN, .word = BYTES_LIT("login"), .account = seq % 5 == 0 ? BYTES_LIT("shop/anna") : BYTES_LIT("shop/annabel") };
	struct text payload = { 0 };
	struct pollfd p = { .fd = store_wake_fd(s), .events = POLLIN };

	event_encode(&ev, &payload);
	struct store_event row = { .seq = seq, .ts_ms = 5, .id_hash = seq, .payload = text_bytes(&payload) };
	struct store_batch batch = { .events = &row, .n_events = 1 };
	assert_int_equal(store_submit(s, &batch), ERR_OK);
	while (!store_completed(s))
		poll(&p, 1, 1000);
	assert_int_equal(batch.result, ERR_OK);
	text_free(&payload);
}

/* Events 5, 10, 15 and 20 are anna's. */
static int journal_make(void **state)
{
	struct store *s;

	if (folder_make(state) || store_open(*state, &s, NULL))
		return -1;
	for (uint64_t seq = 1; seq <= EVENTS; seq++)
		add_event(s, seq);
	store_close(s);
	return 0;
}

static void slices_find_what_one_reading_would(void **state)
{
	for (unsigned n_rows = 1; n_rows <= EVENTS + 1; n_rows++) {
		struct journal_search s;

		journal_search_init(&s, BYTES_LIT("shop/anna"), 0, 10);
		while (!s.is_over)
			assert_int_equal(journal_search_slice(&s, *state, n_rows, NULL), ERR_OK);
		assert_int_equal(s.rows.n, 4);
		for (size_t i = 0; i < s.rows.n; i++)
			assert_int_equal(s.rows.at[i].seq, 20 - 5 * i);
		assert_int_equal(s.n_read, EVENTS);
		assert_int_equal(journal_search_next(&s), 0);
		journal_search_fini(&s);
	}
}

static void search_that_ends_early_says_where_to_go_on(void **state)
{
	struct journal_search s;

	journal_search_init(&s, BYTES_LIT("shop/anna"), 20, 10);
	assert_int_equal(journal_search_slice(&s, *state, 3, NULL), ERR_OK);
	assert_false(s.is_over);
	assert_int_equal(s.rows.n, 0);
	assert_int_equal(journal_search_next(&s), 17);
	journal_search_fini(&s);
	journal_search_init(&s, BYTES_LIT("shop/anna"), 17, 10);
	assert_int_equal(journal_search_slice(&s, *state, 2, NULL), ERR_OK);
	assert_int_equal(s.rows.n, 1);
	assert_int_equal(s.rows.at[0].seq, 15);
	journal_search_fini(&s);
}

static void as_many_as_are_wanted_are_all_only_when_no_other_follows(void **state)
{
	struct journal_search s;

	journal_search_init(&s, BYTES_LIT("shop/anna"), 0, 2);
	assert_int_equal(journal_search_slice(&s, *state, 100, NULL), ERR_OK);
	assert_true(s.is_over);
	assert_int_equal(s.rows.n, 2);
	assert_int_equal(journal_search_next(&s), 15);
	journal_search_fini(&s);
	journal_search_init(&s, BYTES_LIT("shop/anna"), 15, 2);
	assert_int_equal(journal_search_slice(&s, *state, 100, NULL), ERR_OK);
	assert_int_equal(s.rows.n, 2);
	assert_int_equal(journal_search_next(&s), 0);
	journal_search_fini(&s);
}

#define T(f) cmocka_unit_test_setup_teardown(f, journal_make, folder_remove)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(slices_find_what_one_reading_would), T(search_that_ends_early_says_where_to_go_on),
		T(as_many_as_are_wanted_are_all_only_when_no_other_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
