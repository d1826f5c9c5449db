/* What waits (waiting.h) is read, a bounded number with each event. */
#ifndef ASSOCD_ENGINE_PAIRS_CATCH_UP_H
#define ASSOCD_ENGINE_PAIRS_CATCH_UP_H

#include "daemon/engine/state/state.h"

/* The share of an event: more where more waits, at most CATCH_UP_MAX pairs; and at the end of an account the strangers that its
 * neighbours know (neighbours_add_candidates). */
#define CATCH_UP_MAX 8
void catch_up(struct engine *e);

#endif
