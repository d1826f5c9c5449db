/* For every n: the n-th write, sync, truncation or rename fails, or writes half, while the daemon keeps what is not in its database:
 * keys, tombstones, the alert log; and while the database is migrated, copied, and told facts. All or nothing each time, and the
 * next attempt does it. */
#include "failing_calls.h"
#include "fault_folder.h"

#include "daemon/main/daemon.h"
#include "daemon/main/state_folder.h"
#include "daemon/main/tombstones.h"
#include "daemon/sinks/sink.h"
#include "daemon/store/backup.h"
#include "daemon/store/names.h"

#include <sqlite3.h>

#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#define CALLS_MAX 1000

static char *in(const struct folder *f, const char *name)
{
	static char path[4][128];
	static unsigned next;

	next = (next + 1) % 4;
	snprintf(path[next], sizeof(path[next]), "%s/%s", f->dir, name);
	return path[next];
}

static bool is_there(const struct folder *f, const char *name)
{
	return access(in(f, name), F_OK) == 0;
}

/* The faults, one after the other: what each test here goes through. */
struct fault { int code; bool stays, cuts; };
static const struct fault every_fault[] = { { ENOSPC, false, false }, { ENOSPC, true, true }, { EIO, false, false }, { ENOSPC, false, true } };

typedef void act_fn(const struct folder *f, int n);
static int fault_at; /* the call that fails */

/* `act` does what is to be tried: arms, does, disarms by happened(), checks. */
static bool happened;

static void go_through_faults(act_fn *act, int least)
{
	for (size_t i = 0; i < ARRAY_LEN(every_fault); i++) {
		int n = 0;

		do {
			struct folder f;

			n += n == 0 ? 1 : fault_stride();
			assert_true(n < CALLS_MAX);
			assert_true(folder_begin(&f));
			fault_cuts = every_fault[i].cuts;
			fault_at = n;
			act(&f, (int)i);
			assert_true(folder_end(&f));
		} while (happened);
		assert_true(n > least);
	}
}

static void arm(int which)
{
	fault_arm(fault_at, every_fault[which].code, every_fault[which].stays);
}

static void disarm(void)
{
	happened = fault_disarm();
}

/* ---- keys ---- */

static void act_on_key(const struct folder *f, int which)
{
	uint8_t made[STATE_KEY_SIZE], read[STATE_KEY_SIZE];
	struct errbuf eb = { "" };
	enum err err;

	arm(which);
	err = state_folder_secret(in(f, "hash.key"), true, made, &eb);
	disarm();
	assert_true(err == ERR_OK ? !happened : strlen(eb.text) > 0);
	/* The next start makes one, or has it whole. */
	assert_int_equal(state_folder_secret(in(f, "hash.key"), true, read, &eb), ERR_OK);
	if (!err)
		assert_memory_equal(made, read, sizeof(made));
	assert_int_equal(state_folder_secret(in(f, "hash.key"), false, made, &eb), ERR_OK);
	assert_memory_equal(made, read, sizeof(made));
}

static void key_is_there_whole_or_not_at_all(void **state)
{
	go_through_faults(act_on_key, 2);
}

static void key_that_a_crash_left_half_is_made_anew(void **state)
{
	uint8_t key[STATE_KEY_SIZE];
	struct errbuf eb = { "" };
	struct folder f;
	FILE *half;

	assert_true(folder_begin(&f));
	half = fopen(in(&f, "hash.key.part"), "w");
	fputs("half", half);
	fclose(half);
	assert_int_equal(state_folder_secret(in(&f, "hash.key"), true, key, &eb), ERR_OK);
	assert_false(is_there(&f, "hash.key.part"));
	assert_true(folder_end(&f));
}

/* ---- tombstones ---- */

static bool has_tombstone(const struct folder *f, const char *account)
{
	struct errbuf eb = { "" };
	struct erased *e = NULL;
	bool has;

	if (tombstones_read(f->dir, &e, &eb))
		fail_msg("call %d: tombstones cannot be read: %s", fault_at, eb.text);
	has = e && erased_has(e, bytes_of(account));
	erased_free(e);
	return has;
}

static void act_on_tombstones(const struct folder *f, int which)
{
	struct errbuf eb = { "" };
	enum err first, second;

	arm(which);
	first = tombstones_add(f->dir, BYTES_LIT("shop/first"), &eb);
	second = tombstones_add(f->dir, BYTES_LIT("shop/second"), &eb);
	disarm();
	assert_true(first == ERR_OK || happened);
	if (!first)
		assert_true(has_tombstone(f, "shop/first"));
	if (!second)
		assert_true(has_tombstone(f, "shop/second"));
	assert_int_equal(tombstones_add(f->dir, BYTES_LIT("shop/first"), &eb), ERR_OK);
	assert_int_equal(tombstones_add(f->dir, BYTES_LIT("shop/second"), &eb), ERR_OK);
	assert_true(has_tombstone(f, "shop/first") && has_tombstone(f, "shop/second"));
	assert_false(has_tombstone(f, "shop/third"));
}

static void tombstone_that_was_set_stays_set(void **state)
{
	go_through_faults(act_on_tombstones, 6);
}

/* ---- the alert log ---- */

/* may_end_torn: on a disk that takes nothing more a file cannot be cut either. */
static void check_log(const struct folder *f, unsigned told, bool may_end_torn)
{
	static char content[1 << 16]; /* longer than any line here */
	FILE *file = fopen(in(f, "alerts.jsonl"), "r");
	bool seen[8] = { false };

	assert_non_null(file);
	while (fgets(content, sizeof(content), file)) {
		unsigned at = 0;

		if (may_end_torn && !strchr(content, '\n'))
			continue;
		if (sscanf(content, "{\"id\":\"%u\"", &at) != 1 || at >= 8 || strchr(content + 1, '{') ||
		    strcmp(content + strlen(content) - 3, "\"}\n") != 0)
			fail_msg("call %d: torn line: %.80s", fault_at, content);
		seen[at] = true;
	}
	fclose(file);
	for (unsigned i = 0; i < told; i++)
		if (!seen[i])
			fail_msg("call %d: alert %u was delivered and is not in the log", fault_at, i);
}

static enum err deliver(void *self, unsigned from, unsigned n)
{
	static char json[8][9000]; /* pages of a file */
	struct sink_row rows[8] = { { .number = 0 } };
	struct errbuf eb = { "" };
	enum err err;

	for (unsigned i = 0; i < n; i++) {
		int head = snprintf(json[i], sizeof(json[i]), "{\"id\":\"%u\",\"pad\":\"", from + i);

		memset(json[i] + head, 'x', 8000);
		memcpy(json[i] + head + 8000, "\"}", 2);
		rows[i] = (struct sink_row){ .number = from + i + 1, .json = { json[i], (size_t)head + 8002 } };
	}
	err = sink_log.deliver(self, rows, n, &eb);
	assert_true(err == ERR_OK || strlen(eb.text) > 0);
	return err;
}

static void act_on_log(const struct folder *f, int which)
{
	struct sink_setup setup = { .state_dir = f->dir, .alert_log = in(f, "alerts.jsonl") };
	struct errbuf eb = { "" };
	unsigned told = 0;
	void *self;

	assert_int_equal(sink_log.open(&setup, &self, &eb), ERR_OK);
	arm(which);
	for (unsigned i = 0; i < 6; i += 2)
		if (deliver(self, i, 2) == ERR_OK && told == i)
			told = i + 2;
	disarm();
	assert_true(told == 6 || happened);
	check_log(f, told, every_fault[which].stays);
	for (unsigned i = told; i < 6; i += 2)
		assert_int_equal(deliver(self, i, 2), ERR_OK);
	check_log(f, 6, false);
	sink_log.close(self);
}

static void alert_log_never_holds_half_a_line(void **state)
{
	go_through_faults(act_on_log, 5);
}

static void half_a_line_of_a_killed_daemon_is_cut(void **state)
{
	struct errbuf eb = { "" };
	struct folder f;
	FILE *file;
	void *self;

	assert_true(folder_begin(&f));
	file = fopen(in(&f, "alerts.jsonl"), "w");
	fputs("{\"id\":\"0\",\"pad\":\"\"}\n{\"id\":\"1\",\"pad\":\"", file);
	for (int i = 0; i < 10000; i++)
		fputc('y', file);
	fclose(file);
	struct sink_setup setup = { .state_dir = f.dir, .alert_log = in(&f, "alerts.jsonl") };
	assert_int_equal(sink_log.open(&setup, &self, &eb), ERR_OK);
	assert_int_equal(deliver(self, 1, 1), ERR_OK);
	check_log(&f, 2, false);
	sink_log.close(self);
	assert_true(folder_end(&f));
}

/* ---- the database: facts, names, a copy, a migration ---- */

static void close_opened(const struct folder *f)
{
	struct errbuf eb = { "" };
	struct store *s = NULL;

	if (store_open(f->dir, &s, &eb))
		fail_msg("call %d: the store does not open: %s", fault_at, eb.text);
	store_close(s);
}

static uint64_t fact(const struct folder *f, const char *name)
{
	uint64_t value = 0;
	struct errbuf eb = { "" };
	enum err err = store_fact(f->dir, name, &value, &eb);

	assert_true(err == ERR_OK || (err == ERR_NOTFOUND && eb.text[0] == '\0'));
	return value;
}

static void act_on_facts(const struct folder *f, int which)
{
	static const struct store_fact_row rows[] = { { "hash_key", 7 }, { "hash_key_seq", 8 }, { "hash_key_changed", 0 } };
	struct errbuf eb = { "" };
	enum err err, named;

	close_opened(f);
	assert_int_equal(store_set_fact(f->dir, "hash_key_changed", 5, &eb), ERR_OK);
	arm(which);
	err = store_set_facts(f->dir, rows, ARRAY_LEN(rows), &eb);
	named = store_add_names(f->dir, 1, BYTES_LIT("ip\ndevice.id"), &eb);
	disarm();
	assert_true((!err && !named) || happened);
	/* One change of keys: all of it or nothing. */
	assert_int_equal(fact(f, "hash_key"), err ? 0 : 7);
	assert_int_equal(fact(f, "hash_key_seq"), err ? 0 : 8);
	assert_int_equal(fact(f, "hash_key_changed"), err ? 5 : 0);
	close_opened(f);
	assert_int_equal(store_set_facts(f->dir, rows, ARRAY_LEN(rows), &eb), ERR_OK);
	assert_int_equal(fact(f, "hash_key"), 7);
}

static void facts_of_one_change_stand_together(void **state)
{
	go_through_faults(act_on_facts, 4);
}

static void fill(const struct folder *f)
{
	static const char payload[5000];
	struct store_event ev[40];
	struct store_batch b = { .events = ev, .n_events = ARRAY_LEN(ev) };
	struct errbuf eb = { "" };
	struct store *s;

	for (unsigned i = 0; i < ARRAY_LEN(ev); i++)
		ev[i] = (struct store_event){ i + 1, 1, i, 0, { payload, sizeof(payload) } };
	assert_int_equal(store_open(f->dir, &s, &eb), ERR_OK);
	assert_int_equal(store_submit(s, &b), ERR_OK);
	while (!store_completed(s))
		poll(&(struct pollfd){ .fd = store_wake_fd(s), .events = POLLIN }, 1, 5);
	assert_int_equal(b.result, ERR_OK);
	store_close(s);
}

static enum err count_event(void *arg, const struct store_event *ev)
{
	++*(unsigned *)arg;
	return ERR_OK;
}

static unsigned events_in(const char *dir)
{
	unsigned n = 0;

	assert_int_equal(store_read(dir, (struct store_range){ 0, 0 }, count_event, &n, NULL), ERR_OK);
	return n;
}

static void act_on_copy(const struct folder *f, int which)
{
	struct errbuf eb = { "" };
	char other[80];
	enum err err;

	fill(f);
	snprintf(other, sizeof(other), "%s/copy", f->dir);
	assert_int_equal(mkdir(other, 0700), 0);
	arm(which);
	err = backup_make(f->dir, in(f, "copy/assocd.db"), NULL, &eb);
	disarm();
	if (err) {
		assert_true(happened && strlen(eb.text) > 0);
		assert_false(is_there(f, "copy/assocd.db"));
		assert_int_equal(backup_make(f->dir, in(f, "copy/assocd.db"), NULL, &eb), ERR_OK);
	}
	assert_int_equal(events_in(other), 40);
	assert_int_equal(events_in(f->dir), 40);
}

static void copy_is_whole_or_not_there(void **state)
{
	go_through_faults(act_on_copy, 10);
}

static void run_sql(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t ask_sql(const char *path, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	int64_t n;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return n;
}

/* A database as version 1 left it: with events, an alert on its way, and how far a sink had got. */
static void fill_of_schema_1(const struct folder *f)
{
	fill(f);
	run_sql(in(f, "assocd.db"), "DROP TABLE dead; ALTER TABLE outbox DROP COLUMN at; ALTER TABLE outbox DROP COLUMN sink;"
		"INSERT INTO outbox(alert, seq, audience, json) VALUES('al', 1, 2, '{}'), ('al', 2, 2, '{}');"
		"INSERT INTO sinks VALUES('log', 1); PRAGMA user_version=1;");
}

static void check_migrated(const struct folder *f)
{
	const char *now = in(f, "assocd.db"), *before = in(f, "assocd.db.schema1");

	assert_int_equal(ask_sql(now, "PRAGMA user_version"), STORE_SCHEMA_VERSION);
	assert_int_equal(ask_sql(now, "SELECT count(*) FROM outbox WHERE sink='' AND at=0"), 2);
	assert_int_equal(ask_sql(now, "SELECT count(*) FROM dead"), 0);
	assert_int_equal(ask_sql(now, "SELECT through FROM sinks WHERE name='log'"), 1);
	assert_int_equal(events_in(f->dir), 40);
	assert_int_equal(ask_sql(before, "PRAGMA user_version"), 1);
	assert_int_equal(ask_sql(before, "SELECT count(*) FROM journal"), 40);
	assert_int_equal(ask_sql(before, "SELECT count(*) FROM outbox"), 2);
	assert_false(is_there(f, "assocd.db.part"));
}

static void act_on_migration(const struct folder *f, int which)
{
	struct store *s = NULL;
	struct errbuf eb = { "" };
	enum err err;

	fill_of_schema_1(f);
	arm(which);
	err = store_open(f->dir, &s, &eb);
	disarm();
	if (err) {
		assert_true(happened && strlen(eb.text) > 0);
		assert_int_equal(ask_sql(in(f, "assocd.db"), "SELECT count(*) FROM journal"), 40);
	}
	store_close(s);
	close_opened(f); /* the next start does it */
	check_migrated(f);
}

static void migration_that_fails_is_done_by_the_next_start(void **state)
{
	go_through_faults(act_on_migration, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_is_there_whole_or_not_at_all),
		cmocka_unit_test(key_that_a_crash_left_half_is_made_anew),
		cmocka_unit_test(tombstone_that_was_set_stays_set),
		cmocka_unit_test(alert_log_never_holds_half_a_line),
		cmocka_unit_test(half_a_line_of_a_killed_daemon_is_cut),
		cmocka_unit_test(facts_of_one_change_stand_together),
		cmocka_unit_test(copy_is_whole_or_not_there),
		cmocka_unit_test(migration_that_fails_is_done_by_the_next_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
