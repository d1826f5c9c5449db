/* A statement that changes nothing is kept like any other, and its sender is told: an effect of its own. */
#ifndef ASSOCD_ENGINE_PAIRS_IGNORED_H
#define ASSOCD_ENGINE_PAIRS_IGNORED_H

#include "daemon/engine/state/state.h"

/* Of the current event, at most once. why: a clause of at most 159 bytes. */
void statement_ignored(struct engine *e, enum ignored_word word, const char *why, ...) PRINTF_LIKE(3, 4);

#endif
