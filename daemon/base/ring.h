/* Single-producer single-consumer ring of pointers, lock-free, fixed capacity (rounded up to a power of two). */
#ifndef ASSOCD_BASE_RING_H
#define ASSOCD_BASE_RING_H

#include <stdbool.h>
#include <stddef.h>

struct ring;

struct ring *ring_new(size_t capacity);
void ring_free(struct ring *r);
/* false when full; ownership of item passes on true. */
bool ring_push(struct ring *r, void *item);
/* NULL when empty. */
void *ring_pop(struct ring *r);

#endif
