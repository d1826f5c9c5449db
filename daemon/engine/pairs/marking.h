/* Marks come, and pairs follow them (marks.h). */
#ifndef ASSOCD_ENGINE_PAIRS_MARKING_H
#define ASSOCD_ENGINE_PAIRS_MARKING_H

#include "daemon/engine/state/state.h"

void mark_apply(struct engine *e, const struct event *ev);
/* An account uses a value that is new to it: is it one, or in a range, that is marked? */
void mark_new_use(struct engine *e, const struct event *ev, const struct attr *attr, uint32_t value);

#endif
