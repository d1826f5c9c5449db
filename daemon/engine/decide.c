/* Policies: conditions on what the event touched, opening and resolving alerts.
 * I1: policies are asked in rule order, subjects in order of touching: effects come in one order.
 * I2: an alert's condition is asked again whenever its subject is touched. */
#include "decide.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "accounts.h"
#include "alerts.h"
#include "changes.h"
#include "fields.h"

/* Lowest link score at which the condition can hold, as far as its top-level conjunction says. */
static int least_score_of(const struct expr *expr, int score_field)
{
	if (expr == NULL)
		return 0;
	if (expr->op == EXPR_AND) {
		int left = least_score_of(expr->left, score_field), right = least_score_of(expr->right, score_field);
		return left > right ? left : right;
	}
	bool is_bound = (expr->op == EXPR_GE || expr->op == EXPR_GT) && expr->left->op == EXPR_FIELD &&
			expr->left->field == score_field && expr->right->op == EXPR_CONST;
	return is_bound ? (int)(expr->right->constant.num / 1000) : 0;
}

static bool names_field(const struct expr *expr, int field)
{
	if (expr == NULL)
		return false;
	return ((expr->op == EXPR_FIELD || expr->op == EXPR_HAS) && expr->field == field) || names_field(expr->left, field) ||
	       names_field(expr->right, field);
}

/* Room for one name. */
struct reason { char text[EVENT_ACCOUNT_MAX + 100]; };

static struct bytes reason_say(struct reason *out, const char *fmt, ...) PRINTF_LIKE(2, 3);
static struct bytes reason_say(struct reason *out, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vsnprintf(out->text, sizeof(out->text), fmt, args);
	va_end(args);
	return bytes_of(out->text);
}

void decide_prepare(struct engine *e)
{
	int score_field = field_find(BYTES_LIT("link.score")), contagion_field = field_find(BYTES_LIT("account.contagion"));
	e->names_contagion = xcalloc(e->rules->n_policies + 1, sizeof(*e->names_contagion));
	e->least_score = xcalloc(e->rules->n_policies + 1, sizeof(*e->least_score));
	for (unsigned i = 0; i < e->rules->n_policies; i++)
		e->least_score[i] = least_score_of(e->rules->policies[i].when, score_field);
	for (unsigned i = 0; i < e->rules->n_policies; i++)
		e->names_contagion[i] = names_field(e->rules->policies[i].when, contagion_field);
}

/* What became of a link that an alert was about. */
static struct bytes link_is_over(const struct engine *e, const struct pair *pair, const struct alert *alert, struct reason *out)
{
	const struct event *ev = e->event;
	if (pair->state == LINK_CLEARED && pair->flags & PAIR_NOT_SAME)
		return BYTES_LIT("a verdict says that the two are not the same");
	if (pair->state == LINK_CLEARED)
		return BYTES_LIT("a verdict says that the link is clean");
	if (pair->state == LINK_JOINT || pair->state == LINK_EXPLAINED)
		return reason_say(out, "the two declared a relation: %.*s",
				  BYTES_ARG(e->rules->relations[pair->explained - 1].name));
	if (ev->type == EVENT_CLOSED || ev->type == EVENT_REINSTATED)
		return reason_say(out, "%.*s was %s", BYTES_ARG(ev->account), event_types[ev->type].name);
	if (pair->score < alert->score) {
		struct arena *a = arena_new(1024);
		const struct change *change = change_of_link(e, pair->a, pair->b);
		struct bytes why = change != NULL && change->seq == e->seq ? change_reason(e, change, a) : BYTES_NONE;
		reason_say(out, "the score fell from %d to %d%s%.*s", alert->score, pair->score, why.len > 0 ? ": " : "", BYTES_ARG(why));
		arena_free(a);
		return bytes_of(out->text);
	}
	return BYTES_LIT("the condition no longer holds");
}

static struct bytes over_because(const struct field_subject *subject, const struct alert *alert, struct reason *out)
{
	if (alert->scope == POLICY_LINK)
		return link_is_over(subject->e, &subject->e->pairs.at[subject->pair], alert, out);
	const struct event *ev = subject->e->event;
	if (alert->scope == POLICY_ACCOUNT && (ev->type == EVENT_CLOSED || ev->type == EVENT_REINSTATED))
		return reason_say(out, "%.*s was %s", BYTES_ARG(ev->account), event_types[ev->type].name);
	return BYTES_LIT("the condition no longer holds");
}

/* What the condition, or `until`, says now of an alert that stands. */
static void decide_standing(struct engine *e, struct alert *alert, const struct policy_rule *policy,
			    struct field_subject *subject, int score)
{
	enum tri when = expr_test(policy->when, field_answer, subject);
	if (alert->state == ALERT_RESOLVED) {
		if (when == NO)
			alert_forget(e, alert);
		return;
	}
	bool is_over = policy->until != NULL ? expr_test(policy->until, field_answer, subject) == YES : when == NO;
	struct reason reason;
	if (is_over)
		alert_resolve(e, alert, "withdrawn", over_because(subject, alert, &reason));
	else
		alert_update(e, alert, score);
}

static void decide_subject(struct engine *e, uint32_t number, struct field_subject *subject,
			   const struct alert_subject *key, int score)
{
	const struct policy_rule *policy = &e->rules->policies[number];
	struct alert *alert = alert_find(e, number, key);
	if (alert != NULL)
		decide_standing(e, alert, policy, subject, score);
	else if (expr_test(policy->when, field_answer, subject) == YES)
		alert_open(e, number, key, score);
}

static void decide_pair(struct engine *e, uint32_t number, uint32_t at)
{
	struct pair *pair = &e->pairs.at[at];
	if (pair->a == NONE || (pair->score < e->least_score[number] && !(pair->flags & PAIR_ALERTED)))
		return;
	struct field_subject subject = { e, NONE, at, NONE };
	struct alert_subject key = { .scope = POLICY_LINK, .a = pair->a, .b = pair->b };
	decide_subject(e, number, &subject, &key, pair->score);
}

static void decide_account(struct engine *e, uint32_t number, uint32_t account)
{
	struct field_subject subject = { e, account, NONE, NONE };
	struct alert_subject key = { .scope = POLICY_ACCOUNT, .a = account, .b = NONE };
	decide_subject(e, number, &subject, &key, account_risk(e, account));
}

static void decide_cluster(struct engine *e, uint32_t number, uint32_t cluster)
{
	const uint32_t *members;
	struct alert_subject key = { .scope = POLICY_CLUSTER, .a = cluster, .b = NONE };
	if (graph_members(e->graph, cluster, &members) == 0) {
		struct alert *alert = alert_find(e, number, &key);
		if (alert != NULL && alert->state != ALERT_RESOLVED)
			alert_resolve(e, alert, "withdrawn", BYTES_LIT("the cluster is no more"));
		return;
	}
	struct field_subject subject = { e, NONE, NONE, cluster };
	struct value most = { 0 };
	field_answer(&subject, field_find(BYTES_LIT("cluster.max_score")), &most);
	decide_subject(e, number, &subject, &key, (int)(most.num / 1000));
}

static void decide_policy(struct engine *e, uint32_t number)
{
	const struct policy_rule *policy = &e->rules->policies[number];
	if (policy->scope == POLICY_LINK)
		for (size_t i = 0; i < e->touched.pairs.n; i++)
			decide_pair(e, number, e->touched.pairs.at[i]);
	else if (policy->scope == POLICY_ACCOUNT)
		for (size_t i = 0; i < e->touched.accounts.n; i++)
			decide_account(e, number, e->touched.accounts.at[i]);
	else
		for (size_t i = 0; i < e->touched.clusters.n; i++)
			decide_cluster(e, number, e->touched.clusters.at[i]);
}

static void touch_id(struct engine *e, uint32_t id, bool is_cluster)
{
	if (id == NONE)
		return;
	if (is_cluster) {
		for (size_t i = 0; i < e->touched.clusters.n; i++)
			if (e->touched.clusters.at[i] == id)
				return;
		VEC_PUSH(&e->touched.clusters, id);
		return;
	}
	for (size_t i = 0; i < e->touched.accounts.n; i++)
		if (e->touched.accounts.at[i] == id)
			return;
	VEC_PUSH(&e->touched.accounts, id);
}

/* A changed link is news for its accounts and their clusters too. */
static void spread_touches(struct engine *e)
{
	int lowest = e->rules->scoring.score_bands[0];
	for (size_t i = 0; i < e->touched.pairs.n; i++) {
		const struct pair *pair = &e->pairs.at[e->touched.pairs.at[i]];
		if (pair->a == NONE || (pair->score < lowest && !(pair->flags & (PAIR_REACHED | PAIR_ALERTED))))
			continue;
		const uint32_t ends[2] = { pair->a, pair->b };
		for (unsigned k = 0; k < 2; k++) {
			touch_id(e, ends[k], false);
			touch_id(e, graph_cluster_of(e->graph, ends[k]), true);
		}
	}
}

void decide(struct engine *e)
{
	spread_touches(e);
	for (uint32_t i = 0; i < e->rules->n_policies; i++)
		if (e->rules->policies[i].head.status == RULE_STABLE)
			decide_policy(e, i);
}
