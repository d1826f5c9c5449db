/* Shared by the files of the store: paths, lock, schema, worker threads, the transaction. */
#ifndef ASSOCD_STORE_INTERNAL_H
#define ASSOCD_STORE_INTERNAL_H

#include "daemon/base/ring.h"
#include "sqlite.h"
#include "store.h"

#include <limits.h>

/* DIR/name; BUG when it does not fit, since store_open refuses such a DIR. */
void store_path(char out[PATH_MAX], const char *dir, const char *name);
#define STORE_DIR_MAX (PATH_MAX - 64)

/* ERR_BUSY names the process that holds it. *fd is closed to unlock. */
enum err lock_take(const char *dir, int *fd, struct errbuf *eb) MUST_CHECK;
/* Process id in the lock file while somebody holds it, else 0. */
int lock_holder(const char *dir);

/* Opens for writing, creates or migrates. */
enum err schema_open(const char *dir, struct db **out, struct errbuf *eb) MUST_CHECK;
/* Opens for reading; ERR_VERSION when it is of another version. */
enum err schema_open_read(const char *dir, struct db **out, struct errbuf *eb) MUST_CHECK;

/* Is it ours, and of this version? path is for the error. */
enum err schema_check(struct db *db, const char *path, struct errbuf *eb) MUST_CHECK;

/* ERR_FULL when DIR has not this much room; nothing is left of the attempt. */
enum err space_check(const char *dir, uint64_t bytes, struct errbuf *eb) MUST_CHECK;

/* The prepared inserts of one writing handle; dir is borrowed. */
struct committer;
enum err committer_new(struct db *db, const char *dir, struct committer **out, struct errbuf *eb) MUST_CHECK;
void committer_free(struct committer *c);
/* One transaction; fills the batch's answers. All of it or nothing. */
void committer_commit(struct committer *c, struct store_batch *batch);

/* edits.c: on the writer's handle of DIR's database, in a transaction of its own. */
struct store_edits;
enum err edits_commit(struct db *db, const char *dir, struct store_edits *edits, struct errbuf *eb) MUST_CHECK;

/* snapshot.c: for good, also over a loss of power. That there is none is fine. */
enum err snapshot_remove(const char *dir, struct errbuf *eb) MUST_CHECK;

/* A thread with a ring in and a ring out. `work` runs there once an item, `after` when that is handed back, `idle` after a quiet
 * second. */
struct worker;
struct worker_jobs {
	void (*work)(void *arg, void *item);
	void (*after)(void *arg); /* this and the next may be NULL */
	void (*idle)(void *arg);
	void *arg;
};
#define WORKER_QUEUE 64
/* done_fd: an eventfd that is raised after each finished item; borrowed. Or the owner looks by himself. */
#define WORKER_WAKES_NOBODY -1
enum err worker_new(const char *name, const struct worker_jobs *jobs, int done_fd, struct worker **out, struct errbuf *eb) MUST_CHECK;
/* Finishes what is queued, then joins. */
void worker_free(struct worker *w);
bool worker_push(struct worker *w, void *item);
void *worker_pop(struct worker *w);

#endif
