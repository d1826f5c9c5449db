/* A bounded selection.
 * I1: at[0] comes last of those kept, and no item comes before its parent, (i - 1) / 2: what comes before at[0] takes its
 *     place. Memory grows with what is kept and not with room. */
#include "best.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "vec.h"

static char *item(const struct best *b, size_t i)
{
	return b->at + i * b->size;
}

static void swap(struct best *b, size_t i, size_t k)
{
	for (size_t byte = 0; byte < b->size; byte++) {
		char kept = item(b, i)[byte];
		item(b, i)[byte] = item(b, k)[byte];
		item(b, k)[byte] = kept;
	}
}

static void rise(struct best *b, size_t i)
{
	for (; i > 0 && b->order(item(b, i), item(b, (i - 1) / 2)) > 0; i = (i - 1) / 2)
		swap(b, i, (i - 1) / 2);
}

static void sink(struct best *b)
{
	for (size_t i = 0, last = 1; last < b->n; i = last, last = 2 * i + 1) {
		if (last + 1 < b->n && b->order(item(b, last + 1), item(b, last)) > 0)
			last++;
		if (b->order(item(b, last), item(b, i)) <= 0)
			return;
		swap(b, i, last);
	}
}

void best_offer(struct best *b, const void *offered)
{
	if (b->n < b->room) {
		b->at = vec_reserve(b->at, &b->cap, b->n + 1, b->size);
		memcpy(item(b, b->n), offered, b->size);
		rise(b, b->n++);
	} else if (b->room > 0 && b->order(offered, b->at) < 0) {
		memcpy(b->at, offered, b->size);
		sink(b);
	}
}

void best_sort(struct best *b)
{
	if (b->n > 0)
		qsort(b->at, b->n, b->size, b->order);
}

void best_free(struct best *b)
{
	free(b->at);
	b->at = NULL;
	b->n = b->cap = 0;
}
