/* The open store: lock, writing handles, writer, mover and reader thread.
 * I1: after store_open the writing handle belongs to the writer thread alone, until store_close has joined it; so does the second
 *     one to the mover.
 * I2: the log is moved into the database beside the commits, by the mover: the disk takes tenths of a second for it, and a commit
 *     must not wait so long. A log that is being written never starts over by itself, so when it is long the writer moves what
 *     the mover has left, between two batches; in a quiet second it moves all of it. */
#include "internal.h"

#include "daemon/base/file.h"
#include "daemon/base/log.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define LOG_PAGES 16384     /* 64 MiB: then the log starts over; a restart reads at most about that much again */
#define MOVE_PAGES 2048     /* that many more and the mover is at work again */
#define IDLE_PAGES 512      /* not worth a sync below */

struct store {
	char *dir;
	struct db *db, *mover_db;
	struct committer *committer;
	struct worker *writer, *mover, *reader;
	struct store_state state;
	unsigned move_at; /* pages of the log; this and the next are the writer thread's */
	bool is_moving;
	int lock_fd, wake_fd;
};

/* A checkpoint that fails loses nothing: the log keeps all of it and the next attempt goes on. */
static void checkpoint(struct db *db)
{
	struct errbuf eb = { "" };

	if (db_checkpoint(db, false, &eb))
		log_debug("store", "the log stays long: %s", eb.text);
}

static void mover_work(void *arg, void *item)
{
	checkpoint(item);
}

/* I2. Readers may keep the log from starting over: then it grows, and is looked at again after MOVE_PAGES more. */
static void move_log(void *arg)
{
	struct store *s = arg;

	if (s->is_moving && worker_pop(s->mover)) {
		s->is_moving = false;
		if (db_wal_pages(s->db) >= LOG_PAGES)
			checkpoint(s->db);
	}
	unsigned pages = db_wal_pages(s->db);
	if (pages + MOVE_PAGES < s->move_at) /* it has started over */
		s->move_at = pages + MOVE_PAGES;
	if (s->is_moving || pages < s->move_at)
		return;
	s->is_moving = worker_push(s->mover, s->mover_db);
	s->move_at = pages + MOVE_PAGES;
}

static void writer_work(void *arg, void *item)
{
	struct store *s = arg;

	committer_commit(s->committer, item);
}

static void writer_idle(void *arg)
{
	struct store *s = arg;

	if (db_wal_pages(s->db) >= IDLE_PAGES)
		checkpoint(s->db);
}

static void reader_work(void *arg, void *item)
{
	struct store *s = arg;
	struct store_query *q = item;

	q->run(q, s->dir);
}

static enum err read_state(struct store *s, struct errbuf *eb)
{
	int64_t last = 0, applied = 0, through = 0, events = 0;
	enum err err = db_number(s->db, "SELECT value FROM meta WHERE key='applied'", &applied, eb);

	/* The newest events may have been taken out: their numbers are not given again. */
	if (!err)
		err = db_number(s->db, "SELECT max(coalesce((SELECT max(seq) FROM journal), 0),"
				" (SELECT value FROM meta WHERE key='applied'))", &last, eb);
	if (!err)
		err = db_number(s->db, "SELECT coalesce(max(number), 0) FROM outbox", &through, eb);
	if (!err)
		err = db_number(s->db, "SELECT value FROM meta WHERE key='events'", &events, eb);
	s->state = (struct store_state){ (uint64_t)last, (uint64_t)applied, (uint64_t)through, (uint64_t)events };
	return err;
}

static enum err start_threads(struct store *s, struct errbuf *eb)
{
	const struct worker_jobs writing = { .work = writer_work, .after = move_log, .idle = writer_idle, .arg = s };
	const struct worker_jobs moving = { .work = mover_work }, reading = { .work = reader_work, .arg = s };
	enum err err;

	s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->wake_fd < 0)
		return errbuf_set(eb, ERR_IO, "cannot make an eventfd: %s", strerror(errno));
	err = worker_new("mover", &moving, WORKER_WAKES_NOBODY, &s->mover, eb);
	if (!err)
		err = worker_new("writer", &writing, s->wake_fd, &s->writer, eb);
	return err ? err : worker_new("reader", &reading, s->wake_fd, &s->reader, eb);
}

/* What a snapshot child that was killed left behind. */
static void remove_leftovers(const char *dir)
{
	struct text pattern = { 0 };
	glob_t found;

	file_add_literal(&pattern, dir);
	text_adds(&pattern, "/snapshot.*");
	if (glob(pattern.ptr, GLOB_NOSORT, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			unlink(found.gl_pathv[i]);
	globfree(&found);
	text_free(&pattern);
}

enum err store_open(const char *dir, struct store **out, struct errbuf *eb)
{
	struct store *s = xcalloc(1, sizeof(*s));
	enum err err;

	s->dir = xstrdup(dir);
	s->wake_fd = -1;
	s->lock_fd = -1;
	s->move_at = MOVE_PAGES;
	err = lock_take(dir, &s->lock_fd, eb);
	if (!err)
		err = schema_open(dir, &s->db, eb);
	if (!err)
		err = schema_open(dir, &s->mover_db, eb);
	if (!err)
		remove_leftovers(dir);
	if (!err)
		err = read_state(s, eb);
	if (!err)
		err = committer_new(s->db, s->dir, &s->committer, eb);
	if (!err)
		err = start_threads(s, eb);
	if (err) {
		store_close(s);
		return err;
	}
	*out = s;
	return ERR_OK;
}

void store_close(struct store *s)
{
	struct errbuf eb = { "" };

	if (!s)
		return;
	worker_free(s->writer); /* who gives the mover its work */
	worker_free(s->mover);
	worker_free(s->reader);
	committer_free(s->committer);
	db_close(s->mover_db);
	if (s->db && db_checkpoint(s->db, true, &eb))
		log_warn("store", "the log was not emptied, the next start reads it: %s", eb.text);
	db_close(s->db);
	if (s->wake_fd >= 0)
		close(s->wake_fd);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s->dir);
	free(s);
}

void store_forget(struct store *s)
{
	close(s->lock_fd);
}

int store_wake_fd(const struct store *s)
{
	return s->wake_fd;
}

void store_state(const struct store *s, struct store_state *out)
{
	*out = s->state;
}

/* The descriptor is emptied before the rings are looked at: what finishes in between raises it again. */
static void lower_wake(struct store *s)
{
	uint64_t count;
	ssize_t got = read(s->wake_fd, &count, sizeof(count));

	(void)got; /* nothing there: nobody raised it */
}

enum err store_submit(struct store *s, struct store_batch *batch)
{
	return worker_push(s->writer, batch) ? ERR_OK : ERR_FULL;
}

struct store_batch *store_completed(struct store *s)
{
	lower_wake(s);
	return worker_pop(s->writer);
}

enum err store_ask(struct store *s, struct store_query *q)
{
	return worker_push(s->reader, q) ? ERR_OK : ERR_FULL;
}

struct store_query *store_completed_query(struct store *s)
{
	return worker_pop(s->reader);
}
