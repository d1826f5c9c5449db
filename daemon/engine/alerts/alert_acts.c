/* I1: one that a person settled stays in alert_of until its condition is NO: it is not raised again meanwhile.
 * I2: one is opened again only where no other stands about the same, and while its condition holds. */
#include "alert_acts.h"

#include "alert_table.h"
#include "alerts.h"
#include "daemon/engine/pairs/changes.h"
#include "daemon/engine/state/pair_table.h"
#include "deadlines.h"
#include "decide.h"

typedef void act_fn(struct engine *e, const struct event *ev, struct alert *alert);

static struct alert_subject subject_of(const struct alert *alert)
{
	return (struct alert_subject){ .scope = alert->scope, .a = alert->subject_a, .b = alert->subject_b };
}

static void told(struct engine *e, enum change_type type, struct alert *alert)
{
	change_of_alert(e, type, alert_number(e, alert));
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
	change_of_alert(e, CHANGE_ALERT_NOTED, alert_number(e, alert));
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
		deadline_push(e, ev->until_ms, alert_number(e, alert));
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
		u64map_put(e->alert_of, alert_key(alert->policy, &subject), alert_number(e, alert));
		e->reach[alert->policy].remembered++;
	}
	mark_pair(e, alert);
	alert->state = ALERT_OPEN;
	alert_begin_clock(e, alert); /* its time anew: what was due while it was resolved is over */
	alert->closed_with_accounts = false;
	alert_set_text(e, &alert->resolution, BYTES_NONE);
	alert_set_text(e, &alert->reason, ev->reason);
	deadline_set(e, alert_number(e, alert));
	change_of_alert(e, CHANGE_ALERT_REOPENED, alert_number(e, alert));
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
