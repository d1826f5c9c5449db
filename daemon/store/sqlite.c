/* The one file that includes sqlite3.h.
 * I1: every connection runs in WAL mode with synchronous=FULL: a commit that returned survives a power cut.
 * I2: what goes is overwritten in the file (secure_delete), not only forgotten.
 * I3: an error names the database file, and what a person can do about it where there is something. */
#include "sqlite.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/file.h"

#define PATIENCE_MS 5000
#define IMPATIENCE_MS 100

struct db {
	sqlite3 *handle;
	char *path;
	unsigned wal_pages;
};

struct statement {
	sqlite3_stmt *handle;
	struct db *db;
};

struct failure_row {
	int code;
	enum err err;
	const char *remedy;
};

static const struct failure_row failures[] = {
	{ SQLITE_FULL, ERR_FULL, "no space is left; free some" },
	{ SQLITE_CORRUPT, ERR_CORRUPT, "the database is damaged; stop assocd, keep a copy, then restore a backup or run: "
				       "sqlite3 FILE .recover | sqlite3 NEW" },
	{ SQLITE_NOTADB, ERR_CORRUPT, "this is no SQLite database; move it away or restore a backup" },
	{ SQLITE_BUSY, ERR_BUSY, "another program holds it" },
	{ SQLITE_LOCKED, ERR_BUSY, "another program holds it" },
	{ SQLITE_PERM, ERR_DENIED, "check owner and mode of the state folder" },
	{ SQLITE_AUTH, ERR_DENIED, "check owner and mode of the state folder" },
	{ SQLITE_READONLY, ERR_DENIED, "check owner and mode of the state folder" },
	{ SQLITE_CANTOPEN, ERR_IO, "check that the state folder exists and may be written" },
	{ SQLITE_NOMEM, ERR_NOMEM, "out of memory" },
};

static enum err fail(struct db *db, int code, struct errbuf *eb)
{
	int primary = code & 0xff, os = db->handle ? sqlite3_system_errno(db->handle) : 0;
	const char *text = db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(code);
	bool has_cause = os != 0 && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN);
	const char *colon = has_cause ? ": " : "", *cause = has_cause ? strerror(os) : "";

	/* A write that meets a full disk may come back as a plain I/O error (a failed sync, a failed truncate). */
	if (primary == SQLITE_IOERR && (os == ENOSPC || os == EDQUOT))
		primary = SQLITE_FULL;
	for (size_t i = 0; i < ARRAY_LEN(failures); i++)
		if (failures[i].code == primary)
			return errbuf_set(eb, failures[i].err, "%s: %s%s%s (%s)", db->path, text, colon, cause,
					  has_cause && os == EACCES ? file_remedy(os) + 2 : failures[i].remedy);
	return errbuf_set(eb, ERR_IO, "%s: %s%s%s", db->path, text, colon, cause);
}

static int note_wal_pages(void *arg, sqlite3 *handle, const char *schema, int pages)
{
	struct db *db = arg;

	db->wal_pages = (unsigned)pages;
	return SQLITE_OK;
}

static const char *const write_pragmas =
	"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
	"PRAGMA cache_size=-384; PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY;"
	"PRAGMA secure_delete=ON;";

/* As a URI, the one form in which SQLite believes that a file does not change. */
static char *frozen_name(const char *path)
{
	static const char hex[] = "0123456789abcdef";
	char *name = xmalloc(strlen(path) * 3 + sizeof("file:?immutable=1")), *at = name + 5;

	memcpy(name, "file:", 5);
	for (; *path; path++) {
		bool is_plain = *path == '/' || *path == '.' || *path == '-' || *path == '_' || (*path >= '0' && *path <= '9') ||
				(*path >= 'A' && *path <= 'Z') || (*path >= 'a' && *path <= 'z');

		if (is_plain) {
			*at++ = *path;
			continue;
		}
		*at++ = '%';
		*at++ = hex[(unsigned char)*path >> 4];
		*at++ = hex[(unsigned char)*path & 15];
	}
	memcpy(at, "?immutable=1", sizeof("?immutable=1"));
	return name;
}

static int open_handle(struct db *db, enum db_mode mode)
{
	static const int flags[] = {
		[DB_READ] = SQLITE_OPEN_READONLY, [DB_WRITE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
		[DB_FROZEN] = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
	};
	char *name = mode == DB_FROZEN ? frozen_name(db->path) : xstrdup(db->path);
	int code = sqlite3_open_v2(name, &db->handle, flags[mode] | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

	free(name);
	return code;
}

enum err db_open(const char *path, enum db_mode mode, struct db **out, struct errbuf *eb)
{
	struct db *db = xcalloc(1, sizeof(*db));
	enum err err;
	int code;

	db->path = xstrdup(path);
	*out = NULL;
	code = open_handle(db, mode);
	if (code != SQLITE_OK) {
		bool missing = mode != DB_WRITE && sqlite3_system_errno(db->handle) == ENOENT;

		err = missing ? errbuf_set(eb, ERR_NOTFOUND, "%s: there is no database", path) : fail(db, code, eb);
		db_close(db);
		return err;
	}
	sqlite3_busy_timeout(db->handle, PATIENCE_MS);
	*out = db;
	return ERR_OK;
}

enum err db_prepare_writing(struct db *db, struct errbuf *eb)
{
	enum err err;

	/* SQLite opens a file that may only be read without a word, and would fail at the first event. */
	if (sqlite3_db_readonly(db->handle, "main") == 1)
		return errbuf_set(eb, ERR_DENIED, "%s may only be read; give the daemon's user the right to write it (after a copy: chown)", db->path);
	/* A single event's commit writes some five pages, nearly empty: small ones. It takes effect only while the file is still
	 * empty. */
	err = db_run(db, "PRAGMA page_size=4096;", eb);
	if (!err)
		err = db_run(db, write_pragmas, eb);
	/* The automatic checkpoint pragma has a hook of its own, which this one replaces. */
	sqlite3_wal_hook(db->handle, note_wal_pages, db);
	return err;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	sqlite3_close_v2(db->handle);
	free(db->path);
	free(db);
}

enum err db_run(struct db *db, const char *sql, struct errbuf *eb)
{
	int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? ERR_OK : fail(db, code, eb);
}

enum err db_number(struct db *db, const char *sql, int64_t *out, struct errbuf *eb)
{
	struct statement *st;
	enum err err = db_prepare(db, sql, &st, eb);
	enum tri row;

	if (err)
		return err;
	row = statement_step(st, &err, eb);
	if (row == YES)
		*out = statement_column_number(st, 0);
	statement_free(st);
	return row == NO ? ERR_NOTFOUND : err;
}

void db_rollback(struct db *db)
{
	if (!sqlite3_get_autocommit(db->handle))
		(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

uint64_t db_last_rowid(struct db *db)
{
	return (uint64_t)sqlite3_last_insert_rowid(db->handle);
}

uint64_t db_changes(struct db *db)
{
	return (uint64_t)sqlite3_changes64(db->handle);
}

unsigned db_wal_pages(const struct db *db)
{
	return db->wal_pages;
}

enum err db_checkpoint(struct db *db, bool whole, struct errbuf *eb)
{
	int mode = whole ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, pages = 0, moved = 0;
	int code = sqlite3_wal_checkpoint_v2(db->handle, NULL, mode, &pages, &moved);

	if (code != SQLITE_OK)
		return fail(db, code, eb);
	db->wal_pages = pages > moved ? (unsigned)(pages - moved) : 0;
	return ERR_OK;
}

enum err db_empty_log(struct db *db, struct errbuf *eb)
{
	enum err err;

	sqlite3_busy_timeout(db->handle, IMPATIENCE_MS);
	err = db_checkpoint(db, true, eb);
	sqlite3_busy_timeout(db->handle, PATIENCE_MS);
	return err;
}

#define COPY_PAGES 2048 /* 8 MiB between two words of progress */

/* A transaction of the source holds the moment: without it every commit of another program would begin the copy anew. */
static enum err copy_pages(struct db *from, struct db *to, const struct db_progress *progress, struct errbuf *eb)
{
	sqlite3_backup *copy = sqlite3_backup_init(to->handle, "main", from->handle, "main");
	int code = SQLITE_OK;

	if (!copy)
		return fail(to, sqlite3_extended_errcode(to->handle), eb);
	while (code == SQLITE_OK) {
		int left, all;

		code = sqlite3_backup_step(copy, COPY_PAGES);
		left = sqlite3_backup_remaining(copy);
		all = sqlite3_backup_pagecount(copy);
		if (progress)
			progress->tell(progress->arg, (uint64_t)(all - left), (uint64_t)all);
	}
	sqlite3_backup_finish(copy);
	return code == SQLITE_DONE ? ERR_OK : fail(to, code, eb);
}

enum err db_copy(struct db *from, struct db *to, const struct db_progress *progress, struct errbuf *eb)
{
	int64_t version;
	enum err err = db_run(from, "BEGIN", eb);

	if (!err)
		err = db_number(from, "PRAGMA user_version", &version, eb);
	if (!err)
		err = copy_pages(from, to, progress, eb);
	db_rollback(from);
	return err;
}

enum err db_check(struct db *db, struct errbuf *eb)
{
	struct statement *st;
	enum err err = db_prepare(db, "PRAGMA integrity_check(1)", &st, eb);

	if (err)
		return err;
	if (statement_step(st, &err, eb) == YES && !bytes_is(statement_column_bytes(st, 0), "ok"))
		err = errbuf_set(eb, ERR_CORRUPT, "%s is damaged: %.*s", db->path, BYTES_ARG(statement_column_bytes(st, 0)));
	statement_free(st);
	return err;
}

enum err db_prepare(struct db *db, const char *sql, struct statement **out, struct errbuf *eb)
{
	sqlite3_stmt *handle;
	int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);

	*out = NULL;
	if (code != SQLITE_OK)
		return fail(db, code, eb);
	*out = xcalloc(1, sizeof(**out));
	(*out)->handle = handle;
	(*out)->db = db;
	return ERR_OK;
}

void statement_free(struct statement *st)
{
	if (!st)
		return;
	sqlite3_finalize(st->handle);
	free(st);
}

/* Binding fails only for a wrong index, a wrong order of calls or memory: all of them our own mistake or the end. */
void statement_number(struct statement *st, int at, int64_t v)
{
	BUG_ON(sqlite3_bind_int64(st->handle, at, v) != SQLITE_OK);
}

void statement_text(struct statement *st, int at, struct bytes b)
{
	BUG_ON(sqlite3_bind_text64(st->handle, at, b.ptr, b.len, SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK);
}

void statement_blob(struct statement *st, int at, struct bytes b)
{
	BUG_ON(sqlite3_bind_blob64(st->handle, at, b.ptr, b.len, SQLITE_STATIC) != SQLITE_OK);
}

enum err statement_run(struct statement *st, struct errbuf *eb)
{
	int code;

	do
		code = sqlite3_step(st->handle);
	while (code == SQLITE_ROW);
	enum err err = code == SQLITE_DONE ? ERR_OK : fail(st->db, code, eb);
	sqlite3_reset(st->handle);
	return err;
}

enum tri statement_step(struct statement *st, enum err *err, struct errbuf *eb)
{
	int code = sqlite3_step(st->handle);

	*err = ERR_OK;
	if (code == SQLITE_ROW)
		return YES;
	if (code == SQLITE_DONE)
		return NO;
	*err = fail(st->db, code, eb);
	return UNKNOWN;
}

int64_t statement_column_number(struct statement *st, int column)
{
	return sqlite3_column_int64(st->handle, column);
}

struct bytes statement_column_bytes(struct statement *st, int column)
{
	const void *p = sqlite3_column_blob(st->handle, column);

	return p ? bytes_make(p, (size_t)sqlite3_column_bytes(st->handle, column)) : BYTES_NONE;
}
