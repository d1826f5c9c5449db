/* The tables, their version, and the way from an older one to this one.
 *
 * I1: PRAGMA user_version is the schema version; 0 is a database without tables.
 * I2: a step runs in one transaction with its version number; before the first step of an old database a whole copy
 *     lies beside it.
 * I3: a database that is not ours, or newer, is not written to.
 * I4: a copy beside it has its name once it is whole and synced. What was interrupted begins anew.
 *
 * journal  the truth: canonical events in order of acceptance
 * days     first sequence number of each day of arrival (days since 1970, UTC)
 * alerts   the newest form of each alert (a projection)
 * outbox   changes of alerts that sinks are to be told, numbered without reuse; since 2 with the time at which they
 *          came, and the only sink that they are for (empty: every one)
 * sinks    how far each sink got
 * dead     since 2: changes of alerts that a sink refused, or did not take for too long
 * names    what the kind indexes of payloads stand for, from a sequence number on
 * audience who is told (model/audience.h): of what an event brings about; of an alert, the widest so far; of a change
 * meta     applied: effects of events up to here are in alerts and outbox; events: rows of the journal; probes:
 *          writes that asked whether the disk works again; facts */
#include "internal.h"

#include "daemon/base/file.h"
#include "daemon/base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define APPLICATION_ID 0x41534f43 /* "ASOC" */

static const char *const steps[STORE_SCHEMA_VERSION] = {
	"CREATE TABLE journal(seq INTEGER PRIMARY KEY, ts INTEGER NOT NULL, id_hash INTEGER NOT NULL,"
	" audience INTEGER NOT NULL, payload BLOB NOT NULL);"
	"CREATE TABLE days(day INTEGER PRIMARY KEY, seq INTEGER NOT NULL);"
	"CREATE TABLE alerts(id TEXT PRIMARY KEY, rule TEXT NOT NULL, state TEXT NOT NULL, updated INTEGER NOT NULL,"
	" seq INTEGER NOT NULL, audience INTEGER NOT NULL, json TEXT NOT NULL);"
	"CREATE TABLE outbox(number INTEGER PRIMARY KEY AUTOINCREMENT, alert TEXT NOT NULL, seq INTEGER NOT NULL,"
	" audience INTEGER NOT NULL, json TEXT NOT NULL);"
	"CREATE TABLE sinks(name TEXT PRIMARY KEY, through INTEGER NOT NULL);"
	"CREATE TABLE names(seq INTEGER PRIMARY KEY, names TEXT NOT NULL);"
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL);"
	"INSERT INTO meta VALUES('applied', 0), ('events', 0);",
	"ALTER TABLE outbox ADD COLUMN at INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE outbox ADD COLUMN sink TEXT NOT NULL DEFAULT '';"
	"CREATE TABLE dead(sink TEXT NOT NULL, number INTEGER NOT NULL, alert TEXT NOT NULL, seq INTEGER NOT NULL,"
	" audience INTEGER NOT NULL, at INTEGER NOT NULL, died INTEGER NOT NULL, reason TEXT NOT NULL, json TEXT NOT NULL,"
	" PRIMARY KEY(sink, number)) WITHOUT ROWID;",
};

static enum err check_version(struct db *db, const char *path, int64_t *version, struct errbuf *eb)
{
	int64_t application = 0, tables = 0;
	enum err err = db_number(db, "PRAGMA user_version", version, eb);

	if (!err)
		err = db_number(db, "PRAGMA application_id", &application, eb);
	if (!err)
		err = db_number(db, "SELECT count(*) FROM sqlite_master", &tables, eb);
	if (err)
		return err;
	if (application != APPLICATION_ID && (application != 0 || tables != 0))
		return errbuf_set(eb, ERR_CORRUPT, "%s belongs to another program; move it away, or choose another state "
				  "folder", path);
	if (*version > STORE_SCHEMA_VERSION)
		return errbuf_set(eb, ERR_VERSION, "%s was written by a newer assocd (schema %d, this one knows %d); install "
				  "that version, or start with another state folder", path, (int)*version,
				  STORE_SCHEMA_VERSION);
	return ERR_OK;
}

static enum err copy_to(struct db *db, const char *to, struct errbuf *eb)
{
	struct statement *st;
	enum err err = db_prepare(db, "VACUUM INTO ?1", &st, eb);

	if (err)
		return err;
	statement_text(st, 1, bytes_of(to));
	err = statement_run(st, eb);
	statement_free(st);
	return err ? err : file_sync(to, eb);
}

/* I4 */
static enum err copy_aside(struct db *db, const char *dir, int version, struct errbuf *eb)
{
	char name[32], copy[PATH_MAX], part[PATH_MAX];
	enum err err;

	snprintf(name, sizeof(name), "assocd.db.schema%d", version);
	store_path(copy, dir, name);
	store_path(part, dir, "assocd.db.part");
	unlink(part); /* an attempt before this one was interrupted */
	err = copy_to(db, part, eb);
	if (!err && rename(part, copy) != 0)
		err = errbuf_set(eb, ERR_IO, "%s: %s", copy, strerror(errno));
	if (!err)
		err = file_sync_folder(dir, eb);
	if (err)
		unlink(part);
	else
		log_info("store", "the database of schema %d is kept as %s", version, copy);
	return err;
}

static enum err migrate_one(struct db *db, int version, struct errbuf *eb)
{
	char mark[96];
	enum err err = db_run(db, "BEGIN IMMEDIATE", eb);

	snprintf(mark, sizeof(mark), "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT;", APPLICATION_ID, version + 1);
	if (!err)
		err = db_run(db, steps[version], eb);
	if (!err)
		err = db_run(db, mark, eb);
	if (err)
		db_rollback(db);
	return err;
}

static enum err migrate(struct db *db, const char *dir, const char *path, struct errbuf *eb)
{
	int64_t version = 0;
	enum err err = check_version(db, path, &version, eb);

	if (!err)
		err = db_prepare_writing(db, eb); /* I3 */
	if (!err && version > 0 && version < STORE_SCHEMA_VERSION)
		err = copy_aside(db, dir, (int)version, eb);
	for (int at = (int)version; !err && at < STORE_SCHEMA_VERSION; at++)
		err = migrate_one(db, at, eb);
	return err;
}

enum err schema_open(const char *dir, struct db **out, struct errbuf *eb)
{
	char path[PATH_MAX];
	enum err err;

	store_path(path, dir, "assocd.db");
	err = db_open(path, DB_WRITE, out, eb);
	if (err)
		return err;
	err = migrate(*out, dir, path, eb);
	if (err) {
		db_close(*out);
		*out = NULL;
	}
	return err;
}

enum err schema_check(struct db *db, const char *path, struct errbuf *eb)
{
	int64_t version = 0;
	enum err err = check_version(db, path, &version, eb);

	if (err || version == STORE_SCHEMA_VERSION)
		return err;
	return errbuf_set(eb, ERR_VERSION, "%s has schema %d; start assocd once to bring it to %d", path, (int)version,
			  STORE_SCHEMA_VERSION);
}

enum err schema_open_read(const char *dir, struct db **out, struct errbuf *eb)
{
	char path[PATH_MAX];
	enum err err;

	store_path(path, dir, "assocd.db");
	err = db_open(path, DB_READ, out, eb);
	if (err)
		return err;
	err = schema_check(*out, path, eb);
	if (err) {
		db_close(*out);
		*out = NULL;
	}
	return err;
}
