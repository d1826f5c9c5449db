/* Memory of one event, batch or request: allocated freely, released all at once. Blocks are kept for reuse on reset. */
#ifndef ASSOCD_BASE_ARENA_H
#define ASSOCD_BASE_ARENA_H

#include "bytes.h"
#include "err.h"

struct arena;

struct arena *arena_new(size_t block_size);
void arena_free(struct arena *a);
void arena_reset(struct arena *a);
size_t arena_used(const struct arena *a);
/* Bytes in blocks, whatever lies in them; arena_trim frees the blocks that nothing lies in. */
size_t arena_kept(const struct arena *a);
void arena_trim(struct arena *a);

/* Aligned to 16, not zeroed; never NULL. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull));
void *arena_zalloc(struct arena *a, size_t n) __attribute__((returns_nonnull));
/* Copy with a terminating NUL beyond len. */
struct bytes arena_bytes(struct arena *a, struct bytes b);
char *arena_str(struct arena *a, struct bytes b);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
#define ARENA_NEW(a, type) ((type *)arena_zalloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_zalloc((a), sizeof(type) * (n)))

#endif
