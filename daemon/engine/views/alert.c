/* Alerts asked for: by state, by urgency, by what they are about. */
#include "views.h"

#include <stdlib.h>

#include "daemon/base/best.h"
#include "daemon/engine/alerts/alert_about.h"
#include "daemon/engine/alerts/alert_table.h"
#include "daemon/engine/alerts/alert_view.h"
#include "daemon/engine/alerts/decide.h"

struct alert_order { uint64_t updated_seq; int64_t due_ms, opened_ms; size_t at; int level; bool is_overdue; };

static int compare_alerts(const void *x, const void *y)
{
	const struct alert_order *a = x, *b = y;
	if (a->updated_seq != b->updated_seq)
		return a->updated_seq > b->updated_seq ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static int compare_urgency(const void *x, const void *y)
{
	const struct alert_order *a = x, *b = y;
	if (a->is_overdue != b->is_overdue)
		return a->is_overdue ? -1 : 1;
	if (a->level != b->level)
		return a->level > b->level ? -1 : 1;
	if (a->due_ms != b->due_ms)
		return a->due_ms < b->due_ms ? -1 : 1;
	if (a->opened_ms != b->opened_ms)
		return a->opened_ms < b->opened_ms ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static struct alert_order order_of(const struct engine *e, size_t at)
{
	const struct alert *alert = &e->alerts.at[at];
	int64_t deadline_ms = alert_deadline_ms(e, alert);
	return (struct alert_order){ .updated_seq = alert->updated_seq, .due_ms = deadline_ms != 0 ? deadline_ms : INT64_MAX,
				     .opened_ms = alert->opened_ms, .at = at, .level = merged_level(e, alert), .is_overdue = alert_is_overdue(e, alert) };
}

/* Shadows are in no state that people know. */
static bool is_in_state(const struct engine *e, const struct alert *alert, int state)
{
	if (alert_is_shadow(e, alert))
		return false;
	return state == ALERTS_STANDING ? alert->state != ALERT_RESOLVED : state < 0 || alert->state == (enum alert_state)state;
}

static bool is_asked_for(const struct engine *e, const struct alert_query *query, const struct alert *alert)
{
	if (query->lead.len > 0)
		return alert_is_merged(alert) && alert_leading(e, alert) == alert_by_id(e, query->lead);
	return !query->skips_merged || !alert_is_merged(alert);
}

void engine_alert_counts(const struct engine *e, int state, struct alert_counts *out)
{
	*out = (struct alert_counts){ 0 };
	for (size_t i = 0; i < e->alerts.n; i++) {
		const struct alert *alert = &e->alerts.at[i];
		if (!is_in_state(e, alert, state))
			continue;
		if (alert_is_merged(alert)) {
			out->merged++;
			continue;
		}
		out->total++;
		out->overdue += alert_is_overdue(e, alert);
		out->levels[merged_level(e, alert)]++;
	}
}

enum err engine_alerts(const struct engine *e, const struct alert_query *query, struct arena *a, struct alert_view **out,
		       unsigned *n)
{
	struct best best = { .size = sizeof(struct alert_order), .room = query->max, .order = query->by_urgency ? compare_urgency : compare_alerts };
	struct alert_order first = { 0 };
	if (query->after.len > 0) {
		const struct alert *after = alert_by_id(e, query->after);
		if (after == NULL)
			return ERR_NOTFOUND;
		first = order_of(e, (size_t)(after - e->alerts.at));
	}
	for (size_t i = 0; i < e->alerts.n; i++) {
		if (!is_in_state(e, &e->alerts.at[i], query->state) || !is_asked_for(e, query, &e->alerts.at[i]))
			continue;
		struct alert_order row = order_of(e, i);
		if (query->after.len == 0 || best.order(&first, &row) < 0)
			best_offer(&best, &row);
	}
	best_sort(&best);
	*n = (unsigned)best.n;
	*out = ARENA_ARRAY(a, struct alert_view, best.n + 1);
	for (size_t i = 0; i < best.n; i++)
		alert_view(e, &e->alerts.at[((struct alert_order *)best.at)[i].at], a, &(*out)[i]);
	best_free(&best);
	return ERR_OK;
}

/* ---- related ---- */

#define CLUSTER_ALERTS_MAX 20

struct relating { const struct engine *e; const struct alert *to; uint32_t cluster; };
struct related_order { bool is_over; uint64_t updated_seq; size_t at; };

static int compare_related(const void *x, const void *y)
{
	const struct related_order *a = x, *b = y;
	if (a->is_over != b->is_over)
		return a->is_over ? 1 : -1;
	if (a->updated_seq != b->updated_seq)
		return a->updated_seq > b->updated_seq ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static uint32_t cluster_of(const struct engine *e, const struct alert *alert)
{
	if (alert->scope == POLICY_CLUSTER)
		return alert->subject_a;
	return graph_cluster_of(e->graph, alert->subject_a);
}

/* One pass over all alerts, too. */
unsigned view_cluster_alerts(const struct engine *e, uint32_t cluster, struct arena *a, struct bytes **out)
{
	struct best best = { .size = sizeof(struct alert_order), .room = CLUSTER_ALERTS_MAX, .order = compare_urgency };
	for (size_t i = 0; i < e->alerts.n; i++) {
		const struct alert *alert = &e->alerts.at[i];
		if (!is_in_state(e, alert, ALERTS_STANDING) || alert_is_merged(alert) || cluster_of(e, alert) != cluster)
			continue;
		struct alert_order row = order_of(e, i);
		best_offer(&best, &row);
	}
	best_sort(&best);
	unsigned n = (unsigned)best.n;
	*out = ARENA_ARRAY(a, struct bytes, n + 1);
	for (unsigned i = 0; i < n; i++)
		(*out)[i] = view_alert_id(&e->alerts.at[((const struct alert_order *)best.at)[i].at], a);
	best_free(&best);
	return n;
}

static bool is_related(const struct relating *r, const struct alert *alert)
{
	if (alert == r->to || alert_is_merged(alert) || alert_is_shadow(r->e, alert))
		return false;
	if (r->cluster != GRAPH_NONE && cluster_of(r->e, alert) == r->cluster)
		return true;
	struct id_span its = alert_accounts(alert), here = alert_accounts(r->to);
	for (size_t i = 0; alert->scope != POLICY_CLUSTER && i < its.n; i++)
		for (size_t k = 0; k < here.n; k++)
			if (its.at[i] == here.at[k])
				return true;
	return false;
}

/* One pass over all alerts: people ask for it, one alert at a time. */
enum err engine_alert_related(const struct engine *e, struct bytes id, unsigned max, struct arena *a, struct alert_list *out)
{
	const struct alert *to = alert_by_id(e, id);
	struct best best = { .size = sizeof(struct related_order), .room = max, .order = compare_related };
	if (to == NULL)
		return ERR_NOTFOUND;
	struct relating r = { e, to, cluster_of(e, to) };
	for (size_t i = 0; i < e->alerts.n; i++) {
		const struct alert *alert = &e->alerts.at[i];
		struct related_order row = { alert->state == ALERT_RESOLVED, alert->updated_seq, i };
		if (is_related(&r, alert))
			best_offer(&best, &row);
	}
	best_sort(&best);
	*out = (struct alert_list){ ARENA_ARRAY(a, struct alert_view, best.n + 1), (unsigned)best.n };
	for (size_t i = 0; i < best.n; i++)
		alert_view(e, &e->alerts.at[((struct related_order *)best.at)[i].at], a, &out->at[i]);
	best_free(&best);
	return ERR_OK;
}

unsigned engine_standing_alerts(const struct engine *e, struct arena *a, struct alert_head **out)
{
	unsigned n = 0;
	*out = ARENA_ARRAY(a, struct alert_head, u64map_count(e->alert_of) + 1);
	for (size_t i = 0; i < e->alerts.n; i++) {
		const struct alert *alert = &e->alerts.at[i];
		const struct rule_head *rule = &e->rules->policies[alert->policy].head;
		if (alert->state == ALERT_RESOLVED || alert_is_shadow(e, alert))
			continue;
		(*out)[n++] = (struct alert_head){
			.id = view_alert_id(alert, a), .title = rule->title, .level = bytes_of(rule_level_names[merged_level(e, alert)]),
			.state = alert->state, .score = alert->score, .n_accounts = (unsigned)alert_accounts(alert).n,
			.n_alerts = 1 + (unsigned)alert_merged(alert).n, .is_merged = alert_is_merged(alert),
			.updated_seq = alert->updated_seq,
		};
	}
	return n;
}

enum err engine_alert(const struct engine *e, struct bytes id, struct arena *a, struct alert_view *out)
{
	const struct alert *alert = alert_by_id(e, id);
	if (alert == NULL)
		return ERR_NOTFOUND;
	alert_view(e, alert, a, out);
	return ERR_OK;
}

bool engine_alert_is_gone(const struct engine *e, struct bytes id)
{
	const struct alert *alert = alert_by_id(e, id);
	return alert == NULL || decide_is_gone(e, alert);
}
