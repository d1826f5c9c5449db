/* An event of the journal as JSON, and how many are given at once. */
#ifndef ASSOCD_API_JOURNAL_H
#define ASSOCD_API_JOURNAL_H

#include "daemon/base/text.h"
#include "daemon/model/event.h"

#define JOURNAL_EVENTS_MAX 500

struct engine;
/* notes_of: each value comes with the newest note of it; NULL: for those whom notes are not for. */
struct journal_form { const struct kinds *kinds; const struct engine *notes_of; };
void journal_render_event(const struct journal_form *form, struct text *out, const struct event *event);

#endif
