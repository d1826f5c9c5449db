/* A copy of the database, and reading one whole.
 * I1: a copy is of one moment: the source's transaction lasts until the last page is copied.
 * I2: a copy that is not whole is not left behind.
 * I3: verifying writes nothing, neither into the copy nor beside it. */
#include "backup.h"

#include "internal.h"

#include "daemon/base/arena.h"
#include "daemon/base/file.h"
#include "daemon/model/event.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err make_private(const char *path, struct errbuf *eb)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return errbuf_set(eb, errno == EEXIST ? ERR_EXISTS : ERR_IO, "%s: %s", path, strerror(errno));
	close(fd);
	return ERR_OK;
}

enum err backup_make(const char *dir, const char *to, const struct backup_progress *progress, struct errbuf *eb)
{
	struct db_progress telling = { progress ? progress->tell : NULL, progress ? progress->arg : NULL };
	struct db *from = NULL, *copy = NULL;
	enum err err = schema_open_read(dir, &from, eb);

	if (!err)
		err = make_private(to, eb);
	if (err) {
		db_close(from);
		return err;
	}
	err = db_open(to, DB_WRITE, &copy, eb);
	if (!err)
		err = db_copy(from, copy, progress ? &telling : NULL, eb); /* I1 */
	db_close(copy);
	db_close(from);
	if (!err)
		err = file_sync(to, eb);
	if (err)
		unlink(to); /* I2 */
	return err;
}

static enum err check_event(struct statement *st, struct arena *a, const char *path, struct errbuf *eb)
{
	struct event ev;

	arena_reset(a);
	if (decode_event(statement_column_bytes(st, 1), a, &ev) == ERR_OK)
		return ERR_OK;
	return errbuf_set(eb, ERR_CORRUPT, "%s: event %lld of the journal cannot be read", path,
			  (long long)statement_column_number(st, 0));
}

static enum err check_events(struct db *db, const char *path, struct backup_facts *out, struct errbuf *eb)
{
	struct arena *arena = arena_new(EVENT_LINE_MAX);
	struct statement *st;
	enum err err = db_prepare(db, "SELECT seq, payload FROM journal ORDER BY seq", &st, eb);

	while (!err && statement_step(st, &err, eb) == YES) {
		out->events++;
		out->last_seq = (uint64_t)statement_column_number(st, 0);
		err = check_event(st, arena, path, eb);
	}
	statement_free(st);
	arena_free(arena);
	return err;
}

static enum err check_numbers(struct db *db, const char *path, struct backup_facts *out, struct errbuf *eb)
{
	int64_t told = 0, alerts = 0;
	enum err err = db_number(db, "SELECT value FROM meta WHERE key='events'", &told, eb);

	if (!err)
		err = db_number(db, "SELECT count(*) FROM alerts", &alerts, eb);
	out->alerts = (uint64_t)alerts;
	if (!err && (uint64_t)told != out->events)
		err = errbuf_set(eb, ERR_CORRUPT, "%s says that it holds %lld events, and holds %llu", path, (long long)told,
				 (unsigned long long)out->events);
	return err;
}

/* Reading it would write beside it (I3), and without it what is read is of another time. */
static enum err refuse_log(const char *path, struct errbuf *eb)
{
	struct text log = { 0 };
	struct stat st;
	enum err err = ERR_OK;

	text_addf(&log, "%s-wal", path);
	if (stat(log.ptr, &st) == 0 && st.st_size > 0)
		err = errbuf_set(eb, ERR_BUSY, "%s holds what is not in the database yet: a daemon uses the folder, or was killed; "
				 "`assocctl backup` copies such a folder and reads the copy", log.ptr);
	text_free(&log);
	return err;
}

enum err backup_verify(const char *path, struct backup_facts *out, struct errbuf *eb)
{
	struct db *db = NULL;
	struct stat st = { 0 };
	enum err err = refuse_log(path, eb);

	*out = (struct backup_facts){ 0 };
	if (!err)
		err = db_open(path, DB_FROZEN, &db, eb); /* I3 */
	if (!err)
		err = schema_check(db, path, eb);
	if (!err)
		err = db_check(db, eb);
	if (!err)
		err = check_events(db, path, out, eb);
	if (!err)
		err = check_numbers(db, path, out, eb);
	if (!err && stat(path, &st) == 0)
		out->bytes = (uint64_t)st.st_size;
	db_close(db);
	return err;
}
