/* Support: what the common neighbours of two accounts say about them, in two rounds. A neighbour in round PASS_SUPPORT is
 * another account whose own evidence with this one is at least scoring.neighbour_from; in round PASS_AGAIN one whose evidence
 * with the support of the first round is. The NEAR_KEPT strongest are kept in order. No round hears what a later one made of
 * a pair: what is said goes forward only. */
#ifndef ASSOCD_ENGINE_EVIDENCE_SUPPORT_H
#define ASSOCD_ENGINE_EVIDENCE_SUPPORT_H

#include "profile.h"

#define NEAR_KEPT 24

struct near {
	uint32_t other;
	int32_t strength_mb; /* before the round */
	uint32_t value;      /* the shared value that the evidence rests on most, or NONE */
};

/* Another one after every change of the two accounts' lists: what support_read says is the same while it is. Not 0 before
 * four thousand million changes. */
uint32_t support_version(const struct engine *e, uint32_t a, uint32_t b);
/* All but the pair's own strength. */
void support_read(const struct engine *e, enum pass pass, uint32_t a, uint32_t b, struct support_facts *out);
enum witnesses support_witnesses(const struct support_facts *facts);
/* What the account's list says of the other; neighbour_from when it is not there. */
int32_t support_strength_mb(const struct engine *e, enum pass pass, uint32_t account, uint32_t other);
uint32_t support_value(const struct engine *e, uint32_t account, uint32_t other);
/* Its lists are about to be read. */
void support_prefetch(const struct engine *e, uint32_t account);
/* The strongest of the common neighbours; at most max. */
unsigned support_common(const struct engine *e, uint32_t a, uint32_t b, uint32_t *out, unsigned max);

#endif
