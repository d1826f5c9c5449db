/* What people and the business say: closures, verdicts, relations, and what is done with alerts. */
#include "statements.h"

#include "daemon/engine/alerts/alert_acts.h"
#include "daemon/engine/alerts/alert_table.h"
#include "daemon/engine/alerts/appeals.h"
#include "daemon/engine/pairs/changes.h"
#include "daemon/engine/pairs/contagion.h"
#include "daemon/engine/pairs/declaring.h"
#include "daemon/engine/pairs/ignored.h"
#include "daemon/engine/pairs/judging.h"
#include "daemon/engine/pairs/pairs.h"
#include "daemon/engine/state/accounts.h"

static void touch_pairs_of(struct engine *e, uint32_t account)
{
	for (uint32_t i = 0; i < e->accounts.at[account].n_pairs; i++)
		pair_touch(e, &e->pairs.at[e->accounts.at[account].pairs[i]]);
}

static void account_closed(struct engine *e, const struct event *ev, uint32_t account)
{
	struct account *acc = &e->accounts.at[account];
	if (acc->is_closed) {
		statement_ignored(e, IGNORED_REPEATED, "the account is closed already");
		return;
	}
	acc->is_closed = true;
	acc->closed_ms = ev->ts_ms;
	contagion_standing_changed(e, account);
	change_stated(e, CHANGE_CLOSED, account, NONE);
	touch_pairs_of(e, account);
}

static void account_reinstated(struct engine *e, const struct event *ev, uint32_t account)
{
	struct account *acc = &e->accounts.at[account];
	if (!acc->is_closed) {
		statement_ignored(e, IGNORED_REPEATED, "the account is not closed");
		return;
	}
	acc->is_closed = false;
	acc->closed_ms = 0;
	contagion_standing_changed(e, account);
	change_stated(e, CHANGE_REINSTATED, account, NONE);
	touch_pairs_of(e, account);
	appeals_end(e, account);
}

static void alert_is_unknown(struct engine *e)
{
	statement_ignored(e, IGNORED_UNKNOWN, "there is no alert of this id");
}

static void alert_is_otherwise(struct engine *e)
{
	bool opens = e->event->type == EVENT_REOPEN, is_put_off = e->event->type == EVENT_SNOOZE;
	statement_ignored(e, IGNORED_STATE, opens ? "the alert is not resolved, or another stands in its place, or what it rested on is no more" :
					    is_put_off ? "the alert is resolved, or is not put off" : "the alert is resolved");
}

/* About the second account that it names, else about what the alert is about that it names, else about the account. A
 * cluster is settled with its alert and has no verdict of its own. What it says of accounts holds whatever its alert is. */
static void verdict(struct engine *e, const struct event *ev, uint32_t account)
{
	struct alert *alert = ev->alert.len > 0 ? alert_by_id(e, ev->alert) : NULL;
	bool is_taken = alert != NULL && alert_statement(e, ev, alert);
	if (ev->alert.len > 0 && alert == NULL)
		alert_is_unknown(e);
	else if (ev->alert.len > 0 && !is_taken && ev->with.len == 0 && alert->scope == POLICY_CLUSTER)
		alert_is_otherwise(e);
	if (ev->with.len > 0)
		verdict_on_pair(e, account, account_intern(e, ev->with));
	else if (alert != NULL && alert->scope == POLICY_LINK)
		verdict_on_pair(e, alert->subject_a, alert->subject_b);
	else if (alert != NULL && alert->scope == POLICY_ACCOUNT)
		verdict_on_account(e, alert->subject_a);
	else if (ev->alert.len == 0)
		verdict_on_account(e, account);
	appeals_decided(e, ev, account);
}

typedef void statement_fn(struct engine *e, const struct event *ev, uint32_t account);

static void on_alert(struct engine *e, const struct event *ev, uint32_t account)
{
	struct alert *alert = alert_by_id(e, ev->alert);
	(void)account;
	if (alert == NULL)
		alert_is_unknown(e);
	else if (!alert_statement(e, ev, alert))
		alert_is_otherwise(e);
}

static statement_fn *const statements[EVENT_TYPES] = {
	[EVENT_RELATION] = relation_declare, [EVENT_CLOSED] = account_closed, [EVENT_REINSTATED] = account_reinstated,
	[EVENT_VERDICT] = verdict, [EVENT_ACK] = on_alert, [EVENT_RESOLVE] = on_alert,
	[EVENT_SNOOZE] = on_alert, [EVENT_ASSIGN] = on_alert, [EVENT_NOTE] = on_alert, [EVENT_REOPEN] = on_alert,
};

void statement_apply(struct engine *e, const struct event *ev, uint32_t account)
{
	if (statements[ev->type] != NULL)
		statements[ev->type](e, ev, account);
}
