/* What a leading alert stands for. */
#ifndef ASSOCD_ENGINE_ALERTS_ALERT_GROUP_H
#define ASSOCD_ENGINE_ALERTS_ALERT_GROUP_H

#include "daemon/engine/state/state.h"

/* NULL where nothing is merged into it. */
const struct alert_group *view_alert_group(const struct engine *e, const struct alert *alert, struct arena *a);

#endif
