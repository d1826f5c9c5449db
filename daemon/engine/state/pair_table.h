/* Stored pairs: found. */
#ifndef ASSOCD_ENGINE_STATE_PAIR_TABLE_H
#define ASSOCD_ENGINE_STATE_PAIR_TABLE_H

#include "state.h"

/* Of the two accounts, whatever their order; in hash tables. */
static inline uint64_t pair_key(uint32_t a, uint32_t b)
{
	return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

static inline struct pair *pair_find(const struct engine *e, uint32_t a, uint32_t b)
{
	uint32_t at = u64map_get(e->pair_of, pair_key(a, b));
	return at == U64MAP_NONE ? NULL : &e->pairs.at[at];
}

static inline uint32_t pair_index(const struct engine *e, const struct pair *pair)
{
	return (uint32_t)(pair - e->pairs.at);
}

static inline uint32_t pair_other(const struct pair *pair, uint32_t account)
{
	return pair->a == account ? pair->b : pair->a;
}

#endif
