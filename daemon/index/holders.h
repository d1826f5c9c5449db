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

#endif
