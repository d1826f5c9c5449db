/* What falls due when nothing happens.
 * I1: an alert that stands and has a step before it is in the heap with that due_ms, one that is put off with the end of
 *     that; what else the heap holds is skipped: the alert was resolved, appealed or woken since. One that nobody knows of
 *     (alert_is_shadow) has no steps.
 * I2: while a step is taken, the event is a tick of the moment at which it fell due, and engine time is that moment. So it
 *     makes no difference whether the daemon's tick came or the next event, nor how late.
 * I3: a tick that was never sent belongs to nobody: whoever knows of the alert is told, and nobody else. */
#include "deadlines.h"

#include "alerts.h"
#include "decide.h"
#include "merging.h"

static bool is_due(const struct engine *e, const struct heap_item *item)
{
	const struct alert *alert = &e->alerts.at[item->id];
	return alert->state != ALERT_RESOLVED && (alert->due_ms == item->at_ms || alert->snoozed_ms == item->at_ms);
}

void deadline_push(struct engine *e, int64_t at_ms, uint32_t at)
{
	heap_push(e->deadlines, (struct heap_item){ at_ms, at });
}

void deadline_set(struct engine *e, uint32_t at)
{
	struct alert *alert = &e->alerts.at[at];
	const struct policy_rule *policy = &e->rules->policies[alert->policy];
	bool has_step = alert->steps < policy->n_steps && !alert_is_shadow(e, alert);
	alert->due_ms = has_step ? alert->since_ms + policy->steps[alert->steps].after_ms : 0;
	if (alert->due_ms != 0)
		deadline_push(e, alert->due_ms, at);
}

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
	struct event tick = event_tick(item->at_ms); /* I2 */
	tick.seq = e->seq;
	tick.audience = alert->audience; /* I3 */
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

void deadlines_fire(struct engine *e, int64_t until_ms)
{
	struct heap_item item;
	while (heap_peek(e->deadlines, &item) && item.at_ms <= until_ms) {
		heap_pop(e->deadlines, &item);
		if (is_due(e, &item)) /* I1 */
			fire(e, &item);
	}
}

void deadlines_tidy(struct engine *e)
{
	struct heap_item item;
	while (heap_peek(e->deadlines, &item) && !is_due(e, &item))
		heap_pop(e->deadlines, &item);
}

void deadlines_restore(struct engine *e)
{
	for (uint32_t i = 0; i < e->alerts.n; i++) {
		const struct alert *alert = &e->alerts.at[i];
		if (alert->state != ALERT_RESOLVED && alert->due_ms != 0)
			deadline_push(e, alert->due_ms, i);
		if (alert->state != ALERT_RESOLVED && alert->snoozed_ms != 0)
			deadline_push(e, alert->snoozed_ms, i);
	}
}

bool engine_next_due(const struct engine *e, int64_t *at_ms)
{
	struct heap_item item;
	if (!heap_peek(e->deadlines, &item))
		return false;
	*at_ms = item.at_ms;
	return true;
}

int64_t engine_now(const struct engine *e)
{
	return e->now_ms;
}

uint64_t engine_seq(const struct engine *e)
{
	return e->seq;
}

const struct enrich *engine_enrich(const struct engine *e)
{
	return e->enrich;
}
