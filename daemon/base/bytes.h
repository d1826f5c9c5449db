/* A borrowed run of bytes: pointer and length, no terminator promised. Valid only as long as its owner says. */
#ifndef ASSOCD_BASE_BYTES_H
#define ASSOCD_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const char *ptr;
	size_t len;
};

#define BYTES_LIT(s) ((struct bytes){ "" s, sizeof(s) - 1 })
#define BYTES_NONE ((struct bytes){ "", 0 })
/* printf("%.*s", BYTES_ARG(b)) */
#define BYTES_ARG(b) (int)(b).len, (b).ptr

static inline struct bytes bytes_of(const char *s) { return (struct bytes){ s, strlen(s) }; }
static inline struct bytes bytes_make(const char *p, size_t n) { return (struct bytes){ p, n }; }
static inline bool bytes_eq(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
static inline bool bytes_is(struct bytes a, const char *s) { return bytes_eq(a, bytes_of(s)); }

/* Unsigned byte order, shorter first on a common prefix: the order of every sorted output. */
int bytes_cmp(struct bytes a, struct bytes b);
bool bytes_starts(struct bytes a, struct bytes prefix);
bool bytes_ends(struct bytes a, struct bytes suffix);
/* Index of the first needle in a, or -1. */
ptrdiff_t bytes_find(struct bytes a, struct bytes needle);
ptrdiff_t bytes_find_char(struct bytes a, char c);
/* Without ASCII white space at both ends; most texts have none. */
struct bytes bytes_trim_any(struct bytes a);
static inline struct bytes bytes_trim(struct bytes a)
{
	return a.len > 0 && (unsigned char)a.ptr[0] > ' ' && (unsigned char)a.ptr[a.len - 1] > ' ' ? a : bytes_trim_any(a);
}
/* Part of a from `from`, at most n bytes; out-of-range is cut, never read. */
struct bytes bytes_slice(struct bytes a, size_t from, size_t n);
/* Decimal, no sign, no white space, all of it; false on anything else or overflow. */
bool bytes_to_u64(struct bytes a, uint64_t *out);
static inline char byte_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }
/* ASCII letters compared without case. */
bool bytes_eq_nocase(struct bytes a, struct bytes b);
/* Closest of n candidates for "did you mean", NULL when none is near (edit distance at most 1 + len / 4). */
const char *bytes_nearest(struct bytes a, const char *const *candidates, size_t n);

/* 64-bit hash (xxHash XXH3) of the bytes, with a seed so that kinds have separate key spaces. */
uint64_t bytes_hash(struct bytes a, uint64_t seed);

#endif
