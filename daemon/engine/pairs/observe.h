/* An event's values into index and facts; whom it newly meets. */
#ifndef ASSOCD_ENGINE_PAIRS_OBSERVE_H
#define ASSOCD_ENGINE_PAIRS_OBSERVE_H

#include "gather.h"

/* Fills candidate_list; true when a new session began. */
bool observe_event(struct engine *e, const struct event *ev, uint32_t account, const struct gathered *g);
/* What tells one session's address from another's: of the value of the first network kind (sessions.h), 0 without one. */
uint32_t observe_address(const struct engine *e, const struct event *ev);

#endif
