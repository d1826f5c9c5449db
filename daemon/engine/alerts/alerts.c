/* Alerts: opened, updated and resolved by policies; what people do with them is in alert_acts.c.
 * I1: alert_of holds, for each (policy, subject), the alert that stands, or the one a person resolved while its condition
 *     still held; so a condition that stays true raises one alert.
 * I2: an id is a hash of rule, subject and opening event: applying the journal again gives the same alerts. */
#include "alerts.h"

#include <stdlib.h>

#include "alert_table.h"
#include "daemon/engine/pairs/changes.h"
#include "daemon/engine/state/accounts.h"
#include "daemon/engine/state/pair_table.h"
#include "deadlines.h"
#include "telling.h"

static uint64_t alert_id(const struct engine *e, uint32_t policy, const struct alert_subject *s)
{
	struct text text = { 0 };
	text_add(&text, e->rules->policies[policy].head.id);
	text_addc(&text, '\0');
	if (s->scope == POLICY_CLUSTER)
		text_addf(&text, "c%u", s->a + 1);
	else
		text_add(&text, account_name(e, s->a));
	text_addc(&text, '\0');
	if (s->scope == POLICY_LINK)
		text_add(&text, account_name(e, s->b));
	text_addf(&text, "#%llu", (unsigned long long)e->seq);
	uint64_t id = bytes_hash(text_bytes(&text), 0);
	text_free(&text);
	return id;
}

void alert_tell(struct engine *e, enum effect_type type, struct alert *alert)
{
	alert->updated_ms = e->event->ts_ms;
	alert->updated_seq = e->seq;
	telling_note(e, type, alert);
}

static void set_members(const struct engine *e, struct alert *alert)
{
	if (alert->scope != POLICY_CLUSTER)
		return;
	const uint32_t *members;
	unsigned n = graph_members(e->graph, alert->subject_a, &members);
	alert->members = xrealloc(alert->members, sizeof(*alert->members) + n * sizeof(*members));
	alert->members->n = n;
	memcpy(alert->members->at, members, n * sizeof(*members));
}

void alert_begin_clock(const struct engine *e, struct alert *alert)
{
	int64_t deadline_ms = e->rules->policies[alert->policy].deadline_ms;
	alert->since_ms = e->event->ts_ms;
	alert->deadline_ms = deadline_ms > 0 ? alert->since_ms + deadline_ms : 0;
	alert->steps = 0;
}

void alert_open(struct engine *e, uint32_t policy, const struct alert_subject *subject, int score)
{
	struct alert alert = {
		.id = alert_id(e, policy, subject), .policy = policy, .scope = subject->scope, .state = ALERT_OPEN,
		.audience = (uint8_t)e->event->audience,
		.subject_a = subject->a, .subject_b = subject->b, .score = (int16_t)score,
		.lead = NONE, .resolution = NONE, .reason = NONE, .actor = NONE, .owner = NONE, .opened_ms = e->event->ts_ms, .updated_ms = e->event->ts_ms, .opened_seq = e->seq, .updated_seq = e->seq,
	};
	alert.level = (uint8_t)e->rules->policies[policy].head.level;
	alert_begin_clock(e, &alert);
	set_members(e, &alert);
	uint32_t at = (uint32_t)e->alerts.n;
	VEC_PUSH(&e->alerts, alert);
	u64map_put(e->alert_of, alert_key(policy, subject), at);
	e->reach[policy].remembered++;
	e->reach[policy].opened++;
	u64map_put(e->alert_ids, alert.id, at);
	if (subject->scope == POLICY_LINK && !alert_is_shadow(e, &alert))
		pair_find(e, subject->a, subject->b)->flags |= PAIR_ALERTED;
	deadline_set(e, at);
	change_of_alert(e, CHANGE_ALERT_OPENED, at);
	telling_note(e, EFFECT_ALERT_OPENED, &e->alerts.at[at]);
}

/* News only when the accounts changed, or the score: above the band that was told, or below the one beneath it. So a score
 * that wavers around a band is told once. */
void alert_update(struct engine *e, struct alert *alert, int score)
{
	size_t before = alert_accounts(alert).n;
	unsigned told = score_band(e, alert->score), band = score_band(e, score);
	set_members(e, alert);
	bool is_news = band > told || band + 1 < told || alert_accounts(alert).n != before;
	if (!is_news)
		return;
	alert->score = (int16_t)score;
	change_of_alert(e, CHANGE_ALERT_UPDATED, (uint32_t)(alert - e->alerts.at));
	alert_tell(e, EFFECT_ALERT_UPDATED, alert);
}

void alert_escalate(struct engine *e, struct alert *alert, unsigned step)
{
	const struct policy_step *taken = &e->rules->policies[alert->policy].steps[step];
	if (taken->level != LEVELS)
		alert->level = (uint8_t)taken->level;
	if (taken->recommendation.len > 0)
		alert->advice = (uint8_t)(step + 1);
	alert->snoozed_ms = 0; /* it is worse than what was put off */
	change_of_alert(e, CHANGE_ALERT_ESCALATED, (uint32_t)(alert - e->alerts.at));
	alert_tell(e, EFFECT_ALERT_UPDATED, alert);
}

bool alert_appeal(struct engine *e, struct alert *alert, unsigned round)
{
	if (alert->state == ALERT_RESOLVED || (alert->state == ALERT_APPEALED && round <= alert->round))
		return false;
	if (alert->state != ALERT_APPEALED)
		alert->was = alert->state;
	alert->state = ALERT_APPEALED;
	alert->round = (uint8_t)round;
	alert->due_ms = 0;
	alert->snoozed_ms = 0;
	change_of_alert(e, CHANGE_ALERT_APPEALED, (uint32_t)(alert - e->alerts.at));
	alert_tell(e, EFFECT_ALERT_UPDATED, alert);
	return true;
}

void alert_end_appeal(struct engine *e, struct alert *alert)
{
	alert->state = alert->was;
	alert_tell(e, EFFECT_ALERT_UPDATED, alert);
}

void alert_set_text(struct engine *e, uint32_t *place, struct bytes text)
{
	*place = text.len > 0 ? strtab_intern(e->said, text) : NONE;
}

void alert_forget(struct engine *e, struct alert *alert)
{
	struct alert_subject subject = { .scope = alert->scope, .a = alert->subject_a, .b = alert->subject_b };
	if (u64map_del(e->alert_of, alert_key(alert->policy, &subject)) != U64MAP_NONE)
		e->reach[alert->policy].remembered--;
}

void alert_close(struct engine *e, struct alert *alert, struct bytes resolution, struct bytes reason)
{
	if (alert->state != ALERT_APPEALED)
		alert->was = alert->state;
	alert->state = ALERT_RESOLVED;
	alert->snoozed_ms = 0;
	alert_set_text(e, &alert->resolution, resolution);
	alert_set_text(e, &alert->reason, reason);
	change_of_alert(e, CHANGE_ALERT_RESOLVED, (uint32_t)(alert - e->alerts.at));
	alert_tell(e, EFFECT_ALERT_RESOLVED, alert);
}

void alert_resolve(struct engine *e, struct alert *alert, const char *resolution, struct bytes reason)
{
	alert_set_text(e, &alert->actor, BYTES_NONE);
	alert_close(e, alert, bytes_of(resolution), reason);
	alert_forget(e, alert);
}

void alert_fini(struct alert *alert)
{
	if (alert->led != NULL)
		VEC_FREE(&alert->led->alerts);
	free(alert->led);
	free(alert->members);
}
