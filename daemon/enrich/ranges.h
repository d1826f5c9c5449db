/* Prefixes flattened to sorted, disjoint ranges: the longest prefix wins, at the same prefix the one added last.
 * Lookup is a table step and a short binary search for v4, a binary search for v6. Immutable once built. */
#ifndef ASSOCD_ENRICH_RANGES_H
#define ASSOCD_ENRICH_RANGES_H

#include "daemon/model/ip.h"

#define RANGE_NONE UINT32_MAX

struct ranges_builder;
struct ranges_builder *ranges_builder_new(void);
/* bits in the 128-bit space, host bits of base are zero. */
void ranges_add(struct ranges_builder *b, const struct ip *base, unsigned bits, uint32_t value);

struct ranges;
/* Takes and frees the builder. */
struct ranges *ranges_build(struct ranges_builder *b);
void ranges_builder_free(struct ranges_builder *b);
void ranges_free(struct ranges *r);
/* The value, or RANGE_NONE. */
uint32_t ranges_find(const struct ranges *r, const struct ip *ip);
size_t ranges_count(const struct ranges *r);

#endif
