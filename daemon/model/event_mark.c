/* What a mark is on: a value, by a text that its kind brings to normal form as in any event or by the key that answers
 * name it by, or a range of addresses.
 * I1: the range of an event is in canonical form: equal ranges are equal texts. */
#include "event_reader.h"

#define VALUE_MAX 4096
#define WORDS_MAX 64

/* What the object said. */
struct mark_on { struct bytes kind, value, key, range; };

#define MEMBER(name, at, max, help) { { name, sizeof(name) - 1 }, KEY_FIELD, offsetof(struct mark_on, at), max, NULL, TAKES_TEXT, false, help }
const struct event_key event_mark_keys[] = {
	MEMBER("kind", kind, WORDS_MAX, "The kind of the value, as attributes.yaml names it."),
	MEMBER("value", value, VALUE_MAX, "The value, as an event would say it; of a kind made of several paths its parts with '|' between them."),
	MEMBER("key", key, 16, "Or the key that answers name it by, 16 hexadecimal digits."),
	MEMBER("range", range, WORDS_MAX, "Or a range of addresses, as 10.0.0.0/8: every kind whose values are addresses."),
	{ { NULL, 0 }, KEY_CALL, 0, 0, NULL, TAKES_TEXT, false, NULL },
};
enum { MARK_KEYS = ARRAY_LEN(event_mark_keys) - 1 };

static enum err read_member(struct event_reader *r, const struct json_node *node, struct mark_on *out)
{
	const char *known[MARK_KEYS];

	for (size_t i = 0; i < MARK_KEYS; i++) {
		const struct event_key *row = &event_mark_keys[i];

		if (bytes_eq(node->key, row->name))
			return node->type == JSON_NULL ? ERR_OK : event_read_text(r, node, row->max, (struct bytes *)((char *)out + row->at));
		known[i] = row->name.ptr;
	}
	if (bytes_starts(node->key, BYTES_LIT("x_")))
		return ERR_OK;
	return event_unknown_key(r, "mark.", node->key, known, MARK_KEYS);
}

static bool read_key(struct bytes digits, uint64_t *out)
{
	static const char figures[] = "0123456789abcdef";

	*out = 0;
	for (size_t i = 0; i < digits.len; i++) {
		const char *at = memchr(figures, digits.ptr[i], 16);

		if (!at)
			return false;
		*out = *out << 4 | (uint64_t)(at - figures);
	}
	return digits.len == 16;
}

static enum err read_range(struct event_reader *r, struct bytes text)
{
	char base[IP_TEXT_SIZE];
	struct ip ip;
	unsigned bits;

	if (!decode_cidr(text, &ip, &bits))
		return event_refuse(r, "value", "\"mark.range\": %.*s is no range like 10.0.0.0/8 or 2001:db8::/32 (bits behind its length are zero)",
				    BYTES_ARG(text));
	if (bits == 128)
		return event_refuse(r, "value", "\"mark.range\" is one address: mark it as a value, by \"kind\" and \"value\"");
	ip_format(&ip, base);
	r->out->range = bytes_of(arena_printf(r->arena, "%s/%u", base, ip_is_v4(&ip) ? bits - 96 : bits)); /* I1 */
	return ERR_OK;
}

static enum err unknown_kind(struct event_reader *r, struct bytes name)
{
	const struct kinds *kinds = r->ctx->kinds;
	const char *known[KINDS_MAX];

	for (unsigned i = 0; i < kinds->n; i++)
		known[i] = arena_str(r->arena, kinds->rows[i].name);
	const char *near = bytes_nearest(name, known, kinds->n);
	return event_refuse(r, "value", "\"mark.kind\": there is no kind %.*s%s%s%s", BYTES_ARG(name), near ? "; did you mean " : "", near ? near : "",
			    near ? "?" : "");
}

static enum err take_value(struct event_reader *r, unsigned kind, const struct mark_on *on)
{
	const struct kind *row = &r->ctx->kinds->rows[kind];

	event_make_attrs_of(r, kind, on->value);
	if (r->out->n_attrs > 0)
		return ERR_OK;
	return event_refuse(r, "value", "\"mark.value\" is no value of kind %.*s, or one that never matches", BYTES_ARG(row->name));
}

static enum err take_key(struct event_reader *r, unsigned kind, const struct mark_on *on)
{
	struct attr *attr = arena_zalloc(r->arena, sizeof(*attr));

	*attr = (struct attr){ .kind = (uint16_t)kind, .shown = BYTES_NONE };
	if (!read_key(on->key, &attr->key))
		return event_refuse(r, "value", "\"mark.key\" is 16 hexadecimal digits");
	if (r->ctx->next_key && r->ctx->kinds->rows[kind].privacy == PRIVACY_HASH)
		return event_refuse(r, "value", "the key of %.*s is being changed, and a mark by it would be lost: name the value itself",
				    BYTES_ARG(r->ctx->kinds->rows[kind].name));
	r->out->attrs = attr;
	r->out->n_attrs = 1;
	return ERR_OK;
}

enum err event_read_mark(struct event_reader *r)
{
	const struct json_node *end = r->doc->nodes + r->mark->next;
	struct mark_on on = { BYTES_NONE, BYTES_NONE, BYTES_NONE, BYTES_NONE };
	enum err err = ERR_OK;
	int kind;

	for (const struct json_node *node = r->mark + 1; !err && node < end; node = r->doc->nodes + node->next)
		err = read_member(r, node, &on);
	if (err)
		return err;
	if ((on.range.len > 0) + (on.value.len > 0) + (on.key.len > 0) != 1 || (on.range.len > 0) == (on.kind.len > 0))
		return event_refuse(r, "value", "\"mark\" has \"kind\" and \"value\", \"kind\" and \"key\", or \"range\"");
	if (on.range.len > 0)
		return read_range(r, on.range);
	kind = kinds_find(r->ctx->kinds, on.kind);
	if (kind < 0)
		return unknown_kind(r, on.kind);
	if (r->ctx->kinds->rows[kind].privacy == PRIVACY_DROP)
		return event_refuse(r, "value", "\"mark.kind\": nothing is kept of %.*s", BYTES_ARG(on.kind));
	return on.key.len > 0 ? take_key(r, (unsigned)kind, &on) : take_value(r, (unsigned)kind, &on);
}
