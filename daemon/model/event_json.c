/* A parsed JSON object to a canonical event.
 * I1: event_keys is the one list of keys; key_slots finds a row by a hash that is perfect over it.
 * I2: what the event keeps is copied into the arena: the parser's buffer lives until the next line only.
 * I3: a refused event leaves *out undefined, why->reason set and a text that names the key.
 * I4: a known key that is null is absent, here and inside device, identity and relation: many serialisers write null for
 *     what they do not have, and an event is not worth less for it. A required one is then missing. */
#include "event_reader.h"

#include <stdarg.h>
#include <stdio.h>

#include "daemon/base/clock.h"
#include "normalise.h"
#include "text_hash.h"

#define TIME_LIMIT_MS INT64_C(253402300800000) /* the year 10000 */
#define ID_SEED 0x6964
#define CONTENT_SEED 0x62796b6579

static event_key_fn read_id, read_ts, read_type, read_account, read_site, read_ok, read_ip, read_port, read_session, read_items,
	read_relation, read_mark, read_with, read_until;

#define CALL(name, fn, takes, max, help) { { name, sizeof(name) - 1 }, KEY_CALL, 0, max, fn, takes, false, help }
#define NEEDED(name, fn, takes, max, help) { { name, sizeof(name) - 1 }, KEY_CALL, 0, max, fn, takes, true, help }
#define SLOT(name, slot, help) { { name, sizeof(name) - 1 }, KEY_SLOT, slot, 0, NULL, TAKES_TEXT, false, help }
#define FIELD(name, at, max, help) \
	{ { name, sizeof(name) - 1 }, KEY_FIELD, offsetof(struct event, at), max, NULL, TAKES_TEXT, false, help }
const struct event_key event_keys[] = {
	CALL("id", read_id, TAKES_TEXT, EVENT_ID_MAX,
	     "The sender's key: the same one of a site twice is one event. Absent: a hash of the whole event."),
	NEEDED("ts", read_ts, TAKES_TIME, 0, "When it happened: RFC 3339, or milliseconds since 1970."),
	NEEDED("type", read_type, TAKES_TEXT, EVENT_WORD_MAX, "What happened: a word of a-z, 0-9, '_', '.' and '-'."),
	NEEDED("account", read_account, TAKES_TEXT, EVENT_ACCOUNT_MAX, "Whose event it is; the limit includes the site. A mark has none."),
	CALL("ok", read_ok, TAKES_BOOL, 0, "false: a failed attempt, which is counted and never evidence for a link."),
	CALL("site", read_site, TAKES_TEXT, EVENT_ACCOUNT_MAX, "Name space of the account, whose full name is then SITE/ACCOUNT."),
	CALL("ip", read_ip, TAKES_TEXT, 0, "IPv4 or IPv6 address that the request came from; with a port behind it where `port` is absent. '-' and 'unknown' are none. "
	     "Loopback, link-local, multicast and documentation addresses are nobody's and never match."),
	CALL("port", read_port, TAKES_PORT, 0, "Source port; tells subscribers behind one shared address apart. 0 is none."),
	SLOT("user_agent", SLOT_USER_AGENT, "User-Agent as the browser sent it."),
	SLOT("accept_language", SLOT_LANGUAGE, "Accept-Language as the browser sent it."),
	SLOT("timezone", SLOT_TIMEZONE, "Time zone of the browser: Europe/Berlin."),
	SLOT("screen", SLOT_SCREEN, "Size of the screen: 1920x1080."),
	CALL("session", read_session, TAKES_TEXT, EVENT_SESSION_MAX, "The application's id of the session."),
	CALL("device", event_read_device, TAKES_DEVICE, 0,
	     "The device: id (a cookie, an app id) and components; members of texts, numbers, true and false."),
	SLOT("ja4", SLOT_JA4, "JA4 fingerprint of the TLS client."),
	SLOT("tcp", SLOT_TCP, "TCP fingerprint of the first packet: ttl:mss:window:options."),
	SLOT("tls_key", SLOT_TLS_KEY, "Key of the TLS client that a resumed connection leaves alike; capture makes it."),
	SLOT("tls_traits", SLOT_TLS_TRAITS, "What the TLS client can, as words with commas: grease,alps,h2; capture makes it."),
	CALL("identity", event_read_identity, TAKES_IDENTITY, 0,
	     "What identifies a person or a company: members of a text, or of a list of at most 16."),
	CALL("items", read_items, TAKES_TEXTS, 0, "Ids of listings, pages or targets that the account acts on, at most 64. The latest list is what it has now."),
	CALL("relation", read_relation, TAKES_RELATION, 0, "What a relation event declares."),
	FIELD("actor", actor, EVENT_ACTOR_MAX, "Who states it."),
	CALL("with", read_with, TAKES_TEXT, EVENT_ACCOUNT_MAX,
	     "The second account of a verdict; without a slash: of the event's site."),
	FIELD("alert", alert, EVENT_ID_MAX, "The alert that the statement is about."),
	FIELD("reason", reason, EVENT_REASON_MAX, "Why."),
	CALL("value", event_read_value, TAKES_TEXT_OR_NUMBER, EVENT_VALUE_MAX,
	     "The verdict (clean, confirmed, not_same), a rating or points, how an alert was settled, or what a mark says."),
	CALL("until", read_until, TAKES_TIME, 0, "When a snoozed alert comes back."),
	CALL("kind", event_read_kind, TAKES_TEXT, EVENT_WORD_MAX,
	     "What a health or contact event is about: one of the words at its type, or your own."),
	CALL("round", event_read_round, TAKES_ROUND, 0, "Which hand-in of an appeal it is, from 1; absent: one more than before."),
	CALL("mark", read_mark, TAKES_MARK, 0, "What a mark is on: a value, or a range of addresses."),
	{ { NULL, 0 }, KEY_CALL, 0, 0, NULL, TAKES_TEXT, false, NULL },
};
enum { KEYS = ARRAY_LEN(event_keys) - 1 };

#define KEY_SLOTS 64
/* Row + 1 by key_slot(); a unit test finds every key. */
static const uint8_t key_slots[KEY_SLOTS] = {
	5, 24, 19, 4, 2, 0, 7, 0, 28, 0, 0, 0, 18, 0, 0, 0,
	23, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 20, 0, 0, 0, 0,
	0, 27, 25, 15, 21, 29, 12, 13, 0, 0, 0, 0, 0, 17, 6, 0,
	0, 10, 3, 16, 14, 22, 11, 0, 0, 0, 30, 26, 8, 0, 1, 0,
};

static unsigned key_slot(struct bytes key)
{
	const unsigned char *s = (const unsigned char *)key.ptr;

	return ((unsigned)key.len + s[0] * 4u + s[key.len - 1] * 6u) & (KEY_SLOTS - 1);
}

static const struct event_key *find_key(struct bytes key)
{
	const struct event_key *row;
	unsigned at;

	if (key.len < 2 || (at = key_slots[key_slot(key)]) == 0)
		return NULL;
	row = &event_keys[at - 1];
	return bytes_eq(key, row->name) ? row : NULL;
}

enum err event_refuse(struct event_reader *r, const char *reason, const char *fmt, ...)
{
	char text[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	r->why->reason = reason;
	return errbuf_set(r->why->eb, ERR_INPUT, "%s", text);
}

enum err event_unknown_key(struct event_reader *r, const char *object, struct bytes key, const char *const *known, size_t n)
{
	const char *near = bytes_nearest(bytes_slice(key, 0, 64), known, n);
	int shown = key.len > 64 ? 64 : (int)key.len;

	if (near)
		return event_refuse(r, "key", "unknown key \"%s%.*s\"; did you mean \"%s%s\"?", object, shown, key.ptr, object, near);
	return event_refuse(r, "key", "unknown key \"%s%.*s\" (own keys start with %sx_)", object, shown, key.ptr, object);
}

static enum err unknown_top_key(struct event_reader *r, struct bytes key)
{
	const char *known[KEYS];

	for (size_t i = 0; i < KEYS; i++)
		known[i] = event_keys[i].name.ptr;
	return event_unknown_key(r, "", key, known, KEYS);
}

bool event_has_control(struct bytes s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c < 0x20 || c == 0x7f || (c == 0xc2 && i + 1 < s.len && (unsigned char)s.ptr[i + 1] < 0xa0))
			return true;
	}
	return false;
}

bool event_is_word(struct bytes s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-'))
			return false;
	}
	return s.len > 0 && s.len <= EVENT_WORD_MAX;
}

static enum err check_string(struct event_reader *r, const struct json_node *node)
{
	if (node->type == JSON_STRING)
		return ERR_OK;
	return event_refuse(r, "value", "\"%.*s\" must be a string", BYTES_ARG(node->key));
}

enum err event_read_text(struct event_reader *r, const struct json_node *node, size_t max, struct bytes *out)
{
	enum err err = check_string(r, node);

	if (err)
		return err;
	if (node->text.len > max)
		return event_refuse(r, "size", "\"%.*s\" has %zu bytes, more than %zu", BYTES_ARG(node->key), node->text.len, max);
	*out = node->text.len ? arena_bytes(r->arena, node->text) : BYTES_NONE;
	return ERR_OK;
}

static enum err read_id(struct event_reader *r, const struct json_node *node)
{
	if (event_has_control(node->text))
		return event_refuse(r, "value", "\"id\" holds a control character");
	return event_read_text(r, node, EVENT_ID_MAX, &r->out->id);
}

bool event_parse_time(const struct json_node *node, int64_t *ms)
{
	if (node->type == JSON_STRING)
		return time_parse_rfc3339(node->text, ms);
	*ms = node->num;
	return node->type == JSON_INT && node->num > -TIME_LIMIT_MS && node->num < TIME_LIMIT_MS;
}

static enum err read_ts(struct event_reader *r, const struct json_node *node)
{
	if (!event_parse_time(node, &r->out->ts_ms))
		return event_refuse(r, "ts", "\"ts\" must be an RFC 3339 time or a whole number of milliseconds since 1970");
	r->has_ts = true;
	return ERR_OK;
}

static enum err read_until(struct event_reader *r, const struct json_node *node)
{
	if (!event_parse_time(node, &r->out->until_ms))
		return event_refuse(r, "ts", "\"until\" must be an RFC 3339 time or a whole number of milliseconds since 1970");
	return ERR_OK;
}

static enum err read_type(struct event_reader *r, const struct json_node *node)
{
	if (node->type != JSON_STRING || !event_is_word(node->text))
		return event_refuse(r, "type", "\"type\" must be a word of 1 to %d characters a-z, 0-9, _ . -", EVENT_WORD_MAX);
	r->out->type = event_type_of(node->text);
	if (r->out->type == EVENT_TICK)
		return event_refuse(r, "type", "type \"tick\" is the daemon's own");
	r->out->word = r->out->type == EVENT_ACTIVITY ? arena_bytes(r->arena, node->text) : bytes_of(event_types[r->out->type].name);
	return ERR_OK;
}

static enum err read_account(struct event_reader *r, const struct json_node *node)
{
	if (node->type != JSON_STRING || node->text.len == 0)
		return event_refuse(r, "account", "\"account\" must be a string that is not empty");
	r->account = node->text;
	return ERR_OK;
}

static enum err read_ok(struct event_reader *r, const struct json_node *node)
{
	if (node->type != JSON_BOOL)
		return event_refuse(r, "value", "\"ok\" must be true or false");
	r->out->is_failed = node->num == 0;
	return ERR_OK;
}

/* What logs write where there is none: "-", "unknown" (RFC 7239, 6.2). */
static bool says_no_address(const struct kinds *kinds, struct bytes text)
{
	for (unsigned i = 0; i < kinds->n; i++) {
		const struct kind *kind = &kinds->rows[i];

		if (kind->n_paths == 1 && bytes_is(kind->paths[0], "ip") && kind_is_placeholder(kind, text))
			return true;
	}
	return false;
}

static enum err refuse_ip(struct event_reader *r, struct bytes text)
{
	bool is_list = bytes_find_char(text, ',') >= 0;

	return event_refuse(r, "value", "\"ip\": %.*s is %s", BYTES_ARG(bytes_slice(text, 0, 64)),
			    is_list ? "a list; send the one address that the request came from" : "not an IPv4 or IPv6 address");
}

static enum err read_ip(struct event_reader *r, const struct json_node *node)
{
	enum err err = check_string(r, node);
	struct bytes bare;

	r->ip_port = -1;
	if (err || bytes_trim(node->text).len == 0)
		return err;
	if (!decode_ip_and_port(node->text, &r->out->ip, &bare, &r->ip_port)) {
		r->out->lacks_address = says_no_address(r->ctx->kinds, bytes_trim(node->text));
		return r->out->lacks_address ? ERR_OK : refuse_ip(r, node->text);
	}
	r->out->has_ip = true;
	r->ip_node = (struct json_node){ .type = JSON_STRING, .text = bare };
	r->slot[SLOT_IP] = &r->ip_node;
	return ERR_OK;
}

/* The port behind the address is the one that the request came from, unless the sender says another. */
static void finish_port(struct event_reader *r)
{
	if (r->ip_port <= 0 || r->out->has_port || !r->out->has_ip)
		return;
	r->out->has_port = true;
	r->out->port = (uint16_t)r->ip_port;
	r->port_node = (struct json_node){ .type = JSON_INT, .num = r->ip_port };
	r->slot[SLOT_PORT] = &r->port_node;
}

static enum err read_port(struct event_reader *r, const struct json_node *node)
{
	if (node->type != JSON_INT || node->num < 0 || node->num > 65535)
		return event_refuse(r, "value", "\"port\" must be a whole number of 0 to 65535");
	if (node->num == 0)
		return ERR_OK;
	r->out->has_port = true;
	r->out->port = (uint16_t)node->num;
	r->slot[SLOT_PORT] = node;
	return ERR_OK;
}

static enum err read_session(struct event_reader *r, const struct json_node *node)
{
	r->slot[SLOT_SESSION] = node;
	return event_read_text(r, node, EVENT_SESSION_MAX, &r->out->session);
}

static enum err read_items(struct event_reader *r, const struct json_node *node)
{
	r->slot[SLOT_ITEMS] = node;
	return event_read_items(r, node);
}

static enum err read_relation(struct event_reader *r, const struct json_node *node)
{
	if (node->type != JSON_OBJECT)
		return event_refuse(r, "relation", "\"relation\" must be an object");
	r->relation = node;
	return ERR_OK;
}

static enum err read_mark(struct event_reader *r, const struct json_node *node)
{
	if (node->type != JSON_OBJECT)
		return event_refuse(r, "value", "\"mark\" must be an object");
	r->mark = node;
	return ERR_OK;
}

static enum err read_with(struct event_reader *r, const struct json_node *node)
{
	return event_read_text(r, node, EVENT_ACCOUNT_MAX, &r->with);
}

bool event_site_is_valid(struct bytes site)
{
	return site.len <= EVENT_ACCOUNT_MAX && bytes_find_char(site, '/') < 0 && !event_has_control(site);
}

static enum err read_site(struct event_reader *r, const struct json_node *node)
{
	enum err err = check_string(r, node);

	if (err || node->text.len == 0)
		return err;
	if (!event_site_is_valid(node->text))
		return event_refuse(r, "account", "\"site\": " EVENT_SITE_RULE);
	r->site = node->text;
	return ERR_OK;
}

enum err event_read_by(const struct event_key *row, struct event_reader *r, const struct json_node *node)
{
	if (node->type == JSON_NULL) /* I4 */
		return ERR_OK;
	switch (row->form) {
	case KEY_CALL:
		return row->fn(r, node);
	case KEY_FIELD:
		return event_read_text(r, node, row->max, (struct bytes *)((char *)r->out + row->at));
	case KEY_SLOT:
		break;
	}
	r->slot[row->at] = node;
	return check_string(r, node);
}

static enum err read_key(struct event_reader *r, const struct json_node *node)
{
	const struct event_key *row = find_key(node->key);

	if (row != NULL)
		return event_read_by(row, r, node);
	return bytes_starts(node->key, BYTES_LIT("x_")) ? ERR_OK : unknown_top_key(r, node->key);
}

static uint64_t member_hashes(const struct json_doc *doc, const struct json_node *object, uint64_t seed)
{
	const struct json_node *end = doc->nodes + object->next;
	uint64_t sum = 0;

	for (const struct json_node *c = object + 1; c < end; c = doc->nodes + c->next) {
		uint64_t under = text_hash(c->key, seed);

		sum += c->type == JSON_STRING ? text_hash(c->text, under * 31 + JSON_STRING) : event_value_hash(doc, c, under);
	}
	return sum;
}

/* Each text is hashed under its key's hash; members are added up, so that their order does not matter. */
uint64_t event_value_hash(const struct json_doc *doc, const struct json_node *node, uint64_t seed)
{
	const struct json_node *end = doc->nodes + node->next;
	uint64_t h = seed * 31 + node->type, at = 0;

	switch (node->type) {
	case JSON_STRING:
		return text_hash(node->text, h);
	case JSON_DOUBLE:
		memcpy(&at, &node->real, sizeof at);
		break;
	case JSON_OBJECT:
		at = member_hashes(doc, node, h);
		break;
	case JSON_ARRAY:
		for (const struct json_node *c = node + 1; c < end; c = doc->nodes + c->next)
			at = event_value_hash(doc, c, h + at);
		break;
	default:
		at = (uint64_t)node->num;
		break;
	}
	return hash_mix(hash_mix(at, h), h);
}

static enum err finish_account(struct event_reader *r)
{
	struct event *e = r->out;

	if (r->site.len == 0)
		r->site = r->ctx->default_site;
	if (e->type == EVENT_MARK)
		return r->account.len == 0 ? ERR_OK : event_refuse(r, "account", "a mark is about a value, not about an account: leave \"account\" out");
	if (r->account.len == 0)
		return event_refuse(r, "account", "\"account\" is missing");
	if (event_has_control(r->account))
		return event_refuse(r, "account", "\"account\" holds a control character");
	if (r->site.len + 1 + r->account.len > EVENT_ACCOUNT_MAX)
		return event_refuse(r, "account", "\"account\" has %zu bytes with its site, more than %d",
				    r->site.len + 1 + r->account.len, EVENT_ACCOUNT_MAX);
	e->account = event_account_name(r->arena, r->site, r->account);
	r->site_node = (struct json_node){ .type = JSON_STRING, .text = r->site };
	r->slot[SLOT_SITE] = &r->site_node;
	return ERR_OK;
}

static enum err finish_with(struct event_reader *r)
{
	if (event_has_control(r->with))
		return event_refuse(r, "account", "\"with\" holds a control character");
	if (r->with.len == 0)
		return ERR_OK;
	r->out->with = memchr(r->with.ptr, '/', r->with.len) ? r->with : event_account_name(r->arena, r->site, r->with);
	return ERR_OK;
}

static enum err finish(struct event_reader *r)
{
	struct event *e = r->out;
	enum err err;

	if (!r->has_ts)
		return event_refuse(r, "ts", "\"ts\" is missing");
	if (e->word.len == 0)
		return event_refuse(r, "type", "\"type\" is missing");
	if ((err = finish_account(r)) || (err = finish_with(r)) || (err = event_check_statement(r)))
		return err;
	if (r->relation && (err = event_read_relation(r)))
		return err;
	if (e->id.len > 0)
		e->id_hash = bytes_hash(e->id, bytes_hash(r->site, ID_SEED));
	else
		e->id_hash = event_value_hash(r->doc, r->doc->nodes, bytes_hash(r->site, CONTENT_SEED));
	if (r->mark)
		return event_read_mark(r);
	finish_port(r);
	event_ask_session(r);
	event_ask_network(r);
	event_make_attrs(r);
	return ERR_OK;
}

enum err event_from_json(const struct event_context *ctx, const struct json_doc *doc, struct arena *a, struct event *out,
			 struct event_refusal *why)
{
	const struct json_node *root = doc->nodes, *end = root + root->next;
	struct event_reader r;
	enum err err;

	BUG_ON(ctx->kinds->slots.n < KIND_FIXED_PATHS); /* kinds_prepare was not called */
	memset(&r, 0, offsetof(struct event_reader, slot) + ctx->kinds->slots.n * sizeof r.slot[0]);
	r.ctx = ctx;
	r.doc = doc;
	r.arena = a;
	r.scratch = ctx->scratch ? ctx->scratch : a;
	r.out = out;
	r.why = why;
	*out = event_empty;
	if (ctx->scratch)
		arena_reset(ctx->scratch);
	if (root->type != JSON_OBJECT)
		return event_refuse(&r, "json", "an event is a JSON object%s", doc->nodes[0].type == JSON_ARRAY ?
				    "; of a list each has a line of its own, as `jq -c .[]` makes them" : "");
	if (root->num > EVENT_KEYS_MAX)
		return event_refuse(&r, "size", "more than %d keys", EVENT_KEYS_MAX);
	for (const struct json_node *node = root + 1; node < end; node = doc->nodes + node->next)
		if ((err = read_key(&r, node)))
			return err;
	return finish(&r);
}
