/* Search: whatever someone has in hand - an account or its beginning, an alert, a cluster, an address, an e-mail address, a
 * device - and who holds it. A value is asked for the way an event states it, so that its normal form and key are the
 * same by construction: for every path that a searchable kind reads, an event with just this value there. */
#include <stdio.h>

#include "call.h"
#include "daemon/vendor/json.h"
#include "render.h"

#define ACCOUNTS_MAX 20
#define QUERY_MAX 1024

/* "identity.email" -> {"identity":{"email":q}} around the keys that an event must have. */
static void write_question(struct text *out, struct bytes path, struct bytes q)
{
	ptrdiff_t dot = bytes_find_char(path, '.');
	char key[128];

	json_open_object(out);
	json_member_int(out, "ts", 1);
	json_member_string(out, "type", BYTES_LIT("search"));
	json_member_string(out, "account", BYTES_LIT("search"));
	if (dot > 0) {
		snprintf(key, sizeof(key), "%.*s", BYTES_ARG(bytes_slice(path, 0, (size_t)dot)));
		json_key(out, key);
		json_open_object(out);
	}
	snprintf(key, sizeof(key), "%.*s", BYTES_ARG(bytes_slice(path, (size_t)(dot + 1), path.len)));
	json_key(out, key);
	if (bytes_is(path, "items"))
		json_open_array(out);
	json_string(out, q);
	if (bytes_is(path, "items"))
		json_close_array(out);
	if (dot > 0)
		json_close_object(out);
	json_close_object(out);
}

static bool is_searched(const struct kind *kind)
{
	return kind->is_indexed && !kind->is_port_block && kind->n_paths == 1;
}

/* Two kinds of one path are answered by one question. */
static bool is_asked_before(const struct kinds *kinds, unsigned index)
{
	for (unsigned i = 0; i < index; i++)
		if (is_searched(&kinds->rows[i]) && bytes_eq(kinds->rows[i].paths[0], kinds->rows[index].paths[0]))
			return true;
	return false;
}

static void answer_attrs(struct api_call *call, const struct kinds *kinds, const struct event *event)
{
	struct value_holders_view value;

	for (unsigned i = 0; i < event->n_attrs; i++) {
		const struct attr *attr = &event->attrs[i];

		if (!is_searched(&kinds->rows[attr->kind]) ||
		    engine_value(call->engine, attr->kind, attr->key, call->arena, &value) != ERR_OK)
			continue;
		if (value.shown.len == 0) { /* the engine keeps the text of shared values only */
			value.shown = attr->shown;
			engine_said_of(call->engine, attr, call->arena, &value);
		}
		render_value_holders(call->out, &value);
	}
}

static void search_values(struct api_call *call, struct bytes q)
{
	struct api_setup *setup = &call->api->setup;
	const struct ruleset *rules = setup->ports.rules(setup->ports.arg);
	struct event_context context = { .kinds = &rules->kinds, .hash_key = setup->hash_key, .default_site = BYTES_NONE };
	struct text question = { 0 };
	struct json_doc doc;
	struct event event;
	struct event_refusal why = { .eb = NULL };

	for (unsigned i = 0; i < rules->kinds.n; i++) {
		if (!is_searched(&rules->kinds.rows[i]) || is_asked_before(&rules->kinds, i))
			continue;
		text_clear(&question);
		write_question(&question, rules->kinds.rows[i].paths[0], q);
		/* What is no address, say, is refused as one; that is an answer too. */
		if (json_parse(call->api->parser, text_bytes(&question), &doc, NULL) == ERR_OK &&
		    event_from_json(&context, &doc, call->arena, &event, &why) == ERR_OK)
			answer_attrs(call, &rules->kinds, &event);
	}
	text_free(&question);
}

static void search_accounts(struct api_call *call, struct bytes q)
{
	struct bytes *names;
	const char *site = call->api->setup.default_site;
	unsigned n = engine_accounts_like(call->engine, q, ACCOUNTS_MAX + 1, call->arena, &names);

	if (n == 0 && site && *site)
		n = engine_accounts_like(call->engine, event_account_name(call->arena, bytes_of(site), q), ACCOUNTS_MAX + 1, call->arena, &names);
	render_strings(call->out, "accounts", names, n < ACCOUNTS_MAX ? n : ACCOUNTS_MAX);
	json_member_bool(call->out, "more_accounts", n > ACCOUNTS_MAX);
}

static void search_ids(struct api_call *call, struct bytes q)
{
	struct alert_view alert, *standing;
	struct cluster_view cluster;
	unsigned n;

	json_key(call->out, "alert");
	if (engine_alert(call->engine, q, call->arena, &alert) == ERR_OK)
		render_alert(call->out, &alert);
	else
		json_null(call->out);
	json_key(call->out, "cluster");
	if (engine_cluster(call->engine, q, call->arena, &cluster) != ERR_OK) {
		json_null(call->out);
		return;
	}
	n = api_standing(call, cluster.alerts, cluster.n_alerts, &standing);
	render_cluster(call->out, &cluster, standing, n);
}

void get_search(struct api_call *call)
{
	struct bytes q = bytes_trim(http_query(call->http, "q"));

	if (q.len == 0 || q.len > QUERY_MAX) {
		api_problem(call, 400, "query", "what to search for has 1 to %d bytes", QUERY_MAX);
		return;
	}
	json_open_object(call->out);
	json_member_string(call->out, "query", q);
	search_accounts(call, q);
	search_ids(call, q);
	json_key(call->out, "values");
	json_open_array(call->out);
	search_values(call, q);
	json_close_array(call->out);
	json_close_object(call->out);
	api_reply_json(call, 200);
}

static bool read_key(struct bytes digits, uint64_t *out)
{
	static const char figures[] = "0123456789abcdef";

	*out = 0;
	for (size_t i = 0; i < digits.len; i++) {
		const char *at = digits.ptr[i] ? strchr(figures, digits.ptr[i]) : NULL;

		if (!at)
			return false;
		*out = *out << 4 | (uint64_t)(at - figures);
	}
	return digits.len == 16;
}

bool api_find_value(struct api_call *call, struct bytes name, struct bytes digits, struct value_holders_view *out)
{
	struct api_ports *ports = &call->api->setup.ports;
	int kind = kinds_find(&ports->rules(ports->arg)->kinds, name);
	uint64_t key;

	if (kind < 0) {
		api_not_found(call, "kind of value", name);
		return false;
	}
	if (!read_key(digits, &key)) {
		api_problem(call, 400, "path", "the key of a value is 16 hexadecimal digits");
		return false;
	}
	if (engine_value(call->engine, kind, key, call->arena, out) == ERR_OK)
		return true;
	api_not_found(call, "value", digits);
	return false;
}

void get_value(struct api_call *call)
{
	struct value_holders_view value;

	if (!api_find_value(call, call->params[0], call->params[1], &value))
		return;
	render_value_holders(call->out, &value);
	api_reply_json(call, 200);
}
