/* Journal rows under another list of kinds. */
#include "daemon/base/text.h"
#include "daemon/main/journal.h"
#include "daemon/main/keys.h"
#include "tests/unit/store/folder.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

static int journal_make(void **state)
{
	struct store *s;

	if (folder_make(state) || store_open(*state, &s, NULL))
		return -1;
	store_close(s);
	return 0;
}

static struct kinds *kinds_of(const char *const *names)
{
	struct kinds *k = calloc(1, sizeof(*k));

	for (; *names; names++)
		k->rows[k->n++].name = bytes_of(*names);
	return k;
}

static const char *const before[] = { "ip", "card", "email", NULL }, *const after[] = { "email", "phone", "ip", NULL };

static struct store_event row_of(struct text *payload, uint64_t seq)
{
	const struct attr attrs[] = {
		{ 1, BYTES_LIT("i"), 0, 0 }, { 2, BYTES_LIT("c"), 1, 0 }, { 3, BYTES_LIT("e1"), 2, 0 }, { 4, BYTES_LIT("e2"), 2, 0 },
	};
	struct event ev = { .ts_ms = 5, .account = BYTES_LIT("a"), .type = EVENT_LOGIN, .word = BYTES_LIT("login"),
			    .attrs = attrs, .n_attrs = 4 };

	text_clear(payload);
	event_encode(&ev, payload);
	return (struct store_event){ .seq = seq, .payload = text_bytes(payload) };
}

static void kinds_of_today_are_read_as_they_are(void **state)
{
	struct kinds *kinds = kinds_of(before);
	struct arena *arena = arena_new(1024);
	struct text payload = { 0 };
	struct journal_map *m = NULL;
	struct event ev;
	struct store_event row = row_of(&payload, 7);

	assert_int_equal(journal_note_kinds(*state, kinds, 1, NULL), ERR_OK);
	assert_int_equal(journal_map_new(*state, kinds, &m, NULL), ERR_OK);
	assert_false(journal_map_is_stale(m));
	assert_int_equal(journal_event(m, &row, arena, &ev, NULL), ERR_OK);
	assert_int_equal(ev.seq, 7);
	assert_int_equal(ev.n_attrs, 4);
	assert_int_equal(ev.attrs[1].kind, 1);
	journal_map_free(m);
	arena_free(arena);
	text_free(&payload);
	free(kinds);
}

static void older_kinds_are_translated_and_gone_ones_left_out(void **state)
{
	struct kinds *old = kinds_of(before), *now = kinds_of(after);
	struct arena *arena = arena_new(1024);
	struct text payload = { 0 };
	struct journal_map *m = NULL;
	struct event ev;
	struct store_event row = row_of(&payload, 7);

	assert_int_equal(journal_note_kinds(*state, old, 1, NULL), ERR_OK);
	assert_int_equal(journal_map_new(*state, now, &m, NULL), ERR_OK);
	assert_true(journal_map_is_stale(m));
	assert_int_equal(journal_event(m, &row, arena, &ev, NULL), ERR_OK);
	assert_int_equal(ev.n_attrs, 3);
	assert_int_equal(ev.attrs[0].kind, 0);
	assert_int_equal(ev.attrs[0].key, 3);
	assert_int_equal(ev.attrs[1].key, 4);
	assert_int_equal(ev.attrs[2].kind, 2);
	assert_int_equal(ev.attrs[2].key, 1);
	journal_map_free(m);
	/* Rows after the change are of the new list. */
	assert_int_equal(journal_note_kinds(*state, now, 8, NULL), ERR_OK);
	assert_int_equal(journal_map_new(*state, now, &m, NULL), ERR_OK);
	assert_false(journal_map_is_stale(m));
	row.seq = 8;
	assert_int_equal(journal_event(m, &row, arena, &ev, NULL), ERR_OK);
	assert_int_equal(ev.n_attrs, 4);
	row.seq = 7;
	assert_int_equal(journal_event(m, &row, arena, &ev, NULL), ERR_OK);
	assert_int_equal(ev.n_attrs, 3);
	journal_map_free(m);
	arena_free(arena);
	text_free(&payload);
	free(old);
	free(now);
}

/* ip is plain, card and email are hashed; of the four values one has no second key. */
static void values_count_by_their_second_key_once_the_first_retired(void **state)
{
	const struct attr attrs[] = {
		{ 1, BYTES_LIT("i"), 0, 0 }, { 2, BYTES_LIT("c"), 1, 22 }, { 3, BYTES_LIT("e1"), 2, 0 }, { 4, BYTES_LIT("e2"), 2, 44 },
	};
	struct event ev = { .ts_ms = 5, .account = BYTES_LIT("a"), .type = EVENT_LOGIN, .word = BYTES_LIT("login"), .attrs = attrs, .n_attrs = 4 };
	struct kinds *kinds = kinds_of(before);
	struct arena *arena = arena_new(1024);
	struct text payload = { 0 };
	struct journal_map *m = NULL;
	struct store_event row = { .seq = 7 };

	kinds->rows[1].privacy = kinds->rows[2].privacy = PRIVACY_HASH;
	event_encode(&ev, &payload);
	row.payload = text_bytes(&payload);
	assert_int_equal(journal_note_kinds(*state, kinds, 1, NULL), ERR_OK);
	assert_int_equal(journal_map_new(*state, kinds, &m, NULL), ERR_OK);
	journal_map_retire(m, 6);
	assert_int_equal(journal_event(m, &row, arena, &ev, NULL), ERR_OK);
	assert_true(ev.n_attrs == 4 && ev.attrs[1].key == 2 && ev.attrs[3].key == 4);
	journal_map_free(m);
	/* Which is noted beside the journal. */
	assert_int_equal(store_set_fact(*state, KEYS_FACT_THROUGH, 7, NULL), ERR_OK);
	assert_int_equal(journal_map_new(*state, kinds, &m, NULL), ERR_OK);
	assert_int_equal(journal_event(m, &row, arena, &ev, NULL), ERR_OK);
	assert_int_equal(ev.n_attrs, 3);
	assert_true(ev.attrs[0].key == 1 && ev.attrs[1].key == 22 && ev.attrs[2].key == 44 && ev.attrs[2].next == 0);
	journal_map_free(m);
	arena_free(arena);
	text_free(&payload);
	free(kinds);
}

static void damaged_row_is_named(void **state)
{
	struct kinds *kinds = kinds_of(before);
	struct arena *arena = arena_new(1024);
	struct journal_map *m = NULL;
	struct errbuf eb = { "" };
	struct event ev;
	struct store_event row = { .seq = 12, .payload = BYTES_LIT("\1\1nonsense") };

	assert_int_equal(journal_note_kinds(*state, kinds, 1, NULL), ERR_OK);
	assert_int_equal(journal_map_new(*state, kinds, &m, NULL), ERR_OK);
	assert_int_equal(journal_event(m, &row, arena, &ev, &eb), ERR_CORRUPT);
	assert_non_null(strstr(eb.text, "event 12"));
	journal_map_free(m);
	arena_free(arena);
	free(kinds);
}

#define T(f) cmocka_unit_test_setup_teardown(f, journal_make, folder_remove)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(kinds_of_today_are_read_as_they_are), T(older_kinds_are_translated_and_gone_ones_left_out), T(values_count_by_their_second_key_once_the_first_retired), T(damaged_row_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
