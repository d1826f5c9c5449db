/* Two hash tables, open addressing, nothing pointer-chasing.
 * u64map: 64-bit key -> 32-bit value.  strtab: interned byte strings with dense ids from 0, in order of arrival. */
#ifndef ASSOCD_BASE_MAP_H
#define ASSOCD_BASE_MAP_H

#include "bytes.h"

struct u64map;
#define U64MAP_NONE UINT32_MAX

struct u64map *u64map_new(void);
void u64map_free(struct u64map *m);
/* U64MAP_NONE when absent. */
uint32_t u64map_get(const struct u64map *m, uint64_t key);
/* value must not be U64MAP_NONE; replaces. */
void u64map_put(struct u64map *m, uint64_t key, uint32_t value);
/* The value it had, or U64MAP_NONE. */
uint32_t u64map_del(struct u64map *m, uint64_t key);
void u64map_prefetch(const struct u64map *m, uint64_t key);
size_t u64map_count(const struct u64map *m);
size_t u64map_memory(const struct u64map *m);
/* Walk in slot order (not deterministic across growth histories: never let it reach an output). */
bool u64map_next(const struct u64map *m, size_t *pos, uint64_t *key, uint32_t *value);

struct strtab;
#define STRTAB_NONE UINT32_MAX

struct strtab *strtab_new(void);
void strtab_free(struct strtab *t);
/* Id of the string, made when new. Ids count up from 0 and are never reused. */
uint32_t strtab_intern(struct strtab *t, struct bytes s);
/* Asks for the cache line that strtab_find begins with. */
void strtab_prefetch(const struct strtab *t, struct bytes s);
uint32_t strtab_find(const struct strtab *t, struct bytes s);
/* Borrowed, valid for the life of the table (strings never move). */
struct bytes strtab_text(const struct strtab *t, uint32_t id);
uint32_t strtab_count(const struct strtab *t);
size_t strtab_memory(const struct strtab *t);

#endif
