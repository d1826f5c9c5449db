/* An event of the journal as JSON, and how many are given at once. */
#ifndef ASSOCD_API_JOURNAL_H
#define ASSOCD_API_JOURNAL_H

#include "daemon/base/text.h"
#include "daemon/model/event.h"

#define JOURNAL_EVENTS_MAX 500

void journal_render_event(struct text *out, const struct kinds *kinds, const struct event *event);

#endif
