/* Comparing, searching and hashing borrowed bytes. Nothing here allocates or reads beyond a length. */
#include "bytes.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

int bytes_cmp(struct bytes a, struct bytes b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
	if (order)
		return order < 0 ? -1 : 1;
	return (a.len > b.len) - (a.len < b.len);
}

bool bytes_starts(struct bytes a, struct bytes prefix)
{
	return a.len >= prefix.len && bytes_eq(bytes_make(a.ptr, prefix.len), prefix);
}

bool bytes_ends(struct bytes a, struct bytes suffix)
{
	return a.len >= suffix.len && bytes_eq(bytes_make(a.ptr + (a.len - suffix.len), suffix.len), suffix);
}

ptrdiff_t bytes_find(struct bytes a, struct bytes needle)
{
	if (needle.len == 0)
		return 0;
	if (a.len == 0)
		return -1;
	const char *p = memmem(a.ptr, a.len, needle.ptr, needle.len);
	return p ? p - a.ptr : -1;
}

ptrdiff_t bytes_find_char(struct bytes a, char c)
{
	const char *p = a.len ? memchr(a.ptr, c, a.len) : NULL;
	return p ? p - a.ptr : -1;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct bytes bytes_trim_any(struct bytes a)
{
	while (a.len && is_space(a.ptr[a.len - 1]))
		a.len--;
	while (a.len && is_space(a.ptr[0])) {
		a.ptr++;
		a.len--;
	}
	return a;
}

struct bytes bytes_slice(struct bytes a, size_t from, size_t n)
{
	if (from >= a.len)
		return BYTES_NONE;
	size_t left = a.len - from;
	return bytes_make(a.ptr + from, n < left ? n : left);
}

bool bytes_to_u64(struct bytes a, uint64_t *out)
{
	uint64_t v = 0;
	if (a.len == 0)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		unsigned digit = (unsigned char)a.ptr[i] - (unsigned)'0';
		if (digit > 9 || __builtin_mul_overflow(v, (uint64_t)10, &v) || __builtin_add_overflow(v, digit, &v))
			return false;
	}
	*out = v;
	return true;
}

bool bytes_eq_nocase(struct bytes a, struct bytes b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (byte_lower(a.ptr[i]) != byte_lower(b.ptr[i]))
			return false;
	return true;
}

/* Longer words are never a near miss worth showing; the bound keeps the rows on the stack. */
#define NEAREST_MAX 64

/* Optimal string alignment: a swap of neighbours is one edit, since it is the commonest slip of the fingers. */
static size_t edit_distance(struct bytes a, struct bytes b)
{
	unsigned char rows[3][NEAREST_MAX + 1];
	for (size_t j = 0; j <= b.len; j++)
		rows[0][j] = (unsigned char)j;
	for (size_t i = 1; i <= a.len; i++) {
		unsigned char *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
		now[0] = (unsigned char)i;
		for (size_t j = 1; j <= b.len; j++) {
			char x = byte_lower(a.ptr[i - 1]), y = byte_lower(b.ptr[j - 1]);
			unsigned best = last[j - 1] + (x != y);
			best = last[j] + 1u < best ? last[j] + 1u : best;
			best = now[j - 1] + 1u < best ? now[j - 1] + 1u : best;
			bool swapped = i > 1 && j > 1 && x == byte_lower(b.ptr[j - 2]) && byte_lower(a.ptr[i - 2]) == y;
			if (swapped && before[j - 2] + 1u < best)
				best = before[j - 2] + 1u;
			now[j] = (unsigned char)best;
		}
	}
	return rows[a.len % 3][b.len];
}

const char *bytes_nearest(struct bytes a, const char *const *candidates, size_t n)
{
	const char *found = NULL;
	size_t least = 2 + a.len / 4;
	for (size_t i = 0; i < n && a.len <= NEAREST_MAX; i++) {
		struct bytes b = bytes_of(candidates[i]);
		if (b.len > NEAREST_MAX)
			continue;
		size_t distance = edit_distance(a, b);
		/* A word of which nothing is left is no suggestion. */
		if (distance < least && distance < b.len) {
			least = distance;
			found = candidates[i];
		}
	}
	return found;
}

uint64_t bytes_hash(struct bytes a, uint64_t seed)
{
	return XXH3_64bits_withSeed(a.ptr, a.len, seed);
}
