/* Verdicts come (verdicts.h), and pairs follow them. */
#ifndef ASSOCD_ENGINE_PAIRS_JUDGING_H
#define ASSOCD_ENGINE_PAIRS_JUDGING_H

#include "daemon/engine/state/state.h"

/* By the current event. */
void verdict_on_pair(struct engine *e, uint32_t a, uint32_t b);
void verdict_on_account(struct engine *e, uint32_t account);

#endif
