/* Appeals. An alert that is appealed keeps its state whatever its condition says, and no deadline of it falls due.
 * I1: an appeal concerns alerts that stand before the event: what its own document brings to light is a new alert.
 * I2: an appeal costs no more than the account has links; a verdict may look at all alerts, for people give few. */
#include "appeals.h"

#include "alert_acts.h"
#include "alert_table.h"
#include "alerts.h"
#include "daemon/engine/pairs/ignored.h"
#include "daemon/engine/state/accounts.h"

#define ROUND_MAX 99

static bool names_account(const struct alert *alert, uint32_t account)
{
	struct id_span accounts = alert_accounts(alert);
	for (size_t i = 0; i < accounts.n; i++)
		if (accounts.at[i] == account)
			return true;
	return false;
}

/* As it was sent, else one more than before. */
static unsigned round_of(const struct event *ev, const struct alert *alert)
{
	uint64_t round;
	if (!bytes_to_u64(ev->round, &round))
		round = alert->round + 1u;
	return round < ROUND_MAX ? (unsigned)round : ROUND_MAX;
}

static void appeal_named(struct engine *e, const struct event *ev, uint32_t account)
{
	struct alert *alert = alert_by_id(e, ev->alert);
	if (alert == NULL)
		statement_ignored(e, IGNORED_UNKNOWN, "there is no alert of this id; without \"alert\" an appeal is about all that stand");
	else if (!names_account(alert, account))
		statement_ignored(e, IGNORED_FOREIGN, "the alert is not about this account");
	else if (!alert_appeal(e, alert, round_of(ev, alert)))
		statement_ignored(e, alert->state == ALERT_RESOLVED ? IGNORED_STATE : IGNORED_REPEATED,
				  alert->state == ALERT_RESOLVED ? "the alert is resolved" : "the alert is appealed in this round already");
}

void appeal_made(struct engine *e, const struct event *ev, uint32_t account)
{
	struct alert_numbers numbers = { 0 };
	if (ev->alert.len > 0) {
		appeal_named(e, ev, account);
		return;
	}
	alerts_of_account(e, account, &numbers);
	for (size_t i = 0; i < numbers.n; i++)
		(void)alert_appeal(e, &e->alerts.at[numbers.at[i]], round_of(ev, &e->alerts.at[numbers.at[i]]));
	VEC_FREE(&numbers);
}

/* Whoever names an alert has settled that one alone. */
void appeals_decided(struct engine *e, const struct event *ev, uint32_t account)
{
	uint32_t other = ev->with.len > 0 ? account_find(e, ev->with) : account;
	for (size_t i = 0; i < e->alerts.n && ev->alert.len == 0; i++) {
		struct alert *alert = &e->alerts.at[i];
		if (alert->state == ALERT_APPEALED && names_account(alert, account) && names_account(alert, other))
			alert_statement(e, ev, alert);
	}
}

void appeals_end(struct engine *e, uint32_t account)
{
	for (size_t i = 0; i < e->alerts.n; i++)
		if (e->alerts.at[i].state == ALERT_APPEALED && names_account(&e->alerts.at[i], account))
			alert_end_appeal(e, &e->alerts.at[i]);
}
