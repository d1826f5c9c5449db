/* One batch, one transaction.
 * I1: after a failure the transaction is rolled back: nothing of the batch is in the database, and the next batch may
 *     succeed (a full disk that has room again needs no restart).
 * I2: `applied` in meta rises in the same transaction as the effects that it speaks of.
 * I3: after a full disk nothing is tried before there is room again for more than a little: else small batches got
 *     through where large ones do not, and senders were told "full" and "not full" in turns.
 * I4: an empty batch writes something too, so that its success says something. */
#include "internal.h"

#include "daemon/base/clock.h"

#include <stdlib.h>

#define ROOM_AFTER_FULL (4u << 20) /* bytes, I3 */

enum {
	SQL_BEGIN, SQL_COMMIT, SQL_EVENT, SQL_DAY, SQL_ALERT, SQL_OUTBOX, SQL_SINK, SQL_DEAD, SQL_REVIVE, SQL_REVIVED, SQL_DROP, SQL_APPLIED, SQL_EVENTS,
	SQL_PROBE, SQL_N
};

static const char *const sql[SQL_N] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_EVENT] = "INSERT INTO journal(seq, ts, id_hash, audience, payload) VALUES(?1, ?2, ?3, ?4, ?5)",
	[SQL_DAY] = "INSERT OR IGNORE INTO days(day, seq) VALUES(?1, ?2)",
	[SQL_ALERT] = "INSERT INTO alerts(id, rule, state, updated, seq, audience, json) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
		      " ON CONFLICT(id) DO UPDATE SET rule=?2, state=?3, updated=?4, seq=?5, audience=min(audience, ?6), json=?7",
	[SQL_OUTBOX] = "INSERT INTO outbox(alert, seq, audience, json, at) VALUES(?1, ?2, ?3, ?4, ?5)",
	[SQL_SINK] = "INSERT INTO sinks(name, through) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET through=?2",
	[SQL_DEAD] = "INSERT OR REPLACE INTO dead(sink, number, alert, seq, audience, at, died, reason, json)"
		     " SELECT ?1, number, alert, seq, audience, at, ?2, ?3, json FROM outbox"
		     " WHERE number=?4",
	[SQL_REVIVE] = "INSERT INTO outbox(alert, seq, audience, at, sink, json)"
		       " SELECT alert, seq, audience, ?2, sink, json FROM dead WHERE sink=?1 ORDER BY number",
	[SQL_REVIVED] = "DELETE FROM dead WHERE sink=?1",
	[SQL_DROP] = "DELETE FROM outbox WHERE number <= ?1",
	[SQL_APPLIED] = "UPDATE meta SET value=?1 WHERE key='applied' AND value < ?1",
	[SQL_EVENTS] = "UPDATE meta SET value=value+?1 WHERE key='events'",
	/* SQLite writes no page whose bytes are the same, so the value moves. */
	[SQL_PROBE] = "INSERT INTO meta(key, value) VALUES('probes', 1) ON CONFLICT(key) DO UPDATE SET value=value+1",
};

struct committer {
	struct db *db;
	const char *dir;
	struct statement *st[SQL_N];
	bool was_full; /* I3 */
};

enum err committer_new(struct db *db, const char *dir, struct committer **out, struct errbuf *eb)
{
	struct committer *c = xcalloc(1, sizeof(*c));

	c->db = db;
	c->dir = dir;
	for (int i = 0; i < SQL_N; i++) {
		enum err err = db_prepare(db, sql[i], &c->st[i], eb);

		if (err) {
			committer_free(c);
			return err;
		}
	}
	*out = c;
	return ERR_OK;
}

void committer_free(struct committer *c)
{
	if (!c)
		return;
	for (int i = 0; i < SQL_N; i++)
		statement_free(c->st[i]);
	free(c);
}

static enum err write_events(struct committer *c, const struct store_batch *b, struct errbuf *eb)
{
	struct statement *insert = c->st[SQL_EVENT];

	for (size_t i = 0; i < b->n_events; i++) {
		const struct store_event *ev = &b->events[i];
		enum err err;

		statement_number(insert, 1, (int64_t)ev->seq);
		statement_number(insert, 2, ev->ts_ms);
		statement_number(insert, 3, (int64_t)ev->id_hash);
		statement_number(insert, 4, ev->audience);
		statement_blob(insert, 5, ev->payload);
		err = statement_run(insert, eb);
		if (err)
			return err;
	}
	if (b->n_events == 0)
		return ERR_OK;
	statement_number(c->st[SQL_DAY], 1, b->arrived_ms / 86400000);
	statement_number(c->st[SQL_DAY], 2, (int64_t)b->events[0].seq);
	statement_number(c->st[SQL_EVENTS], 1, (int64_t)b->n_events);
	enum err err = statement_run(c->st[SQL_DAY], eb);
	return err ? err : statement_run(c->st[SQL_EVENTS], eb);
}

static enum err write_alert(struct committer *c, const struct store_alert *a, int64_t at_ms, struct errbuf *eb)
{
	struct statement *row = c->st[SQL_ALERT], *out = c->st[SQL_OUTBOX];
	enum err err;

	statement_text(row, 1, a->id);
	statement_text(row, 2, a->rule);
	statement_text(row, 3, a->state);
	statement_number(row, 4, a->updated_ms);
	statement_number(row, 5, (int64_t)a->seq);
	statement_number(row, 6, a->audience);
	statement_text(row, 7, a->json);
	err = statement_run(row, eb);
	if (err || a->audience == AUDIENCE_NONE)
		return err;
	statement_text(out, 1, a->id);
	statement_number(out, 2, (int64_t)a->seq);
	statement_number(out, 3, a->audience);
	statement_text(out, 4, a->json);
	statement_number(out, 5, at_ms);
	return statement_run(out, eb);
}

static enum err write_alerts(struct committer *c, struct store_batch *b, struct errbuf *eb)
{
	for (size_t i = 0; i < b->n_alerts; i++) {
		enum err err = write_alert(c, &b->alerts[i], clock_wall_ms(), eb);

		if (err)
			return err;
		if (b->alerts[i].audience != AUDIENCE_NONE)
			b->outbox_last = db_last_rowid(c->db);
	}
	statement_number(c->st[SQL_APPLIED], 1, (int64_t)b->applied_seq);
	return statement_run(c->st[SQL_APPLIED], eb);
}

static enum err write_dead(struct committer *c, const struct store_batch *b, struct errbuf *eb)
{
	struct statement *dead = c->st[SQL_DEAD];
	enum err err = ERR_OK;

	for (size_t i = 0; b->dead && i < b->dead->n && !err; i++) {
		statement_text(dead, 1, b->sink);
		statement_number(dead, 2, b->dead->died_ms);
		statement_text(dead, 3, b->dead->reason);
		statement_number(dead, 4, (int64_t)b->dead->numbers[i]);
		err = statement_run(dead, eb);
	}
	return err;
}

static enum err revive(struct committer *c, struct store_batch *b, struct errbuf *eb)
{
	enum err err;

	if (b->revived.len == 0)
		return ERR_OK;
	statement_text(c->st[SQL_REVIVE], 1, b->revived);
	statement_number(c->st[SQL_REVIVE], 2, clock_wall_ms());
	err = statement_run(c->st[SQL_REVIVE], eb);
	if (err)
		return err;
	if (db_changes(c->db) > 0)
		b->outbox_last = db_last_rowid(c->db);
	statement_text(c->st[SQL_REVIVED], 1, b->revived);
	return statement_run(c->st[SQL_REVIVED], eb);
}

static enum err write_sinks(struct committer *c, const struct store_batch *b, struct errbuf *eb)
{
	enum err err = write_dead(c, b, eb); /* before the drop */

	if (!err && b->sink.len > 0) {
		statement_text(c->st[SQL_SINK], 1, b->sink);
		statement_number(c->st[SQL_SINK], 2, (int64_t)b->sink_through);
		err = statement_run(c->st[SQL_SINK], eb);
	}
	if (err || b->outbox_drop == 0)
		return err;
	statement_number(c->st[SQL_DROP], 1, (int64_t)b->outbox_drop);
	return statement_run(c->st[SQL_DROP], eb);
}

static bool is_empty(const struct store_batch *b)
{
	return b->n_events == 0 && b->n_alerts == 0 && b->sink.len == 0 && b->outbox_drop == 0 && b->revived.len == 0;
}

static enum err write_all(struct committer *c, struct store_batch *b, struct errbuf *eb)
{
	enum err err = c->was_full ? space_check(c->dir, ROOM_AFTER_FULL, eb) : ERR_OK;

	if (!err)
		err = statement_run(c->st[SQL_BEGIN], eb);
	if (!err && is_empty(b))
		err = statement_run(c->st[SQL_PROBE], eb); /* I4 */
	if (!err)
		err = write_events(c, b, eb);
	if (!err)
		err = write_alerts(c, b, eb);
	if (!err)
		err = write_sinks(c, b, eb);
	if (!err)
		err = revive(c, b, eb);
	return err ? err : statement_run(c->st[SQL_COMMIT], eb);
}

void committer_commit(struct committer *c, struct store_batch *b)
{
	int64_t start = clock_mono_us();

	errbuf_clear(&b->error);
	b->outbox_last = 0;
	b->result = b->edits ? edits_commit(c->db, c->dir, b->edits, &b->error) : write_all(c, b, &b->error);
	c->was_full = b->result == ERR_FULL;
	if (b->result) {
		db_rollback(c->db); /* I1 */
		b->outbox_last = 0;
	}
	b->commit_us = clock_mono_us() - start;
}
