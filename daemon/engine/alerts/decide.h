/* Policies on what an event touched. */
#ifndef ASSOCD_ENGINE_ALERTS_DECIDE_H
#define ASSOCD_ENGINE_ALERTS_DECIDE_H

#include "daemon/engine/state/state.h"

void decide(struct engine *e);
/* What each policy needs before it is asked, worked out once. */
void decide_prepare(struct engine *e);
/* A step of the alert's policy has fallen due: the conditions are asked again, then the alert escalates if it still stands. */
void decide_step(struct engine *e, struct alert *alert, unsigned step);
/* What the alert rested on is no more: opened again it would end at once. Nothing changes by being asked. */
bool decide_is_gone(const struct engine *e, const struct alert *alert);

#endif
