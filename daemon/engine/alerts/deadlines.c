/* What falls due when nothing happens.
 * I1: an alert that stands and has a step before it is in the heap with that due_ms, one that is put off with the end of
 *     that; what else the heap holds is skipped: the alert was resolved, appealed or woken since. One that nobody knows of
 *     (alert_is_shadow) has no steps. */
#include "deadlines.h"

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

bool deadline_take(struct engine *e, int64_t until_ms, struct heap_item *out)
{
	while (heap_peek(e->deadlines, out) && out->at_ms <= until_ms) {
		heap_pop(e->deadlines, out);
		if (is_due(e, out)) /* I1 */
			return true;
	}
	return false;
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
