/* A ring of rows for each account, cluster and alert.
 * I1: a ring grows to HISTORY_KEPT rows, then the oldest gives way: row number k lies at k % HISTORY_KEPT.
 * In a snapshot: for each kind the number of rings; of each its total and its rows, oldest first. */
#include "history.h"

#include <stdlib.h>

#include "daemon/base/vec.h"

struct ring {
	struct change *at;
	uint32_t total; /* rows ever; HISTORY_KEPT at most are there */
	uint16_t cap;
};

struct history {
	struct VEC(struct ring) rings[HISTORIES];
};

struct history *history_new(void)
{
	return xcalloc(1, sizeof(struct history));
}

void history_free(struct history *h)
{
	for (unsigned of = 0; of < HISTORIES; of++) {
		for (size_t i = 0; i < h->rings[of].n; i++)
			free(h->rings[of].at[i].at);
		VEC_FREE(&h->rings[of]);
	}
	free(h);
}

static struct ring *ring_make(struct history *h, enum history_of of, uint32_t id)
{
	while (h->rings[of].n <= id) {
		struct ring blank = { 0 };
		VEC_PUSH(&h->rings[of], blank);
	}
	return &h->rings[of].at[id];
}

static unsigned ring_kept(const struct ring *ring)
{
	return ring->total < HISTORY_KEPT ? ring->total : HISTORY_KEPT;
}

static void ring_add(struct ring *ring, const struct change *change)
{
	if (ring->total == ring->cap && ring->cap < HISTORY_KEPT) {
		ring->cap = (uint16_t)(ring->cap + 1 + ring->cap / 4); /* most have one row or two */
		if (ring->cap > HISTORY_KEPT)
			ring->cap = HISTORY_KEPT;
		ring->at = xrealloc(ring->at, ring->cap * sizeof(*ring->at));
	}
	ring->at[ring->total++ % HISTORY_KEPT] = *change;
}

void history_add(struct history *h, enum history_of of, uint32_t id, const struct change *change)
{
	ring_add(ring_make(h, of, id), change);
}

unsigned history_count(const struct history *h, enum history_of of, uint32_t id, uint64_t *total)
{
	*total = id < h->rings[of].n ? h->rings[of].at[id].total : 0;
	return id < h->rings[of].n ? ring_kept(&h->rings[of].at[id]) : 0;
}

const struct change *history_at(const struct history *h, enum history_of of, uint32_t id, unsigned n)
{
	const struct ring *ring = &h->rings[of].at[id];
	return &ring->at[(ring->total - 1 - n) % HISTORY_KEPT];
}

static enum err ring_save(const struct ring *ring, history_write_fn *write, void *arg)
{
	enum err err = write(arg, &ring->total, sizeof(ring->total));
	for (unsigned n = ring_kept(ring); err == ERR_OK && n-- > 0;)
		err = write(arg, &ring->at[(ring->total - 1 - n) % HISTORY_KEPT], sizeof(*ring->at));
	return err;
}

enum err history_save(const struct history *h, history_write_fn *write, void *arg)
{
	enum err err = ERR_OK;
	for (unsigned of = 0; err == ERR_OK && of < HISTORIES; of++) {
		uint64_t n = h->rings[of].n;
		err = write(arg, &n, sizeof(n));
		for (size_t i = 0; err == ERR_OK && i < n; i++)
			err = ring_save(&h->rings[of].at[i], write, arg);
	}
	return err;
}

static enum err ring_load(struct ring *ring, history_read_fn *read, void *arg)
{
	uint32_t total;
	enum err err = read(arg, &total, sizeof(total));
	if (err != ERR_OK)
		return err;
	unsigned kept = total < HISTORY_KEPT ? total : HISTORY_KEPT;
	ring->total = total - kept;
	if (ring->total > 0) { /* I1 */
		ring->cap = HISTORY_KEPT;
		ring->at = xcalloc(HISTORY_KEPT, sizeof(*ring->at));
	}
	for (unsigned n = 0; err == ERR_OK && n < kept; n++) {
		struct change change;
		err = read(arg, &change, sizeof(change));
		if (err == ERR_OK)
			ring_add(ring, &change);
	}
	return err;
}

enum err history_load(struct history *h, history_read_fn *read, void *arg)
{
	enum err err = ERR_OK;
	for (unsigned of = 0; err == ERR_OK && of < HISTORIES; of++) {
		uint64_t n = 0;
		err = read(arg, &n, sizeof(n));
		if (err == ERR_OK && n >= UINT32_MAX)
			return ERR_CORRUPT;
		for (uint64_t i = 0; err == ERR_OK && i < n; i++)
			err = ring_load(ring_make(h, of, (uint32_t)i), read, arg);
	}
	return err;
}

static bool each_of(const struct history *h, enum history_of of, uint32_t id, history_fn *fn, void *arg)
{
	for (unsigned n = 0; n < ring_kept(&h->rings[of].at[id]); n++)
		if (!fn(arg, history_at(h, of, id, n)))
			return false;
	return true;
}

bool history_each(const struct history *h, history_fn *fn, void *arg)
{
	for (unsigned of = 0; of < HISTORIES; of++)
		for (uint32_t id = 0; id < h->rings[of].n; id++)
			if (!each_of(h, of, id, fn, arg))
				return false;
	return true;
}
