/* Slots of the index: 64-bit key -> value id. Open addressing over one tag byte and one id a slot (5 bytes), linear
 * probing, at most 7/8 full; the key itself stands in the value's record. The home of a key grows with it (multiply-high), so
 * any number of slots will do: growth by a quarter keeps memory near the need. */
#ifndef ASSOCD_INDEX_TABLE_H
#define ASSOCD_INDEX_TABLE_H

#include "index.h"

struct table {
	uint8_t *tags; /* 0 = empty */
	uint32_t *ids;
	size_t slots, n;
};

void table_fini(struct table *t);
uint32_t table_find(const struct table *t, const struct index_value *values, uint64_t key);
/* The key must be absent; id's record must hold it already. */
void table_insert(struct table *t, const struct index_value *values, uint32_t id);
size_t table_memory(const struct table *t);

static inline size_t table_home(const struct table *t, uint64_t key)
{
	return (size_t)((unsigned __int128)key * t->slots >> 64);
}
static inline size_t table_after(const struct table *t, size_t at) { return at + 1 == t->slots ? 0 : at + 1; }
static inline uint8_t table_tag(uint64_t key) { return (uint8_t)(key | 1); }
static inline void table_prefetch(const struct table *t, uint64_t key)
{
	if (t->tags == NULL)
		return;
	size_t at = table_home(t, key);
	__builtin_prefetch(&t->tags[at]);
	__builtin_prefetch(&t->ids[at]);
}
/* The record of the first slot with the key's tag, which nearly always is the key's. */
static inline void table_prefetch_record(const struct table *t, const struct index_value *values, uint64_t key)
{
	if (t->tags == NULL)
		return;
	for (size_t at = table_home(t, key); t->tags[at] != 0; at = table_after(t, at)) {
		if (t->tags[at] != table_tag(key))
			continue;
		__builtin_prefetch(&values[t->ids[at]]);
		return;
	}
}

#endif
