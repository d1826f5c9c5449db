/* What an alert is about, in parts. */
#include "alert_about.h"

#include "daemon/base/text.h"
#include "daemon/engine/pairs/contagion_levels.h"
#include "daemon/engine/state/accounts.h"
#include "daemon/engine/state/pair_table.h"

struct bytes view_cluster_id(uint32_t cluster, struct arena *a)
{
	return cluster == GRAPH_NONE ? BYTES_NONE : bytes_of(arena_printf(a, "c%u", cluster + 1));
}

const char *alert_subject_word(unsigned scope)
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
				     .subject_kind = bytes_of(alert_subject_word(alert->scope)), .cluster = BYTES_NONE };
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
