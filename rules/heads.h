/* Rules of every form as one list, in a fixed order: signals, comparisons, limits, timings, interactions and support,
 * policies; each by id (signals by kind, then id). For whoever lists, counts or looks up rules and does not care what is in them. */
#ifndef ASSOCD_RULES_HEADS_H
#define ASSOCD_RULES_HEADS_H

#include "ruleset.h"

unsigned heads_count(const struct ruleset *set);
/* i below heads_count; borrowed from the set. */
const struct rule_head *heads_at(const struct ruleset *set, unsigned i);
/* "signal", "compare", "limit", "timing", "interaction", "support" or "policy": the key that makes it one. */
const char *heads_form(const struct ruleset *set, unsigned i);
/* Do its bits stand in table.yaml alone? The formula then knows nothing of it. */
bool heads_is_of_table(const struct ruleset *set, unsigned i);
/* Its place in the list, or -1. */
int heads_find(const struct ruleset *set, struct bytes id);
/* Those that are experimental. */
unsigned heads_experimental(const struct ruleset *set);
/* The id that is nearest to a mistyped one, or NULL; in the arena. */
struct arena;
const char *heads_nearest(const struct ruleset *set, struct bytes id, struct arena *a);

#endif
