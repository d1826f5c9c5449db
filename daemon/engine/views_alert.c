/* Alerts as people and programs see them. */
#include "accounts.h"

#include <stdio.h>
#include <stdlib.h>

#include "alerts.h"
#include "contagion.h"
#include "decide.h"
#include "merging.h"
#include "pairs.h"
#include "daemon/base/best.h"
#include "daemon/base/text.h"
#include "views.h"

const char *effect_alert_word(enum effect_type type)
{
	static const char *const words[] = {
		[EFFECT_ALERT_OPENED] = "opened", [EFFECT_ALERT_UPDATED] = "updated", [EFFECT_ALERT_RESOLVED] = "resolved",
		[EFFECT_CLUSTER_CHANGED] = NULL, [EFFECT_STATEMENT_IGNORED] = NULL,
	};
	return words[type];
}

static const char *subject_word(unsigned scope)
{
	if (scope == POLICY_CLUSTER)
		return "cluster";
	return scope == POLICY_LINK ? "link" : "account";
}

static unsigned view_steps(const struct engine *e, uint32_t account, struct arena *a, struct alert_about *out)
{
	uint32_t path[CONTAGION_PATH_MAX];
	unsigned n = contagion_path(e, account, path);
	struct alert_step *steps = ARENA_ARRAY(a, struct alert_step, n + 1);
	for (unsigned i = 0; i < n; i++) {
		const struct pair *pair = i > 0 ? pair_find(e, path[i - 1], path[i]) : NULL;
		bool is_sure = pair != NULL && (pair->state == LINK_JOINT || pair->state == LINK_CONFIRMED);
		steps[i] = (struct alert_step){ account_name(e, path[i]), pair != NULL ? pair->score : 0,
						is_sure ? link_state_names[pair->state] : NULL };
	}
	out->path = steps;
	if (n > 0)
		out->path_end = e->accounts.at[path[n - 1]].is_closed ? "closed" : "confirmed";
	return n;
}

static int score_now(const struct engine *e, const struct alert *alert)
{
	const struct pair *pair = alert->scope == POLICY_LINK ? pair_find(e, alert->subject_a, alert->subject_b) : NULL;
	return pair != NULL && alert->state != ALERT_RESOLVED ? pair->score : alert->score;
}

void view_alert_about(const struct engine *e, const struct alert *alert, struct arena *a, struct alert_about *out)
{
	*out = (struct alert_about){ .title = e->rules->policies[alert->policy].head.title, .score = alert->score,
				     .score_now = score_now(e, alert),
				     .subject_kind = bytes_of(subject_word(alert->scope)), .cluster = BYTES_NONE };
	if (alert->scope == POLICY_CLUSTER) {
		out->cluster = view_cluster_id(alert->subject_a, a);
		out->n_members = (unsigned)alert_accounts(alert).n;
		return;
	}
	out->accounts[out->n_named++] = account_name(e, alert->subject_a);
	if (alert->scope == POLICY_LINK)
		out->accounts[out->n_named++] = account_name(e, alert->subject_b);
	else if (e->reach[alert->policy].names_contagion)
		out->n_path = view_steps(e, alert->subject_a, a, out);
}

/* ": anna -960- bert -joint- carl (closed)" */
static void add_path(struct text *text, const struct alert_about *about)
{
	for (unsigned i = 0; i < about->n_path; i++) {
		const struct alert_step *step = &about->path[i];
		text_adds(text, i == 0 ? ": " : " -");
		if (i > 0 && step->state != NULL)
			text_addf(text, "%s- ", step->state);
		else if (i > 0)
			text_addf(text, "%d- ", step->score);
		text_add(text, step->account);
	}
	if (about->n_path > 0)
		text_addf(text, " (%s)", about->path_end);
}

static struct bytes alert_summary(const struct alert_about *about, struct arena *a)
{
	struct text text = { 0 };
	text_addf(&text, "%.*s: ", BYTES_ARG(about->title));
	if (about->n_named == 0)
		text_addf(&text, "%u accounts in cluster %.*s, strongest link %d", about->n_members, BYTES_ARG(about->cluster), about->score);
	else if (about->n_named == 2)
		text_addf(&text, "%.*s and %.*s, score %d", BYTES_ARG(about->accounts[0]), BYTES_ARG(about->accounts[1]), about->score);
	else
		text_addf(&text, "%.*s, risk %d", BYTES_ARG(about->accounts[0]), about->score);
	add_path(&text, about);
	struct bytes out = arena_bytes(a, text_bytes(&text));
	text_free(&text);
	return out;
}

/* Of a link's two accounts the one that came later; at the same time the second. */
static uint32_t newer_of(const struct engine *e, const struct alert *alert)
{
	const struct account *a = &e->accounts.at[alert->subject_a], *b = &e->accounts.at[alert->subject_b];
	return b->first_ms != 0 && b->first_ms < a->first_ms ? alert->subject_a : alert->subject_b;
}

/* The policy's recommendation, or that of a step, with {older} and {newer} as names; the compiler allows them of links only. */
struct bytes view_recommendation(const struct engine *e, const struct alert *alert, struct arena *a)
{
	const struct policy_rule *policy = &e->rules->policies[alert->policy];
	struct bytes rest = alert->advice > 0 ? policy->steps[alert->advice - 1].recommendation : policy->recommendation;
	ptrdiff_t open;
	if (alert->scope != POLICY_LINK || bytes_find_char(rest, '{') < 0)
		return rest;
	uint32_t newer = newer_of(e, alert), older = newer == alert->subject_a ? alert->subject_b : alert->subject_a;
	struct text out = { 0 };
	while ((open = bytes_find_char(rest, '{')) >= 0) {
		text_add(&out, bytes_slice(rest, 0, (size_t)open));
		rest = bytes_slice(rest, (size_t)open, rest.len);
		text_add(&out, account_name(e, bytes_starts(rest, BYTES_LIT("{newer}")) ? newer : older));
		ptrdiff_t end = bytes_find_char(rest, '}');
		rest = bytes_slice(rest, end < 0 ? rest.len : (size_t)end + 1, rest.len);
	}
	text_add(&out, rest);
	struct bytes filled = arena_bytes(a, text_bytes(&out));
	text_free(&out);
	return filled;
}

struct bytes view_alert_id(const struct alert *alert, struct arena *a)
{
	return bytes_of(arena_printf(a, "%016llx", (unsigned long long)alert->id));
}

/* The earliest of those that it stands for. */
static int64_t deadline_of(const struct engine *e, const struct alert *alert)
{
	int64_t first_ms = alert->deadline_ms;
	struct id_span merged = alert_merged(alert);
	for (size_t i = 0; i < merged.n && alert->state != ALERT_RESOLVED; i++) {
		const struct alert *one = &e->alerts.at[merged.at[i]];
		if (one->deadline_ms != 0 && (first_ms == 0 || one->deadline_ms < first_ms))
			first_ms = one->deadline_ms;
	}
	return first_ms;
}

bool alert_is_overdue(const struct engine *e, const struct alert *alert)
{
	int64_t deadline_ms = deadline_of(e, alert);
	return deadline_ms != 0 && alert->state != ALERT_RESOLVED && e->now_ms >= deadline_ms;
}

/* The gravest reason first, whichever of its alerts has it. */
static struct bytes whole_summary(const struct alert_view *alert, struct arena *a)
{
	const struct alert_group *group = alert->group;
	struct bytes summary = alert_summary(group != NULL ? &group->reasons[0].about : &alert->about, a);
	if (group == NULL || group->alerts == 1)
		return summary;
	return bytes_of(arena_printf(a, "%.*s; %u more alert%s about %u accounts in all", BYTES_ARG(summary), group->alerts - 1,
				     group->alerts == 2 ? "" : "s", group->n_accounts));
}

static bool is_replaced(const struct engine *e, const struct alert *alert)
{
	struct alert_subject subject = { .scope = alert->scope, .a = alert->subject_a, .b = alert->subject_b };
	const struct alert *now = alert->state == ALERT_RESOLVED ? alert_find(e, alert->policy, &subject) : NULL;
	return now != NULL && now != alert;
}

void alert_view(const struct engine *e, const struct alert *alert, struct arena *a, struct alert_view *out)
{
	const struct policy_rule *policy = &e->rules->policies[alert->policy];
	*out = (struct alert_view){
		.id = view_alert_id(alert, a), .rule = policy->head.id,
		.title = policy->head.title, .level = bytes_of(rule_level_names[merged_level(e, alert)]),
		.recommendation = view_recommendation(e, alert, a), .subject_kind = bytes_of(subject_word(alert->scope)),
		.state = alert->state, .audience = alert->audience, .resolution = arena_bytes(a, alert_text(e, alert->resolution)),
		.reason = arena_bytes(a, alert_text(e, alert->reason)), .actor = arena_bytes(a, alert_text(e, alert->actor)),
		.owner = arena_bytes(a, alert_text(e, alert->owner)), .snoozed_until_ms = alert->snoozed_ms, .n_notes = alert->notes,
		.is_replaced = is_replaced(e, alert), .score = alert->score,
		.opened_ms = alert->opened_ms, .updated_ms = alert->updated_ms,
		.deadline_ms = deadline_of(e, alert), .opened_seq = alert->opened_seq, .updated_seq = alert->updated_seq,
		.appeal_round = alert->round,
		.is_overdue = alert_is_overdue(e, alert),
		.cluster = BYTES_NONE, .lead = alert_is_merged(alert) ? view_alert_id(alert_leading(e, alert), a) : BYTES_NONE,
		.group = view_alert_group(e, alert, a),
	};
	view_alert_about(e, alert, a, &out->about);
	out->summary = whole_summary(out, a);
	struct id_span accounts = alert_accounts(alert);
	out->accounts = ARENA_ARRAY(a, struct bytes, accounts.n + 1);
	for (size_t i = 0; i < accounts.n; i++)
		out->accounts[out->n_accounts++] = account_name(e, accounts.at[i]);
	if (alert->scope == POLICY_CLUSTER)
		out->cluster = view_cluster_id(alert->subject_a, a);
	else if (accounts.n > 0)
		out->cluster = view_cluster_id(graph_cluster_of(e->graph, accounts.at[0]), a);
}

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
	int64_t deadline_ms = deadline_of(e, alert);
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
