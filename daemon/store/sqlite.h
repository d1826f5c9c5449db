/* The statement layer: the only file that knows SQLite is sqlite.c. Codes are translated to ERR_*, text names the file
 * and what to do about it. A handle belongs to one thread. */
#ifndef ASSOCD_STORE_SQLITE_H
#define ASSOCD_STORE_SQLITE_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

struct db;
struct statement;

enum db_mode { DB_READ, DB_WRITE, DB_FROZEN };

/* DB_WRITE creates the file, the others give ERR_NOTFOUND when there is none. Nothing is written yet. DB_FROZEN is for a
 * file that nobody writes any more: no lock is taken and nothing made beside it, so that it may lie on read-only media. */
enum err db_open(const char *path, enum db_mode mode, struct db **out, struct errbuf *eb) MUST_CHECK;
/* Makes the database what writing wants (WAL mode, page size): once it is known to be ours. */
enum err db_prepare_writing(struct db *db, struct errbuf *eb) MUST_CHECK;
void db_close(struct db *db);
enum err db_run(struct db *db, const char *sql, struct errbuf *eb) MUST_CHECK;
/* First column of the first row; ERR_NOTFOUND without a row. */
enum err db_number(struct db *db, const char *sql, int64_t *out, struct errbuf *eb) MUST_CHECK;
/* Undoes an open transaction; nothing when SQLite did so itself. */
void db_rollback(struct db *db);
uint64_t db_last_rowid(struct db *db);
uint64_t db_changes(struct db *db);
/* Pages in the write-ahead log as of the last commit. */
unsigned db_wal_pages(const struct db *db);
/* Moves the log into the database as far as readers allow; whole: also truncates it, waiting for readers. */
enum err db_checkpoint(struct db *db, bool whole, struct errbuf *eb) MUST_CHECK;
/* Every page as of one moment, though others go on writing; what `to` held is gone. */
struct db_progress { void (*tell)(void *arg, uint64_t pages, uint64_t of); void *arg; };
enum err db_copy(struct db *from, struct db *to, const struct db_progress *progress, struct errbuf *eb) MUST_CHECK;
/* ERR_CORRUPT with what SQLite found first. Reads all of it. */
enum err db_check(struct db *db, struct errbuf *eb) MUST_CHECK;

/* As a whole checkpoint, but waits for readers no longer than others can wait for this thread: ERR_BUSY. */
enum err db_empty_log(struct db *db, struct errbuf *eb) MUST_CHECK;

enum err db_prepare(struct db *db, const char *sql, struct statement **out, struct errbuf *eb) MUST_CHECK;
void statement_free(struct statement *st);
/* Parameters count from 1. Bytes are borrowed while the statement runs. */
void statement_number(struct statement *st, int at, int64_t v);
void statement_text(struct statement *st, int at, struct bytes b);
void statement_blob(struct statement *st, int at, struct bytes b);
/* To the end, then reset: for statements without rows. */
enum err statement_run(struct statement *st, struct errbuf *eb) MUST_CHECK;
/* YES: a row; NO: the end; UNKNOWN: an error (*err). */
enum tri statement_step(struct statement *st, enum err *err, struct errbuf *eb);
/* Columns count from 0; bytes are valid until the next step. */
int64_t statement_column_number(struct statement *st, int column);
struct bytes statement_column_bytes(struct statement *st, int column);

#endif
