/* An alert as people and programs see it. */
#include "alert_view.h"

#include "alerts.h"
#include "daemon/base/best.h"
#include "daemon/base/text.h"
#include "daemon/engine/pairs/contagion_levels.h"
#include "daemon/engine/state/accounts.h"
#include "daemon/engine/state/pair_table.h"
#include "decide.h"
#include "merging.h"

const char *effect_alert_word(enum effect_type type)
{
	static const char *const words[] = {
		[EFFECT_ALERT_OPENED] = "opened", [EFFECT_ALERT_UPDATED] = "updated", [EFFECT_ALERT_RESOLVED] = "resolved",
		[EFFECT_CLUSTER_CHANGED] = NULL, [EFFECT_STATEMENT_IGNORED] = NULL,
	};
	return words[type];
}

struct bytes view_cluster_id(uint32_t cluster, struct arena *a)
{
	return cluster == GRAPH_NONE ? BYTES_NONE : bytes_of(arena_printf(a, "c%u", cluster + 1));
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
int64_t alert_deadline_ms(const struct engine *e, const struct alert *alert)
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
	int64_t deadline_ms = alert_deadline_ms(e, alert);
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
		.deadline_ms = alert_deadline_ms(e, alert), .opened_seq = alert->opened_seq, .updated_seq = alert->updated_seq,
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
