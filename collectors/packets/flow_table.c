/* Open addressing over an array of flows; three lists through their numbers in it. */
#include "flow_table.h"

#include <stdlib.h>

struct slot { uint32_t hash, at; }; /* at: FLOW_NONE is free */
struct ends { uint32_t oldest, newest, n; };

struct flow_table {
	uint64_t seed, born;
	uint32_t max, used, free, mask; /* used: flows ever touched; free: chain through `newer` */
	struct slot *index;
	struct flow *flows;
	struct ends lists[FLOW_LISTS];
};

struct flow_table *flow_table_new(uint32_t max, uint64_t seed)
{
	struct flow_table *t = xcalloc(1, sizeof(*t));
	uint32_t slots = 64;

	while (slots < max * 2u)
		slots *= 2;
	*t = (struct flow_table){ .seed = seed, .max = max, .free = FLOW_NONE, .mask = slots - 1 };
	t->index = xmalloc(slots * sizeof(*t->index));
	memset(t->index, 0xff, slots * sizeof(*t->index));
	t->flows = xcalloc(max, sizeof(*t->flows));
	for (unsigned i = 0; i < FLOW_LISTS; i++)
		t->lists[i] = (struct ends){ FLOW_NONE, FLOW_NONE, 0 };
	return t;
}

void flow_table_free(struct flow_table *t)
{
	if (t == NULL)
		return;
	free(t->index);
	free(t->flows);
	free(t);
}

unsigned flow_key_of(const struct packet *p, struct flow_key *key)
{
	int order = memcmp(&p->source, &p->destination, sizeof(struct ip));
	unsigned side = order != 0 ? order > 0 : p->source_port > p->destination_port;

	key->low = side ? p->destination : p->source;
	key->high = side ? p->source : p->destination;
	key->low_port = side ? p->destination_port : p->source_port;
	key->high_port = side ? p->source_port : p->destination_port;
	key->protocol = p->protocol;
	memset(key->zero, 0, sizeof(key->zero));
	return side;
}

uint32_t flow_hash(const struct flow_table *t, const struct flow_key *key)
{
	return (uint32_t)bytes_hash(bytes_make((const char *)key, sizeof(*key)), t->seed);
}

void flow_prefetch_index(const struct flow_table *t, uint32_t hash)
{
	__builtin_prefetch(&t->index[hash & t->mask]);
}

void flow_prefetch(const struct flow_table *t, uint32_t hash)
{
	uint32_t at = t->index[hash & t->mask].at;

	if (at == FLOW_NONE)
		return;
	__builtin_prefetch(&t->flows[at]);
	__builtin_prefetch((const char *)&t->flows[at] + 64);
}

static struct slot *find_slot(struct flow_table *t, const struct flow_key *key, uint32_t hash)
{
	for (uint32_t i = hash & t->mask;; i = (i + 1) & t->mask) {
		struct slot *slot = &t->index[i];
		if (slot->at == FLOW_NONE)
			return slot;
		if (slot->hash == hash && memcmp(&t->flows[slot->at].key, key, sizeof(*key)) == 0)
			return slot;
	}
}

struct flow *flow_find(struct flow_table *t, const struct flow_key *key, uint32_t hash)
{
	uint32_t at = find_slot(t, key, hash)->at;

	return at == FLOW_NONE ? NULL : &t->flows[at];
}

static void unlist(struct flow_table *t, struct flow *flow)
{
	struct ends *ends = &t->lists[flow->list];

	if (flow->older != FLOW_NONE)
		t->flows[flow->older].newer = flow->newer;
	else
		ends->oldest = flow->newer;
	if (flow->newer != FLOW_NONE)
		t->flows[flow->newer].older = flow->older;
	else
		ends->newest = flow->older;
	ends->n--;
}

static void enlist(struct flow_table *t, struct flow *flow, enum flow_list list, int64_t clock_us)
{
	struct ends *ends = &t->lists[list];
	uint32_t at = (uint32_t)(flow - t->flows);

	flow->list = (uint8_t)list;
	flow->listed_us = clock_us;
	flow->older = ends->newest;
	flow->newer = FLOW_NONE;
	if (ends->newest != FLOW_NONE)
		t->flows[ends->newest].newer = at;
	else
		ends->oldest = at;
	ends->newest = at;
	ends->n++;
}

void flow_enlist(struct flow_table *t, struct flow *flow, enum flow_list list, int64_t clock_us)
{
	unlist(t, flow);
	enlist(t, flow, list, clock_us);
}

struct flow *flow_add(struct flow_table *t, const struct flow_key *key, uint32_t hash, int64_t clock_us)
{
	uint32_t at = t->free;

	if (at != FLOW_NONE)
		t->free = t->flows[at].newer;
	else if (t->used < t->max)
		at = t->used++;
	else
		return NULL;
	*find_slot(t, key, hash) = (struct slot){ hash, at };
	t->flows[at] = (struct flow){ .key = *key, .hash = hash, .number = t->born++ };
	enlist(t, &t->flows[at], FLOW_UNKNOWN, clock_us);
	return &t->flows[at];
}

/* What stands behind the hole and may stand in it moves up. */
static void close_hole(struct flow_table *t, uint32_t hole)
{
	for (uint32_t i = (hole + 1) & t->mask; t->index[i].at != FLOW_NONE; i = (i + 1) & t->mask) {
		uint32_t home = t->index[i].hash & t->mask;
		if (((i - home) & t->mask) < ((i - hole) & t->mask))
			continue;
		t->index[hole] = t->index[i];
		hole = i;
	}
	t->index[hole].at = FLOW_NONE;
}

void flow_remove(struct flow_table *t, struct flow *flow)
{
	struct slot *slot = find_slot(t, &flow->key, flow->hash);

	BUG_ON(slot->at != (uint32_t)(flow - t->flows));
	close_hole(t, (uint32_t)(slot - t->index));
	unlist(t, flow);
	flow->newer = t->free;
	t->free = (uint32_t)(flow - t->flows);
}

struct flow *flow_oldest(struct flow_table *t, enum flow_list list)
{
	uint32_t at = t->lists[list].oldest;

	return at == FLOW_NONE ? NULL : &t->flows[at];
}

uint32_t flow_count(const struct flow_table *t, enum flow_list list)
{
	return t->lists[list].n;
}

static int by_number(const void *a, const void *b)
{
	uint64_t left = (*(struct flow *const *)a)->number, right = (*(struct flow *const *)b)->number;

	return left < right ? -1 : left > right;
}

void flow_each(struct flow_table *t, void (*fn)(void *arg, struct flow *flow), void *arg)
{
	size_t n = 0;
	struct flow **all = xmalloc((t->lists[0].n + t->lists[1].n + t->lists[2].n + (size_t)1) * sizeof(struct flow *));

	for (uint32_t i = 0; i <= t->mask; i++)
		if (t->index[i].at != FLOW_NONE)
			all[n++] = &t->flows[t->index[i].at];
	qsort(all, n, sizeof(struct flow *), by_number);
	for (size_t i = 0; i < n; i++)
		fn(arg, all[i]);
	free(all);
}
