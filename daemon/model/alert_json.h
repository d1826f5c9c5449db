/* An alert as JSON, schema assocd.alert/1: what the journal keeps, sinks are told and people are shown. */
#ifndef ASSOCD_MODEL_ALERT_JSON_H
#define ASSOCD_MODEL_ALERT_JSON_H

#include "daemon/base/arena.h"
#include "daemon/base/text.h"
#include "daemon/vendor/json.h"
#include "views.h"

#define ALERT_SCHEMA "assocd.alert/1"

/* One object, appended. what: "opened", "updated", "resolved" as the member `event`; NULL: no such member (a query). */
void alert_json(struct text *out, const struct alert_view *alert, const char *what);
/* What a leading alert stands for, as an object; is_whole: with the ids of the merged ones, and of each reason what it is about. */
void alert_group_json(struct text *out, const struct alert_group *group, bool is_whole);
/* Members "path" and "path_end", how contagion comes to its account; none where it does not. */
void alert_path_json(struct text *out, const struct alert_about *about);
/* Back from what alert_json wrote, all of it in the arena, of a group only alerts and accounts; the audience, which is no member,
 * is AUDIENCE_ALL. ERR_CORRUPT: it is no alert. */
enum err alert_from_json(const struct json_doc *doc, struct arena *a, struct alert_view *out) MUST_CHECK;

#endif
