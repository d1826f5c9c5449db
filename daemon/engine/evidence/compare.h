/* Agreement of two accounts' facts. */
#ifndef ASSOCD_ENGINE_EVIDENCE_COMPARE_H
#define ASSOCD_ENGINE_EVIDENCE_COMPARE_H

#include "daemon/engine/state/state.h"

enum agreement { AGREEMENT_EQUAL, AGREEMENT_OVERLAP, AGREEMENT_DIFFER };

/* Of sets: equal, some in common, none; of latest values: equal when any is in common. */
struct agreements {
	struct kind_set known; /* kinds of which both have a fact */
	uint8_t of[KINDS_MAX]; /* enum agreement, of these */
};

void compare_accounts(const struct engine *e, uint32_t a, uint32_t b, struct agreements *out);

/* enum agreement, or -1 unless both have a fact of the kind. */
static inline int agreement_on(const struct agreements *all, unsigned kind)
{
	return kind_set_has(&all->known, kind) ? all->of[kind] : -1;
}

#endif
