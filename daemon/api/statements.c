/* What people state - relations, verdicts, ack and resolve - turned into event lines with actor and reason, so that the
 * journal has them and a rebuild keeps them. */
#include "daemon/base/clock.h"
#include "daemon/vendor/json.h"
#include "ingest.h"

/* One row is a key that the body of a statement may hold. */
struct statement {
	const char *type;
	const char *const *keys; /* NULL-ended; copied into the event as they are */
	const char *const *required;
};

static const char *const relation_keys[] = { "id", "ts", "site", "account", "relation", "actor", "reason", NULL };
static const char *const relation_required[] = { "account", "relation", NULL };
static const char *const verdict_keys[] = { "id", "ts", "site", "account", "with", "alert", "value", "actor", "reason", NULL };
static const char *const verdict_required[] = { "account", "value", "reason", NULL };
static const char *const alert_keys[] = { "id", "ts", "value", "actor", "reason", NULL };
static const char *const alert_required[] = { "reason", NULL };

static const struct statement relation_statement = { "relation", relation_keys, relation_required };
static const struct statement verdict_statement = { "verdict", verdict_keys, verdict_required };
static const struct statement ack_statement = { "ack", alert_keys, alert_required };
static const struct statement resolve_statement = { "resolve", alert_keys, alert_required };

static void write_node(struct text *out, const struct json_doc *doc, const struct json_node *node);

static void write_member(struct text *out, const struct json_doc *doc, const struct json_node *child)
{
	json_string(out, child->key); /* as json_key, for a key that is no C string */
	text_addc(out, ':');
	out->comma &= ~((uint64_t)1 << out->depth);
	write_node(out, doc, child);
}

static void write_members(struct text *out, const struct json_doc *doc, const struct json_node *parent)
{
	const struct json_node *child = json_first(doc, parent);

	for (; child; child = json_after(doc, parent, child)) {
		if (parent->type == JSON_OBJECT)
			write_member(out, doc, child);
		else
			write_node(out, doc, child);
	}
}

static void write_node(struct text *out, const struct json_doc *doc, const struct json_node *node)
{
	char real[JSON_REAL_TEXT];

	switch (node->type) {
	case JSON_NULL:
		json_null(out);
		break;
	case JSON_BOOL:
		json_bool(out, node->num);
		break;
	case JSON_INT:
		json_int(out, node->num);
		break;
	case JSON_DOUBLE:
		json_raw(out, bytes_make(real, json_real_text(node->real, real)));
		break;
	case JSON_STRING:
		json_string(out, node->text);
		break;
	case JSON_ARRAY:
		json_open_array(out);
		write_members(out, doc, node);
		json_close_array(out);
		break;
	case JSON_OBJECT:
		json_open_object(out);
		write_members(out, doc, node);
		json_close_object(out);
		break;
	}
}

static bool is_in(const char *const *list, struct bytes key)
{
	for (; *list; list++)
		if (bytes_is(key, *list))
			return true;
	return false;
}

/* The body as an object with only the keys of the statement; false: answered. */
static bool read_body(struct api_call *call, const struct statement *statement, struct json_doc *doc)
{
	struct errbuf eb = { 0 };
	struct bytes body = http_body(call->http);
	const struct json_node *child;

	if (body.len > EVENT_LINE_MAX) {
		api_problem(call, 413, "size", "a statement has at most %d bytes", EVENT_LINE_MAX);
		return false;
	}
	if (json_parse(call->api->parser, body, doc, &eb) != ERR_OK || doc->nodes[0].type != JSON_OBJECT) {
		api_problem(call, 400, "json", "the body is one JSON object%s%s", eb.text[0] ? ": " : "", eb.text);
		return false;
	}
	for (child = json_first(doc, doc->nodes); child; child = json_after(doc, doc->nodes, child))
		if (!is_in(statement->keys, child->key)) {
			api_problem(call, 422, "key", "\"%.*s\" is no key of this statement", BYTES_ARG(bytes_slice(child->key, 0, 64)));
			return false;
		}
	for (const char *const *key = statement->required; *key; key++)
		if (!json_get(doc, doc->nodes, *key)) {
			api_problem(call, 422, "key", "\"%s\" is missing", *key);
			return false;
		}
	return true;
}

/* A whole name as the two keys that an event has for it. */
static void write_account(struct text *out, struct bytes name)
{
	struct bytes site = event_account_site(name);

	if (site.len > 0)
		json_member_string(out, "site", site);
	json_member_string(out, "account", site.len > 0 || bytes_starts(name, BYTES_LIT("/")) ? bytes_slice(name, site.len + 1, name.len) : name);
}

/* The statement as an event: what the body gives, and what it left out that can be filled in. */
static void write_event(struct api_call *call, const struct statement *statement, const struct json_doc *doc,
			struct bytes account, struct text *out)
{
	const struct json_node *child = json_first(doc, doc->nodes);

	json_open_object(out);
	json_member_string(out, "type", bytes_of(statement->type));
	if (!json_get(doc, doc->nodes, "ts"))
		json_member_int(out, "ts", clock_wall_ms());
	if (!json_get(doc, doc->nodes, "actor"))
		json_member_string(out, "actor", bytes_of(call->grant.name));
	if (statement->keys == alert_keys)
		json_member_string(out, "alert", call->params[0]);
	write_account(out, account);
	for (; child; child = json_after(doc, doc->nodes, child))
		if (!bytes_is(child->key, "site") && !bytes_is(child->key, "account"))
			write_member(out, doc, child);
	json_close_object(out);
}

/* The account that the body names, whole. A verdict is about accounts that are known; a relation may come before them.
 * False: answered. */
static bool read_account(struct api_call *call, const struct statement *statement, const struct json_doc *doc, struct bytes *out)
{
	struct bytes name = json_get_text(doc, doc->nodes, "account"), site = json_get_text(doc, doc->nodes, "site");

	if (name.len == 0 || name.len > EVENT_ACCOUNT_MAX) {
		api_problem(call, 422, "account", "\"account\" is a text of 1 to %d bytes", EVENT_ACCOUNT_MAX);
		return false;
	}
	*out = site.len > 0 ? event_account_name(call->arena, site, name) : name;
	if (api_resolve_account(call, *out, out) || statement == &relation_statement)
		return true;
	api_not_found(call, "account", name);
	return false;
}

/* The second account (of the first one's site, unless it says its own) and the alert that a verdict is about are known.
 * False: answered. */
static bool others_are_known(struct api_call *call, const struct json_doc *doc, struct bytes account)
{
	struct bytes with = json_get_text(doc, doc->nodes, "with"), alert = json_get_text(doc, doc->nodes, "alert"), whole = with;
	struct account_view other;
	struct alert_view found;

	if (with.len > 0 && with.len <= EVENT_ACCOUNT_MAX && bytes_find_char(with, '/') < 0)
		whole = event_account_name(call->arena, event_account_site(account), with);
	if (with.len > 0 && engine_assess(call->engine, whole, 0, call->arena, &other) != ERR_OK) {
		api_not_found(call, "account", with);
		return false;
	}
	if (with.len > 0 && bytes_eq(whole, account)) {
		api_problem(call, 422, "account", "\"with\" names the account itself");
		return false;
	}
	if (alert.len > 0 && engine_alert(call->engine, alert, call->arena, &found) != ERR_OK) {
		api_not_found(call, "alert", alert);
		return false;
	}
	return true;
}

static void state(struct api_call *call, const struct statement *statement, struct bytes account)
{
	struct text line = { 0 };
	struct json_doc doc;

	if (!read_body(call, statement, &doc))
		return;
	if (account.len == 0 && !read_account(call, statement, &doc, &account))
		return;
	if (statement == &verdict_statement && !others_are_known(call, &doc, account))
		return;
	write_event(call, statement, &doc, account, &line);
	ingest_offer(call, text_bytes(&line), ANSWER_STATEMENT);
	text_free(&line);
}

static void state_on_alert(struct api_call *call, const struct statement *statement)
{
	struct alert_view alert;

	if (engine_alert(call->engine, call->params[0], call->arena, &alert) != ERR_OK || alert.n_accounts == 0)
		api_not_found(call, "alert", call->params[0]);
	else
		state(call, statement, alert.accounts[0]);
}

void post_relations(struct api_call *call)
{
	state(call, &relation_statement, BYTES_NONE);
}

void post_verdicts(struct api_call *call)
{
	state(call, &verdict_statement, BYTES_NONE);
}

void post_alert_ack(struct api_call *call)
{
	state_on_alert(call, &ack_statement);
}

void post_alert_resolve(struct api_call *call)
{
	state_on_alert(call, &resolve_statement);
}
