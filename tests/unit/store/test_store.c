/* The store: batches, what survives, locks, versions, damage. */
#include "daemon/store/sqlite.h"
#include "daemon/store/store.h"
#include "folder.h"

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define EVENTS_MAX 64

struct seen {
	uint64_t seq[EVENTS_MAX], id_hash[EVENTS_MAX];
	int64_t ts[EVENTS_MAX];
	char payload[EVENTS_MAX][32];
	unsigned n;
};

static enum err note_event(void *arg, const struct store_event *ev)
{
	struct seen *s = arg;

	assert_true(s->n < EVENTS_MAX);
	s->seq[s->n] = ev->seq;
	s->id_hash[s->n] = ev->id_hash;
	s->ts[s->n] = ev->ts_ms;
	snprintf(s->payload[s->n++], 32, "%.*s", (int)ev->payload.len, ev->payload.ptr);
	return ERR_OK;
}

static enum err note_outbox(void *arg, const struct store_outgoing *row)
{
	struct seen *s = arg;

	s->seq[s->n] = row->number;
	snprintf(s->payload[s->n++], 32, "%.*s", (int)row->json.len, row->json.ptr);
	return ERR_OK;
}

static struct store *opened(const char *dir)
{
	struct errbuf eb = { "" };
	struct store *s = NULL;

	if (store_open(dir, &s, &eb))
		fail_msg("store_open: %s", eb.text);
	return s;
}

static void commit(struct store *s, struct store_batch *b)
{
	struct pollfd p = { .fd = store_wake_fd(s), .events = POLLIN };

	assert_int_equal(store_submit(s, b), ERR_OK);
	while (store_completed(s) != b)
		poll(&p, 1, 1000);
}

static void commit_events(struct store *s, uint64_t first, unsigned n, int64_t arrived_ms)
{
	struct store_event ev[EVENTS_MAX] = { 0 };
	struct store_batch b = { .events = ev, .n_events = n, .arrived_ms = arrived_ms };

	for (unsigned i = 0; i < n; i++)
		ev[i] = (struct store_event){ first + i, 1000 + i, 77 + first + i, 0, BYTES_LIT("payload") };
	commit(s, &b);
	assert_int_equal(b.result, ERR_OK);
}

static off_t size_in(const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return stat(path, &st) == 0 ? st.st_size : 0;
}

/* 128 MiB of pages, and nothing that waits for the log to be whole: it starts over at 64 MiB and some. */
static void log_of_a_writer_without_pause_starts_over(void **state)
{
	enum { BATCHES = 20, ROWS = 100, ROW_BYTES = 65000 };
	static char payload[ROW_BYTES];
	struct store_event rows[ROWS];
	struct store_batch b = { .events = rows, .n_events = ROWS, .arrived_ms = 1 };
	struct store *s = opened(*state);
	off_t longest = 0;

	for (unsigned n = 0; n < BATCHES; n++) {
		for (unsigned i = 0; i < ROWS; i++)
			rows[i] = (struct store_event){ n * ROWS + i + 1, 1000, n * ROWS + i, 0, bytes_make(payload, ROW_BYTES) };
		commit(s, &b);
		assert_int_equal(b.result, ERR_OK);
		if (size_in(*state, "assocd.db-wal") > longest)
			longest = size_in(*state, "assocd.db-wal");
	}
	assert_in_range(longest, 64 << 20, 112 << 20);
	assert_true(size_in(*state, "assocd.db") > 64 << 20); /* while nobody was idle */
	store_close(s);
}

static void committed_events_are_read_back_in_order(void **state)
{
	struct store *s = opened(*state);
	struct store_state at;
	struct seen seen = { .n = 0 };

	commit_events(s, 1, 3, 0);
	commit_events(s, 4, 2, 0);
	assert_int_equal(store_read(*state, (struct store_range){ 1, 3 }, note_event, &seen, NULL), ERR_OK);
	assert_int_equal(seen.n, 3);
	assert_int_equal(seen.seq[0], 2);
	assert_int_equal(seen.seq[2], 4);
	assert_string_equal(seen.payload[1], "payload");
	store_close(s);
	s = opened(*state);
	store_state(s, &at);
	assert_int_equal(at.last_seq, 5);
	assert_int_equal(at.events, 5);
	store_close(s);
}

static void events_are_read_backwards_from_any_place(void **state)
{
	struct store *s = opened(*state);
	struct seen seen = { .n = 0 };

	commit_events(s, 1, 5, 0);
	assert_int_equal(store_read_back(*state, 0, note_event, &seen, NULL), ERR_OK);
	assert_int_equal(seen.n, 5);
	assert_int_equal(seen.seq[0], 5);
	assert_int_equal(seen.seq[4], 1);
	seen.n = 0;
	assert_int_equal(store_read_back(*state, 3, note_event, &seen, NULL), ERR_OK);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.seq[0], 2);
	store_close(s);
}

static void failed_batch_leaves_nothing_and_next_one_succeeds(void **state)
{
	struct store *s = opened(*state);
	struct store_event ev[2] = { { 10, 1, 1, 0, BYTES_LIT("a") }, { 10, 1, 2, 0, BYTES_LIT("b") } };
	struct store_batch b = { .events = ev, .n_events = 2 };
	struct seen seen = { .n = 0 };

	commit(s, &b);
	assert_int_not_equal(b.result, ERR_OK);
	assert_true(strlen(b.error.text) > 0);
	commit_events(s, 10, 1, 0);
	assert_int_equal(store_read(*state, (struct store_range){ 0, 0 }, note_event, &seen, NULL), ERR_OK);
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.payload[0], "payload");
	store_close(s);
}

static void alert_keeps_newest_form_and_each_change_goes_out_once(void **state)
{
	struct store *s = opened(*state);
	struct store_alert al[3] = {
		{ BYTES_LIT("a1"), BYTES_LIT("r"), BYTES_LIT("open"), BYTES_LIT("{1}"), 5, 1, AUDIENCE_ALL },
		{ BYTES_LIT("a1"), BYTES_LIT("r"), BYTES_LIT("open"), BYTES_LIT("{2}"), 6, 2, AUDIENCE_ALL },
		{ BYTES_LIT("a2"), BYTES_LIT("r"), BYTES_LIT("open"), BYTES_LIT("{3}"), 6, 2, AUDIENCE_NONE },
	};
	struct store_batch b = { .alerts = al, .n_alerts = 3, .applied_seq = 2 };
	struct store_state at;
	struct seen seen = { .n = 0 };

	commit(s, &b);
	assert_int_equal(b.outbox_last, 2);
	assert_int_equal(store_read_outbox(*state, 0, note_outbox, &seen, NULL), ERR_OK);
	assert_int_equal(seen.n, 2);
	assert_string_equal(seen.payload[1], "{2}");
	store_close(s);
	s = opened(*state);
	store_state(s, &at);
	assert_int_equal(at.applied_seq, 2);
	assert_int_equal(at.outbox_through, 2);
	store_close(s);
}

static void outbox_numbers_are_never_reused(void **state)
{
	struct store *s = opened(*state);
	struct store_alert al = { BYTES_LIT("a1"), BYTES_LIT("r"), BYTES_LIT("open"), BYTES_LIT("{}"), 5, 1, AUDIENCE_ALL };
	struct store_batch b = { .alerts = &al, .n_alerts = 1 };
	struct store_batch drop = { .sink = BYTES_LIT("log"), .sink_through = 1, .outbox_drop = 1 };
	struct seen seen = { .n = 0 };
	uint64_t through = 9;

	commit(s, &b);
	commit(s, &drop);
	assert_int_equal(store_read_outbox(*state, 0, note_outbox, &seen, NULL), ERR_OK);
	assert_int_equal(seen.n, 0);
	commit(s, &b);
	assert_int_equal(b.outbox_last, 2);
	assert_int_equal(store_sink_through(*state, BYTES_LIT("log"), &through, NULL), ERR_OK);
	assert_int_equal(through, 1);
	store_close(s);
}

static void sink_that_was_never_told_anything_is_behind_what_left_the_outbox(void **state)
{
	struct store *s = opened(*state);
	struct store_alert al = { BYTES_LIT("a1"), BYTES_LIT("r"), BYTES_LIT("open"), BYTES_LIT("{}"), 5, 1, AUDIENCE_ALL };
	struct store_batch b = { .alerts = &al, .n_alerts = 1 };
	struct store_batch first = { .sink = BYTES_LIT("log"), .sink_through = 1, .outbox_drop = 1 };
	struct store_batch second = { .sink = BYTES_LIT("log"), .sink_through = 2, .outbox_drop = 2 };
	uint64_t through = 9;

	assert_int_equal(store_sink_through(*state, BYTES_LIT("other"), &through, NULL), ERR_OK);
	assert_int_equal(through, 0);
	commit(s, &b);
	commit(s, &b);
	commit(s, &first);
	assert_int_equal(store_sink_through(*state, BYTES_LIT("other"), &through, NULL), ERR_OK);
	assert_int_equal(through, 1);
	commit(s, &second);
	assert_int_equal(store_sink_through(*state, BYTES_LIT("other"), &through, NULL), ERR_OK);
	assert_int_equal(through, 2);
	store_close(s);
}

static void known_ids_reach_back_by_days_and_by_count(void **state)
{
	const int64_t day = 86400000;
	struct store *s = opened(*state);
	struct seen seen = { .n = 0 };

	commit_events(s, 1, 2, 10 * day + 5);
	commit_events(s, 3, 2, 20 * day);
	commit_events(s, 5, 2, 30 * day + 7);
	assert_int_equal(store_read_ids(*state, (struct store_ids){ 15 * day, 1 }, note_event, &seen, NULL), ERR_OK);
	assert_int_equal(seen.n, 4);
	assert_int_equal(seen.seq[0], 3);
	assert_true(seen.ts[0] == 20 * day);
	assert_true(seen.ts[3] == 30 * day);
	assert_int_equal(seen.id_hash[0], 80);
	seen.n = 0;
	assert_int_equal(store_read_ids(*state, (struct store_ids){ 40 * day, 5 }, note_event, &seen, NULL), ERR_OK);
	assert_int_equal(seen.n, 5);
	store_close(s);
}

static void facts_are_kept_beside_the_journal(void **state)
{
	struct store *s = opened(*state);
	uint64_t value = 0;

	assert_int_equal(store_fact(*state, "kinds", &value, NULL), ERR_NOTFOUND);
	assert_int_equal(store_set_fact(*state, "kinds", UINT64_MAX - 3, NULL), ERR_OK);
	assert_int_equal(store_fact(*state, "kinds", &value, NULL), ERR_OK);
	assert_true(value == UINT64_MAX - 3);
	store_close(s);
}

static void second_daemon_is_told_who_holds_the_folder(void **state)
{
	struct store *s = opened(*state), *other = NULL;
	struct errbuf eb = { "" };
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	assert_int_equal(store_open(*state, &other, &eb), ERR_BUSY);
	assert_non_null(strstr(eb.text, pid));
	store_close(s);
	store_close(opened(*state));
}

static void run_sql(const char *dir, const char *sql)
{
	char command[512];

	snprintf(command, sizeof(command), "sqlite3 %s/assocd.db '%s' 2>/dev/null || python3 -c \"import sqlite3; "
		 "d=sqlite3.connect('%s/assocd.db'); d.execute('%s'); d.commit()\"", dir, sql, dir, sql);
	assert_int_equal(system(command), 0);
}

static void newer_database_is_refused_with_a_remedy(void **state)
{
	struct store *s = NULL;
	struct errbuf eb = { "" };

	store_close(opened(*state));
	run_sql(*state, "PRAGMA user_version=99");
	assert_int_equal(store_open(*state, &s, &eb), ERR_VERSION);
	assert_non_null(strstr(eb.text, "newer assocd (schema 99"));
	assert_non_null(strstr(eb.text, "install"));
}

static void damaged_database_is_named(void **state)
{
	struct store *s = NULL;
	struct errbuf eb = { "" };
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/assocd.db", (char *)*state);
	f = fopen(path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("this is no database ", f);
	fclose(f);
	assert_int_equal(store_open(*state, &s, &eb), ERR_CORRUPT);
	assert_non_null(strstr(eb.text, path));
	assert_non_null(strstr(eb.text, "backup"));
}

static void folder_that_does_not_exist_is_named(void **state)
{
	struct store *s = NULL;
	struct errbuf eb = { "" };

	assert_int_equal(store_open("/nonexistent/folder", &s, &eb), ERR_IO);
	assert_non_null(strstr(eb.text, "/nonexistent/folder/lock"));
}

static bool is_even(void *arg, const struct store_event *ev)
{
	return ev->seq % 2 == 0;
}

static bool is_second(void *arg, const struct store_alert *alert)
{
	return bytes_is(alert->id, "a2");
}

static const struct store_removal even = { is_even, is_second, NULL };

static enum err note_alert(void *arg, const struct store_alert *alert)
{
	struct seen *s = arg;

	s->seq[s->n] = alert->audience;
	snprintf(s->payload[s->n++], 32, "%.*s %.*s", BYTES_ARG(alert->id), BYTES_ARG(alert->json));
	return ERR_OK;
}

static void alerts_are_read_as_they_were_last_told(void **state)
{
	struct store *s = opened(*state);
	struct store_alert al[4] = {
		{ BYTES_LIT("a1"), BYTES_LIT("r"), BYTES_LIT("open"), BYTES_LIT("{1}"), 5, 1, AUDIENCE_LOG },
		{ BYTES_LIT("a1"), BYTES_LIT("r"), BYTES_LIT("acknowledged"), BYTES_LIT("{2}"), 5, 2, AUDIENCE_NONE },
		{ BYTES_LIT("a2"), BYTES_LIT("r"), BYTES_LIT("open"), BYTES_LIT("{3}"), 5, 3, AUDIENCE_ALL },
		{ BYTES_LIT("a2"), BYTES_LIT("r"), BYTES_LIT("resolved"), BYTES_LIT("{4}"), 6, 4, AUDIENCE_ALL },
	};
	struct store_batch b = { .alerts = al, .n_alerts = 4 };
	struct seen seen = { .n = 0 };

	commit(s, &b);
	assert_int_equal(store_read_alerts(*state, STORE_ALERTS_STANDING, note_alert, &seen, NULL), ERR_OK);
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.payload[0], "a1 {2}");
	assert_int_equal(seen.seq[0], AUDIENCE_LOG); /* the widest that was told */
	assert_int_equal(store_read_alerts(*state, STORE_ALERTS_ALL, note_alert, &seen, NULL), ERR_OK);
	assert_int_equal(seen.n, 3);
	store_close(s);
}

static void removed_events_take_their_alerts_with_them(void **state)
{
	struct store *s = opened(*state);
	struct store_alert al[2] = {
		{ BYTES_LIT("a1"), BYTES_LIT("r"), BYTES_LIT("open"), BYTES_LIT("{1}"), 5, 1, AUDIENCE_ALL },
		{ BYTES_LIT("a2"), BYTES_LIT("r"), BYTES_LIT("open"), BYTES_LIT("{2}"), 6, 2, AUDIENCE_ALL },
	};
	struct store_batch b = { .alerts = al, .n_alerts = 2 };
	struct seen seen = { .n = 0 };
	uint64_t removed = 0;

	commit_events(s, 1, 5, 0);
	commit(s, &b);
	assert_int_equal(store_remove(*state, &even, &removed, NULL), ERR_OK);
	assert_int_equal(removed, 2);
	assert_int_equal(store_read(*state, (struct store_range){ 0, 0 }, note_event, &seen, NULL), ERR_OK);
	assert_int_equal(seen.n, 3);
	seen.n = 0;
	assert_int_equal(store_read_outbox(*state, 0, note_outbox, &seen, NULL), ERR_OK);
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.payload[0], "{1}");
	store_close(s);
}

static void removing_is_refused_while_another_process_holds_the_folder(void **state)
{
	uint64_t removed;
	int ready[2], child, status;
	char c;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		struct store *s = NULL;

		if (store_open(*state, &s, NULL) == ERR_OK && write(ready[1], "x", 1) == 1)
			pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(store_remove(*state, &even, &removed, NULL), ERR_BUSY);
	kill(child, 9);
	waitpid(child, &status, 0);
}

struct question {
	struct store_query query;
	char dir[PATH_MAX];
	unsigned events;
};

static void count_events(struct store_query *q, const char *dir)
{
	struct question *mine = q->owner;
	struct seen seen = { .n = 0 };

	if (store_read(dir, (struct store_range){ 0, 0 }, note_event, &seen, NULL) == ERR_OK)
		mine->events = seen.n;
}

static void question_is_answered_by_the_reader_thread(void **state)
{
	struct store *s = opened(*state);
	struct question q = { .query = { .run = count_events } };
	struct pollfd p = { .fd = store_wake_fd(s), .events = POLLIN };

	commit_events(s, 1, 4, 0);
	q.query.owner = &q;
	assert_int_equal(store_ask(s, &q.query), ERR_OK);
	while (store_completed_query(s) != &q.query)
		poll(&p, 1, 1000);
	assert_int_equal(q.events, 4);
	store_close(s);
}

static void queue_has_an_end(void **state)
{
	struct store *s = opened(*state);
	static struct store_batch empty[200];
	enum err err = ERR_OK;
	unsigned n = 0, done = 0;

	while (n < 200 && err == ERR_OK) {
		err = store_submit(s, &empty[n]);
		n += err == ERR_OK;
	}
	assert_int_equal(err, ERR_FULL);
	while (done < n)
		done += store_completed(s) != NULL;
	assert_int_equal(store_submit(s, &empty[0]), ERR_OK);
	store_close(s);
}

static void a_database_that_may_only_be_read_is_not_written_to(void **state)
{
	struct errbuf eb = { "" };
	struct db *db;
	char path[PATH_MAX];

	store_close(opened(*state));
	snprintf(path, sizeof(path), "%s/assocd.db", (const char *)*state);
	assert_int_equal(db_open(path, DB_READ, &db, &eb), ERR_OK);
	assert_int_equal(db_prepare_writing(db, &eb), ERR_DENIED);
	assert_non_null(strstr(eb.text, "assocd.db may only be read; give the daemon's user"));
	db_close(db);
}

#define T(f) cmocka_unit_test_setup_teardown(f, folder_make, folder_remove)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(log_of_a_writer_without_pause_starts_over), T(committed_events_are_read_back_in_order),
		T(events_are_read_backwards_from_any_place),
		T(failed_batch_leaves_nothing_and_next_one_succeeds),
		T(alert_keeps_newest_form_and_each_change_goes_out_once), T(outbox_numbers_are_never_reused),
		T(sink_that_was_never_told_anything_is_behind_what_left_the_outbox),
		T(known_ids_reach_back_by_days_and_by_count), T(facts_are_kept_beside_the_journal),
		T(second_daemon_is_told_who_holds_the_folder), T(newer_database_is_refused_with_a_remedy),
		T(damaged_database_is_named), T(a_database_that_may_only_be_read_is_not_written_to), T(folder_that_does_not_exist_is_named),
		T(alerts_are_read_as_they_were_last_told),
		T(removed_events_take_their_alerts_with_them), T(removing_is_refused_while_another_process_holds_the_folder),
		T(question_is_answered_by_the_reader_thread), T(queue_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
