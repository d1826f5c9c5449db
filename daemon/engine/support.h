/* The second pass: what the common neighbours of two accounts say about them. A neighbour is another account whose own
 * evidence with this one is at least scoring.neighbour_from; the NEAR_KEPT strongest are kept in order. */
#ifndef ASSOCD_ENGINE_SUPPORT_H
#define ASSOCD_ENGINE_SUPPORT_H

#include "profile.h"

#define NEAR_KEPT 24

struct near {
	uint32_t other;
	int32_t direct_mb;
};

/* The pair's own evidence became so much: both accounts' lists follow. */
void support_set(struct engine *e, uint32_t a, uint32_t b, int32_t direct_mb);
void support_read(const struct engine *e, uint32_t a, uint32_t b, int32_t direct_mb, struct support_facts *out);
/* What the account's list says of the other; neighbour_from when it is not there. */
int32_t support_direct_mb(const struct engine *e, uint32_t account, uint32_t other);
/* Strong neighbours of strong neighbours that the account has no pair with join the candidates. */
void support_add_candidates(struct engine *e, uint32_t account);
/* The strongest of the common neighbours; at most max. */
unsigned support_common(const struct engine *e, uint32_t a, uint32_t b, uint32_t *out, unsigned max);

#endif
