/* I1: one that ended with its accounts stays in alert_of until its condition is NO, or one of the accounts is not closed any more:
 *     it is not raised again meanwhile. */
#include "alert_ends.h"

#include <stdio.h>

#include "alert_table.h"
#include "alerts.h"
#include "daemon/base/clock.h"

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
