/* Lists of neighbours (support.h), as strengths come and go. */
#ifndef ASSOCD_ENGINE_PAIRS_NEIGHBOURS_H
#define ASSOCD_ENGINE_PAIRS_NEIGHBOURS_H

#include "daemon/engine/evidence/support.h"

#define NEAR_MOVED_MB 1000 /* a change of strength that is told to others */

/* Before the round the pair has such a strength, which rests on that value (or NONE): both accounts' lists follow. */
void neighbours_set(struct engine *e, enum pass pass, uint32_t a, uint32_t b, const struct near *strength);
void neighbours_forget(struct engine *e, uint32_t a, uint32_t b);
/* Strong neighbours of strong neighbours that the account has no pair with join the candidates. */
void neighbours_add_candidates(struct engine *e, uint32_t account);

#endif
