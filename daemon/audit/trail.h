/* The audit log, STATE/audit.jsonl: appended to, read newest first, verified.
 * Every entry ends with its number, the seal of the entry before it, a salt and its own seal, which is SHA-256 over the seal before
 * and the SHA-256 of all that stands in front of its own, both as hexadecimal digits:
 *   {"at":..,"actor":..,..,"n":7,"prev":"64 digits","salt":"32 digits","seal":"64 digits"}
 * The seals go on over rotation and restart. An entry that names somebody who is erased becomes, at its length,
 *   {"schema":"assocd.erased/1","n":7,"prev":"as before","body":"the SHA-256 of what stood there","seal":"as before"}
 * so that the chain holds; the salt is gone with it, so that the hash of a guessed entry proves nothing.
 * There is no key: whoever may write the file can seal all of it anew. A seal that was noted elsewhere shows that. */
#ifndef ASSOCD_AUDIT_TRAIL_H
#define ASSOCD_AUDIT_TRAIL_H

#include "daemon/base/text.h"

#define AUDIT_FILE "audit.jsonl"
#define AUDIT_SEAL 64 /* digits */

/* The end that is written to. On one thread. */
struct trail;
struct trail *trail_new(const char *state_dir);
void trail_free(struct trail *t);
/* entry: an object whose members are written and which is still open; it is numbered, sealed and closed. */
void trail_add(struct trail *t, struct text *entry);
/* What was added, all of it or nothing; errno says why not. */
bool trail_write(struct trail *t);

/* One line, without its newline; all of it points into the line. */
struct audit_seal {
	uint64_t n;
	struct bytes body;   /* what was sealed; empty when it is erased */
	struct bytes digest; /* of an erased one: the hash of its body */
	struct bytes prev, seal;
};
/* False: it has none. */
bool decode_audit_seal(struct bytes line, struct audit_seal *out);
/* What stands in the place of an erased entry; nothing is added when it has no seal. */
void audit_erased(struct bytes line, struct text *out);

struct audit_query {
	struct bytes actor;    /* its whole name; empty: any */
	struct bytes action;   /* what its "did" holds */
	struct bytes about[2]; /* an account, by either of two names, or the id of an alert or a cluster */
	int64_t since_ms, until_ms; /* 0: any time */
	unsigned max;
	uint64_t file, before;      /* where a page ended ("next"); 0: from the newest on */
};
bool audit_read_cursor(struct bytes text, struct audit_query *q);
/* {"next":"..","compressed":N,"entries":[..]}, newest first. Not more than some MiB are read for one page, which may hold fewer
 * entries therefore, or none; next is null when nothing is left. May run beside an appending trail. ERR_NOTFOUND: the file of
 * the cursor is gone. */
enum err audit_page(const char *state_dir, const struct audit_query *q, struct text *json, struct errbuf *eb) MUST_CHECK;

struct audit_check {
	uint64_t entries, erased; /* with a seal; of them erased */
	uint64_t unsealed;        /* in front of entry 1: written by an older version */
	uint64_t first, last;     /* numbers; 0: there are none. What is before the first was rotated away. */
	unsigned files, compressed; /* compressed ones are not looked into */
	bool has_noted;           /* the seal that was asked for is there */
	char seal[AUDIT_SEAL + 1]; /* the last */
};
/* Oldest first, in the memory of a few lines. noted: a seal to look for, may be empty. ERR_CORRUPT with file and line where
 * the chain breaks. */
enum err audit_verify(const char *state_dir, struct bytes noted, struct audit_check *out, struct errbuf *eb) MUST_CHECK;

#endif
