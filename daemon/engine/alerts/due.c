/* What falls due when nothing happens.
 * I1: while a step is taken, the event is a tick of the moment at which it fell due, and engine time is that moment. So it
 *     makes no difference whether the daemon's tick came or the next event, nor how late.
 * I2: a tick that was never sent belongs to nobody: whoever knows of the alert is told, and nobody else. */
#include "due.h"

#include "alert_acts.h"
#include "deadlines.h"
#include "decide.h"
#include "merging.h"

static void take_step(struct engine *e, uint32_t at)
{
	struct alert *alert = &e->alerts.at[at];
	unsigned step = alert->steps++;
	deadline_set(e, at);
	decide_step(e, alert, step);
}

static void fire(struct engine *e, const struct heap_item *item)
{
	struct alert *alert = &e->alerts.at[item->id];
	struct event tick = event_tick(item->at_ms); /* I1 */
	tick.seq = e->seq;
	tick.audience = alert->audience; /* I2 */
	if (item->at_ms > e->now_ms)
		e->now_ms = item->at_ms;
	e->event = &tick;
	if (alert->snoozed_ms == item->at_ms)
		alert_wake(e, alert);
	if (alert->due_ms == item->at_ms)
		take_step(e, (uint32_t)item->id);
	merging_settle(e);
	e->event = NULL;
}

void steps_fall_due(struct engine *e, int64_t until_ms)
{
	struct heap_item item;
	while (deadline_take(e, until_ms, &item))
		fire(e, &item);
}
