/* Slots of the index: 64-bit key -> value id. Open addressing over one tag byte and one id a slot (5 bytes), linear
 * probing, at most 7/8 full; the key itself stands in the value's record, which `keys` reads. */
#ifndef ASSOCD_INDEX_TABLE_H
#define ASSOCD_INDEX_TABLE_H

#include "index.h"

struct table {
	uint8_t *tags; /* 0 = empty */
	uint32_t *ids;
	size_t mask, n;
};

void table_fini(struct table *t);
uint32_t table_find(const struct table *t, const struct index_value *values, uint64_t key);
/* The key must be absent; id's record must hold it already. */
void table_insert(struct table *t, const struct index_value *values, uint32_t id);
size_t table_memory(const struct table *t);

static inline size_t table_slot(uint64_t key) { return (size_t)(key >> 8); }
static inline uint8_t table_tag(uint64_t key) { return (uint8_t)(key | 1); }
static inline void table_prefetch(const struct table *t, uint64_t key)
{
	if (t->tags == NULL)
		return;
	size_t at = table_slot(key) & t->mask;
	__builtin_prefetch(&t->tags[at]);
	__builtin_prefetch(&t->ids[at]);
}
/* The record of the first slot with the key's tag, which nearly always is the key's. */
static inline void table_prefetch_record(const struct table *t, const struct index_value *values, uint64_t key)
{
	if (t->tags == NULL)
		return;
	for (size_t at = table_slot(key) & t->mask; t->tags[at] != 0; at = (at + 1) & t->mask) {
		if (t->tags[at] != table_tag(key))
			continue;
		__builtin_prefetch(&values[t->ids[at]]);
		return;
	}
}

#endif
