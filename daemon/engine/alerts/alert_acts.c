/* What people do with alerts, and what ends with the accounts that it is about.
 * I1: one that a person settled, or that ended with its accounts, stays in alert_of until its condition is NO: it is not
 *     raised again meanwhile. The latter is forgotten as soon as one of the accounts is not closed any more.
 * I2: one is opened again only where no other stands about the same, and while its condition holds. */
#include "alerts.h"

#include <stdio.h>

#include "daemon/base/clock.h"
#include "daemon/engine/pairs/changes.h"
#include "daemon/engine/state/accounts.h"
#include "daemon/engine/state/pair_table.h"
#include "deadlines.h"
#include "decide.h"
#include "merging.h"

typedef void act_fn(struct engine *e, const struct event *ev, struct alert *alert);

static uint32_t number_of(const struct engine *e, const struct alert *alert)
{
	return (uint32_t)(alert - e->alerts.at);
}

static struct alert_subject subject_of(const struct alert *alert)
{
	return (struct alert_subject){ .scope = alert->scope, .a = alert->subject_a, .b = alert->subject_b };
}

static void told(struct engine *e, enum change_type type, struct alert *alert)
{
	change_of_alert(e, type, number_of(e, alert));
	alert_tell(e, EFFECT_ALERT_UPDATED, alert);
}

static void take_on(struct engine *e, const struct event *ev, struct alert *alert)
{
	*(alert->state == ALERT_APPEALED ? &alert->was : &alert->state) = ALERT_ACKNOWLEDGED;
	if (alert->owner == NONE)
		alert_set_text(e, &alert->owner, ev->actor);
	alert_set_text(e, &alert->reason, ev->reason);
	told(e, CHANGE_ALERT_ACKNOWLEDGED, alert);
}

static void assign(struct engine *e, const struct event *ev, struct alert *alert)
{
	alert_set_text(e, &alert->owner, ev->value);
	alert_set_text(e, &alert->reason, ev->reason);
	told(e, CHANGE_ALERT_ASSIGNED, alert);
}

/* Those who work on it see it; sinks are not told. */
static void note(struct engine *e, const struct event *ev, struct alert *alert)
{
	alert->notes += alert->notes < UINT16_MAX;
	change_of_alert(e, CHANGE_ALERT_NOTED, number_of(e, alert));
}

void alert_wake(struct engine *e, struct alert *alert)
{
	alert->snoozed_ms = 0;
	told(e, CHANGE_ALERT_WOKEN, alert);
}

static void snooze(struct engine *e, const struct event *ev, struct alert *alert)
{
	alert_set_text(e, &alert->reason, ev->reason);
	if (ev->until_ms > e->now_ms) {
		alert->snoozed_ms = ev->until_ms;
		deadline_push(e, ev->until_ms, number_of(e, alert));
		told(e, CHANGE_ALERT_SNOOZED, alert);
	} else if (alert->snoozed_ms != 0) {
		alert_wake(e, alert);
	}
}

static void mark_pair(struct engine *e, const struct alert *alert)
{
	struct pair *pair = alert->scope == POLICY_LINK ? pair_find(e, alert->subject_a, alert->subject_b) : NULL;
	if (pair != NULL)
		pair->flags |= PAIR_ALERTED;
}

/* What a verdict makes of its alert: clean and not_same say that it was wrong. */
static struct bytes resolution_of(const struct event *ev)
{
	if (ev->type != EVENT_VERDICT)
		return ev->value.len > 0 ? ev->value : BYTES_LIT("expired"); /* an old journal may name none */
	return bytes_is(ev->value, "confirmed") ? ev->value : BYTES_LIT("false_positive");
}

static void settle_one(struct engine *e, const struct event *ev, struct alert *alert)
{
	mark_pair(e, alert);
	alert_close(e, alert, resolution_of(ev), ev->reason);
}

/* What is said of a leading alert is said of all that it stands for; a verdict is about its own two accounts. */
static void settle(struct engine *e, const struct event *ev, struct alert *alert)
{
	settle_one(e, ev, alert);
	struct id_span merged = alert_merged(alert);
	for (size_t i = 0; ev->type == EVENT_RESOLVE && i < merged.n; i++) {
		struct alert *one = &e->alerts.at[merged.at[i]];
		if (one->state == ALERT_RESOLVED)
			continue;
		alert_set_text(e, &one->actor, ev->actor);
		settle_one(e, ev, one);
	}
}

static bool may_open_again(const struct engine *e, const struct alert *alert) /* I2 */
{
	struct alert_subject subject = subject_of(alert);
	const struct alert *other = alert_find(e, alert->policy, &subject);
	return (other == NULL || other == alert) && !decide_is_gone(e, alert);
}

static void open_one_again(struct engine *e, const struct event *ev, struct alert *alert)
{
	struct alert_subject subject = subject_of(alert);
	if (alert_find(e, alert->policy, &subject) == NULL) {
		u64map_put(e->alert_of, alert_key(alert->policy, &subject), number_of(e, alert));
		e->reach[alert->policy].remembered++;
	}
	mark_pair(e, alert);
	alert->state = ALERT_OPEN;
	alert_begin_clock(e, alert); /* its time anew: what was due while it was resolved is over */
	alert->closed_with_accounts = false;
	alert_set_text(e, &alert->resolution, BYTES_NONE);
	alert_set_text(e, &alert->reason, ev->reason);
	deadline_set(e, number_of(e, alert));
	change_of_alert(e, CHANGE_ALERT_REOPENED, number_of(e, alert));
	alert_tell(e, EFFECT_ALERT_OPENED, alert);
}

/* With those that it took along when it was settled. */
static void open_again(struct engine *e, const struct event *ev, struct alert *alert)
{
	uint64_t settled = alert->updated_seq;
	open_one_again(e, ev, alert);
	struct id_span merged = alert_merged(alert);
	for (size_t i = 0; i < merged.n; i++) {
		struct alert *one = &e->alerts.at[merged.at[i]];
		if (one->state != ALERT_RESOLVED || one->updated_seq != settled || !may_open_again(e, one))
			continue;
		alert_set_text(e, &one->actor, ev->actor);
		open_one_again(e, ev, one);
	}
}

static act_fn *const acts[EVENT_TYPES] = {
	[EVENT_ACK] = take_on, [EVENT_ASSIGN] = assign, [EVENT_NOTE] = note, [EVENT_SNOOZE] = snooze, [EVENT_RESOLVE] = settle,
	[EVENT_VERDICT] = settle, [EVENT_REOPEN] = open_again,
};

bool alert_statement(struct engine *e, const struct event *ev, struct alert *alert)
{
	bool is_over = alert->state == ALERT_RESOLVED, wakes = ev->type == EVENT_SNOOZE && ev->until_ms <= e->now_ms;
	if (ev->type != EVENT_NOTE && is_over != (ev->type == EVENT_REOPEN))
		return false;
	if ((ev->type == EVENT_REOPEN && !may_open_again(e, alert)) || (wakes && alert->snoozed_ms == 0))
		return false;
	if (ev->type != EVENT_NOTE)
		alert_set_text(e, &alert->actor, ev->actor);
	acts[ev->type](e, ev, alert);
	return true;
}

void alert_expire(struct engine *e, struct alert *alert, int64_t after_ms)
{
	char time[32], reason[64];
	const struct alert *leading = alert_leading(e, alert);
	if (alert->state != ALERT_OPEN || leading->state != ALERT_OPEN || leading->owner != NONE || leading->snoozed_ms != 0)
		return;
	snprintf(reason, sizeof(reason), "nobody took it on in %s", time_duration_text(after_ms, time, sizeof(time)));
	alert_set_text(e, &alert->actor, BYTES_NONE);
	alert_close(e, alert, BYTES_LIT("expired"), bytes_of(reason));
}

/* ---- accounts that were closed ---- */

static bool are_closed(const struct engine *e, struct id_span accounts)
{
	for (size_t i = 0; i < accounts.n; i++)
		if (!e->accounts.at[accounts.at[i]].is_closed)
			return false;
	return accounts.n > 0;
}

/* Of those that it is about now: a cluster may have grown since. */
static bool has_closed_accounts_alone(const struct engine *e, const struct alert *alert)
{
	struct id_span accounts = alert_accounts(alert);
	if (alert->scope == POLICY_CLUSTER)
		accounts.n = graph_members(e->graph, alert->subject_a, &accounts.at);
	return are_closed(e, accounts);
}

/* One that this very event opened is about closed accounts by intent; an appealed one waits for its verdict. */
void alerts_close_with_account(struct engine *e, uint32_t account)
{
	struct alert_numbers numbers = { 0 };
	alerts_of_account(e, account, &numbers);
	for (size_t i = 0; i < numbers.n; i++) {
		struct alert *alert = &e->alerts.at[numbers.at[i]];
		if (alert->opened_seq == e->seq || alert->state == ALERT_APPEALED || !has_closed_accounts_alone(e, alert))
			continue;
		alert->closed_with_accounts = true;
		alert_set_text(e, &alert->actor, BYTES_NONE);
		alert_close(e, alert, BYTES_LIT("withdrawn"), BYTES_LIT("all its accounts are closed"));
	}
	VEC_FREE(&numbers);
}

bool alert_is_back(const struct engine *e, const struct alert *alert)
{
	return alert->closed_with_accounts && !has_closed_accounts_alone(e, alert);
}
