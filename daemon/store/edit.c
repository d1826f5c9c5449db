/* Changes outside the stream of batches: facts, and taking events out.
 * I1: the snapshot goes before the first event does, so that no start can bring them back. */
#include "internal.h"
#include "names.h"

#include "daemon/base/arena.h"
#include "daemon/base/vec.h"

#include <stdlib.h>
#include <unistd.h>

static enum err set_facts(struct db *db, const struct store_fact_row *rows, size_t n, struct errbuf *eb)
{
	struct statement *st;
	enum err err = db_prepare(db, "INSERT INTO meta(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value=?2", &st, eb);

	if (err)
		return err;
	err = db_run(db, "BEGIN IMMEDIATE", eb);
	for (size_t i = 0; i < n && !err; i++) {
		statement_text(st, 1, bytes_of(rows[i].name));
		statement_number(st, 2, (int64_t)rows[i].value);
		err = statement_run(st, eb);
	}
	if (!err)
		err = db_run(db, "COMMIT", eb);
	if (err)
		db_rollback(db);
	statement_free(st);
	return err;
}

enum err store_set_facts(const char *dir, const struct store_fact_row *rows, size_t n, struct errbuf *eb)
{
	struct db *db;
	enum err err = schema_open(dir, &db, eb);

	if (err)
		return err;
	err = set_facts(db, rows, n, eb);
	db_close(db);
	return err;
}

enum err store_set_fact(const char *dir, const char *name, uint64_t value, struct errbuf *eb)
{
	const struct store_fact_row row = { name, value };

	return store_set_facts(dir, &row, 1, eb);
}

enum err store_add_names(const char *dir, uint64_t from_seq, struct bytes names, struct errbuf *eb)
{
	struct db *db;
	struct statement *st;
	enum err err = schema_open(dir, &db, eb);

	if (err)
		return err;
	err = db_prepare(db, "INSERT OR REPLACE INTO names(seq, names) VALUES(?1, ?2)", &st, eb);
	if (!err) {
		statement_number(st, 1, (int64_t)from_seq);
		statement_text(st, 2, names);
		err = statement_run(st, eb);
		statement_free(st);
	}
	db_close(db);
	return err;
}

struct chosen {
	const struct store_removal *what;
	struct VEC(uint64_t) seqs;
	struct VEC(struct bytes) alerts;
	struct arena *arena;
};

static enum err choose_event(void *arg, const struct store_event *ev)
{
	struct chosen *c = arg;

	if (c->what->is_gone(c->what->arg, ev))
		VEC_PUSH(&c->seqs, ev->seq);
	return ERR_OK;
}

static enum err choose_alert(void *arg, const struct store_alert *alert)
{
	struct chosen *c = arg;

	if (c->what->is_alert_gone(c->what->arg, alert))
		VEC_PUSH(&c->alerts, arena_bytes(c->arena, alert->id));
	return ERR_OK;
}

static enum err remove_events(struct db *db, const struct chosen *c, uint64_t *removed, struct errbuf *eb)
{
	struct statement *st;
	enum err err = db_prepare(db, "DELETE FROM journal WHERE seq=?1", &st, eb);

	if (err)
		return err;
	for (size_t i = 0; !err && i < c->seqs.n; i++) {
		statement_number(st, 1, (int64_t)c->seqs.at[i]);
		err = statement_run(st, eb);
		if (!err)
			*removed += db_changes(db);
	}
	statement_free(st);
	return err;
}

static enum err remove_alerts(struct db *db, const char *sql, const struct chosen *c, struct errbuf *eb)
{
	struct statement *st;
	enum err err = db_prepare(db, sql, &st, eb);

	if (err)
		return err;
	for (size_t i = 0; !err && i < c->alerts.n; i++) {
		statement_text(st, 1, c->alerts.at[i]);
		err = statement_run(st, eb);
	}
	statement_free(st);
	return err;
}

static enum err remove_chosen(struct db *db, const struct chosen *c, uint64_t *removed, struct errbuf *eb)
{
	enum err err = db_run(db, "BEGIN IMMEDIATE; CREATE INDEX outbox_alert ON outbox(alert);", eb);

	if (!err)
		err = remove_events(db, c, removed, eb);
	if (!err)
		err = remove_alerts(db, "DELETE FROM outbox WHERE alert=?1", c, eb);
	if (!err)
		err = remove_alerts(db, "DELETE FROM dead WHERE alert=?1", c, eb);
	if (!err)
		err = remove_alerts(db, "DELETE FROM alerts WHERE id=?1", c, eb);
	if (!err)
		err = db_run(db, "UPDATE meta SET value=(SELECT count(*) FROM journal) WHERE key='events';"
				 "DROP INDEX outbox_alert; COMMIT;", eb);
	if (err)
		db_rollback(db);
	return err;
}

/* No daemon comes up meanwhile; *lock is -1 where the daemon itself removes, which holds it. A folder without a database is left as
 * it is. */
static enum err keep_others_out(const char *dir, int *lock, struct errbuf *eb)
{
	struct db *db = NULL;
	enum err err = schema_open_read(dir, &db, eb);

	*lock = -1;
	db_close(db);
	return err || lock_holder(dir) == (int)getpid() ? err : lock_take(dir, lock, eb);
}

static enum err remove_all(const char *dir, struct chosen *c, uint64_t *removed, struct errbuf *eb)
{
	struct db *db = NULL;
	enum err err = store_read(dir, (struct store_range){ 0, 0 }, choose_event, c, eb);

	if (!err)
		err = store_read_alerts(dir, STORE_ALERTS_ALL, choose_alert, c, eb);
	if (!err)
		err = snapshot_remove(dir, eb); /* I1 */
	if (!err)
		err = schema_open(dir, &db, eb);
	if (!err)
		err = remove_chosen(db, c, removed, eb);
	db_close(db);
	return err;
}

enum err store_remove(const char *dir, const struct store_removal *what, uint64_t *removed, struct errbuf *eb)
{
	struct chosen c = { .what = what };
	int lock;
	enum err err = keep_others_out(dir, &lock, eb);

	*removed = 0;
	if (err)
		return err;
	c.arena = arena_new(16384);
	err = remove_all(dir, &c, removed, eb);
	if (err)
		*removed = 0;
	VEC_FREE(&c.seqs);
	VEC_FREE(&c.alerts);
	arena_free(c.arena);
	if (lock >= 0)
		close(lock);
	return err;
}
