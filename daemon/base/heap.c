/* Binary min-heap. I1: no item comes before its parent in (at_ms, id). */
#include "heap.h"

#include <stdlib.h>

#include "vec.h"

struct heap {
	struct VEC(struct heap_item) items;
};

struct heap *heap_new(void)
{
	return xcalloc(1, sizeof(struct heap));
}

void heap_free(struct heap *h)
{
	if (!h)
		return;
	VEC_FREE(&h->items);
	free(h);
}

static bool before(struct heap_item a, struct heap_item b)
{
	return a.at_ms != b.at_ms ? a.at_ms < b.at_ms : a.id < b.id;
}

void heap_push(struct heap *h, struct heap_item item)
{
	VEC_PUSH(&h->items, item);
	struct heap_item *at = h->items.at;
	size_t i = h->items.n - 1;
	while (i > 0 && before(item, at[(i - 1) / 2])) {
		at[i] = at[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	at[i] = item;
}

bool heap_peek(const struct heap *h, struct heap_item *out)
{
	if (h->items.n == 0)
		return false;
	*out = h->items.at[0];
	return true;
}

bool heap_pop(struct heap *h, struct heap_item *out)
{
	if (!heap_peek(h, out))
		return false;
	struct heap_item *at = h->items.at;
	size_t n = --h->items.n;
	struct heap_item last = at[n];
	size_t i = 0;
	for (size_t child = 1; child < n; child = 2 * i + 1) {
		if (child + 1 < n && before(at[child + 1], at[child]))
			child++;
		if (!before(at[child], last))
			break;
		at[i] = at[child];
		i = child;
	}
	at[i] = last;
	return true;
}
