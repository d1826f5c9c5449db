/* The journal and the projections, in SQLite (WAL, synchronous=FULL). A writer thread owns the database handle and
 * commits batches, a mover thread another with which it moves the log into the database; a reader thread owns a
 * read-only one. Everything else in the process is the loop thread.
 * Files: DIR/assocd.db (+ -wal, -shm), DIR/snapshot, DIR/lock. */
#ifndef ASSOCD_STORE_STORE_H
#define ASSOCD_STORE_STORE_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"
#include "daemon/model/audience.h"

struct store;
#define STORE_SCHEMA_VERSION 2

/* One canonical event to append; payload is event_encode's. Borrowed until the batch completes. */
struct store_event {
	uint64_t seq;
	int64_t ts_ms;
	uint64_t id_hash;
	enum audience audience;
	struct bytes payload;
};

/* One alert as of a change: projection row and outbox row in the same transaction. The projection keeps the widest
 * audience that was told. */
struct store_alert {
	struct bytes id, rule, state, json;
	int64_t updated_ms;
	uint64_t seq;
	enum audience audience; /* AUDIENCE_NONE: no outbox row */
};

/* Outbox rows that the batch's sink will not get; they are kept as dead letters. */
struct store_dead { const uint64_t *numbers; size_t n; int64_t died_ms; struct bytes reason; };

/* What goes into one transaction: events, effects of earlier batches, and how far sinks got. An empty one is written all
 * the same: it finds out whether the disk takes anything. */
struct store_batch {
	const struct store_event *events; size_t n_events;
	const struct store_alert *alerts; size_t n_alerts;
	uint64_t applied_seq;                 /* effects of events up to here are in this or earlier transactions */
	struct bytes sink; uint64_t sink_through; /* outbox rows up to here are delivered; empty: none */
	const struct store_dead *dead;        /* of `sink`; NULL: none */
	struct bytes revived;                 /* a sink whose dead letters go into the outbox again, for it alone; empty: none */
	uint64_t outbox_drop;                 /* outbox rows up to here have reached every sink and go; 0: none */
	int64_t arrived_ms;                   /* wall clock: the day of arrival of these events */
	struct store_edits *edits;            /* edits.h: then nothing of the above; NULL: none */
	/* set by the writer before completion */
	enum err result;
	struct errbuf error;
	int64_t commit_us;
	uint64_t outbox_last; /* number of the newest outbox row of this batch, 0 when it has none */
	void *owner; /* the caller's */
	void (*done)(struct store_batch *batch); /* who is told of its completion; NULL: intake */
};

/* Opens or creates DIR/assocd.db; migrates an older version after copying it aside; refuses a newer one (ERR_VERSION)
 * and a second daemon (ERR_BUSY, by a lock on DIR/lock). Starts the threads. wake_fd becomes readable on completions. */
enum err store_open(const char *dir, struct store **out, struct errbuf *eb) MUST_CHECK;
/* Waits for what is queued, checkpoints, closes. */
void store_close(struct store *s);
int store_wake_fd(const struct store *s);

/* Queues a batch (borrowed until it completes). ERR_FULL when the queue is. */
enum err store_submit(struct store *s, struct store_batch *batch) MUST_CHECK;
/* Next completed batch, or NULL; lowers the wake descriptor, so ask for batches first, then for queries. On a failed commit nothing of the batch is in the database. */
struct store_batch *store_completed(struct store *s);

struct store_state {
	uint64_t last_seq, applied_seq, outbox_through;
	uint64_t events;
};
void store_state(const struct store *s, struct store_state *out); /* as of opening */
/* In a forked child: gives up the lock, so that the child never keeps a next daemon out. Nothing else works there. */
void store_forget(struct store *s);

/* Synchronous reads, before the loop starts or from the caller's own thread: each opens its own read-only handle. */
typedef enum err store_event_fn(void *arg, const struct store_event *ev);
/* Events with seq > after, in order, at most max (0 = all). */
struct store_range { uint64_t after, max; };
enum err store_read(const char *dir, struct store_range range, store_event_fn *fn, void *arg, struct errbuf *eb) MUST_CHECK;
/* From seq < before (0: from the newest) backwards, until fn says otherwise. */
enum err store_read_back(const char *dir, uint64_t before, store_event_fn *fn, void *arg, struct errbuf *eb) MUST_CHECK;
/* For the set of known ids: what arrived since, and at least the newest `at_least`. Only seq and id_hash are set;
 * ts_ms is the start of the day of arrival. */
struct store_ids { int64_t since_ms; uint64_t at_least; };
enum err store_read_ids(const char *dir, struct store_ids want, store_event_fn *fn, void *arg, struct errbuf *eb) MUST_CHECK;
/* Small facts beside the journal (hash of the key file, version of the kinds). Before the loop starts. ERR_NOTFOUND. */
enum err store_fact(const char *dir, const char *name, uint64_t *value, struct errbuf *eb) MUST_CHECK;
enum err store_set_fact(const char *dir, const char *name, uint64_t value, struct errbuf *eb) MUST_CHECK;
struct store_fact_row { const char *name; uint64_t value; };
/* All of them or none; from another thread than the writer's it waits for it. */
enum err store_set_facts(const char *dir, const struct store_fact_row *rows, size_t n, struct errbuf *eb) MUST_CHECK;
/* Outbox rows with number > after. */
struct store_outgoing { uint64_t number; enum audience audience; int64_t at_ms; struct bytes sink, json; };
typedef enum err store_outbox_fn(void *arg, const struct store_outgoing *row);
enum err store_read_outbox(const char *dir, uint64_t after, store_outbox_fn *fn, void *arg, struct errbuf *eb) MUST_CHECK;
/* Dead letters of a sink, or of all when it is empty, newest first. */
struct store_letter { uint64_t number; int64_t at_ms, died_ms; struct bytes sink, alert, reason, json; };
typedef enum err store_letter_fn(void *arg, const struct store_letter *letter);
enum err store_read_dead(const char *dir, struct bytes sink, store_letter_fn *fn, void *arg, struct errbuf *eb) MUST_CHECK;
/* How many a sink has. */
enum err store_count_dead(const char *dir, struct bytes sink, uint64_t *n, struct errbuf *eb) MUST_CHECK;
/* Where a sink got to; one that was never told anything is in front of the first row that is left. */
enum err store_sink_through(const char *dir, struct bytes sink, uint64_t *through, struct errbuf *eb) MUST_CHECK;
/* Alerts as they were last told, by id; standing: only those that are not resolved. */
enum store_alerts { STORE_ALERTS_ALL, STORE_ALERTS_STANDING };
typedef enum err store_alert_fn(void *arg, const struct store_alert *alert);
enum err store_read_alerts(const char *dir, enum store_alerts which, store_alert_fn *fn, void *arg, struct errbuf *eb) MUST_CHECK;
/* Removes the events and alerts that the caller names, with their outbox rows, and the snapshot. Only while no daemon
 * runs on it (ERR_BUSY) or by the daemon itself, with nothing in flight, before a rebuild. */
struct store_removal {
	bool (*is_gone)(void *arg, const struct store_event *ev);
	bool (*is_alert_gone)(void *arg, const struct store_alert *alert);
	void *arg;
};
enum err store_remove(const char *dir, const struct store_removal *what, uint64_t *removed, struct errbuf *eb) MUST_CHECK;

/* A question for the reader thread: run is called there with a read-only handle wrapped in `store_reader`; done on the
 * loop thread through store_completed_query. */
struct store_query {
	void (*run)(struct store_query *q, const char *dir);
	void (*done)(struct store_query *q);
	void *owner;
};
enum err store_ask(struct store *s, struct store_query *q) MUST_CHECK;
struct store_query *store_completed_query(struct store *s);

/* ---- snapshot file: magic "ASSOCDS1", format, binding hash, seq, length, payload, XXH3 checksum ---- */
struct snapshot_writer;
enum err snapshot_begin(const char *dir, uint64_t binding, uint64_t seq, struct snapshot_writer **out, struct errbuf *eb) MUST_CHECK;
enum err snapshot_write(void *writer, const void *p, size_t n);
/* Writes the checksum, syncs, renames over DIR/snapshot. Frees the writer, also on error. */
enum err snapshot_commit(struct snapshot_writer *w, struct errbuf *eb) MUST_CHECK;
struct snapshot_reader;
/* ERR_NOTFOUND when there is none, ERR_CORRUPT / ERR_VERSION when it does not hold or is bound to something else. The
 * checksum is verified before the first byte is handed out. */
enum err snapshot_open(const char *dir, uint64_t binding, uint64_t *seq, struct snapshot_reader **out, struct errbuf *eb) MUST_CHECK;
enum err snapshot_read(void *reader, void *p, size_t n);
void snapshot_close(struct snapshot_reader *r);

#endif
