/* The cursor over hostile bytes.
 * I1: at <= end always.  I2: once err is set, nothing moves and every read gives zero. */
#include "cursor.h"

#include <endian.h>

struct cursor cursor_of(const void *p, size_t n)
{
	const uint8_t *at = n ? p : (const uint8_t *)"";
	return (struct cursor){ at, at + n, false };
}

size_t cur_left(const struct cursor *c)
{
	return c->err ? 0 : (size_t)(c->end - c->at);
}

/* The next n bytes, or NULL and the failure is remembered. */
static const uint8_t *take(struct cursor *c, size_t n)
{
	if (c->err || (size_t)(c->end - c->at) < n) {
		c->err = true;
		return NULL;
	}
	const uint8_t *p = c->at;
	c->at += n;
	return p;
}

/* One load each: headers of packets are read with these, a million a second. */
#define READ(name, type, swap) \
	type name(struct cursor *c) \
	{ \
		const uint8_t *p = take(c, sizeof(type)); \
		type v = 0; \
		if (p != NULL) \
			memcpy(&v, p, sizeof(v)); \
		return (type)swap(v); \
	}
READ(cur_u8, uint8_t, )
READ(cur_u16, uint16_t, be16toh)
READ(cur_u32, uint32_t, be32toh)
READ(cur_u64, uint64_t, be64toh)
READ(cur_u16le, uint16_t, le16toh)
READ(cur_u32le, uint32_t, le32toh)
READ(cur_u64le, uint64_t, le64toh)

uint64_t cur_varint(struct cursor *c)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = cur_u8(c);
		if (c->err)
			return 0;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte & 0x80)
			continue;
		bool overlong = byte == 0 && shift > 0;
		bool overflow = shift == 63 && byte > 1;
		c->err = overlong || overflow;
		return c->err ? 0 : v;
	}
	c->err = true;
	return 0;
}

int64_t cur_svarint(struct cursor *c)
{
	uint64_t v = cur_varint(c);
	return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}

void cur_skip(struct cursor *c, size_t n)
{
	take(c, n);
}

struct bytes cur_bytes(struct cursor *c, size_t n)
{
	const uint8_t *p = take(c, n);
	return p ? bytes_make((const char *)p, n) : BYTES_NONE;
}

struct bytes cur_lenbytes(struct cursor *c)
{
	uint64_t n = cur_varint(c);
	if (n > cur_left(c)) {
		c->err = true;
		return BYTES_NONE;
	}
	return cur_bytes(c, (size_t)n);
}
