/* u64map: 64-bit key -> 32-bit value, Robin Hood hashing in one array of 12-byte slots.
 *
 * I1: a slot is empty when its value is U64MAP_NONE.
 * I2: going from a key's home slot to its own, every slot is full and no further from home than the key is there;
 *     a search may therefore stop at the first slot that is nearer to its home.
 * I3: load is at most 7/8. The home of a key grows with its hash (multiply-high), which allows any capacity:
 *     growth by half instead of doubling keeps memory near the need, and rehashing is one pass in order. */
#include "map.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "err.h"

#define HUGE_PAGE ((size_t)2 << 20)

struct slot {
	uint32_t key_low, key_high;
	uint32_t value;
};

struct u64map {
	struct slot *slots;
	size_t cap, count, limit;
};

static inline uint64_t slot_key(const struct slot *s)
{
	return (uint64_t)s->key_high << 32 | s->key_low;
}

/* Keys may be hashes or packed pairs of small numbers: both must spread over the high bits. Both halves of one wide
 * product, folded, do so for half the price of two rounds of shifting and multiplying. */
static inline uint64_t mix(uint64_t key)
{
	unsigned __int128 product = (unsigned __int128)(key ^ 0x2d358dccaa6c78a5u) * 0x9e3779b97f4a7c15u;
	return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

static inline size_t home_of(const struct u64map *m, uint64_t key)
{
	return (size_t)((unsigned __int128)mix(key) * m->cap >> 64);
}

static inline size_t distance(const struct u64map *m, size_t at, size_t home)
{
	return at >= home ? at - home : at + m->cap - home;
}

static inline size_t after(const struct u64map *m, size_t at)
{
	return at + 1 == m->cap ? 0 : at + 1;
}

/* Big arrays are asked onto huge pages: random access would otherwise miss the TLB each time. */
static struct slot *slots_new(size_t cap)
{
	size_t size = cap * sizeof(struct slot);
	struct slot *slots;
	if (size < 2 * HUGE_PAGE) {
		slots = xmalloc(size);
	} else {
		slots = aligned_alloc(HUGE_PAGE, (size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1));
		BUG_ON(!slots);
		madvise(slots, size, MADV_HUGEPAGE);
	}
	memset(slots, 0xff, size);
	return slots;
}

static void set_capacity(struct u64map *m, size_t cap)
{
	m->cap = cap;
	m->limit = cap / 8 * 7;
	m->slots = slots_new(cap);
}

struct u64map *u64map_new(void)
{
	struct u64map *m = xcalloc(1, sizeof(*m));
	set_capacity(m, 16);
	return m;
}

void u64map_free(struct u64map *m)
{
	if (!m)
		return;
	free(m->slots);
	free(m);
}

/* Slot of the key, or cap when absent. */
static inline size_t find_slot(const struct u64map *m, uint64_t key)
{
	size_t at = home_of(m, key);
	for (size_t d = 0;; d++, at = after(m, at)) {
		const struct slot *s = &m->slots[at];
		if (s->value == U64MAP_NONE)
			return m->cap;
		uint64_t other = slot_key(s);
		if (other == key)
			return at;
		if (distance(m, at, home_of(m, other)) < d)
			return m->cap;
	}
}

uint32_t u64map_get(const struct u64map *m, uint64_t key)
{
	size_t at = find_slot(m, key);
	return at == m->cap ? U64MAP_NONE : m->slots[at].value;
}

/* The key is known to be absent and there is room. */
static void insert_new(struct u64map *m, uint64_t key, uint32_t value)
{
	struct slot carried = { (uint32_t)key, (uint32_t)(key >> 32), value };
	size_t at = home_of(m, key), d = 0;
	for (;; d++, at = after(m, at)) {
		struct slot *s = &m->slots[at];
		if (s->value == U64MAP_NONE) {
			*s = carried;
			return;
		}
		size_t theirs = distance(m, at, home_of(m, slot_key(s)));
		if (theirs < d) {
			struct slot richer = *s;
			*s = carried;
			carried = richer;
			d = theirs;
		}
	}
}

static void grow(struct u64map *m)
{
	struct slot *old = m->slots;
	size_t n = m->cap;
	set_capacity(m, n + n / 2);
	for (size_t i = 0; i < n; i++)
		if (old[i].value != U64MAP_NONE)
			insert_new(m, slot_key(&old[i]), old[i].value);
	free(old);
}

void u64map_put(struct u64map *m, uint64_t key, uint32_t value)
{
	BUG_ON(value == U64MAP_NONE); /* I1 */
	size_t at = find_slot(m, key);
	if (at != m->cap) {
		m->slots[at].value = value;
		return;
	}
	if (m->count >= m->limit)
		grow(m);
	m->count++;
	insert_new(m, key, value);
}

uint32_t u64map_del(struct u64map *m, uint64_t key)
{
	size_t at = find_slot(m, key);
	if (at == m->cap)
		return U64MAP_NONE;
	uint32_t value = m->slots[at].value;
	/* Followers that are not at home move back by one (I2 without tombstones). */
	for (size_t next = after(m, at);; at = next, next = after(m, next)) {
		const struct slot *s = &m->slots[next];
		if (s->value == U64MAP_NONE || home_of(m, slot_key(s)) == next)
			break;
		m->slots[at] = *s;
	}
	m->slots[at].value = U64MAP_NONE;
	m->count--;
	return value;
}

void u64map_prefetch(const struct u64map *m, uint64_t key)
{
	__builtin_prefetch(&m->slots[home_of(m, key)]);
}

size_t u64map_count(const struct u64map *m)
{
	return m->count;
}

size_t u64map_memory(const struct u64map *m)
{
	return sizeof(*m) + m->cap * sizeof(struct slot);
}

bool u64map_next(const struct u64map *m, size_t *pos, uint64_t *key, uint32_t *value)
{
	for (size_t i = *pos; i < m->cap; i++) {
		const struct slot *s = &m->slots[i];
		if (s->value == U64MAP_NONE)
			continue;
		*key = slot_key(s);
		*value = s->value;
		*pos = i + 1;
		return true;
	}
	*pos = m->cap;
	return false;
}
