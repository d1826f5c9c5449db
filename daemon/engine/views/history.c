/* Histories as people and programs see them. */
#include "daemon/engine/alerts/alert_about.h"
#include "daemon/engine/alerts/alert_table.h"
#include "daemon/engine/alerts/alert_view.h"
#include "daemon/engine/pairs/changes.h"
#include "daemon/engine/state/accounts.h"
#include "views.h"

static void view_alert(const struct engine *e, const struct change *change, struct arena *a, struct change_view *out)
{
	const struct alert *alert = &e->alerts.at[change->about];
	struct said said;
	said_read(e, change->because, &said);
	out->actor = said.actor;
	out->value = said.value;
	out->alert = bytes_of(arena_printf(a, "%016llx", (unsigned long long)alert->id));
	out->rule = e->rules->policies[alert->policy].head.id;
}

static bool is_of_cluster(unsigned type)
{
	return type >= CHANGE_CLUSTER_FORMED && type <= CHANGE_CLUSTER_DISSOLVED;
}

/* Of a cluster's row: who joined or left, or the other cluster; of an account's: the cluster. */
static void view_cluster_change(const struct engine *e, const struct change *change, enum history_of of, struct arena *a,
				struct change_view *out)
{
	bool names_account = change->type == CHANGE_CLUSTER_JOINED || change->type == CHANGE_CLUSTER_LEFT;
	if (change->about == NONE)
		return;
	if (of == HISTORY_CLUSTERS && names_account)
		out->account = account_name(e, change->about);
	else
		out->cluster = view_cluster_id(change->about, a);
}

/* Groups only grow: one that is full now is what was in the way, or else the account's own limit. */
static void view_ignoring(const struct engine *e, const struct change *change, struct arena *a, struct change_view *out)
{
	const struct group *g = &e->groups.at[change->about];
	bool is_joint = g->relation != RELATION_OWN && e->rules->relations[g->relation].is_joint && g->members.n == JOINT_MEMBERS_MAX;
	struct cause_view *because = ARENA_NEW(a, struct cause_view);
	const char *form = is_joint ? "a joint group has %u accounts at most: %.*s" : "an account has %u relations at most: %.*s";
	if (out->because == NULL)
		return;
	*because = *out->because;
	because->limit = is_joint ? "joint" : "account";
	because->most = is_joint ? JOINT_MEMBERS_MAX : RELATIONS_PER_ACCOUNT;
	out->because = because;
	out->reason = bytes_of(arena_printf(a, form, because->most, BYTES_ARG(out->reason)));
}

static void view_change(const struct engine *e, const struct change *change, enum history_of of, struct arena *a,
			struct change_view *out)
{
	*out = (struct change_view){
		.ts_ms = change->ts_ms, .seq = change->seq, .type = change->type, .before = change->before, .after = change->after,
		.account = BYTES_NONE, .cluster = BYTES_NONE, .alert = BYTES_NONE, .rule = BYTES_NONE, .relation = BYTES_NONE,
		.actor = BYTES_NONE, .value = BYTES_NONE, .reason = change_reason(e, change, a), .because = view_cause(e, change, a),
	};
	if (is_of_cluster(change->type))
		view_cluster_change(e, change, of, a, out);
	else if (change->cause == CAUSE_ALERT)
		view_alert(e, change, a, out);
	else if (change->type == CHANGE_RELATION || change->type == CHANGE_RELATION_IGNORED)
		out->relation = view_group_name(e, change->about, a);
	else if (change->about != NONE)
		out->account = account_name(e, change->about);
	if (change->type == CHANGE_RELATION_IGNORED)
		view_ignoring(e, change, a, out);
}

static void view_history(const struct engine *e, enum history_of of, uint32_t id, struct arena *a, struct history_view *out)
{
	out->n_changes = history_count(e->history, of, id, &out->total);
	out->changes = ARENA_ARRAY(a, struct change_view, out->n_changes + 1);
	for (unsigned i = 0; i < out->n_changes; i++)
		view_change(e, history_at(e->history, of, id, i), of, a, &out->changes[i]);
}

enum err engine_account_history(const struct engine *e, struct bytes name, struct arena *a, struct history_view *out)
{
	uint32_t account = account_find(e, name);
	if (account == NONE)
		return ERR_NOTFOUND;
	*out = (struct history_view){ .subject = account_name(e, account) };
	view_history(e, HISTORY_ACCOUNTS, account, a, out);
	return ERR_OK;
}

enum err engine_alert_history(const struct engine *e, struct bytes id, struct arena *a, struct history_view *out)
{
	const struct alert *alert = alert_by_id(e, id);
	if (alert == NULL)
		return ERR_NOTFOUND;
	*out = (struct history_view){ .subject = id };
	view_history(e, HISTORY_ALERTS, (uint32_t)(alert - e->alerts.at), a, out);
	return ERR_OK;
}

enum err engine_cluster_history(const struct engine *e, struct bytes id, struct arena *a, struct history_view *out)
{
	uint32_t cluster = view_cluster_of_id(e, id);
	if (cluster == GRAPH_NONE)
		return ERR_NOTFOUND;
	*out = (struct history_view){ .subject = view_cluster_id(cluster, a) };
	view_history(e, HISTORY_CLUSTERS, cluster, a, out);
	return ERR_OK;
}
