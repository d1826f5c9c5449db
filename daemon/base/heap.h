/* Binary min-heap of deadlines: (at_ms, id), ties by id, so that a replay fires them in one order. */
#ifndef ASSOCD_BASE_HEAP_H
#define ASSOCD_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_item {
	int64_t at_ms;
	uint64_t id;
};
struct heap;

struct heap *heap_new(void);
void heap_free(struct heap *h);
void heap_push(struct heap *h, struct heap_item item);
/* false when empty. */
bool heap_peek(const struct heap *h, struct heap_item *out);
bool heap_pop(struct heap *h, struct heap_item *out);

#endif
