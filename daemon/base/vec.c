/* Growth of arrays: by half, so that freed blocks can be used again by the allocator. */
#include "vec.h"

#include <stdint.h>

void *vec_reserve(void *at, size_t *cap, size_t want, size_t size)
{
	if (__builtin_expect(want <= *cap, 1))
		return at;
	size_t grown = *cap + *cap / 2;
	grown = grown < 8 ? 8 : grown;
	grown = grown < want ? want : grown;
	BUG_ON(grown > SIZE_MAX / 2 / size);
	*cap = grown;
	return xrealloc(at, grown * size);
}
