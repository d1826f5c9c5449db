/* The first few of many in an order, in one pass: a heap that keeps `room` items, the last of them on top. */
#ifndef ASSOCD_BASE_BEST_H
#define ASSOCD_BASE_BEST_H

#include <stddef.h>

struct best {
	/* set by the caller */
	size_t size, room;                       /* bytes of an item; how many are kept */
	int (*order)(const void *a, const void *b); /* as of qsort: negative when a comes first; total */
	/* zero at the start */
	char *at;
	size_t n, cap;
};
/* Copies the item when it is among the first so far. */
void best_offer(struct best *b, const void *item);
/* n items in order, at `at`. Nothing is offered afterwards. */
void best_sort(struct best *b);
void best_free(struct best *b);

#endif
