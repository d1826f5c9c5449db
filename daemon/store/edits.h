/* Changes of what is in the database already, in a batch of their own: rows of the journal that are written anew or go, and
 * what told of them. The bytes are gone with the commit (I3 of edits.c), and from the log with `empties_log`. */
#ifndef ASSOCD_STORE_EDITS_H
#define ASSOCD_STORE_EDITS_H

#include "store.h"

struct store_edit {
	uint64_t seq;
	struct bytes payload; /* empty: the event goes */
};

struct store_edits {
	const struct store_edit *rows; size_t n_rows;   /* with the first of them the snapshot goes: none may be being written */
	const struct bytes *alerts; size_t n_alerts;    /* ids of rows of `alerts` that go */
	const uint64_t *outbox; size_t n_outbox;        /* numbers of rows that go, of `outbox` and of `dead` */
	bool empties_log; /* what the write-ahead log holds goes into the database, and its file is cut to nothing */
	bool packs;       /* the database is written anew without gaps; commits wait for it */
	/* set by the writer before completion */
	uint64_t removed; /* events */
};

struct store_told { struct bytes alert; uint64_t number; struct bytes json; };
typedef enum err store_told_fn(void *arg, const struct store_told *row);
/* Everything that tells of alerts: their table (alert is set), the outbox and the dead letters (number is). */
enum err store_read_told(const char *dir, store_told_fn *fn, void *arg, struct errbuf *eb) MUST_CHECK;

#endif
