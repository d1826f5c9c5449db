/* What an alert is about, in parts. */
#ifndef ASSOCD_ENGINE_ALERTS_ALERT_ABOUT_H
#define ASSOCD_ENGINE_ALERTS_ALERT_ABOUT_H

#include "daemon/engine/state/state.h"

struct bytes view_cluster_id(uint32_t cluster, struct arena *a);
/* "cluster", "link", "account" */
const char *alert_subject_word(unsigned scope);
/* The policy's, or that of its last step, filled in. */
struct bytes view_recommendation(const struct engine *e, const struct alert *alert, struct arena *a);
void view_alert_about(const struct engine *e, const struct alert *alert, struct arena *a, struct alert_about *out);
struct bytes view_alert_id(const struct alert *alert, struct arena *a);

#endif
