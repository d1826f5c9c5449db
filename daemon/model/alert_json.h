/* An alert as JSON, schema assocd.alert/1: what the journal keeps, sinks are told and people are shown. */
#ifndef ASSOCD_MODEL_ALERT_JSON_H
#define ASSOCD_MODEL_ALERT_JSON_H

#include "daemon/base/text.h"
#include "views.h"

#define ALERT_SCHEMA "assocd.alert/1"

/* One object, appended. what: "opened", "updated", "resolved" as the member `event`; NULL: no such member (a query). */
void alert_json(struct text *out, const struct alert_view *alert, const char *what);

#endif
