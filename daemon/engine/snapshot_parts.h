/* What the files that write and read the snapshot share. A failure stays: all that follows does nothing. */
#ifndef ASSOCD_ENGINE_SNAPSHOT_PARTS_H
#define ASSOCD_ENGINE_SNAPSHOT_PARTS_H

#include <stdlib.h>
#include <string.h>

#include "daemon/engine/state/state.h"

struct snapshot_header {
	uint32_t version, size_of_pair, size_of_account, free_pair;
	uint64_t names, group_names, accounts, pairs, n_pairs, groups, alerts, standing, said, rule_sets;
	uint64_t n_accounts, population, seq, n_events, limits_hit, leads;
	int64_t now_ms;
};

struct out { engine_write_fn *write; void *arg; enum err err; };
struct in { engine_read_fn *read; void *arg; enum err err; };

static inline void put(struct out *out, const void *p, size_t n)
{
	if (out->err == ERR_OK && n > 0)
		out->err = out->write(out->arg, p, n);
}

static inline void get(struct in *in, void *p, size_t n)
{
	if (in->err == ERR_OK && n > 0)
		in->err = in->read(in->arg, p, n);
}

static inline void corrupt_if(struct in *in, bool is_wrong)
{
	if (in->err == ERR_OK && is_wrong)
		in->err = ERR_CORRUPT;
}

/* Bytes of a file are no bool yet. */
static inline bool is_bool(const bool *flag)
{
	uint8_t byte;
	memcpy(&byte, flag, 1);
	return byte <= 1;
}

/* malloc'd; NULL when empty or on failure. */
static inline void *get_array(struct in *in, size_t n, size_t size)
{
	if (in->err != ERR_OK || n == 0)
		return NULL;
	void *at = xmalloc(n * size);
	get(in, at, n * size);
	return at;
}

/* alerts | standing | leads */
void snapshot_put_alerts(struct out *out, const struct engine *e);
void snapshot_get_alerts(struct in *in, struct engine *e, const struct snapshot_header *h);

/* Do the parts agree with each other? ERR_CORRUPT: they would lead to an impossible state later. */
enum err snapshot_check(const struct engine *e) MUST_CHECK;

#endif
