/* What two accounts must share before a condition on them can hold: most pairs share one kind of value, and most rules
 * are then settled without evaluating them. */
#ifndef ASSOCD_ENGINE_NEEDS_H
#define ASSOCD_ENGINE_NEEDS_H

#include "plan.h"

/* The kinds of which one must be shared; empty: none is known to be needed. */
void needs_of(const struct plan *plan, const struct ruleset *rules, const struct expr *when, struct kind_set *out);

#endif
