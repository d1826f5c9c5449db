/* A condition that is asked of every event. One that asks for nothing but the event's values, its network and whether it
 * succeeded has the same answer for the same values, and few combinations of them come again and again: their answers are
 * remembered. An answer never depends on what is remembered. */
#ifndef ASSOCD_ENGINE_FIELDS_EVENT_CONDITION_H
#define ASSOCD_ENGINE_FIELDS_EVENT_CONDITION_H

#include "fields.h"

struct event_condition;
/* when is borrowed; NULL is YES. */
struct event_condition *event_condition_new(const struct expr *when);
void event_condition_free(struct event_condition *c);
/* Of the engine's current event. */
bool event_condition_holds(struct event_condition *c, const struct field_subject *subject);

#endif
