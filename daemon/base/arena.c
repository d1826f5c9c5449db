/* Memory released all at once.
 * I1: every block but an oversized one has block_size bytes.  I2: blocks after `now` are empty, kept for reuse.
 * Under AddressSanitizer what was reset is poisoned, so that a pointer kept too long is caught. */
#include "arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#define ALIGNMENT 16

struct block {
	struct block *next;
	size_t size;
	size_t used;
	size_t pad;
	char memory[];
};

struct arena {
	size_t block_size;
	struct block *first, *now;
	struct block *oversized;
};

static struct block *block_new(size_t size)
{
	struct block *b = xmalloc(sizeof(*b) + size);
	*b = (struct block){ .size = size };
	ASAN_POISON_MEMORY_REGION(b->memory, size);
	return b;
}

static void blocks_free(struct block *b)
{
	while (b) {
		struct block *next = b->next;
		ASAN_UNPOISON_MEMORY_REGION(b->memory, b->size);
		free(b);
		b = next;
	}
}

struct arena *arena_new(size_t block_size)
{
	struct arena *a = xcalloc(1, sizeof(*a));
	a->block_size = (block_size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (a->block_size < 256)
		a->block_size = 256;
	a->first = a->now = block_new(a->block_size);
	return a;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	blocks_free(a->first);
	blocks_free(a->oversized);
	free(a);
}

void arena_reset(struct arena *a)
{
	for (struct block *b = a->first; b; b = b->next) {
		ASAN_POISON_MEMORY_REGION(b->memory, b->used);
		b->used = 0;
		if (b == a->now)
			break;
	}
	a->now = a->first;
	blocks_free(a->oversized);
	a->oversized = NULL;
}

void arena_trim(struct arena *a)
{
	blocks_free(a->now->next); /* I2 */
	a->now->next = NULL;
}

size_t arena_used(const struct arena *a)
{
	size_t n = 0;
	for (const struct block *b = a->first; b; b = b->next)
		n += b->used;
	for (const struct block *b = a->oversized; b; b = b->next)
		n += b->used;
	return n;
}

size_t arena_kept(const struct arena *a)
{
	size_t n = 0;
	for (const struct block *b = a->first; b; b = b->next)
		n += b->size;
	for (const struct block *b = a->oversized; b; b = b->next)
		n += b->size;
	return n;
}

static struct block *block_with_room(struct arena *a, size_t n)
{
	if (n > a->block_size / 2) {
		struct block *b = block_new(n);
		b->next = a->oversized;
		return a->oversized = b;
	}
	if (!a->now->next)
		a->now->next = block_new(a->block_size);
	return a->now = a->now->next;
}

void *arena_alloc(struct arena *a, size_t n)
{
	BUG_ON(n > SIZE_MAX / 2);
	size_t rounded = (n + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	struct block *b = a->now;
	if (__builtin_expect(b->size - b->used < rounded, 0))
		b = block_with_room(a, rounded);
	void *p = b->memory + b->used;
	b->used += rounded;
	ASAN_UNPOISON_MEMORY_REGION(p, n);
	return p;
}

void *arena_zalloc(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n), 0, n);
}

char *arena_str(struct arena *a, struct bytes b)
{
	char *p = arena_alloc(a, b.len + 1);
	if (b.len)
		memcpy(p, b.ptr, b.len);
	p[b.len] = '\0';
	return p;
}

struct bytes arena_bytes(struct arena *a, struct bytes b)
{
	return bytes_make(arena_str(a, b), b.len);
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	BUG_ON(n < 0);
	char *p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}
