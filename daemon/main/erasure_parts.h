/* An erasure at work; shared by its parts: erasure.c on the loop thread, erasure_read.c on the reader thread, erasure_look.c with
 * its child. */
#ifndef ASSOCD_MAIN_ERASURE_PARTS_H
#define ASSOCD_MAIN_ERASURE_PARTS_H

#include "daemon.h"
#include "daemon/base/map.h"
#include "daemon/base/vec.h"
#include "daemon/store/edits.h"
#include "log_lines.h"
#include "rebuild.h"
#include "sweep.h"
#include "tombstones.h"

enum erasure_stage {
	ERASURE_NOTES,    /* the tombstone, and which alerts it concerns */
	ERASURE_STANDS,   /* a moment in which nothing is on its way */
	ERASURE_SWEEPS,   /* the journal */
	ERASURE_REBUILDS, /* the engine, and with it links, clusters and alerts */
	ERASURE_SETTLES,  /* until what the new engine says is durable */
	ERASURE_READS,    /* alerts and outbox */
	ERASURE_FORGETS,  /* of them what named it */
	ERASURE_LOGS,     /* lines of the alert log */
	ERASURE_EMPTIES,  /* the write-ahead log */
	ERASURE_LOOKS,    /* at the bytes of all files */
	ERASURE_PACKS,    /* the database, where free space of it still held something */
	ERASURE_MARKS,    /* the database as clean */
	ERASURE_STAGES
};

/* What a child found, in memory that it shares. */
struct erasure_found { uint64_t bytes, database, elsewhere, barred; char where[1024], barred_at[1024]; };

struct erasure {
	struct daemon *d;
	enum erasure_stage stage, next;
	struct bytes account; /* empty: whoever has a tombstone, after a restart */
	struct bytes coded, quoted, shown; /* the account as the journal, JSON and logs (shape_json) have it */
	bool is_for_all;      /* an erasure before this one was not finished: its account is looked for, too */
	bool is_out;          /* with another thread: it has everything below up to the answer */
	struct store_query query;
	struct store_batch batch;
	struct store_edits edits;
	enum err result;
	struct errbuf error;
	struct arena *arena;
	struct erased *fresh; /* for the loop thread */
	struct erased *whom;  /* the reader thread's */
	struct strtab *alerts; /* ids of alerts that concern them */
	struct json_parser *parser;
	struct arena *scratch;
	struct VEC(struct bytes) gone_alerts;
	struct VEC(uint64_t) gone_outbox;
	struct log_lines_gone lines;
	/* the loop thread's */
	struct sweep *sweep;
	struct sweep_state swept;
	struct erasure_found *found; /* shared with the child */
	pid_t child; /* 0: none searches */
	bool is_packed;
	int64_t due_us;
	api_erased_fn *done; /* NULL: nobody waits */
	void *done_arg;
};

/* On the reader thread: store_query's run. */
void erasing_note(struct store_query *q, const char *dir);
void erasing_read(struct store_query *q, const char *dir);
void erasing_logs(struct store_query *q, const char *dir);
void erasing_mark(struct store_query *q, const char *dir);
enum sweep_verdict erasing_decide(void *erasure, const struct store_event *row, struct text *changed);

/* A stage: searches the bytes of all files, in a child. Microseconds until it wants to be called again. */
int64_t erasing_look(struct erasure *e);
/* The daemon stops: nobody waits for the child. */
void erasing_look_end(struct erasure *e);
void erasing_found_free(struct erasure *e);

#endif
