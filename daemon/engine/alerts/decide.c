/* Policies: conditions on what the event touched, opening and resolving alerts.
 * I1: policies are asked in rule order, subjects in order of touching: effects come in one order.
 * I2: an alert's condition is asked again whenever its subject is touched.
 * I3: an experimental policy is asked as any other, and changes nothing that is not its own (alert_is_shadow). */
#include "decide.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "alert_ends.h"
#include "alert_table.h"
#include "alerts.h"
#include "daemon/engine/fields/fields.h"
#include "daemon/engine/pairs/changes.h"
#include "daemon/engine/pairs/contagion_levels.h"
#include "daemon/engine/state/accounts.h"
#include "daemon/engine/state/pair_table.h"
#include "daemon/model/settle.h"

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

/* As window_answer gives a window that no event has entered. */
static struct range range_of_empty(const void *rules, int field)
{
	if (!field_is_window(field))
		return range_open();
	switch (((const struct ruleset *)rules)->windows[field - FIELD_WINDOWS].take) {
	case TAKE_LATEST: case TAKE_SINCE_FIRST: case TAKE_SINCE_LATEST:
		return range_missing();
	default:
		return range_within(0, 0);
	}
}

static bool needs_window(const struct ruleset *rules, const struct policy_rule *policy)
{
	enum tri truth;
	return policy->scope == POLICY_ACCOUNT && expr_settles(policy->when, range_of_empty, rules, &truth) && truth != YES;
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
	e->reach = xcalloc(e->rules->n_policies + 1, sizeof(*e->reach));
	for (unsigned i = 0; i < e->rules->n_policies; i++) {
		e->reach[i].least_score = least_score_of(e->rules->policies[i].when, score_field);
		e->reach[i].event_types = field_event_types(e->rules->policies[i].when);
		e->reach[i].needs_window = needs_window(e->rules, &e->rules->policies[i]);
		e->reach[i].names_contagion = names_field(e->rules->policies[i].when, contagion_field);
	}
}

/* What people said of a link settles its alert; whatever else ends one withdraws it. */
static const char *resolution_of(const struct engine *e, const struct alert *alert)
{
	const struct pair *pair = alert->scope == POLICY_LINK ? pair_find(e, alert->subject_a, alert->subject_b) : NULL;
	if (pair != NULL && pair->state == LINK_CLEARED)
		return "false_positive";
	return pair != NULL && (pair->state == LINK_JOINT || pair->state == LINK_EXPLAINED) ? "explained" : "withdrawn";
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
	uint32_t account = ev->type == EVENT_CLOSED || ev->type == EVENT_REINSTATED ? account_find(e, ev->account) : NONE;
	if (account != NONE && (account == pair->a || account == pair->b))
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

static bool is_over(const struct policy_rule *policy, struct field_subject *subject, enum tri when)
{
	return policy->until != NULL ? expr_test(policy->until, field_answer, subject) == YES : when == NO;
}

/* A policy whose `when` and `until` are both true raises nothing. */
static bool begins(const struct policy_rule *policy, struct field_subject *subject, enum tri when)
{
	return when == YES && (policy->until == NULL || expr_test(policy->until, field_answer, subject) != YES);
}

static bool may_begin(const struct engine *e, uint32_t number)
{
	return e->reach[number].event_types >> e->event->type & 1;
}

/* Of the link, the risk of the account, or the strongest link of the cluster. */
static int score_of(struct field_subject *subject)
{
	struct value most = { 0 };
	if (subject->pair != NONE)
		return subject->e->pairs.at[subject->pair].score;
	if (subject->account != NONE)
		return account_risk(subject->e, subject->account);
	field_answer(subject, field_find(BYTES_LIT("cluster.max_score")), &most);
	return (int)(most.num / 1000);
}

/* What the condition, or `until`, says now of an alert that stands. */
static void decide_standing(struct engine *e, struct alert *alert, const struct policy_rule *policy,
			    struct field_subject *subject)
{
	enum tri when = expr_test(policy->when, field_answer, subject);
	if (alert->state == ALERT_RESOLVED) {
		if (when == NO)
			alert_forget(e, alert);
		return;
	}
	if (alert->state == ALERT_APPEALED) {
		alert_update(e, alert, score_of(subject));
		return;
	}
	struct reason reason;
	if (is_over(policy, subject, when))
		alert_resolve(e, alert, resolution_of(e, alert), over_because(subject, alert, &reason));
	else
		alert_update(e, alert, score_of(subject));
}

static void decide_subject(struct engine *e, uint32_t number, struct field_subject *subject, const struct alert_subject *key)
{
	const struct policy_rule *policy = &e->rules->policies[number];
	struct alert *alert = alert_find(e, number, key);
	if (alert != NULL && alert_is_back(e, alert)) {
		alert_forget(e, alert);
		alert = NULL;
	}
	if (alert != NULL)
		decide_standing(e, alert, policy, subject);
	else if (may_begin(e, number) && begins(policy, subject, expr_test(policy->when, field_answer, subject)))
		alert_open(e, number, key, score_of(subject));
}

/* The alert's subject as it is now; false: there is no such subject any more. */
static bool subject_of(const struct engine *e, const struct alert *alert, struct field_subject *subject)
{
	*subject = (struct field_subject){ e, NONE, NONE, NONE, NULL };
	if (alert->scope == POLICY_ACCOUNT) {
		subject->account = alert->subject_a;
		return true;
	}
	if (alert->scope == POLICY_CLUSTER) {
		const uint32_t *members;
		subject->cluster = alert->subject_a;
		return graph_members(e->graph, alert->subject_a, &members) > 0;
	}
	const struct pair *pair = pair_find(e, alert->subject_a, alert->subject_b);
	if (pair == NULL)
		return false;
	subject->pair = pair_index(e, pair);
	return true;
}

void decide_step(struct engine *e, struct alert *alert, unsigned step)
{
	const struct policy_rule *policy = &e->rules->policies[alert->policy];
	struct field_subject subject;
	if (!subject_of(e, alert, &subject))
		return;
	decide_standing(e, alert, policy, &subject);
	if (policy->steps[step].expires) {
		alert_expire(e, alert, policy->steps[step].after_ms);
		return;
	}
	bool is_taken = policy->steps[step].when == NULL || expr_test(policy->steps[step].when, field_answer, &subject) == YES;
	if (alert->state != ALERT_RESOLVED && is_taken)
		alert_escalate(e, alert, step);
}

/* Asked as of the latest time, of no event: a copy of the engine's members lets it be asked between events too. */
bool decide_is_gone(const struct engine *e, const struct alert *alert)
{
	const struct policy_rule *policy = &e->rules->policies[alert->policy];
	struct event tick = event_tick(e->now_ms);
	struct engine now = *e;
	struct field_subject subject;
	now.event = &tick;
	return !subject_of(&now, alert, &subject) || is_over(policy, &subject, expr_test(policy->when, field_answer, &subject));
}

/* May an alert of the policy stand about the pair? Pairs are marked by those that people know. */
static bool may_stand(const struct engine *e, uint32_t number, const struct pair *pair, const struct alert_subject *key)
{
	if (e->rules->policies[number].head.status == RULE_STABLE)
		return pair->flags & PAIR_ALERTED;
	return alert_find(e, number, key) != NULL;
}

static void decide_pair(struct engine *e, uint32_t number, uint32_t at)
{
	struct pair *pair = &e->pairs.at[at];
	struct alert_subject key = { .scope = POLICY_LINK, .a = pair->a, .b = pair->b };
	if (pair->a == NONE || (pair->score < e->reach[number].least_score && !may_stand(e, number, pair, &key)))
		return;
	struct field_subject subject = { e, NONE, at, NONE, NULL };
	decide_subject(e, number, &subject, &key);
}

static void decide_account(struct engine *e, uint32_t number, uint32_t account)
{
	if (e->reach[number].needs_window && !e->accounts.at[account].has_windows)
		return;
	struct field_subject subject = { e, account, NONE, NONE, NULL };
	struct alert_subject key = { .scope = POLICY_ACCOUNT, .a = account, .b = NONE };
	decide_subject(e, number, &subject, &key);
}

static void decide_cluster(struct engine *e, uint32_t number, uint32_t cluster)
{
	const uint32_t *members;
	struct alert_subject key = { .scope = POLICY_CLUSTER, .a = cluster, .b = NONE };
	if (graph_members(e->graph, cluster, &members) == 0) {
		struct alert *alert = alert_find(e, number, &key);
		if (alert != NULL && alert->state != ALERT_RESOLVED && alert->state != ALERT_APPEALED)
			alert_resolve(e, alert, "withdrawn", BYTES_LIT("the cluster is no more"));
		return;
	}
	struct cluster_links links = { .is_counted = false };
	struct field_subject subject = { e, NONE, NONE, cluster, &links };
	decide_subject(e, number, &subject, &key);
}

static void decide_policy(struct engine *e, uint32_t number)
{
	const struct policy_rule *policy = &e->rules->policies[number];
	if (!may_begin(e, number) && e->reach[number].remembered == 0)
		return;
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
		decide_policy(e, i);
}
