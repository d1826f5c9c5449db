/* Steps of alerts that fall due by time alone. */
#ifndef ASSOCD_ENGINE_ALERTS_DEADLINES_H
#define ASSOCD_ENGINE_ALERTS_DEADLINES_H

#include "daemon/base/heap.h"
#include "daemon/engine/state/state.h"

/* Notes when the alert's next step falls due. */
void deadline_set(struct engine *e, uint32_t alert);
/* An alert has something before it at that time. */
void deadline_push(struct engine *e, int64_t at_ms, uint32_t alert);
/* The first that falls due up to a time, which is then noted no longer; false: none does. */
bool deadline_take(struct engine *e, int64_t until_ms, struct heap_item *out);
/* Forgets what stands first and came to nothing. */
void deadlines_tidy(struct engine *e);
/* After a load: those of all alerts. */
void deadlines_restore(struct engine *e);

#endif
