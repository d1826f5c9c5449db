/* Rules that load and could never do anything: what contradicts itself, or names what there is not. */
#ifndef ASSOCD_RULES_CONTRADICTIONS_H
#define ASSOCD_RULES_CONTRADICTIONS_H

#include "builder.h"

/* Reports each at its rule's file and line; of scoring.yaml at that file. For a sealed set without other problems. */
void contradictions_check(struct builder *b, const char *dir);

/* Can the condition never be YES, whatever the fields are? Comparisons with constants
 * are seen, from left to right; what is not seen may hold. */
bool condition_is_impossible(const struct expr *e);

#endif
