/* Alerts in the snapshot: each with its lists; which of them stand, which lead. Texts are numbers of what was said. */
#include "snapshot_parts.h"

#include "daemon/engine/alerts/merging.h"

struct alert_lists { uint64_t has_members, has_led, members, merged, key; };

static void put_alert(struct out *out, const struct alert *alert)
{
	struct id_span members = alert->members != NULL ? alert_accounts(alert) : (struct id_span){ NULL, 0 };
	struct id_span merged = alert_merged(alert);
	struct alert_lists lists = { alert->members != NULL, alert->led != NULL, members.n, merged.n, alert_merge_key(alert) };
	struct alert plain = *alert;
	plain.members = NULL;
	plain.led = NULL;
	put(out, &plain, sizeof(plain));
	put(out, &lists, sizeof(lists));
	put(out, members.at, members.n * sizeof(uint32_t));
	put(out, merged.at, merged.n * sizeof(uint32_t));
}

static void get_members(struct in *in, struct alert *alert, uint64_t n, const struct snapshot_header *h)
{
	corrupt_if(in, n > h->accounts);
	if (in->err != ERR_OK)
		return;
	alert->members = xmalloc(sizeof(*alert->members) + n * sizeof(uint32_t));
	alert->members->n = (uint32_t)n;
	get(in, alert->members->at, n * sizeof(uint32_t));
	for (uint64_t i = 0; in->err == ERR_OK && i < n; i++)
		corrupt_if(in, alert->members->at[i] >= h->accounts);
}

static void get_led(struct in *in, struct alert *alert, const struct alert_lists *lists, const struct snapshot_header *h)
{
	corrupt_if(in, lists->merged > h->alerts);
	if (in->err != ERR_OK)
		return;
	alert->led = xcalloc(1, sizeof(*alert->led));
	alert->led->key = lists->key;
	alert->led->alerts.at = get_array(in, lists->merged, sizeof(uint32_t));
	alert->led->alerts.n = alert->led->alerts.cap = lists->merged;
	for (size_t i = 0; in->err == ERR_OK && i < lists->merged; i++)
		corrupt_if(in, alert->led->alerts.at[i] >= h->alerts);
}

static bool alert_is_possible(const struct engine *e, const struct alert *alert, const struct snapshot_header *h)
{
	if (!is_bool(&alert->closed_with_accounts) || !is_bool(&alert->is_known))
		return false;
	const uint32_t texts[] = { alert->resolution, alert->reason, alert->actor, alert->owner };
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (texts[i] != NONE && texts[i] >= h->said)
			return false;
	if (alert->policy >= e->rules->n_policies || alert->scope != e->rules->policies[alert->policy].scope || alert->state >= ALERT_STATES || alert->was >= ALERT_STATES ||
	    alert->level >= LEVELS || (alert->lead != NONE && alert->lead >= h->alerts))
		return false;
	if (alert->scope != POLICY_CLUSTER && (alert->subject_a >= h->accounts ||
					       (alert->scope == POLICY_LINK && alert->subject_b >= h->accounts)))
		return false;
	unsigned n_steps = e->rules->policies[alert->policy].n_steps;
	return alert->steps <= n_steps && alert->advice <= n_steps;
}

static void get_alert(struct in *in, struct engine *e, const struct snapshot_header *h)
{
	struct alert alert = { 0 };
	struct alert_lists lists = { 0 };
	get(in, &alert, sizeof(alert));
	get(in, &lists, sizeof(lists));
	alert.members = NULL;
	alert.led = NULL;
	corrupt_if(in, !alert_is_possible(e, &alert, h));
	if (lists.has_members)
		get_members(in, &alert, lists.members, h);
	if (lists.has_led)
		get_led(in, &alert, &lists, h);
	u64map_put(e->alert_ids, alert.id, (uint32_t)e->alerts.n);
	VEC_PUSH(&e->alerts, alert);
	if (in->err == ERR_OK)
		e->reach[alert.policy].opened++;
}

/* Who is merged into an alert names it as its lead. */
static void check_led(struct in *in, const struct engine *e, uint32_t lead)
{
	struct id_span merged = alert_merged(&e->alerts.at[lead]);
	for (size_t i = 0; i < merged.n; i++)
		corrupt_if(in, e->alerts.at[merged.at[i]].lead != lead);
}

/* Under a key the number of an alert. */
struct keyed { uint64_t key; uint32_t at; };

static void put_keyed(struct out *out, const struct keyed *row)
{
	put(out, &row->key, sizeof(row->key));
	put(out, &row->at, sizeof(row->at));
}

static struct keyed get_keyed(struct in *in, const struct engine *e)
{
	struct keyed row = { 0 };
	get(in, &row.key, sizeof(row.key));
	get(in, &row.at, sizeof(row.at));
	corrupt_if(in, row.at >= e->alerts.n);
	return row;
}

static void put_standing(struct out *out, const struct engine *e)
{
	struct keyed row;
	size_t pos = 0;
	while (u64map_next(e->alert_of, &pos, &row.key, &row.at))
		put_keyed(out, &row);
}

static void get_standing(struct in *in, struct engine *e, const struct snapshot_header *h)
{
	for (uint64_t i = 0; i < h->standing && in->err == ERR_OK; i++) {
		struct keyed row = get_keyed(in, e);
		if (in->err != ERR_OK)
			return;
		u64map_put(e->alert_of, row.key, row.at);
		e->reach[e->alerts.at[row.at].policy].remembered++;
	}
}

static void put_leads(struct out *out, const struct engine *e)
{
	struct keyed row;
	size_t pos = 0;
	while (merging_next(e, &pos, &row.key, &row.at))
		put_keyed(out, &row);
}

static void get_leads(struct in *in, struct engine *e, const struct snapshot_header *h)
{
	for (uint64_t i = 0; i < h->leads && in->err == ERR_OK; i++) {
		struct keyed row = get_keyed(in, e);
		corrupt_if(in, in->err == ERR_OK && alert_merge_key(&e->alerts.at[row.at]) != row.key);
		if (in->err == ERR_OK)
			merging_restore(e, row.key, row.at);
	}
}

void snapshot_put_alerts(struct out *out, const struct engine *e)
{
	for (size_t i = 0; i < e->alerts.n; i++)
		put_alert(out, &e->alerts.at[i]);
	put_standing(out, e);
	put_leads(out, e);
}

void snapshot_get_alerts(struct in *in, struct engine *e, const struct snapshot_header *h)
{
	for (uint64_t i = 0; in->err == ERR_OK && i < h->alerts; i++)
		get_alert(in, e, h);
	for (uint32_t i = 0; in->err == ERR_OK && i < e->alerts.n; i++)
		check_led(in, e, i);
	get_standing(in, e, h);
	get_leads(in, e, h);
}
