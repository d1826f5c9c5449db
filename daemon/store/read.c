/* Synchronous reads, each over its own read-only handle.
 * I1: a read sees one consistent state: one statement, one WAL snapshot. */
#include "internal.h"
#include "names.h"

#define DAY_MS 86400000

/* A statement over a fresh handle. */
struct reading {
	struct db *db;
	struct statement *st;
};

static void reading_close(struct reading *r)
{
	statement_free(r->st);
	db_close(r->db);
}

static enum err reading_open(struct reading *r, const char *dir, const char *sql, struct errbuf *eb)
{
	enum err err;

	*r = (struct reading){ NULL, NULL };
	err = schema_open_read(dir, &r->db, eb);
	if (!err)
		err = db_prepare(r->db, sql, &r->st, eb);
	if (err)
		reading_close(r);
	return err;
}

static enum err each_event(struct reading *r, store_event_fn *fn, void *arg, struct errbuf *eb)
{
	enum err err = ERR_OK;

	while (!err && statement_step(r->st, &err, eb) == YES) {
		struct store_event ev = {
			.seq = (uint64_t)statement_column_number(r->st, 0),
			.ts_ms = statement_column_number(r->st, 1),
			.id_hash = (uint64_t)statement_column_number(r->st, 2),
			.audience = (enum audience)statement_column_number(r->st, 3),
			.payload = statement_column_bytes(r->st, 4),
		};

		err = fn(arg, &ev);
	}
	return err;
}

enum err store_read(const char *dir, struct store_range range, store_event_fn *fn, void *arg, struct errbuf *eb)
{
	struct reading r;
	enum err err = reading_open(&r, dir, "SELECT seq, ts, id_hash, audience, payload FROM journal WHERE seq > ?1"
				    " ORDER BY seq LIMIT ?2", eb);

	if (err)
		return err;
	statement_number(r.st, 1, (int64_t)range.after);
	statement_number(r.st, 2, range.max ? (int64_t)range.max : -1);
	err = each_event(&r, fn, arg, eb);
	reading_close(&r);
	return err;
}

enum err store_read_back(const char *dir, uint64_t before, store_event_fn *fn, void *arg, struct errbuf *eb)
{
	struct reading r;
	enum err err = reading_open(&r, dir, "SELECT seq, ts, id_hash, audience, payload FROM journal WHERE seq < ?1"
				    " ORDER BY seq DESC", eb);

	if (err)
		return err;
	statement_number(r.st, 1, before ? (int64_t)before : INT64_MAX);
	err = each_event(&r, fn, arg, eb);
	reading_close(&r);
	return err;
}

/* The first sequence number that is wanted, whichever of the two conditions reaches further back. */
static enum err ids_from(struct db *db, struct store_ids want, int64_t *from, struct errbuf *eb)
{
	struct statement *st;
	enum err err = db_prepare(db, "SELECT coalesce(min(seq), 1 << 62) FROM days WHERE day >= ?1", &st, eb);
	int64_t newest = 0, by_count;

	if (err)
		return err;
	statement_number(st, 1, want.since_ms / DAY_MS);
	if (statement_step(st, &err, eb) == YES)
		*from = statement_column_number(st, 0);
	statement_free(st);
	if (!err)
		err = db_number(db, "SELECT coalesce(max(seq), 0) FROM journal", &newest, eb);
	by_count = newest > (int64_t)want.at_least ? newest - (int64_t)want.at_least + 1 : 1;
	if (!err && by_count < *from)
		*from = by_count;
	return err;
}

/* Days are few and in order of seq: each run of events between two of them arrived on the first. */
static const char *const ids_sql =
	"SELECT j.seq, j.id_hash, coalesce((SELECT max(day) FROM days WHERE seq <= j.seq), 0) FROM journal j"
	" WHERE j.seq >= ?1 AND j.seq < ?2 ORDER BY j.seq";

enum err store_read_ids(const char *dir, struct store_ids want, store_event_fn *fn, void *arg, struct errbuf *eb)
{
	struct reading r;
	int64_t from = 0;
	enum err err = reading_open(&r, dir, ids_sql, eb);

	if (err)
		return err;
	err = ids_from(r.db, want, &from, eb);
	statement_number(r.st, 1, from);
	statement_number(r.st, 2, INT64_MAX);
	while (!err && statement_step(r.st, &err, eb) == YES) {
		struct store_event ev = {
			.seq = (uint64_t)statement_column_number(r.st, 0),
			.id_hash = (uint64_t)statement_column_number(r.st, 1),
			.ts_ms = statement_column_number(r.st, 2) * DAY_MS,
		};

		err = fn(arg, &ev);
	}
	reading_close(&r);
	return err;
}

enum err store_read_outbox(const char *dir, uint64_t after, store_outbox_fn *fn, void *arg, struct errbuf *eb)
{
	struct reading r;
	enum err err = reading_open(&r, dir, "SELECT number, audience, at, sink, json FROM outbox WHERE number > ?1"
				    " ORDER BY number", eb);

	if (err)
		return err;
	statement_number(r.st, 1, (int64_t)after);
	while (!err && statement_step(r.st, &err, eb) == YES) {
		struct store_outgoing row = {
			.number = (uint64_t)statement_column_number(r.st, 0),
			.audience = (enum audience)statement_column_number(r.st, 1),
			.at_ms = statement_column_number(r.st, 2),
			.sink = statement_column_bytes(r.st, 3),
			.json = statement_column_bytes(r.st, 4),
		};

		err = fn(arg, &row);
	}
	reading_close(&r);
	return err;
}

enum err store_read_dead(const char *dir, struct bytes sink, store_letter_fn *fn, void *arg, struct errbuf *eb)
{
	struct reading r;
	enum err err = reading_open(&r, dir, "SELECT number, at, died, sink, alert, reason, json FROM dead"
				    " WHERE ?1 IN ('', sink) ORDER BY number DESC", eb);

	if (err)
		return err;
	statement_text(r.st, 1, sink);
	while (!err && statement_step(r.st, &err, eb) == YES) {
		struct store_letter letter = {
			.number = (uint64_t)statement_column_number(r.st, 0),
			.at_ms = statement_column_number(r.st, 1),
			.died_ms = statement_column_number(r.st, 2),
			.sink = statement_column_bytes(r.st, 3),
			.alert = statement_column_bytes(r.st, 4),
			.reason = statement_column_bytes(r.st, 5),
			.json = statement_column_bytes(r.st, 6),
		};

		err = fn(arg, &letter);
	}
	reading_close(&r);
	return err;
}

static const char *const alerts_sql[] = {
	[STORE_ALERTS_ALL] = "SELECT id, rule, state, updated, seq, audience, json FROM alerts ORDER BY id",
	[STORE_ALERTS_STANDING] = "SELECT id, rule, state, updated, seq, audience, json FROM alerts WHERE state <> 'resolved'"
				  " ORDER BY id",
};

enum err store_read_alerts(const char *dir, enum store_alerts which, store_alert_fn *fn, void *arg, struct errbuf *eb)
{
	struct reading r;
	enum err err = reading_open(&r, dir, alerts_sql[which], eb);

	if (err)
		return err;
	while (!err && statement_step(r.st, &err, eb) == YES) {
		struct store_alert row = {
			.id = statement_column_bytes(r.st, 0),
			.rule = statement_column_bytes(r.st, 1),
			.state = statement_column_bytes(r.st, 2),
			.updated_ms = statement_column_number(r.st, 3),
			.seq = (uint64_t)statement_column_number(r.st, 4),
			.audience = (enum audience)statement_column_number(r.st, 5),
			.json = statement_column_bytes(r.st, 6),
		};

		err = fn(arg, &row);
	}
	reading_close(&r);
	return err;
}

static enum err read_named(const char *dir, const char *sql, struct bytes name, uint64_t *value, struct errbuf *eb)
{
	struct reading r;
	enum err err = reading_open(&r, dir, sql, eb);
	enum tri row;

	if (err)
		return err;
	statement_text(r.st, 1, name);
	row = statement_step(r.st, &err, eb);
	if (row == YES)
		*value = (uint64_t)statement_column_number(r.st, 0);
	reading_close(&r);
	return row == NO ? ERR_NOTFOUND : err;
}

enum err store_sink_through(const char *dir, struct bytes sink, uint64_t *through, struct errbuf *eb)
{
	return read_named(dir,
			  "SELECT coalesce((SELECT through FROM sinks WHERE name=?1), (SELECT min(number) - 1 FROM outbox),"
			  " (SELECT seq FROM sqlite_sequence WHERE name='outbox'), 0)",
			  sink, through, eb);
}

enum err store_count_dead(const char *dir, struct bytes sink, uint64_t *n, struct errbuf *eb)
{
	return read_named(dir, "SELECT count(*) FROM dead WHERE sink=?1", sink, n, eb);
}

enum err store_fact(const char *dir, const char *name, uint64_t *value, struct errbuf *eb)
{
	return read_named(dir, "SELECT value FROM meta WHERE key=?1", bytes_of(name), value, eb);
}

enum err store_read_names(const char *dir, store_names_fn *fn, void *arg, struct errbuf *eb)
{
	struct reading r;
	enum err err = reading_open(&r, dir, "SELECT seq, names FROM names ORDER BY seq", eb);

	if (err)
		return err;
	while (!err && statement_step(r.st, &err, eb) == YES)
		err = fn(arg, (uint64_t)statement_column_number(r.st, 0), statement_column_bytes(r.st, 1));
	reading_close(&r);
	return err;
}
