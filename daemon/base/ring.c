/* Single-producer single-consumer ring.
 * I1: head - tail is the number of items, between 0 and the capacity (unsigned wrap-around is meant).
 * I2: only the producer writes head, only the consumer writes tail; each on a cache line of its own. */
#include "ring.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "err.h"

struct ring {
	size_t mask;
	_Alignas(64) atomic_size_t head;
	_Alignas(64) atomic_size_t tail;
	_Alignas(64) void *slots[];
};

struct ring *ring_new(size_t capacity)
{
	size_t n = 2;
	while (n < capacity)
		n *= 2;
	size_t size = (sizeof(struct ring) + n * sizeof(void *) + 63) & ~(size_t)63;
	struct ring *r = aligned_alloc(64, size);
	BUG_ON(!r);
	r->mask = n - 1;
	atomic_init(&r->head, 0);
	atomic_init(&r->tail, 0);
	return r;
}

void ring_free(struct ring *r)
{
	free(r);
}

bool ring_push(struct ring *r, void *item)
{
	BUG_ON(!item);
	size_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
	size_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);
	if (head - tail > r->mask)
		return false;
	r->slots[head & r->mask] = item;
	atomic_store_explicit(&r->head, head + 1, memory_order_release);
	return true;
}

void *ring_pop(struct ring *r)
{
	size_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
	size_t head = atomic_load_explicit(&r->head, memory_order_acquire);
	if (head == tail)
		return NULL;
	void *item = r->slots[tail & r->mask];
	atomic_store_explicit(&r->tail, tail + 1, memory_order_release);
	return item;
}
