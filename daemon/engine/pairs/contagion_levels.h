/* Contagion (contagion.h) as it stands: levels, and the paths that they come over. */
#ifndef ASSOCD_ENGINE_PAIRS_CONTAGION_LEVELS_H
#define ASSOCD_ENGINE_PAIRS_CONTAGION_LEVELS_H

#include "daemon/engine/state/state.h"

enum standing { STANDING_PLAIN, STANDING_BAD, STANDING_CLEAN, STANDING_HUB };

/* In millionths; 0 for an account that is bad itself. */
uint32_t contagion_of(const struct engine *e, uint32_t account);
/* The best path from the account to the bad one, both with it: how many accounts, 0 without contagion. */
#define CONTAGION_PATH_MAX (CONTAGION_DEPTH_MAX + 1)
unsigned contagion_path(const struct engine *e, uint32_t account, uint32_t path[CONTAGION_PATH_MAX]);
/* The largest of the account's unexplained link scores, or its contagion in thousandths. */
int account_risk(const struct engine *e, uint32_t account);
/* The best that its neighbours' levels below k give the account, and over whom; NONE: over nobody. */
uint32_t contagion_best(const struct engine *e, uint32_t account, unsigned k, uint32_t *over);

#endif
