/* What people and the business say: closures, verdicts, relations, and what is done with alerts. */
#include "statements.h"

#include "accounts.h"
#include "alerts.h"
#include "appeals.h"
#include "pairs.h"
#include "relations.h"

static void touch_pairs_of(struct engine *e, uint32_t account)
{
	for (uint32_t i = 0; i < e->accounts.at[account].n_pairs; i++)
		pair_touch(e, &e->pairs.at[e->accounts.at[account].pairs[i]]);
}

static void account_closed(struct engine *e, const struct event *ev, uint32_t account)
{
	struct account *acc = &e->accounts.at[account];
	if (acc->is_closed)
		return;
	acc->is_closed = true;
	acc->closed_ms = ev->ts_ms;
	touch_pairs_of(e, account);
}

static void account_reinstated(struct engine *e, const struct event *ev, uint32_t account)
{
	struct account *acc = &e->accounts.at[account];
	if (!acc->is_closed)
		return;
	acc->is_closed = false;
	acc->closed_ms = 0;
	touch_pairs_of(e, account);
	appeals_end(e, account);
}

/* A verdict about two accounts: confirmed, or clean / not_same (never one cluster, alerts resolve). */
static void verdict_on_pair(struct engine *e, const struct event *ev, uint32_t account, uint32_t other)
{
	if (other == account)
		return;
	struct pair *pair = pair_make(e, account, other);
	pair->flags &= (uint8_t)~(PAIR_CONFIRMED | PAIR_NOT_SAME);
	pair->flags |= bytes_is(ev->value, "confirmed") ? PAIR_CONFIRMED : PAIR_NOT_SAME;
	pair_rescore(e, account, other);
	pair_refresh_state(e, pair_find(e, account, other));
	pair_touch(e, pair_find(e, account, other));
}

/* About the second account that it names, else about the link of the alert that it names. */
static void verdict(struct engine *e, const struct event *ev, uint32_t account)
{
	struct alert *alert = ev->alert.len > 0 ? alert_by_id(e, ev->alert) : NULL;
	if (alert != NULL)
		alert_statement(e, ev, alert);
	if (ev->with.len > 0)
		verdict_on_pair(e, ev, account, account_intern(e, ev->with));
	else if (alert != NULL && alert->scope == POLICY_LINK)
		verdict_on_pair(e, ev, alert->subject_a, alert->subject_b);
	appeals_decided(e, ev, account);
}

typedef void statement_fn(struct engine *e, const struct event *ev, uint32_t account);

static void on_alert(struct engine *e, const struct event *ev, uint32_t account)
{
	struct alert *alert = alert_by_id(e, ev->alert);
	(void)account;
	if (alert != NULL)
		alert_statement(e, ev, alert);
}

static statement_fn *const statements[EVENT_TYPES] = {
	[EVENT_RELATION] = relation_declare, [EVENT_CLOSED] = account_closed, [EVENT_REINSTATED] = account_reinstated,
	[EVENT_VERDICT] = verdict, [EVENT_ACK] = on_alert, [EVENT_RESOLVE] = on_alert,
};

void statement_apply(struct engine *e, const struct event *ev, uint32_t account)
{
	if (statements[ev->type] != NULL)
		statements[ev->type](e, ev, account);
}
