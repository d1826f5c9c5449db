/* Pairs read anew: from the index and the neighbours to strength, score and state. */
#ifndef ASSOCD_ENGINE_PAIRS_RESCORE_H
#define ASSOCD_ENGINE_PAIRS_RESCORE_H

#include "daemon/engine/state/state.h"

/* Reads the evidence of the two anew; makes, changes or drops the stored pair. */
void pair_rescore(struct engine *e, uint32_t a, uint32_t b);
/* The account's best neighbours join the candidates. */
void pairs_add_neighbours(struct engine *e, uint32_t account);
/* Reads the account with each of them anew; true when one of them became a neighbour that speaks for it, or does so more. */
bool pairs_rescore(struct engine *e, uint32_t account, const uint32_t *others, size_t n);
/* Two steps of reading one that is stored: its own evidence; with that as it stands what the neighbours say, after which it may
 * be gone. */
void pair_reread_own(struct engine *e, struct pair *pair);
void pair_reread_support(struct engine *e, struct pair *pair);
/* One whose neighbours may have changed, and where its score is open its own evidence; after which it may be gone. */
void pair_reread_stale(struct engine *e, struct pair *pair);
/* A value became a hub: every stored pair among its remembered holders is read anew. */
void pairs_withdraw_value(struct engine *e, uint32_t value);

#endif
