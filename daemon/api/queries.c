/* Questions to the engine: accounts, links, clusters, alerts, hubs, what accounts share. */
#include "call.h"
#include "render.h"

#define ALERTS_MAX 1000
#define HUBS_MAX 1000
#define CORRELATE_MAX 50

bool api_resolve_account(struct api_call *call, struct bytes name, struct bytes *out)
{
	const char *site = call->api->setup.default_site;
	struct account_view account;

	*out = name;
	if (engine_assess(call->engine, name, 0, call->arena, &account) == ERR_OK)
		return true;
	if (!site || !*site)
		return false;
	*out = event_account_name(call->arena, bytes_of(site), name);
	if (engine_assess(call->engine, *out, 0, call->arena, &account) == ERR_OK)
		return true;
	if (bytes_find_char(name, '/') >= 0)
		*out = name; /* it names a site of its own */
	return false;
}

/* False when it is not known; answered then. */
static bool look_up_account(struct api_call *call, struct bytes name, struct account_view *out)
{
	struct bytes whole;

	if (api_resolve_account(call, name, &whole) && engine_account(call->engine, whole, call->arena, out) == ERR_OK)
		return true;
	api_not_found(call, "account", name);
	return false;
}

void get_account(struct api_call *call)
{
	struct account_view account;

	if (!look_up_account(call, call->params[0], &account))
		return;
	render_account(call->out, &account);
	api_reply_json(call, 200);
}

void get_account_links(struct api_call *call)
{
	struct account_view account;

	if (!look_up_account(call, call->params[0], &account))
		return;
	render_links(call->out, account.name, account.links, account.n_links);
	api_reply_json(call, 200);
}

/* As look_up_account, of the name alone. */
static bool look_up_name(struct api_call *call, struct bytes name, struct bytes *out)
{
	if (api_resolve_account(call, name, out))
		return true;
	api_not_found(call, "account", name);
	return false;
}

#define STANDING_MAX 20

unsigned api_standing(struct api_call *call, const struct bytes *ids, unsigned n_ids, struct alert_view **out)
{
	unsigned n = 0;

	*out = ARENA_ARRAY(call->arena, struct alert_view, STANDING_MAX);
	for (unsigned i = 0; i < n_ids && n < STANDING_MAX; i++)
		n += engine_alert(call->engine, ids[i], call->arena, &(*out)[n]) == ERR_OK;
	return n;
}

static void answer_why(struct api_call *call, const struct why_view *why)
{
	struct alert_view *standing;
	unsigned n = api_standing(call, why->alerts, why->n_alerts, &standing);

	render_why(call->out, why, standing, n);
}

void get_link(struct api_call *call)
{
	struct bytes a, b, reader = http_query(call->http, "for");
	struct why_view why;

	if (reader.len > 0 && !bytes_is(reader, "subject") && !bytes_is(reader, "analyst")) {
		api_problem(call, 400, "value", "\"for\" is analyst or subject, not \"%.*s\"", BYTES_ARG(bytes_slice(reader, 0, 64)));
		return;
	}
	if (!look_up_name(call, call->params[0], &a) || !look_up_name(call, call->params[1], &b))
		return;
	if (bytes_eq(a, b)) {
		api_problem(call, 400, "account", "both are the account \"%.*s\"; name two", BYTES_ARG(bytes_slice(a, 0, 256)));
		return;
	}
	if (engine_why(call->engine, a, b, call->arena, &why) != ERR_OK) {
		api_problem(call, 404, "unlinked", "nothing links \"%.*s\" and \"%.*s\"", BYTES_ARG(bytes_slice(a, 0, 256)),
			    BYTES_ARG(bytes_slice(b, 0, 256)));
		return;
	}
	if (bytes_is(reader, "subject"))
		render_for_subject(call->out, &why, a);
	else
		answer_why(call, &why);
	api_reply_json(call, 200);
}

void get_cluster(struct api_call *call)
{
	struct cluster_view cluster;
	struct alert_view *standing;
	unsigned n;

	if (engine_cluster(call->engine, call->params[0], call->arena, &cluster) != ERR_OK) {
		api_not_found(call, "cluster", call->params[0]);
		return;
	}
	n = api_standing(call, cluster.alerts, cluster.n_alerts, &standing);
	render_cluster(call->out, &cluster, standing, n);
	api_reply_json(call, 200);
}

void get_account_history(struct api_call *call)
{
	struct history_view history;
	struct bytes name;

	if (!look_up_name(call, call->params[0], &name))
		return;
	if (engine_account_history(call->engine, name, call->arena, &history) != ERR_OK) {
		api_not_found(call, "account", name);
		return;
	}
	render_history(call->out, "account", &history);
	api_reply_json(call, 200);
}

void get_cluster_history(struct api_call *call)
{
	struct history_view history;

	if (engine_cluster_history(call->engine, call->params[0], call->arena, &history) != ERR_OK) {
		api_not_found(call, "cluster", call->params[0]);
		return;
	}
	render_history(call->out, "cluster", &history);
	api_reply_json(call, 200);
}

/* A state of alerts; absence is all. False: answered 400. */
static bool query_state(struct api_call *call, int *state)
{
	struct bytes word = http_query(call->http, "state");

	*state = bytes_is(word, "standing") ? ALERTS_STANDING : ALERTS_ALL;
	if (word.len == 0 || bytes_is(word, "all") || bytes_is(word, "standing"))
		return true;
	for (int i = 0; i < ALERT_STATES; i++)
		if (bytes_is(word, alert_state_names[i])) {
			*state = i;
			return true;
		}
	api_problem(call, 400, "query", "state is one of open, acknowledged, appealed, resolved, standing, all");
	return false;
}

/* By the newest change or by urgency. False: answered 400. */
static bool query_order(struct api_call *call, bool *by_urgency)
{
	struct bytes word = http_query(call->http, "order");

	*by_urgency = bytes_is(word, "urgent");
	if (word.len == 0 || *by_urgency || bytes_is(word, "changed"))
		return true;
	api_problem(call, 400, "query", "order is changed or urgent");
	return false;
}

/* Merged ones are shown by their lead, unless somebody asks for them. False: answered 400 or 404. */
static bool query_merged(struct api_call *call, struct alert_query *query)
{
	struct bytes word = http_query(call->http, "merged");
	struct alert_view lead;

	query->skips_merged = !bytes_is(word, "true");
	if (word.len > 0 && query->skips_merged && !bytes_is(word, "false")) {
		api_problem(call, 400, "query", "merged is true or false");
		return false;
	}
	if (query->lead.len == 0 || engine_alert(call->engine, query->lead, call->arena, &lead) == ERR_OK)
		return true;
	api_not_found(call, "alert", query->lead);
	return false;
}

static void render_counts(struct api_call *call, int state)
{
	struct alert_counts counts;

	engine_alert_counts(call->engine, state, &counts);
	json_member_int(call->out, "total", (int64_t)counts.total);
	json_member_int(call->out, "merged", (int64_t)counts.merged);
	json_member_int(call->out, "overdue", (int64_t)counts.overdue);
	json_key(call->out, "levels");
	json_open_object(call->out);
	for (int level = LEVELS - 1; level >= 0; level--)
		json_member_int(call->out, rule_level_names[level], (int64_t)counts.levels[level]);
	json_close_object(call->out);
}

void get_alerts(struct api_call *call)
{
	struct alert_query query = { .after = http_query(call->http, "after"), .lead = http_query(call->http, "lead") };
	struct alert_view *alerts;
	uint64_t limit;
	unsigned n, shown;

	if (!query_merged(call, &query) || !query_state(call, &query.state) || !query_order(call, &query.by_urgency) || !api_query_number(call, "limit", 100, ALERTS_MAX, &limit))
		return;
	query.max = (unsigned)limit + 1; /* one more says whether the listing goes on */
	if (engine_alerts(call->engine, &query, call->arena, &alerts, &n) != ERR_OK) {
		api_not_found(call, "alert", query.after);
		return;
	}
	shown = n > limit ? (unsigned)limit : n;
	json_open_object(call->out);
	json_key(call->out, "alerts");
	json_open_array(call->out);
	for (unsigned i = 0; i < shown; i++)
		render_alert(call->out, &alerts[i]);
	json_close_array(call->out);
	render_optional(call->out, "next", shown < n ? alerts[shown - 1].id : BYTES_NONE);
	render_counts(call, query.state);
	json_close_object(call->out);
	api_reply_json(call, 200);
}

void get_alert(struct api_call *call)
{
	struct alert_view alert;

	if (engine_alert(call->engine, call->params[0], call->arena, &alert) != ERR_OK) {
		api_not_found(call, "alert", call->params[0]);
		return;
	}
	render_alert(call->out, &alert);
	api_reply_json(call, 200);
}

static void reply_values(struct api_call *call, const struct value_holders_view *values, unsigned n)
{
	json_open_object(call->out);
	json_key(call->out, "values");
	json_open_array(call->out);
	for (unsigned i = 0; i < n; i++)
		render_value_holders(call->out, &values[i]);
	json_close_array(call->out);
	json_close_object(call->out);
	api_reply_json(call, 200);
}

void get_hubs(struct api_call *call)
{
	struct value_holders_view *values;
	uint64_t limit;
	unsigned n;

	if (!api_query_number(call, "limit", 100, HUBS_MAX, &limit))
		return;
	n = engine_hubs(call->engine, (unsigned)limit, call->arena, &values);
	reply_values(call, values, n);
}

void get_stacks(struct api_call *call)
{
	struct stack_view *stacks;
	uint64_t limit;
	unsigned n;

	if (!api_query_number(call, "limit", 100, HUBS_MAX, &limit))
		return;
	n = engine_stacks(call->engine, (unsigned)limit, call->arena, &stacks);
	json_open_object(call->out);
	json_key(call->out, "stacks");
	json_open_array(call->out);
	for (unsigned i = 0; i < n; i++)
		render_stack(call->out, &stacks[i]);
	json_close_array(call->out);
	json_close_object(call->out);
	api_reply_json(call, 200);
}

/* So many links are read in about 5 ms: the loop waits for it. */
#define RULES_LINKS_MAX 200

void get_rules(struct api_call *call)
{
	struct rules_view rules;

	engine_rules(call->engine, RULES_LINKS_MAX, call->arena, &rules);
	render_rules(call->out, &rules);
	api_reply_json(call, 200);
}

void get_correlate(struct api_call *call)
{
	struct bytes names[CORRELATE_MAX], name;
	struct value_holders_view *values;
	unsigned n = 0;

	while (http_query_at(call->http, "account", n, &name)) {
		if (n == CORRELATE_MAX) {
			api_problem(call, 400, "query", "at most %d accounts are compared at once", CORRELATE_MAX);
			return;
		}
		if (!look_up_name(call, name, &names[n]))
			return;
		for (unsigned i = 0; i < n; i++)
			if (bytes_eq(names[i], names[n])) {
				api_problem(call, 400, "account", "the account \"%.*s\" is named twice", BYTES_ARG(bytes_slice(name, 0, 256)));
				return;
			}
		n++;
	}
	if (n < 2) {
		api_problem(call, 400, "query", "two accounts or more are needed: ?account=A&account=B");
		return;
	}
	n = engine_correlate(call->engine, names, n, call->arena, &values);
	reply_values(call, values, n);
}
