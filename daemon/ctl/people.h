/* Who is one person, as far as an engine knows: the members of a cluster, and the two of a link that a relation explains.
 * Everybody else is a person of their own. Outlives the engine only as long as the engine's names do. */
#ifndef ASSOCD_CTL_PEOPLE_H
#define ASSOCD_CTL_PEOPLE_H

#include "daemon/engine/engine.h"

struct people;
struct people *people_new(const struct engine *e);
void people_free(struct people *p);
/* Persons among the holders that a value remembers; what it no longer remembers is a person each. */
unsigned people_holding(const struct people *p, const struct value_holders_view *value);
/* Persons among n accounts, and pairs of accounts of two persons. */
struct people_counts { uint64_t persons, pairs; };
struct people_counts people_counts(const struct people *p, uint64_t accounts);

#endif
