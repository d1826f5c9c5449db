/* Values that are worth nothing from now on, or something again, several at once: the stored pairs that rest on them are read anew. */
#ifndef ASSOCD_ENGINE_PAIRS_REREADING_H
#define ASSOCD_ENGINE_PAIRS_REREADING_H

#include "daemon/engine/state/state.h"

#define REREAD_MAX 10000 /* pairs at once, the strongest first; the others when they are next read */

/* Several values that people marked, or no longer. */
struct rereading { struct engine *e; struct VEC(uint32_t) values; };
void rereading_add(struct rereading *r, uint32_t value);
/* And forgets them. */
void rereading_run(struct rereading *r);
/* Places of the stored pairs of whose two accounts both hold one of the values, each once, the strongest first. */
struct pair_places { struct VEC(uint32_t) at; };
void pairs_on_value(const struct engine *e, uint32_t value, struct pair_places *out);
void pair_places_order(const struct engine *e, struct pair_places *places);

#endif
