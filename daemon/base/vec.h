/* Growing array of one type, as macros over a struct that is plain to look at:
 *   struct VEC(int) v = {0};  VEC_PUSH(&v, 3);  v.at[0]  v.n  VEC_FREE(&v);
 * Owned by whoever holds the struct. */
#ifndef ASSOCD_BASE_VEC_H
#define ASSOCD_BASE_VEC_H

#include <stdlib.h>

#include "err.h"

#define VEC(type) { type *at; size_t n, cap; }
#define VEC_RESERVE(v, want) \
	((v)->at = vec_reserve((v)->at, &(v)->cap, (want), sizeof(*(v)->at)))
#define VEC_PUSH(v, x) (VEC_RESERVE(v, (v)->n + 1), (v)->at[(v)->n++] = (x))
#define VEC_FREE(v) (free((v)->at), (v)->at = NULL, (v)->n = (v)->cap = 0)

/* Grows by half, at least 8; returns the (moved) array. */
void *vec_reserve(void *at, size_t *cap, size_t want, size_t size);

#endif
