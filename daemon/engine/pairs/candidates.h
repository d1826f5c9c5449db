/* Accounts whom one account is about to be compared with. */
#ifndef ASSOCD_ENGINE_PAIRS_CANDIDATES_H
#define ASSOCD_ENGINE_PAIRS_CANDIDATES_H

#include "daemon/engine/state/state.h"

/* A new set: candidate_list is empty. */
void candidates_begin(struct engine *e);
/* Adds an account to candidate_list unless it is there. */
void candidate_add(struct engine *e, uint32_t other);

#endif
