/* An engine that takes another's place: what it says otherwise of links and clusters is told in its histories, with the
 * cause. Done in steps, for there may be millions of pairs; neither engine changes otherwise meanwhile. */
#ifndef ASSOCD_ENGINE_SUCCESSION_H
#define ASSOCD_ENGINE_SUCCESSION_H

#include "engine.h"

enum succession_cause { SUCCESSION_RULES, SUCCESSION_EVENTS_OUT };
struct succession;
struct succession *succession_new(struct engine *now, const struct engine *before, enum succession_cause cause);
/* Looks at that many pairs and accounts more; true once all are done. */
bool succession_step(struct succession *s, unsigned n);
void succession_free(struct succession *s);

#endif
