/* What changed for an account, a cluster or an alert, the latest HISTORY_KEPT of each: compact rows, made into sentences when
 * somebody asks. */
#ifndef ASSOCD_ENGINE_PAIRS_HISTORY_H
#define ASSOCD_ENGINE_PAIRS_HISTORY_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

#define HISTORY_KEPT 64

struct change {
	uint64_t ts_ms : 48;
	uint64_t type : 8;  /* enum change_type */
	uint64_t cause : 8; /* enum change_cause */
	uint64_t seq : 40;
	int64_t before : 12, after : 12; /* scores of a link */
	uint32_t about;   /* account, cluster, alert or group, as the type says; NONE */
	uint32_t because; /* value or said, as the cause says; NONE */
};

enum history_of { HISTORY_ACCOUNTS, HISTORY_CLUSTERS, HISTORY_ALERTS, HISTORIES };
struct history;
struct history *history_new(void);
void history_free(struct history *h);
void history_add(struct history *h, enum history_of of, uint32_t id, const struct change *change);
/* Rows that are kept; *total is how many there ever were. */
unsigned history_count(const struct history *h, enum history_of of, uint32_t id, uint64_t *total);
/* The n-th of them, newest first. */
const struct change *history_at(const struct history *h, enum history_of of, uint32_t id, unsigned n);

typedef enum err history_write_fn(void *arg, const void *p, size_t n);
typedef enum err history_read_fn(void *arg, void *p, size_t n);
enum err history_save(const struct history *h, history_write_fn *write, void *arg) MUST_CHECK;
/* Into a new one; that numbers in rows stand for something is for the caller to check (history_each). */
enum err history_load(struct history *h, history_read_fn *read, void *arg) MUST_CHECK;
typedef bool history_fn(void *arg, const struct change *change);
/* False as soon as fn is. */
bool history_each(const struct history *h, history_fn *fn, void *arg);

#endif
