/* Lists of the accounts that hold a shared value, longest unused first, in size classes 2, 4, 8 ... 64 inside one array.
 * A list is named by its place; how many it holds is kept by its owner. */
#ifndef ASSOCD_INDEX_HOLDERS_H
#define ASSOCD_INDEX_HOLDERS_H

#include "index.h"

#define HOLDER_CLASSES 6

struct holders {
	uint32_t *pool;
	size_t n, cap;
	uint32_t free[HOLDER_CLASSES]; /* first free list of the class, UINT32_MAX = none; chained through its first word */
};

void holders_init(struct holders *h);
void holders_fini(struct holders *h);
/* A list of the two. */
uint32_t holders_pair(struct holders *h, uint32_t first, uint32_t second);
/* Adds at the young end; a full list (INDEX_HOLDERS_MAX) drops its oldest. Returns the list's place; *kept is updated. */
uint32_t holders_add(struct holders *h, uint32_t list, uint8_t *kept, uint32_t account);
/* Moves the account to the young end; how many younger ones stood before it, INDEX_HOLDERS_MAX when it is not there. */
uint8_t holders_touch(struct holders *h, uint32_t list, uint8_t kept, uint32_t account);
/* Takes the account out if it is there; returns the new count. */
uint8_t holders_remove(struct holders *h, uint32_t list, uint8_t kept, uint32_t account);
void holders_release(struct holders *h, uint32_t list, uint8_t kept);

/* What was read from a file: no two lists, free ones or others, may share a place. A bit for each place of the pool. */
struct holders_places {
	const struct holders *h;
	uint8_t *taken;
};
void holders_places_init(struct holders_places *p, const struct holders *h);
void holders_places_fini(struct holders_places *p);
/* False: it lies outside, or over another one. */
bool holders_places_take(struct holders_places *p, uint32_t list, uint8_t kept);
bool holders_places_take_free(struct holders_places *p);

#endif
