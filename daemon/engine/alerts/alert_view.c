/* An alert as people and programs see it. */
#include "alert_view.h"

#include "alert_about.h"
#include "alert_group.h"
#include "alert_table.h"
#include "daemon/base/best.h"
#include "daemon/base/text.h"
#include "daemon/engine/state/accounts.h"

const char *effect_alert_word(enum effect_type type)
{
	static const char *const words[] = {
		[EFFECT_ALERT_OPENED] = "opened", [EFFECT_ALERT_UPDATED] = "updated", [EFFECT_ALERT_RESOLVED] = "resolved",
		[EFFECT_CLUSTER_CHANGED] = NULL, [EFFECT_STATEMENT_IGNORED] = NULL,
	};
	return words[type];
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
		.recommendation = view_recommendation(e, alert, a), .subject_kind = bytes_of(alert_subject_word(alert->scope)),
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
