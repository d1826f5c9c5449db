/* The cursor over hostile bytes.
 * I1: at <= end always.  I2: once err is set, nothing moves and every read gives zero. */
#include "cursor.h"

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

static uint64_t take_big(struct cursor *c, size_t n)
{
	const uint8_t *p = take(c, n);
	uint64_t v = 0;
	for (size_t i = 0; p && i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static uint64_t take_little(struct cursor *c, size_t n)
{
	const uint8_t *p = take(c, n);
	uint64_t v = 0;
	for (size_t i = n; p && i > 0; i--)
		v = v << 8 | p[i - 1];
	return v;
}

uint8_t cur_u8(struct cursor *c) { return (uint8_t)take_big(c, 1); }
uint16_t cur_u16(struct cursor *c) { return (uint16_t)take_big(c, 2); }
uint32_t cur_u32(struct cursor *c) { return (uint32_t)take_big(c, 4); }
uint64_t cur_u64(struct cursor *c) { return take_big(c, 8); }
uint16_t cur_u16le(struct cursor *c) { return (uint16_t)take_little(c, 2); }
uint32_t cur_u32le(struct cursor *c) { return (uint32_t)take_little(c, 4); }
uint64_t cur_u64le(struct cursor *c) { return take_little(c, 8); }

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
