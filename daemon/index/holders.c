/* Lists of holders in size classes.
 * I1: a list of `kept` accounts lies in a block of at least class_of(kept). After removals the block may be larger than
 *     its class; filed under the smaller one it costs room, never an overlap. */
#include "holders.h"

#include <stdlib.h>

#include "daemon/base/vec.h"

static unsigned class_of(unsigned kept)
{
	unsigned class = 0;
	while (class + 1 < HOLDER_CLASSES && (2u << class) < kept)
		class++;
	return class;
}

void holders_init(struct holders *h)
{
	*h = (struct holders){ 0 };
	for (unsigned i = 0; i < HOLDER_CLASSES; i++)
		h->free[i] = UINT32_MAX;
}

void holders_fini(struct holders *h)
{
	free(h->pool);
	holders_init(h);
}

static uint32_t holders_take(struct holders *h, unsigned class)
{
	uint32_t list = h->free[class];
	if (list != UINT32_MAX) {
		h->free[class] = h->pool[list];
		return list;
	}
	list = (uint32_t)h->n;
	h->pool = vec_reserve(h->pool, &h->cap, h->n + (2u << class), sizeof(*h->pool));
	h->n += 2u << class;
	return list;
}

static void holders_give(struct holders *h, uint32_t list, unsigned class)
{
	h->pool[list] = h->free[class];
	h->free[class] = list;
}

uint32_t holders_pair(struct holders *h, uint32_t first, uint32_t second)
{
	uint32_t list = holders_take(h, 0);
	h->pool[list] = first;
	h->pool[list + 1] = second;
	return list;
}

static uint32_t holders_move(struct holders *h, uint32_t list, unsigned from, unsigned to, unsigned kept)
{
	uint32_t moved = holders_take(h, to);
	memcpy(&h->pool[moved], &h->pool[list], kept * sizeof(*h->pool));
	holders_give(h, list, from);
	return moved;
}

uint32_t holders_add(struct holders *h, uint32_t list, uint8_t *kept, uint32_t account)
{
	if (*kept == INDEX_HOLDERS_MAX) {
		memmove(&h->pool[list], &h->pool[list + 1], (INDEX_HOLDERS_MAX - 1) * sizeof(*h->pool));
		h->pool[list + INDEX_HOLDERS_MAX - 1] = account;
		return list;
	}
	unsigned from = class_of(*kept), to = class_of(*kept + 1u);
	if (from != to)
		list = holders_move(h, list, from, to, *kept);
	h->pool[list + *kept] = account;
	(*kept)++;
	return list;
}

static unsigned holders_place(const struct holders *h, uint32_t list, uint8_t kept, uint32_t account)
{
	unsigned at = kept;
	while (at > 0 && h->pool[list + at - 1] != account)
		at--;
	return at; /* 1 more than the place, 0 when absent */
}

uint8_t holders_touch(struct holders *h, uint32_t list, uint8_t kept, uint32_t account)
{
	unsigned at = holders_place(h, list, kept, account);
	if (at == 0)
		return INDEX_HOLDERS_MAX;
	memmove(&h->pool[list + at - 1], &h->pool[list + at], (kept - at) * sizeof(*h->pool));
	h->pool[list + kept - 1] = account;
	return (uint8_t)(kept - at);
}

uint8_t holders_remove(struct holders *h, uint32_t list, uint8_t kept, uint32_t account)
{
	unsigned at = holders_place(h, list, kept, account);
	if (at == 0)
		return kept;
	memmove(&h->pool[list + at - 1], &h->pool[list + at], (kept - at) * sizeof(*h->pool));
	return (uint8_t)(kept - 1);
}

void holders_release(struct holders *h, uint32_t list, uint8_t kept)
{
	holders_give(h, list, class_of(kept));
}

void holders_places_init(struct holders_places *p, const struct holders *h)
{
	*p = (struct holders_places){ h, xcalloc(h->n / 8 + 1, 1) };
}

void holders_places_fini(struct holders_places *p)
{
	free(p->taken);
}

static bool take_block(struct holders_places *p, uint32_t list, unsigned class)
{
	if ((uint64_t)list + (2u << class) > p->h->n)
		return false;
	for (uint32_t at = list; at < list + (2u << class); at++) {
		uint8_t bit = (uint8_t)(1u << at % 8);
		if (p->taken[at / 8] & bit)
			return false;
		p->taken[at / 8] |= bit;
	}
	return true;
}

bool holders_places_take(struct holders_places *p, uint32_t list, uint8_t kept)
{
	return take_block(p, list, class_of(kept));
}

/* A chain that leads back to itself meets a place that is taken. */
bool holders_places_take_free(struct holders_places *p)
{
	for (unsigned class = 0; class < HOLDER_CLASSES; class++)
		for (uint32_t list = p->h->free[class]; list != UINT32_MAX; list = p->h->pool[list])
			if (!take_block(p, list, class))
				return false;
	return true;
}
