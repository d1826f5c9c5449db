/* Known event ids, in generations of ten days of arrival that are dropped whole.
 * I1: a slot is 0 when free; the hash 0 is kept as 1.
 * I2: at most four fifths of a set are used.
 * I3: a generation goes only when its last day is more than KNOWN_DAYS old and the others hold `at_least`.
 * A generation is split into shards that grow one by one, so that no single event pays for copying millions. */
#include "known.h"

#include "daemon/base/err.h"

#include <stdlib.h>
#include <string.h>

#define SHARDS 64
#define DAY_MS 86400000
#define GENERATION_DAYS 10
#define GENERATIONS_MAX 64

struct generation {
	int64_t number; /* day / GENERATION_DAYS */
	uint64_t n;
	struct idset shards[SHARDS];
};

struct known {
	struct generation *at[GENERATIONS_MAX]; /* oldest first */
	unsigned n;
	uint64_t total, at_least;
};

static uint64_t slot_value(uint64_t id)
{
	return id ? id : 1; /* I1 */
}

/* The low bits choose the shard; the product brings all of them to the top, which choose the slot. */
static size_t home_of(const struct idset *s, uint64_t v)
{
	return (size_t)((unsigned __int128)(v * UINT64_C(0x9e3779b97f4a7c15)) * s->cap >> 64);
}

static size_t after(const struct idset *s, size_t at)
{
	return at + 1 == s->cap ? 0 : at + 1;
}

/* The slot that holds v, or the free one where it would stand. */
static size_t place_of(const struct idset *s, uint64_t v)
{
	size_t at = home_of(s, v);

	while (s->slots[at] && s->slots[at] != v)
		at = after(s, at);
	return at;
}

void idset_prefetch(const struct idset *s, uint64_t id)
{
	if (s->cap > 0)
		__builtin_prefetch(&s->slots[home_of(s, slot_value(id))]);
}

bool idset_has(const struct idset *s, uint64_t id)
{
	uint64_t v = slot_value(id);

	return s->cap > 0 && s->slots[place_of(s, v)] == v;
}

static void grow(struct idset *s)
{
	struct idset bigger = { NULL, s->cap < 16 ? 16 : s->cap + s->cap / 4, s->n };

	bigger.slots = xcalloc(bigger.cap, sizeof(uint64_t));
	for (size_t i = 0; i < s->cap; i++)
		if (s->slots[i])
			bigger.slots[place_of(&bigger, s->slots[i])] = s->slots[i];
	free(s->slots);
	*s = bigger;
}

bool idset_add(struct idset *s, uint64_t id)
{
	uint64_t v = slot_value(id);
	size_t at;

	if ((s->n + 1) * 5 > s->cap * 4) /* I2 */
		grow(s);
	at = place_of(s, v);
	if (s->slots[at] == v)
		return false;
	s->slots[at] = v;
	s->n++;
	return true;
}

/* What follows the gap in its run moves up, unless its own place lies behind the gap. */
void idset_remove(struct idset *s, uint64_t id)
{
	size_t gap;

	if (!idset_has(s, id))
		return;
	gap = place_of(s, slot_value(id));
	s->n--;
	for (size_t i = after(s, gap); s->slots[i]; i = after(s, i)) {
		size_t home = home_of(s, s->slots[i]);
		size_t from_home = i >= home ? i - home : i + s->cap - home;
		size_t from_gap = i >= gap ? i - gap : i + s->cap - gap;

		if (from_home < from_gap)
			continue;
		s->slots[gap] = s->slots[i];
		gap = i;
	}
	s->slots[gap] = 0;
}

void idset_clear(struct idset *s)
{
	if (s->n > 0)
		memset(s->slots, 0, s->cap * sizeof(uint64_t));
	s->n = 0;
}

void idset_fini(struct idset *s)
{
	free(s->slots);
	*s = (struct idset){ NULL, 0, 0 };
}

struct known *known_new(uint64_t at_least)
{
	struct known *k = xcalloc(1, sizeof(*k));

	k->at_least = at_least;
	return k;
}

static void generation_free(struct generation *g)
{
	for (unsigned i = 0; i < SHARDS; i++)
		idset_fini(&g->shards[i]);
	free(g);
}

void known_free(struct known *k)
{
	if (!k)
		return;
	for (unsigned i = 0; i < k->n; i++)
		generation_free(k->at[i]);
	free(k);
}

bool known_has(const struct known *k, uint64_t id)
{
	for (unsigned i = k->n; i-- > 0;)
		if (idset_has(&k->at[i]->shards[id % SHARDS], id))
			return true;
	return false;
}

static void drop_oldest(struct known *k)
{
	k->total -= k->at[0]->n;
	generation_free(k->at[0]);
	k->n--;
	memmove(k->at, k->at + 1, k->n * sizeof(k->at[0]));
}

static bool may_drop(const struct known *k, int64_t day)
{
	int64_t last_day = k->n ? k->at[0]->number * GENERATION_DAYS + GENERATION_DAYS - 1 : 0;

	return k->n > 1 && last_day < day - KNOWN_DAYS && k->total - k->at[0]->n >= k->at_least; /* I3 */
}

static struct generation *generation_of(struct known *k, int64_t arrived_ms)
{
	int64_t day = arrived_ms / DAY_MS, number = day / GENERATION_DAYS;

	/* A clock that was set back goes on in the newest generation: remembered longer, never shorter. When all places
	 * are taken (years of little traffic) the newest one stretches, until the oldest may go. */
	if (k->n == GENERATIONS_MAX && number > k->at[k->n - 1]->number && may_drop(k, day))
		drop_oldest(k);
	if (k->n > 0 && (number <= k->at[k->n - 1]->number || k->n == GENERATIONS_MAX)) {
		if (number > k->at[k->n - 1]->number)
			k->at[k->n - 1]->number = number;
		return k->at[k->n - 1];
	}
	k->at[k->n] = xcalloc(1, sizeof(struct generation));
	k->at[k->n++]->number = number;
	while (may_drop(k, day))
		drop_oldest(k);
	return k->at[k->n - 1];
}

void known_add(struct known *k, uint64_t id, int64_t arrived_ms)
{
	struct generation *g = generation_of(k, arrived_ms);

	if (!idset_add(&g->shards[id % SHARDS], id))
		return;
	g->n++;
	k->total++;
}

void known_remove(struct known *k, uint64_t id)
{
	for (unsigned i = 0; i < k->n; i++) {
		struct idset *shard = &k->at[i]->shards[id % SHARDS];
		size_t before = shard->n;

		idset_remove(shard, id);
		k->at[i]->n -= before - shard->n;
		k->total -= before - shard->n;
	}
}

uint64_t known_count(const struct known *k)
{
	return k->total;
}

size_t known_memory(const struct known *k)
{
	size_t n = sizeof(*k);

	for (unsigned i = 0; i < k->n; i++) {
		n += sizeof(*k->at[i]);
		for (unsigned s = 0; s < SHARDS; s++)
			n += k->at[i]->shards[s].cap * sizeof(uint64_t);
	}
	return n;
}
