/* Alerts as people and programs see them: what effects carry, and what is answered. */
#ifndef ASSOCD_ENGINE_ALERTS_ALERT_VIEW_H
#define ASSOCD_ENGINE_ALERTS_ALERT_VIEW_H

#include "daemon/engine/state/state.h"

void alert_view(const struct engine *e, const struct alert *alert, struct arena *a, struct alert_view *out);
/* Of all that it stands for, the earliest that has not been met; 0: none. */
int64_t alert_deadline_ms(const struct engine *e, const struct alert *alert);
/* It stands, for itself or for a group, and a deadline has passed. */
bool alert_is_overdue(const struct engine *e, const struct alert *alert);
/* The policy's, or that of its last step, filled in. */
struct bytes view_recommendation(const struct engine *e, const struct alert *alert, struct arena *a);
void view_alert_about(const struct engine *e, const struct alert *alert, struct arena *a, struct alert_about *out);
struct bytes view_alert_id(const struct alert *alert, struct arena *a);
/* alert_group.c: NULL where nothing is merged into it. */
const struct alert_group *view_alert_group(const struct engine *e, const struct alert *alert, struct arena *a);
struct bytes view_cluster_id(uint32_t cluster, struct arena *a);

#endif
