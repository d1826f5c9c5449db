/* Which event ids were seen: exact over 30 days of arrival, and over at least a number of the newest. An id is its
 * 64-bit hash; 10 to 13 bytes each. */
#ifndef ASSOCD_INTAKE_KNOWN_H
#define ASSOCD_INTAKE_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A plain set of hashes. */
struct idset {
	uint64_t *slots;
	size_t cap, n;
};
bool idset_has(const struct idset *s, uint64_t id);
/* Asks for the cache line that the others begin with. */
void idset_prefetch(const struct idset *s, uint64_t id);
/* false: it was there. */
bool idset_add(struct idset *s, uint64_t id);
void idset_remove(struct idset *s, uint64_t id);
/* Keeps its memory. */
void idset_clear(struct idset *s);
void idset_fini(struct idset *s);

struct known;
struct known *known_new(uint64_t at_least);
void known_free(struct known *k);
bool known_has(const struct known *k, uint64_t id);
/* Times of arrival never fall back by more than a generation. Forgets what is old enough. */
void known_add(struct known *k, uint64_t id, int64_t arrived_ms);
void known_remove(struct known *k, uint64_t id);
uint64_t known_count(const struct known *k);
size_t known_memory(const struct known *k);

#define KNOWN_DAYS 30

#endif
