/* A second engine that is made from the journal beside the first. What reads files or the database runs on the reader
 * thread (rebuild_read.c), one step at a time; the loop thread (rebuild.c) applies, in slices, and swaps. */
#ifndef ASSOCD_MAIN_REBUILD_H
#define ASSOCD_MAIN_REBUILD_H

#include "daemon.h"
#include "daemon/base/vec.h"
#include "daemon/engine/succession.h"

#define REBUILD_CHUNK 4000

struct removal; /* removal.c: events of a site that go out first */

/* The journal was changed under the same rules: why, as alerts that go with it say, and who waits. */
struct rebuild_cause {
	const char *reason;
	bool retires_key; /* the old key of hashed kinds goes with the old engine (keys.h) */
	void (*over)(void *arg, enum err result, const char *error); /* once; ERR_OK: the new engine is in place */
	void *arg;
};

struct rebuild {
	/* while is_out the reader thread's, with everything below but `removal` */
	struct store_query query;
	bool is_out;
	enum err result; /* of the last step there */
	struct errbuf error;

	struct daemon *daemon;
	struct judgement next; /* rules and enrich NULL: those of now */
	struct journal_map *journal; /* of next.rules, NULL: that of now */
	struct arena *arena;
	struct VEC(const struct event *) events; /* read ahead, at most REBUILD_CHUNK; without those that an erasure hides */
	size_t n_read;    /* with them */
	size_t n_applied; /* of them */
	uint64_t seq;     /* read so far */
	bool is_loaded, is_wanted, has_read, is_swapped, is_retired;
	bool was_still; /* when the events were asked for: nothing can come behind them */
	int64_t started_us, said_us;
	struct removal *removal;
	struct rebuild_cause cause; /* over NULL: none */
	struct succession *succession; /* while the histories are written, at a standstill */
};

struct rebuild *rebuild_new(struct daemon *d);
/* ERR_BUSY: another one is under way. */
enum err rebuild_because(struct daemon *d, const struct rebuild_cause *cause) MUST_CHECK;

/* Steps for the reader thread: store_query's run. */
void rebuild_read_rules(struct store_query *q, const char *dir);
void rebuild_read_events(struct store_query *q, const char *dir);
/* The journal under the key that is to come; then that it has come. */
void rebuild_read_keys(struct store_query *q, const char *dir);
void rebuild_note_keys(struct store_query *q, const char *dir);
void rebuild_note_kinds(struct store_query *q, const char *dir);
/* What was swapped out; a large engine takes a while to free. */
void rebuild_retire(struct store_query *q, const char *dir);

/* removal.c */
bool removal_is_done(const struct removal *m);
struct bytes removal_site(const struct removal *m);
void step_removal(struct daemon *d, struct rebuild *r);
/* Answers whoever asked, once. */
void removal_answer(struct removal *m, enum err result, const char *text);
void removal_free(struct removal *m);

#endif
