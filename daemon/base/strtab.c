/* strtab: interned byte strings with dense ids.
 *
 * A string lies in a chunk as  len u32 | bytes | NUL  and never moves.
 * I1: strings.at[id] is the first byte of string id; ids count up from 0.
 * I2: slots hold (id, upper hash half); linear probing, power of two, load at most 3/4; an empty slot's id is NONE.
 * I3: nothing is ever removed. */
#include "map.h"

#include <stdlib.h>

#include "vec.h"

#define CHUNK_SIZE ((size_t)64 << 10)
#define HASH_SEED 0x5354523374616221u

struct entry {
	uint32_t id, check;
};

struct strtab {
	struct entry *slots;
	size_t mask;
	struct VEC(char *) strings;
	struct VEC(char *) chunks;
	char *room;
	size_t left;
	size_t chunk_bytes;
};

static struct entry *entries_new(size_t n)
{
	return memset(xmalloc(n * sizeof(struct entry)), 0xff, n * sizeof(struct entry));
}

struct strtab *strtab_new(void)
{
	struct strtab *t = xcalloc(1, sizeof(*t));
	t->mask = 15;
	t->slots = entries_new(16);
	return t;
}

void strtab_free(struct strtab *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->chunks.n; i++)
		free(t->chunks.at[i]);
	VEC_FREE(&t->chunks);
	VEC_FREE(&t->strings);
	free(t->slots);
	free(t);
}

struct bytes strtab_text(const struct strtab *t, uint32_t id)
{
	BUG_ON(id >= t->strings.n);
	const char *p = t->strings.at[id];
	uint32_t len;
	memcpy(&len, p - sizeof(len), sizeof(len));
	return bytes_make(p, len);
}

/* The slot that holds s, or the empty one where it belongs. */
static size_t probe(const struct strtab *t, struct bytes s, uint64_t hash)
{
	uint32_t check = (uint32_t)(hash >> 32);
	for (size_t at = hash & t->mask;; at = (at + 1) & t->mask) {
		const struct entry *e = &t->slots[at];
		if (e->id == STRTAB_NONE)
			return at;
		if (e->check == check && bytes_eq(strtab_text(t, e->id), s))
			return at;
	}
}

void strtab_prefetch(const struct strtab *t, struct bytes s)
{
	__builtin_prefetch(&t->slots[bytes_hash(s, HASH_SEED) & t->mask]);
}

uint32_t strtab_find(const struct strtab *t, struct bytes s)
{
	return t->slots[probe(t, s, bytes_hash(s, HASH_SEED))].id;
}

static void grow(struct strtab *t)
{
	free(t->slots);
	t->mask = t->mask * 2 + 1;
	t->slots = entries_new(t->mask + 1);
	for (size_t id = 0; id < t->strings.n; id++) {
		uint64_t hash = bytes_hash(strtab_text(t, (uint32_t)id), HASH_SEED);
		size_t at = hash & t->mask;
		while (t->slots[at].id != STRTAB_NONE)
			at = (at + 1) & t->mask;
		t->slots[at] = (struct entry){ (uint32_t)id, (uint32_t)(hash >> 32) };
	}
}

static char *room_for(struct strtab *t, size_t n)
{
	if (n > t->left) {
		size_t size = n > CHUNK_SIZE ? n : CHUNK_SIZE;
		t->room = xmalloc(size);
		t->left = size;
		t->chunk_bytes += size;
		VEC_PUSH(&t->chunks, t->room);
	}
	char *p = t->room;
	t->room += n;
	t->left -= n;
	return p;
}

static char *store(struct strtab *t, struct bytes s)
{
	BUG_ON(s.len >= UINT32_MAX);
	uint32_t len = (uint32_t)s.len;
	char *p = room_for(t, sizeof(len) + s.len + 1);
	memcpy(p, &len, sizeof(len));
	p += sizeof(len);
	if (s.len)
		memcpy(p, s.ptr, s.len);
	p[s.len] = '\0';
	return p;
}

uint32_t strtab_intern(struct strtab *t, struct bytes s)
{
	uint64_t hash = bytes_hash(s, HASH_SEED);
	size_t at = probe(t, s, hash);
	if (t->slots[at].id != STRTAB_NONE)
		return t->slots[at].id;
	BUG_ON(t->strings.n >= STRTAB_NONE);
	uint32_t id = (uint32_t)t->strings.n;
	t->slots[at] = (struct entry){ id, (uint32_t)(hash >> 32) };
	VEC_PUSH(&t->strings, store(t, s));
	if (t->strings.n > (t->mask + 1) / 4 * 3)
		grow(t);
	return id;
}

uint32_t strtab_count(const struct strtab *t)
{
	return (uint32_t)t->strings.n;
}

size_t strtab_memory(const struct strtab *t)
{
	return sizeof(*t) + (t->mask + 1) * sizeof(struct entry) + t->chunk_bytes +
	       (t->strings.cap + t->chunks.cap) * sizeof(char *);
}
