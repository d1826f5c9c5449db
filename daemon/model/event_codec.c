/* The journal's form of an event. Integers are LEB128 varints (signed ones zig-zag) unless a width is given,
 * fixed widths are big-endian, a text is a varint length and its bytes:
 *
 *   u8      version: 1, or 2 where something below needs it
 *   u8      type
 *   varint  flags: 1 failed, 2 address, 4 address is v4, 8 port, 16 id, 32 session, 64 statement, 128 until,
 *           256 (version 2) the address is cut to its network
 *   svarint ts_ms
 *   u64     id_hash
 *   text    account
 *   text    word                  type 0 only; other types are their own word
 *   4 or 16 bytes address         flag 2; 3 or 6 bytes with flag 256
 *   u16     port                  flag 8
 *   text    id                    flag 16
 *   text    session               flag 32
 *   u16     fields, then a text for each bit set, in the order of statement_fields    flag 64
 *   svarint until_ms              flag 128
 *   varint  number of attributes, each: varint kind minus the one before, u64 key, text shown; in version 2 the first
 *           is doubled, odd where a u64 next follows the key
 *
 * The sequence number is not in it: it is the key under which the journal keeps the row.
 * I1: what decodes encodes to the same bytes: absent fields have no bit, kinds do not fall, nothing follows the end, and
 *     version 2 says something that version 1 cannot.
 * I2: every length and index is checked against its limit before it is used. */
#include <endian.h>

#include "daemon/base/cursor.h"
#include "daemon/base/text.h"
#include "event_reader.h"

#define CODEC_PLAIN 1
#define CODEC_WIDE 2
#define CODEC_TEXT_MAX EVENT_LINE_MAX

enum { HAS_FAILED = 1, HAS_IP = 2, HAS_V4 = 4, HAS_PORT = 8, HAS_ID = 16, HAS_SESSION = 32, HAS_STATEMENT = 64, HAS_UNTIL = 128,
       IS_CUT = 256, FLAGS_PLAIN = 255, FLAGS_WIDE = 511 };

static const uint16_t statement_fields[] = {
	offsetof(struct event, relation_kind), offsetof(struct event, relation_group), offsetof(struct event, relation_with),
	offsetof(struct event, relation_proof), offsetof(struct event, actor), offsetof(struct event, with),
	offsetof(struct event, alert), offsetof(struct event, reason), offsetof(struct event, value),
	offsetof(struct event, kind), offsetof(struct event, round), offsetof(struct event, range),
};

static struct bytes *statement_field(struct event *e, unsigned i)
{
	return (struct bytes *)((char *)e + statement_fields[i]);
}

static size_t put_varint(uint8_t *out, uint64_t v)
{
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		out[n++] = (uint8_t)(v | 0x80);
	out[n++] = (uint8_t)v;
	return n;
}

static size_t put_u64(uint8_t *out, uint64_t v)
{
	uint64_t big = htobe64(v);

	memcpy(out, &big, sizeof(big));
	return sizeof(big);
}

static size_t put_svarint(uint8_t *out, int64_t v)
{
	return put_varint(out, ((uint64_t)v << 1) ^ (uint64_t)(v >> 63));
}

static size_t put_bytes(uint8_t *out, const void *p, size_t n)
{
	if (n > 0)
		memcpy(out, p, n);
	return n;
}

static size_t put_text(uint8_t *out, struct bytes b)
{
	size_t n = put_varint(out, b.len);

	return n + put_bytes(out + n, b.ptr, b.len);
}

static unsigned statement_mask(const struct event *e)
{
	unsigned mask = 0;

	for (unsigned i = 0; i < ARRAY_LEN(statement_fields); i++)
		mask |= (unsigned)(statement_field((struct event *)e, i)->len > 0) << i;
	return mask;
}

static unsigned event_flags(const struct event *e, unsigned mask)
{
	bool is_known = e->has_ip || e->is_ip_cut;

	return (e->is_failed ? HAS_FAILED : 0) | (is_known ? HAS_IP : 0) | (is_known && ip_is_v4(&e->ip) ? HAS_V4 : 0) |
	       (e->is_ip_cut ? IS_CUT : 0) | (e->has_port ? HAS_PORT : 0) | (e->id.len ? HAS_ID : 0) | (e->session.len ? HAS_SESSION : 0) |
	       (mask ? HAS_STATEMENT : 0) | (e->until_ms ? HAS_UNTIL : 0);
}

/* Of an address that is whole or cut; a v4 one is the end of its 16 bytes, of which the cut takes the last. */
static size_t ip_size(unsigned flags)
{
	if (flags & IS_CUT)
		return flags & HAS_V4 ? 3 : 6;
	return flags & HAS_V4 ? 4 : 16;
}

static size_t put_optional(uint8_t *out, const struct event *e, unsigned flags, unsigned mask)
{
	size_t n = 0;

	if (flags & HAS_IP)
		n += put_bytes(out, flags & HAS_V4 ? e->ip.b + 12 : e->ip.b, ip_size(flags));
	if (flags & HAS_PORT)
		n += put_bytes(out + n, (uint8_t[]){ (uint8_t)(e->port >> 8), (uint8_t)e->port }, 2);
	if (flags & HAS_ID)
		n += put_text(out + n, e->id);
	if (flags & HAS_SESSION)
		n += put_text(out + n, e->session);
	if (flags & HAS_STATEMENT) {
		n += put_bytes(out + n, (uint8_t[]){ (uint8_t)(mask >> 8), (uint8_t)mask }, 2);
		for (unsigned i = 0; i < ARRAY_LEN(statement_fields); i++)
			if (mask & 1u << i)
				n += put_text(out + n, *statement_field((struct event *)e, i));
	}
	if (flags & HAS_UNTIL)
		n += put_svarint(out + n, e->until_ms);
	return n;
}

static size_t put_attr(uint8_t *out, const struct attr *attr, unsigned before, unsigned version)
{
	unsigned step = attr->kind - before;
	size_t n = put_varint(out, version == CODEC_WIDE ? step << 1 | (attr->next != 0) : step);

	n += put_u64(out + n, attr->key);
	if (attr->next != 0)
		n += put_u64(out + n, attr->next);
	return n + put_text(out + n, attr->shown);
}

/* At most so many bytes: every number as long as it may be. */
static size_t encoded_max(const struct event *e)
{
	size_t n = 96 + 10 * (size_t)(4 + ARRAY_LEN(statement_fields)) + e->account.len + e->word.len + e->id.len + e->session.len;

	for (unsigned i = 0; i < ARRAY_LEN(statement_fields); i++)
		n += statement_field((struct event *)e, i)->len;
	for (unsigned i = 0; i < e->n_attrs; i++)
		n += 32 + e->attrs[i].shown.len;
	return n;
}

static unsigned version_of(const struct event *e)
{
	unsigned version = e->is_ip_cut ? CODEC_WIDE : CODEC_PLAIN;

	for (unsigned i = 0; i < e->n_attrs; i++)
		if (e->attrs[i].next != 0)
			version = CODEC_WIDE;
	return version;
}

void event_encode(const struct event *e, struct text *out)
{
	unsigned mask = statement_mask(e);
	unsigned flags = event_flags(e, mask), version = version_of(e);
	uint8_t *buf = (uint8_t *)text_room(out, encoded_max(e));
	size_t n = 0;

	buf[n++] = (uint8_t)version;
	buf[n++] = (uint8_t)e->type;
	n += put_varint(buf + n, flags);
	n += put_svarint(buf + n, e->ts_ms);
	n += put_u64(buf + n, e->id_hash);
	n += put_text(buf + n, e->account);
	if (e->type == EVENT_ACTIVITY)
		n += put_text(buf + n, e->word);
	n += put_optional(buf + n, e, flags, mask);
	n += put_varint(buf + n, e->n_attrs);
	for (unsigned i = 0; i < e->n_attrs; i++)
		n += put_attr(buf + n, &e->attrs[i], i > 0 ? e->attrs[i - 1].kind : 0, version);
	text_take_room(out, n);
}

/* A text of 1 to max bytes; an empty one would not be there (I1). */
static struct bytes take_text(struct cursor *c, size_t max)
{
	struct bytes b = cur_lenbytes(c);

	if (b.len == 0 || b.len > max)
		c->err = true;
	return b;
}

static void take_ip(struct cursor *c, struct event *e, unsigned flags)
{
	struct bytes b = cur_bytes(c, ip_size(flags));

	if (c->err)
		return;
	e->is_ip_cut = flags & IS_CUT;
	e->has_ip = !e->is_ip_cut;
	e->ip = (struct ip){ { 0 } };
	if (flags & HAS_V4)
		e->ip.b[10] = e->ip.b[11] = 0xff;
	memcpy(e->ip.b + (flags & HAS_V4 ? 12 : 0), b.ptr, b.len);
	if (ip_is_v4(&e->ip) != !!(flags & HAS_V4))
		c->err = true;
}

static void take_statement(struct cursor *c, struct event *e)
{
	unsigned mask = cur_u16(c);

	if (mask == 0 || mask >> ARRAY_LEN(statement_fields))
		c->err = true;
	for (unsigned i = 0; i < ARRAY_LEN(statement_fields); i++)
		if (mask & 1u << i)
			*statement_field(e, i) = take_text(c, CODEC_TEXT_MAX);
}

static void take_optional(struct cursor *c, struct event *e, unsigned flags)
{
	if (flags & HAS_IP)
		take_ip(c, e, flags);
	if (flags & HAS_PORT) {
		e->has_port = true;
		e->port = cur_u16(c);
	}
	if (flags & HAS_ID)
		e->id = take_text(c, EVENT_ID_MAX);
	if (flags & HAS_SESSION)
		e->session = take_text(c, CODEC_TEXT_MAX);
	if (flags & HAS_STATEMENT)
		take_statement(c, e);
	if (flags & HAS_UNTIL) {
		e->until_ms = cur_svarint(c);
		c->err |= e->until_ms == 0;
	}
}

/* The step to its kind; in version 2 whether there is a second key, too. */
static uint64_t take_step(struct cursor *c, unsigned version, bool *has_next)
{
	uint64_t step = cur_varint(c);

	*has_next = version == CODEC_WIDE && (step & 1);
	return version == CODEC_WIDE ? step >> 1 : step;
}

static void take_attrs(struct cursor *c, struct arena *a, struct event *e, unsigned version)
{
	uint64_t n = cur_varint(c), kind = 0;
	struct attr *attrs;

	if (c->err || n > EVENT_ATTRS_MAX) {
		c->err = true;
		return;
	}
	attrs = arena_alloc(a, n * sizeof *attrs + 1);
	for (uint64_t i = 0; i < n && !c->err; i++) {
		bool has_next;
		uint64_t step = take_step(c, version, &has_next);

		kind += step < KINDS_MAX ? step : KINDS_MAX;
		if (kind >= KINDS_MAX)
			c->err = true;
		attrs[i].kind = (uint16_t)kind;
		attrs[i].key = cur_u64(c);
		attrs[i].next = has_next ? cur_u64(c) : 0;
		c->err |= has_next && attrs[i].next == 0;
		attrs[i].shown = cur_lenbytes(c);
	}
	e->attrs = attrs;
	e->n_attrs = (unsigned)n;
}

enum err decode_event(struct bytes in, struct arena *a, struct event *out)
{
	struct event e = event_empty;
	struct bytes kept = arena_bytes(a, in);
	struct cursor c = cursor_of(kept.ptr, kept.len);
	uint64_t flags;
	uint8_t version = cur_u8(&c), type = cur_u8(&c);

	if (!c.err && version != CODEC_PLAIN && version != CODEC_WIDE)
		return ERR_VERSION;
	flags = cur_varint(&c);
	if (c.err || type >= EVENT_TYPES || flags > (version == CODEC_WIDE ? FLAGS_WIDE : FLAGS_PLAIN) ||
	    (flags & (HAS_IP | HAS_V4)) == HAS_V4 || (flags & (HAS_IP | IS_CUT)) == IS_CUT)
		return ERR_CORRUPT;
	e.type = (enum event_type)type;
	e.is_failed = flags & HAS_FAILED;
	e.ts_ms = cur_svarint(&c);
	e.id_hash = cur_u64(&c);
	e.account = cur_lenbytes(&c);
	e.word = type == EVENT_ACTIVITY ? cur_lenbytes(&c) : bytes_of(event_types[type].name);
	if (e.account.len > EVENT_ACCOUNT_MAX || e.word.len > EVENT_ACCOUNT_MAX)
		return ERR_CORRUPT;
	take_optional(&c, &e, (unsigned)flags);
	take_attrs(&c, a, &e, version);
	if (c.err || cur_left(&c) > 0 || version_of(&e) != version)
		return ERR_CORRUPT;
	*out = e;
	return ERR_OK;
}
