/* Events enter windows (windows.h). */
#ifndef ASSOCD_ENGINE_FIELDS_WINDOW_GATES_H
#define ASSOCD_ENGINE_FIELDS_WINDOW_GATES_H

#include "daemon/engine/state/state.h"

struct window_gates *window_gates_new(const struct ruleset *rules);
void window_gates_free(struct window_gates *g);
/* Takes the current event into the windows that want it, and touches what their policies ask about. */
void window_gates_observe(struct engine *e, uint32_t account);

#endif
