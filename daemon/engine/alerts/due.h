/* Steps of alerts that fall due. */
#ifndef ASSOCD_ENGINE_ALERTS_DUE_H
#define ASSOCD_ENGINE_ALERTS_DUE_H

#include "daemon/engine/state/state.h"

/* Takes every step that falls due up to a time, in order of time; each happens at its own moment. */
void steps_fall_due(struct engine *e, int64_t until_ms);

#endif
