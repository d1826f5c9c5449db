/* What loads and does nothing: no error, for rules may be in the making, and worth a word. */
#ifndef ASSOCD_RULES_IDLE_H
#define ASSOCD_RULES_IDLE_H

#include "builder.h"

/* Into set.warnings, a line each with file and place. For a set without problems. */
void idle_find(struct builder *b);

#endif
