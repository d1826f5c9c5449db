/* What people and the business say. */
#ifndef ASSOCD_ENGINE_STATEMENTS_H
#define ASSOCD_ENGINE_STATEMENTS_H

#include "daemon/engine/state/state.h"

void statement_apply(struct engine *e, const struct event *ev, uint32_t account);

#endif
