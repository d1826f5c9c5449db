/* Rows that are changed after they were written.
 * I1: a batch of edits is one transaction, all of it or nothing.
 * I2: sequence numbers of events that go are not given again: `applied` in meta keeps the end.
 * I3: a payload is overwritten in its place, at its length, before it goes or becomes another: a cell that is moved while a
 *     page is balanced then has nothing left in it. Freed cells and pages are overwritten by secure_delete.
 * I4: the snapshot goes before the first event does, so that no start can bring it back. */
#include "edits.h"

#include "internal.h"

#include <stdlib.h>

enum { SQL_BLANK, SQL_DELETE, SQL_UPDATE, SQL_ALERT, SQL_OUTBOX, SQL_DEAD, SQL_EVENTS, SQL_N };

static const char *const sql[SQL_N] = {
	[SQL_BLANK] = "UPDATE journal SET payload=zeroblob(length(payload)) WHERE seq=?1",
	[SQL_DELETE] = "DELETE FROM journal WHERE seq=?1",
	[SQL_UPDATE] = "UPDATE journal SET payload=?2 WHERE seq=?1",
	[SQL_ALERT] = "DELETE FROM alerts WHERE id=?1",
	[SQL_OUTBOX] = "DELETE FROM outbox WHERE number=?1",
	/* Every sink that has dead letters has a place; so the key is used. */
	[SQL_DEAD] = "DELETE FROM dead WHERE sink IN (SELECT name FROM sinks) AND number=?1",
	[SQL_EVENTS] = "UPDATE meta SET value=value-?1 WHERE key='events'",
};

struct editor {
	struct db *db;
	struct statement *st[SQL_N];
};

static void editor_fini(struct editor *e)
{
	for (int i = 0; i < SQL_N; i++)
		statement_free(e->st[i]);
}

static enum err editor_init(struct editor *e, struct db *db, struct errbuf *eb)
{
	enum err err = ERR_OK;

	*e = (struct editor){ .db = db };
	for (int i = 0; i < SQL_N && !err; i++)
		err = db_prepare(db, sql[i], &e->st[i], eb);
	return err;
}

static enum err run_on(struct editor *e, int which, uint64_t number, struct errbuf *eb)
{
	statement_number(e->st[which], 1, (int64_t)number);
	return statement_run(e->st[which], eb);
}

static enum err edit_row(struct editor *e, const struct store_edit *row, uint64_t *removed, struct errbuf *eb)
{
	enum err err = run_on(e, SQL_BLANK, row->seq, eb); /* I3 */

	if (!err && row->payload.len > 0) {
		statement_blob(e->st[SQL_UPDATE], 2, row->payload);
		return run_on(e, SQL_UPDATE, row->seq, eb);
	}
	if (!err)
		err = run_on(e, SQL_DELETE, row->seq, eb);
	if (!err)
		*removed += db_changes(e->db);
	return err;
}

static enum err edit_rows(struct editor *e, struct store_edits *edits, struct errbuf *eb)
{
	enum err err = ERR_OK;

	edits->removed = 0;
	for (size_t i = 0; i < edits->n_rows && !err; i++)
		err = edit_row(e, &edits->rows[i], &edits->removed, eb);
	return err || edits->removed == 0 ? err : run_on(e, SQL_EVENTS, edits->removed, eb);
}

static enum err edit_told(struct editor *e, const struct store_edits *edits, struct errbuf *eb)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < edits->n_alerts && !err; i++) {
		statement_text(e->st[SQL_ALERT], 1, edits->alerts[i]);
		err = statement_run(e->st[SQL_ALERT], eb);
	}
	for (size_t i = 0; i < edits->n_outbox && !err; i++) {
		err = run_on(e, SQL_OUTBOX, edits->outbox[i], eb);
		if (!err)
			err = run_on(e, SQL_DEAD, edits->outbox[i], eb); /* it may have died since it was read */
	}
	return err;
}

static enum err edit_all(struct editor *e, struct store_edits *edits, struct errbuf *eb)
{
	enum err err = db_run(e->db, "BEGIN IMMEDIATE", eb);

	if (!err)
		err = edit_rows(e, edits, eb);
	if (!err)
		err = edit_told(e, edits, eb);
	if (!err)
		err = db_run(e->db, "COMMIT", eb);
	if (err)
		db_rollback(e->db);
	return err;
}

enum err edits_commit(struct db *db, const char *dir, struct store_edits *edits, struct errbuf *eb)
{
	bool has_rows = edits->n_rows > 0 || edits->n_alerts > 0 || edits->n_outbox > 0;
	struct editor e;
	enum err err = editor_init(&e, db, eb);

	if (!err && edits->n_rows > 0)
		err = snapshot_remove(dir, eb); /* I4 */
	if (!err && has_rows)
		err = edit_all(&e, edits, eb);
	editor_fini(&e);
	if (!err && edits->packs)
		err = db_run(db, "VACUUM", eb);
	return !err && edits->empties_log ? db_empty_log(db, eb) : err;
}

static const char *const told_sql =
	"SELECT id, 0, json FROM alerts UNION ALL SELECT '', number, json FROM outbox"
	" UNION ALL SELECT '', number, json FROM dead";

enum err store_read_told(const char *dir, store_told_fn *fn, void *arg, struct errbuf *eb)
{
	struct statement *st = NULL;
	struct db *db = NULL;
	enum err err = schema_open_read(dir, &db, eb);

	if (!err)
		err = db_prepare(db, told_sql, &st, eb);
	while (!err && statement_step(st, &err, eb) == YES) {
		struct store_told row = {
			.alert = statement_column_bytes(st, 0),
			.number = (uint64_t)statement_column_number(st, 1),
			.json = statement_column_bytes(st, 2),
		};

		err = fn(arg, &row);
	}
	statement_free(st);
	db_close(db);
	return err;
}
