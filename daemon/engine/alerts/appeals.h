/* Appeals: what an account's owner says against its alerts, in rounds, until a verdict. */
#ifndef ASSOCD_ENGINE_ALERTS_APPEALS_H
#define ASSOCD_ENGINE_ALERTS_APPEALS_H

#include "daemon/engine/state/state.h"

/* The alert that the event names, else every alert that stands about the account, becomes appealed. */
void appeal_made(struct engine *e, const struct event *ev, uint32_t account);
/* A verdict on the account, or on it and the one it names, settles what was appealed about them. */
void appeals_decided(struct engine *e, const struct event *ev, uint32_t account);
/* The account was reinstated: the conditions of its alerts count again. */
void appeals_end(struct engine *e, uint32_t account);

#endif
