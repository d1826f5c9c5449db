/* Accounts declare relations (relations.h), and pairs follow them. */
#ifndef ASSOCD_ENGINE_PAIRS_DECLARING_H
#define ASSOCD_ENGINE_PAIRS_DECLARING_H

#include "daemon/engine/state/state.h"

void relation_declare(struct engine *e, const struct event *ev, uint32_t account);

#endif
