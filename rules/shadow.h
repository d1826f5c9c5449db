/* Trying a rule before it judges. An experimental rule is loaded, typed and indexed as any other; what it would change is
 * the difference between the set as it is and the set with that rule promoted. */
#ifndef ASSOCD_RULES_SHADOW_H
#define ASSOCD_RULES_SHADOW_H

#include "ruleset.h"

/* A set of its own in which the experimental rule of that id is stable, or all of them when id is empty; NULL when there
 * is none. Every rule, kind, family and relation keeps its place, so that numbers and keys of one set hold for the other;
 * the hash is another. Texts and conditions are borrowed: `set` must outlive it. Ends with ruleset_free. */
struct ruleset *ruleset_promoted(const struct ruleset *set, struct bytes id);

#endif
