/* Long headers of QUIC (RFC 9000 section 17.2, RFC 9369 section 3.2):
 *   1 form, 1 fixed, type 2, 4 protected | version 4 | destination id 1+n | source id 1+n |
 *   [Initial: token varint+n] | length varint | packet number, payload (length bytes)
 * Drafts 22 to 34 have the same form. */
#include "quic_packet.h"

#include "daemon/base/cursor.h"

#define TYPE_INITIAL 0
#define TYPE_RETRY 3
#define LEAST_LENGTH 20 /* of what is behind the length: number 4 with payload, and the sample of 16 */

#define SALT_22 { 0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x19, 0x3a, 0x96, 0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a }
#define SALT_23 { 0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02 }
#define SALT_29 { 0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99 }
#define SALT_V1 { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a }
#define SALT_V2 { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 }
#define SALT_V2_DRAFT { 0xa7, 0x07, 0xc2, 0x03, 0xa5, 0x9b, 0x47, 0x18, 0x4a, 0x1d, 0x62, 0xca, 0x57, 0x04, 0x06, 0xea, 0x7a, 0xe3, 0xe5, 0xd3 }
#define SALT_T050 { 0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72, 0x91, 0x55, 0x80, 0x30, 0x4c, 0x43, 0xa2, 0x36, 0x7c, 0x60, 0x48, 0x83, 0x10 }
#define SALT_T051 { 0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50, 0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d }

const struct quic_version *quic_version_of(uint32_t version, unsigned index)
{
	static const struct { uint32_t mask, first, last; struct quic_version version; } rows[] = {
		{ UINT32_MAX, 1, 1, { SALT_V1, false } },
		{ UINT32_MAX, 0x6b3343cf, 0x6b3343cf, { SALT_V2, true } },
		{ UINT32_MAX, 0xff00001d, 0xff000020, { SALT_29, false } },
		{ UINT32_MAX, 0xff000017, 0xff00001c, { SALT_23, false } },
		{ UINT32_MAX, 0xff000021, 0xff000022, { SALT_V1, false } },
		{ UINT32_MAX, 0xff000016, 0xff000016, { SALT_22, false } },
		{ UINT32_MAX, 0xfaceb001, 0xfaceb001, { SALT_22, false } },
		{ 0xffffff00, 0xfaceb000, 0xfaceb000, { SALT_23, false } },
		{ 0xffffff00, 0xfaceb000, 0xfaceb000, { SALT_V1, false } },
		{ 0xffffff00, 0xfaceb000, 0xfaceb000, { SALT_29, false } },
		{ 0x0f0f0f0f, 0x0a0a0a0a, 0x0a0a0a0a, { SALT_V1, false } },
		{ 0x0f0f0f0f, 0x0a0a0a0a, 0x0a0a0a0a, { SALT_29, false } },
		{ UINT32_MAX, 0x709a50c4, 0x709a50c4, { SALT_V2_DRAFT, true } },
		{ UINT32_MAX, 0x54303530, 0x54303530, { SALT_T050, false } },
		{ UINT32_MAX, 0x54303531, 0x54303531, { SALT_T051, false } },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t masked = version & rows[i].mask;
		if (masked >= rows[i].first && masked <= rows[i].last && index-- == 0)
			return &rows[i].version;
	}
	return NULL;
}

/* The two highest bits of the first byte say how many bytes there are (RFC 9000 section 16). */
static uint64_t variable(struct cursor *c)
{
	uint8_t first = cur_u8(c);
	uint64_t v = first & 0x3f;

	for (unsigned n = (1u << (first >> 6)) - 1; n > 0; n--)
		v = v << 8 | cur_u8(c);
	return c->err ? 0 : v;
}

static struct bytes variable_bytes(struct cursor *c)
{
	uint64_t n = variable(c);

	if (n > cur_left(c)) {
		c->err = true;
		return BYTES_NONE;
	}
	return cur_bytes(c, (size_t)n);
}

/* Initial, 0-RTT, Handshake and Retry are 0 to 3 in version 1, and 1, 2, 3, 0 in version 2. */
static unsigned type_of(uint8_t first, const struct quic_version *version)
{
	unsigned bits = first >> 4 & 3;

	return version->is_v2 ? (bits + 3) % 4 : bits;
}

enum err decode_quic_packet(struct bytes rest, struct quic_packet *p)
{
	struct cursor c = cursor_of(rest.ptr, rest.len);
	uint8_t first = cur_u8(&c);

	if ((first & 0xc0) != 0xc0)
		return ERR_INPUT;
	p->version = cur_u32(&c);
	const struct quic_version *version = quic_version_of(p->version, 0);
	if (version == NULL)
		return ERR_INPUT;
	p->destination_id = cur_bytes(&c, cur_u8(&c));
	p->source_id = cur_bytes(&c, cur_u8(&c));
	if (c.err || p->destination_id.len > QUIC_ID_MAX || p->source_id.len > QUIC_ID_MAX)
		return ERR_INPUT;
	unsigned type = type_of(first, version);
	p->is_initial = type == TYPE_INITIAL;
	if (type == TYPE_RETRY) {
		p->whole = rest;
		return ERR_OK;
	}
	if (p->is_initial)
		variable_bytes(&c);
	uint64_t length = variable(&c);
	p->number_at = rest.len - cur_left(&c);
	if (c.err || length > cur_left(&c) || (p->is_initial && length < LEAST_LENGTH))
		return ERR_INPUT;
	p->whole = bytes_slice(rest, 0, p->number_at + (size_t)length);
	return ERR_OK;
}

/* ACK: largest, delay, ranges, first range, then two numbers a range; with ECN three counts more. */
static void skip_ack(struct cursor *c, bool has_counts)
{
	variable(c);
	variable(c);
	uint64_t ranges = variable(c);
	variable(c);
	for (uint64_t i = 0; i < 2 * ranges && !c->err; i++)
		variable(c);
	for (unsigned i = 0; has_counts && i < 3; i++)
		variable(c);
}

/* Of an Initial most bytes are this. */
static void skip_padding(struct cursor *c)
{
	while (c->end - c->at >= 8 && memcmp(c->at, "\0\0\0\0\0\0\0", 8) == 0)
		c->at += 8;
	while (c->at < c->end && *c->at == 0)
		c->at++;
}

enum err decode_quic_crypto(struct bytes payload, size_t *at, struct quic_crypto *frame)
{
	enum { PADDING = 0, PING = 1, ACK = 2, ACK_ECN = 3, CRYPTO = 6 };
	struct cursor c = cursor_of(payload.ptr + *at, payload.len - *at);

	while (cur_left(&c) > 0) {
		uint8_t type = cur_u8(&c);
		if (type == PADDING)
			skip_padding(&c);
		else if (type == ACK || type == ACK_ECN)
			skip_ack(&c, type == ACK_ECN);
		else if (type == CRYPTO) {
			frame->offset = variable(&c);
			frame->bytes = variable_bytes(&c);
			*at = payload.len - cur_left(&c);
			return c.err ? ERR_NOTFOUND : ERR_OK;
		} else if (type != PING)
			break;
	}
	*at = payload.len;
	return ERR_NOTFOUND;
}
