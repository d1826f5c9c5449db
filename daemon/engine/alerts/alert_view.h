/* Alerts as people and programs see them: what effects carry, and what is answered. */
#ifndef ASSOCD_ENGINE_ALERTS_ALERT_VIEW_H
#define ASSOCD_ENGINE_ALERTS_ALERT_VIEW_H

#include "daemon/engine/state/state.h"

void alert_view(const struct engine *e, const struct alert *alert, struct arena *a, struct alert_view *out);
/* The earliest of all that it stands for; 0: none has one. */
int64_t alert_deadline_ms(const struct engine *e, const struct alert *alert);
/* It stands, for itself or for a group, and a deadline has passed. */
bool alert_is_overdue(const struct engine *e, const struct alert *alert);

#endif
