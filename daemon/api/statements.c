/* What people state - relations, verdicts, marks, and what they do with alerts - turned into event lines with actor and reason, so that the
 * journal has them and a rebuild keeps them. */
#include "daemon/base/clock.h"
#include "daemon/base/map.h"
#include "daemon/vendor/json.h"
#include "ingest.h"

/* One row is a key that the body of a statement may hold. */
struct statement {
	const char *type;
	const char *const *keys; /* NULL-ended; copied into the event as they are */
	const char *const *required;
	const char *given, *meant; /* but this key, which is another in the event; or NULL */
};
/* Whom it is about. */
struct target { struct bytes account, alert; };
#define BULK_MAX 1000

static const char *const relation_keys[] = { "id", "ts", "site", "account", "relation", "actor", "reason", NULL };
static const char *const relation_required[] = { "account", "relation", NULL };
static const char *const verdict_keys[] = { "id", "ts", "site", "account", "with", "alert", "value", "actor", "reason", NULL };
static const char *const verdict_required[] = { "account", "value", "reason", NULL };
static const char *const ack_keys[] = { "id", "ts", "actor", "reason", NULL };
static const char *const ack_required[] = { "reason", NULL };
static const char *const resolve_keys[] = { "id", "ts", "value", "actor", "reason", NULL };
static const char *const resolve_required[] = { "value", "reason", NULL };
static const char *const assign_keys[] = { "id", "ts", "owner", "actor", "reason", NULL };
static const char *const assign_required[] = { "owner", "reason", NULL };
static const char *const note_keys[] = { "id", "ts", "text", "actor", NULL };
static const char *const note_required[] = { "text", NULL };
static const char *const snooze_keys[] = { "id", "ts", "until", "actor", "reason", NULL };
static const char *const snooze_required[] = { "until", "reason", NULL };

static const char *const mark_keys[] = { "id", "ts", "site", "mark", "value", "actor", "reason", NULL };
static const char *const mark_required[] = { "mark", "value", "reason", NULL };

static const struct statement mark_statement = { "mark", mark_keys, mark_required, NULL, NULL };
static const struct statement relation_statement = { "relation", relation_keys, relation_required, NULL, NULL };
static const struct statement verdict_statement = { "verdict", verdict_keys, verdict_required, NULL, NULL };

/* What is done with alerts, by the last word of its path. */
enum act { ACT_ACK, ACT_RESOLVE, ACT_ASSIGN, ACT_NOTE, ACT_SNOOZE, ACT_WAKE, ACT_REOPEN, ACTS };
static const char *const act_words[ACTS] = { "ack", "resolve", "assign", "note", "snooze", "wake", "reopen" };
static const struct statement act_statements[ACTS] = {
	[ACT_ACK] = { "ack", ack_keys, ack_required, NULL, NULL },
	[ACT_RESOLVE] = { "resolve", resolve_keys, resolve_required, NULL, NULL },
	[ACT_ASSIGN] = { "assign", assign_keys, assign_required, "owner", "value" },
	[ACT_NOTE] = { "note", note_keys, note_required, "text", "reason" },
	[ACT_SNOOZE] = { "snooze", snooze_keys, snooze_required, NULL, NULL },
	[ACT_WAKE] = { "snooze", ack_keys, ack_required, NULL, NULL },
	[ACT_REOPEN] = { "reopen", ack_keys, ack_required, NULL, NULL },
};

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

/* The body as an object; false: answered. */
static bool read_object(struct api_call *call, struct json_doc *doc)
{
	struct errbuf eb = { 0 };
	struct bytes body = http_body(call->http);

	if (body.len > EVENT_LINE_MAX) {
		api_problem(call, 413, "size", "a statement has at most %d bytes", EVENT_LINE_MAX);
		return false;
	}
	if (json_parse(call->api->parser, body, doc, &eb) != ERR_OK || doc->nodes[0].type != JSON_OBJECT) {
		api_problem(call, 400, "json", "the body is one JSON object%s%s", eb.text[0] ? ": " : "", eb.text);
		return false;
	}
	return true;
}

static bool is_of_bulk(struct bytes key)
{
	return bytes_is(key, "act") || bytes_is(key, "alerts");
}

static void refuse_key(struct api_call *call, const struct statement *statement, struct bytes key)
{
	const char *near;
	size_t n = 0;

	while (statement->keys[n])
		n++;
	near = bytes_nearest(key, statement->keys, n);
	api_problem(call, 422, "key", near ? "\"%.*s\" is no key of this statement; did you mean \"%s\"?" : "\"%.*s\" is no key of this statement",
		    BYTES_ARG(bytes_slice(key, 0, 64)), near);
}

/* Blanks are no reason; an owner that is none is nobody. */
static bool is_blank(const struct json_node *node, const char *key)
{
	return node->type == JSON_STRING && bytes_trim(node->text).len == 0 && strcmp(key, "owner") != 0;
}

/* It has only the keys of the statement, and those that it needs; false: answered. */
static bool check_keys(struct api_call *call, const struct statement *statement, const struct json_doc *doc, bool is_bulk)
{
	const struct json_node *child;

	for (child = json_first(doc, doc->nodes); child; child = json_after(doc, doc->nodes, child))
		if (!is_in(statement->keys, child->key) && !(is_bulk && is_of_bulk(child->key))) {
			refuse_key(call, statement, child->key);
			return false;
		}
	if (is_bulk && json_get(doc, doc->nodes, "id")) {
		api_problem(call, 422, "key", "an \"id\" is one statement's, and these are several: leave it out");
		return false;
	}
	for (const char *const *key = statement->required; *key; key++) {
		const struct json_node *node = json_get(doc, doc->nodes, *key);

		if (!node || is_blank(node, *key)) {
			api_problem(call, 422, "key", node ? "\"%s\" is empty" : "\"%s\" is missing", *key);
			return false;
		}
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

/* The member as the event has it. */
static void write_given(struct text *out, const struct statement *statement, const struct json_doc *doc, const struct json_node *child)
{
	if (!statement->given || !bytes_is(child->key, statement->given)) {
		write_member(out, doc, child);
	} else if (child->type != JSON_NULL && !(child->type == JSON_STRING && child->text.len == 0)) {
		json_key(out, statement->meant);
		write_node(out, doc, child);
	}
}

static bool is_written_already(struct bytes key)
{
	return bytes_is(key, "site") || bytes_is(key, "account") || is_of_bulk(key);
}

/* The statement as an event: what the body gives, and what it left out that can be filled in. */
static void write_event(struct api_call *call, const struct statement *statement, const struct json_doc *doc,
			const struct target *target, struct text *out)
{
	const struct json_node *child = json_first(doc, doc->nodes);

	json_open_object(out);
	json_member_string(out, "type", bytes_of(statement->type));
	if (!json_get(doc, doc->nodes, "ts"))
		json_member_int(out, "ts", clock_wall_ms());
	if (!json_get(doc, doc->nodes, "actor"))
		json_member_string(out, "actor", bytes_of(call->grant.name));
	if (target->alert.len > 0)
		json_member_string(out, "alert", target->alert);
	if (target->account.len > 0)
		write_account(out, target->account);
	for (; child; child = json_after(doc, doc->nodes, child))
		if (!is_written_already(child->key))
			write_given(out, statement, doc, child);
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

static void offer(struct api_call *call, const struct statement *statement, const struct json_doc *doc, const struct target *target)
{
	struct text line = { 0 };

	write_event(call, statement, doc, target, &line);
	ingest_offer(call, text_bytes(&line), ANSWER_STATEMENT);
	text_free(&line);
}

static void state(struct api_call *call, const struct statement *statement)
{
	struct target target = { BYTES_NONE, BYTES_NONE };
	struct json_doc doc;

	if (!read_object(call, &doc) || !check_keys(call, statement, &doc, false) || !read_account(call, statement, &doc, &target.account))
		return;
	if (statement == &verdict_statement && !others_are_known(call, &doc, target.account))
		return;
	offer(call, statement, &doc, &target);
}

void post_relations(struct api_call *call)
{
	state(call, &relation_statement);
}

void post_verdicts(struct api_call *call)
{
	state(call, &verdict_statement);
}

/* A key is that of a value that somebody holds or that was spoken of; a text or a range may come before it is used. False: answered. */
static bool value_is_known(struct api_call *call, const struct json_doc *doc)
{
	const struct json_node *mark = json_get(doc, doc->nodes, "mark");
	struct bytes key = mark->type == JSON_OBJECT ? json_get_text(doc, mark, "key") : BYTES_NONE;
	struct value_holders_view value;

	if (key.len == 0)
		return true;
	return api_find_value(call, json_get_text(doc, mark, "kind"), key, &value);
}

void post_marks(struct api_call *call)
{
	const struct target nobody = { BYTES_NONE, BYTES_NONE };
	struct json_doc doc;

	if (read_object(call, &doc) && check_keys(call, &mark_statement, &doc, false) && value_is_known(call, &doc))
		offer(call, &mark_statement, &doc, &nobody);
}

/* ---- what is done with alerts ---- */

/* Why the act would change nothing, or NULL. */
static const char *misfit(const struct engine *e, enum act act, const struct alert_view *alert)
{
	bool is_of_lead = act == ACT_ACK || act == ACT_ASSIGN || act == ACT_SNOOZE || act == ACT_WAKE;

	if (act == ACT_REOPEN && alert->state != ALERT_RESOLVED)
		return "is not resolved";
	if (act == ACT_REOPEN && alert->is_replaced)
		return "cannot be opened again: another about the same stands";
	if (act == ACT_REOPEN)
		return engine_alert_is_gone(e, alert->id) ? "cannot be opened again: what it rested on is no more, so it would be withdrawn at once" : NULL;
	if (act != ACT_NOTE && alert->state == ALERT_RESOLVED)
		return "is resolved; reopen it first";
	if (is_of_lead && alert->lead.len > 0)
		return "is merged into another, whose id `lead` says: that one is taken on, given to somebody or put off";
	return act == ACT_WAKE && alert->snoozed_until_ms == 0 ? "is not put off" : NULL;
}

/* It is known, and the act does something to it; false: answered. */
static bool read_target(struct api_call *call, enum act act, struct bytes id, struct target *out)
{
	struct alert_view alert;
	const char *why;

	if (engine_alert(call->engine, id, call->arena, &alert) != ERR_OK || alert.n_accounts == 0) {
		api_not_found(call, "alert", id);
		return false;
	}
	why = misfit(call->engine, act, &alert);
	if (why)
		api_problem(call, 409, "state", "alert %.*s %s", BYTES_ARG(alert.id), why);
	*out = (struct target){ alert.accounts[0], alert.id };
	return !why;
}

void post_alert_act(struct api_call *call)
{
	struct target target;
	struct json_doc doc;
	unsigned act = 0;

	while (act < ACTS && !bytes_ends(http_path(call->http), bytes_of(act_words[act])))
		act++;
	BUG_ON(act == ACTS); /* the route table has a row for each */
	if (read_target(call, act, call->params[0], &target) && read_object(call, &doc) &&
	    check_keys(call, &act_statements[act], &doc, false))
		offer(call, &act_statements[act], &doc, &target);
}

static bool read_act(struct api_call *call, const struct json_doc *doc, unsigned *act)
{
	struct bytes word = json_get_text(doc, doc->nodes, "act");

	for (*act = 0; *act < ACTS; ++*act)
		if (bytes_is(word, act_words[*act]))
			return true;
	api_problem(call, 422, "value", "\"act\" is ack, resolve, assign, note, snooze, wake or reopen");
	return false;
}

/* The list names each alert once; false: answered. Its second line would find the first one's work done. */
static bool names_each_once(struct api_call *call, const struct json_doc *doc, const struct json_node *list)
{
	struct strtab *ids = strtab_new();
	uint32_t n = 0;
	bool is_once = true;

	for (const struct json_node *at = json_first(doc, list); at && is_once; at = json_after(doc, list, at), n++)
		is_once = strtab_intern(ids, at->text) == n;
	strtab_free(ids);
	if (!is_once)
		api_problem(call, 422, "value", "entry %u of \"alerts\" names an alert that stands further up: name each once", n);
	return is_once;
}

/* A line for each; false: answered, and nothing is to be done to any. */
static bool write_lines(struct api_call *call, const struct json_doc *doc, unsigned act, struct text *out)
{
	const struct json_node *list = json_get(doc, doc->nodes, "alerts");

	if (!list || list->type != JSON_ARRAY || list->num < 1 || list->num > BULK_MAX) {
		api_problem(call, 422, "value", "\"alerts\" is a list of 1 to %d alerts", BULK_MAX);
		return false;
	}
	if (!names_each_once(call, doc, list))
		return false;
	for (const struct json_node *at = json_first(doc, list); at; at = json_after(doc, list, at)) {
		struct text line = { 0 };
		struct target target;

		if (!read_target(call, act, at->type == JSON_STRING ? at->text : BYTES_NONE, &target))
			return false;
		write_event(call, &act_statements[act], doc, &target, &line);
		text_add(out, text_bytes(&line));
		text_addc(out, '\n');
		text_free(&line);
	}
	return true;
}

void post_alert_acts(struct api_call *call)
{
	struct text lines = { 0 };
	struct json_doc doc;
	unsigned act;

	if (read_object(call, &doc) && read_act(call, &doc, &act) && check_keys(call, &act_statements[act], &doc, true) &&
	    write_lines(call, &doc, act, &lines))
		ingest_offer(call, text_bytes(&lines), ANSWER_STATEMENTS);
	text_free(&lines);
}
