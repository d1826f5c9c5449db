/* I1: an alert stands in touched.alerts once: UNTOLD_NOTED. */
#include "telling.h"

#include "alert_table.h"
#include "alert_view.h"

/* Of one that is put off nobody is told but what people do with it, and its end. */
static bool is_told(const struct engine *e, enum effect_type type, const struct alert *alert)
{
	return alert->snoozed_ms == 0 || type != EFFECT_ALERT_UPDATED || event_is_act(e->event->type);
}

static void emit_to(struct engine *e, enum effect_type type, struct alert *alert, unsigned audience)
{
	struct effects *out = e->effects;
	if (out == NULL)
		return;
	out->at = vec_reserve(out->at, &out->cap, out->n + 1, sizeof(*out->at));
	struct effect *effect = &out->at[out->n++];
	*effect = (struct effect){ .type = type, .seq = e->seq, .ts_ms = e->event->ts_ms, .audience = (uint8_t)audience };
	alert_view(e, alert, out->arena, &effect->alert);
}

void alert_emit(struct engine *e, enum effect_type type, struct alert *alert)
{
	if (alert_is_shadow(e, alert))
		return;
	unsigned audience = is_told(e, type, alert) ? e->event->audience : AUDIENCE_NONE;
	if (audience < alert->audience)
		alert->audience = (uint8_t)audience;
	emit_to(e, type, alert, audience);
}

void alert_emit_silently(struct engine *e, enum effect_type type, struct alert *alert)
{
	emit_to(e, type, alert, AUDIENCE_NONE);
}

void telling_list(struct engine *e, uint32_t number)
{
	struct alert *alert = &e->alerts.at[number];
	if (!(alert->untold & UNTOLD_NOTED))
		VEC_PUSH(&e->touched.alerts, number);
	alert->untold |= UNTOLD_NOTED;
}

void telling_list_change(struct engine *e, uint32_t number, enum effect_type type)
{
	telling_list(e, number);
	e->alerts.at[number].untold |= (uint8_t)(1 << type);
}

void telling_note(struct engine *e, enum effect_type type, struct alert *alert)
{
	if (e->rules->policies[alert->policy].group == GROUP_PAIR || alert_is_shadow(e, alert))
		alert_emit(e, type, alert);
	else
		telling_list_change(e, alert_number(e, alert), type);
}
