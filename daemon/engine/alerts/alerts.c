/* Alerts: opened, updated and resolved by policies; what people do with them is in alert_acts.c.
 * I1: alert_of holds, for each (policy, subject), the alert that stands, or the one a person resolved while its condition
 *     still held; so a condition that stays true raises one alert.
 * I2: an id is a hash of rule, subject and opening event: applying the journal again gives the same alerts. */
#include "alerts.h"

#include <stdio.h>
#include <stdlib.h>

#include "alert_view.h"
#include "daemon/engine/pairs/changes.h"
#include "daemon/engine/state/accounts.h"
#include "daemon/engine/state/pair_table.h"
#include "deadlines.h"
#include "merging.h"

uint64_t alert_key(uint32_t policy, const struct alert_subject *s)
{
	uint32_t words[4] = { policy, s->scope, s->a, s->b };
	return bytes_hash(bytes_make((const char *)words, sizeof(words)), 0xa1e27);
}

struct alert *alert_find(const struct engine *e, uint32_t policy, const struct alert_subject *subject)
{
	if (e->reach[policy].remembered == 0)
		return NULL;
	uint32_t at = u64map_get(e->alert_of, alert_key(policy, subject));
	return at == U64MAP_NONE ? NULL : &e->alerts.at[at];
}

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

void alert_tell(struct engine *e, enum effect_type type, struct alert *alert)
{
	alert->updated_ms = e->event->ts_ms;
	alert->updated_seq = e->seq;
	merging_tell(e, type, alert);
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
	merging_tell(e, EFFECT_ALERT_OPENED, &e->alerts.at[at]);
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

static void add_standing(const struct engine *e, const struct alert_subject *subject, struct alert_numbers *out)
{
	for (unsigned i = 0; i < e->rules->n_policies; i++) {
		const struct alert *alert = e->rules->policies[i].scope == subject->scope ? alert_find(e, i, subject) : NULL;
		if (alert != NULL && alert->state != ALERT_RESOLVED && !alert_is_shadow(e, alert))
			VEC_PUSH(out, (uint32_t)(alert - e->alerts.at));
	}
}

static int compare_numbers(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return (a > b) - (a < b);
}

/* By the account's own subjects and not through all alerts: every answered event asks. */
void alerts_of_account(const struct engine *e, uint32_t account, struct alert_numbers *out)
{
	const struct account *acc = &e->accounts.at[account];
	uint32_t cluster = graph_cluster_of(e->graph, account);
	add_standing(e, &(struct alert_subject){ .scope = POLICY_ACCOUNT, .a = account, .b = NONE }, out);
	if (cluster != GRAPH_NONE)
		add_standing(e, &(struct alert_subject){ .scope = POLICY_CLUSTER, .a = cluster, .b = NONE }, out);
	for (uint32_t i = 0; i < acc->n_pairs; i++) {
		const struct pair *pair = &e->pairs.at[acc->pairs[i]];
		if (pair->flags & PAIR_ALERTED)
			add_standing(e, &(struct alert_subject){ .scope = POLICY_LINK, .a = pair->a, .b = pair->b }, out);
	}
	if (out->n > 1)
		qsort(out->at, out->n, sizeof(*out->at), compare_numbers);
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

/* 16 hex digits in lower case, as alert_view writes them. */
static bool read_id(struct bytes text, uint64_t *id)
{
	static const char digits[] = "0123456789abcdef";
	*id = 0;
	for (size_t i = 0; i < text.len; i++) {
		const char *digit = text.ptr[i] != '\0' ? strchr(digits, text.ptr[i]) : NULL;
		if (digit == NULL)
			return false;
		*id = *id << 4 | (uint64_t)(digit - digits);
	}
	return text.len == 16;
}

struct alert *alert_by_id(const struct engine *e, struct bytes text)
{
	uint64_t id;
	uint32_t at = read_id(text, &id) ? u64map_get(e->alert_ids, id) : U64MAP_NONE;
	return at == U64MAP_NONE || alert_is_shadow(e, &e->alerts.at[at]) ? NULL : &e->alerts.at[at];
}

void alert_fini(struct alert *alert)
{
	if (alert->led != NULL)
		VEC_FREE(&alert->led->alerts);
	free(alert->led);
	free(alert->members);
}
