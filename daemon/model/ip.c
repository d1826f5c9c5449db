/* Addresses as text and as 16 bytes.
 * I1: a v4 address is ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). Folded to it are v4-compatible ::a.b.c.d (2.5.5.1), and what
 *     translators and tunnels make of a v4 host: 64:ff9b::a.b.c.d (RFC 6052, 2.1), 2002:V4::/48 (RFC 3056, 2) and
 *     2001:0:SERVER:FLAGS:PORT:V4, the last six bytes inverted (RFC 4380, 4). Cut to /64 they would be one value for all
 *     who use the translator, or one host would be two values.
 * I2: decoders read each byte once and accept one spelling of a v4 address: four decimals without leading zeros. */
#include "ip.h"

#include "daemon/base/err.h"

#include <limits.h>

#define V4_PREFIX_BITS 96
#define V4_TEXT_MAX 15

static const uint8_t v4_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

const char *const network_kind_names[NET_KINDS] = {
	"unknown", "isp", "mobile", "business", "education", "hosting", "vpn", "tor", "relay", "public",
};

int network_kind_of(struct bytes name)
{
	for (int i = 0; i < NET_KINDS; i++)
		if (bytes_is(name, network_kind_names[i]))
			return i;
	return -1;
}

static unsigned digit_at(const char *s, const char *end)
{
	return s < end ? (unsigned)(unsigned char)*s - '0' : UINT_MAX;
}

/* One decimal of 0..255; returns where reading goes on, NULL when it is none. */
static const char *decode_v4_part(const char *s, const char *end, uint8_t *out)
{
	unsigned value = digit_at(s, end), next;

	if (value > 9)
		return NULL;
	next = digit_at(s + 1, end);
	if (next > 9 || value == 0) {
		*out = (uint8_t)value;
		return s + 1;
	}
	value = value * 10 + next;
	next = digit_at(s + 2, end);
	if (next <= 9)
		value = value * 10 + next;
	*out = (uint8_t)value;
	return value <= 255 ? s + 2 + (next <= 9) : NULL;
}

/* Four decimals of 0..255 up to the end of the text. */
static bool decode_v4(const char *s, const char *end, uint8_t out[4])
{
	for (unsigned part = 0; part < 4; part++) {
		if (part > 0 && (s == end || *s++ != '.'))
			return false;
		if ((s = decode_v4_part(s, end, &out[part])) == NULL)
			return false;
	}
	return s == end;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

struct v6_state {
	uint8_t out[16];
	unsigned used; /* bytes of out that are set */
	int gap;       /* where "::" stands, -1 without one */
};

/* One group of 1 to 4 hex digits, or a v4 tail; returns where reading goes on, NULL when it is neither. */
static const char *decode_group(const char *s, const char *end, struct v6_state *v)
{
	const char *start = s;
	unsigned value = 0;

	while (s < end && s - start < 4 && hex_value(*s) >= 0)
		value = value << 4 | (unsigned)hex_value(*s++);
	if (s < end && *s == '.') {
		if (v->used > 12 || !decode_v4(start, end, v->out + v->used))
			return NULL;
		v->used += 4;
		return end;
	}
	if (s == start || v->used > 14)
		return NULL;
	v->out[v->used++] = (uint8_t)(value >> 8);
	v->out[v->used++] = (uint8_t)value;
	return s;
}

static bool place_gap(struct v6_state *v, uint8_t out[16])
{
	unsigned tail;

	if (v->gap < 0) {
		memcpy(out, v->out, 16);
		return v->used == 16;
	}
	if (v->used == 16)
		return false;
	tail = v->used - (unsigned)v->gap;
	memset(out, 0, 16);
	memcpy(out, v->out, (size_t)v->gap);
	memcpy(out + 16 - tail, v->out + v->gap, tail);
	return true;
}

static bool decode_v6(const char *s, const char *end, uint8_t out[16])
{
	struct v6_state v = { .gap = -1 };

	if (end - s >= 2 && s[0] == ':' && s[1] == ':') {
		v.gap = 0;
		s += 2;
	}
	while (s < end) {
		s = decode_group(s, end, &v);
		if (s == NULL)
			return false;
		if (s == end)
			break;
		if (*s++ != ':' || s == end)
			return false;
		if (*s != ':')
			continue;
		if (v.gap >= 0)
			return false;
		v.gap = (int)v.used;
		s++;
	}
	return place_gap(&v, out);
}

static void set_v4(struct ip *ip, const uint8_t *v4, uint8_t mask)
{
	uint8_t copy[4] = { v4[0] ^ mask, v4[1] ^ mask, v4[2] ^ mask, v4[3] ^ mask };

	memcpy(ip->b, v4_prefix, sizeof v4_prefix);
	memcpy(ip->b + 12, copy, sizeof copy);
}

/* I1. ::, ::1 and the rest of ::/120 stay v6: nobody means 0.0.0.1 by them. */
static void fold_v4(struct ip *ip)
{
	static const uint8_t zero[12], nat64[12] = { 0, 0x64, 0xff, 0x9b }, teredo[4] = { 0x20, 0x01 };

	if (memcmp(ip->b, zero, sizeof zero) == 0 && (ip->b[12] | ip->b[13] | ip->b[14]) != 0)
		set_v4(ip, ip->b + 12, 0);
	else if (memcmp(ip->b, nat64, sizeof nat64) == 0)
		set_v4(ip, ip->b + 12, 0);
	else if (ip->b[0] == 0x20 && ip->b[1] == 0x02)
		set_v4(ip, ip->b + 2, 0);
	else if (memcmp(ip->b, teredo, sizeof teredo) == 0)
		set_v4(ip, ip->b + 12, 0xff);
}

/* Without "%zone" (RFC 4007, 11), which means something on the machine that wrote it only. */
static struct bytes without_zone(struct bytes text)
{
	ptrdiff_t percent = bytes_find_char(text, '%');

	if (percent < 0 || (size_t)percent + 1 == text.len || bytes_find_char(bytes_slice(text, 0, (size_t)percent), ':') < 0)
		return text;
	return bytes_slice(text, 0, (size_t)percent);
}

/* May be that of a v4 address, and is none of a v6 one. */
static bool is_v4_text(struct bytes text)
{
	return text.len <= V4_TEXT_MAX && memchr(text.ptr, ':', text.len) == NULL;
}

static bool decode_v4_text(struct bytes text, struct ip *out)
{
	memcpy(out->b, v4_prefix, sizeof v4_prefix);
	return decode_v4(text.ptr, text.ptr + text.len, out->b + 12);
}

bool decode_ip_as_written(struct bytes text, struct ip *out)
{
	if (text.len < 2 || text.len > 45)
		return false;
	return is_v4_text(text) ? decode_v4_text(text, out) : decode_v6(text.ptr, text.ptr + text.len, out->b);
}

bool decode_ip(struct bytes text, struct ip *out)
{
	struct ip ip;

	if (is_v4_text(text) ? !decode_v4_text(text, &ip)
			     : text.len > IP_TEXT_SIZE * 2 || !decode_ip_as_written(without_zone(text), &ip))
		return false;
	fold_v4(&ip);
	*out = ip;
	return true;
}

/* ":443" up to the end of the text, or nothing. */
static bool decode_port(struct bytes text, int *port)
{
	uint64_t n;

	*port = -1;
	if (text.len == 0)
		return true;
	if (text.ptr[0] != ':' || text.len > 6 || !bytes_to_u64(bytes_slice(text, 1, text.len), &n) || n > 65535)
		return false;
	*port = (int)n;
	return true;
}

/* Brackets are of IPv6; a port behind one without them would be a part of it. */
bool decode_ip_and_port(struct bytes text, struct ip *out, struct bytes *bare, int *port)
{
	struct bytes rest = bytes_trim(text), tail;
	bool is_in_brackets = rest.len > 0 && rest.ptr[0] == '[';
	ptrdiff_t end = bytes_find_char(rest, is_in_brackets ? ']' : ':');
	bool is_v4_with_port = !is_in_brackets && end > 0 && bytes_find_char(bytes_slice(rest, 0, (size_t)end), '.') >= 0;

	*bare = rest;
	*port = -1;
	if (!is_in_brackets && !is_v4_with_port)
		return decode_ip(rest, out);
	if (end < 0)
		return false;
	*bare = bytes_slice(rest, is_in_brackets, (size_t)end - is_in_brackets);
	tail = bytes_slice(rest, (size_t)end + is_in_brackets, rest.len);
	return (!is_in_brackets || bytes_find_char(*bare, ':') >= 0) && decode_port(tail, port) && decode_ip(*bare, out);
}

bool decode_cidr(struct bytes text, struct ip *base, unsigned *bits)
{
	ptrdiff_t slash = bytes_find_char(text, '/');
	struct bytes address = slash < 0 ? text : bytes_slice(text, 0, (size_t)slash);
	struct bytes length = slash < 0 ? BYTES_NONE : bytes_slice(text, (size_t)slash + 1, text.len);
	bool dotted = bytes_find_char(address, ':') < 0;
	uint64_t n = dotted ? 32 : 128;
	struct ip ip, cut;

	if (!decode_ip_as_written(address, &ip))
		return false;
	if (slash >= 0 && (length.len > 3 || (length.len > 1 && length.ptr[0] == '0') || !bytes_to_u64(length, &n)))
		return false;
	if (n > (dotted ? 32 : 128))
		return false;
	*bits = (unsigned)n + (dotted ? V4_PREFIX_BITS : 0);
	if (*bits == 128)
		fold_v4(&ip);
	cut = ip_prefix(&ip, *bits);
	if (ip_cmp(&cut, &ip) != 0)
		return false;
	*base = ip;
	return true;
}

bool ip_is_v4(const struct ip *ip)
{
	return memcmp(ip->b, v4_prefix, sizeof v4_prefix) == 0;
}

uint32_t ip_v4(const struct ip *ip)
{
	return (uint32_t)ip->b[12] << 24 | (uint32_t)ip->b[13] << 16 | (uint32_t)ip->b[14] << 8 | ip->b[15];
}

struct ip ip_prefix(const struct ip *ip, unsigned bits)
{
	struct ip out = *ip;
	unsigned byte = bits / 8;

	if (bits >= 128)
		return out;
	out.b[byte] &= (uint8_t)(0xff00u >> (bits % 8));
	memset(out.b + byte + 1, 0, 15 - byte);
	return out;
}

int ip_cmp(const struct ip *a, const struct ip *b)
{
	return memcmp(a->b, b->b, 16);
}

bool ip_in(const struct ip *ip, const struct ip *base, unsigned bits)
{
	unsigned whole = bits >= 128 ? 16 : bits / 8;

	if (memcmp(ip->b, base->b, whole) != 0)
		return false;
	if (whole == 16 || bits % 8 == 0)
		return true;
	return ((ip->b[whole] ^ base->b[whole]) & (0xff00u >> (bits % 8)) & 0xff) == 0;
}

struct range {
	uint32_t base, mask;
};

static bool v4_is_placeholder(uint32_t v4)
{
	static const struct range ranges[] = {
		{ 0x00000000, 0xff000000 }, /* this network */
		{ 0x7f000000, 0xff000000 }, /* loopback */
		{ 0xa9fe0000, 0xffff0000 }, /* link-local */
		{ 0xc0000200, 0xffffff00 }, /* documentation, RFC 5737 */
		{ 0xc6336400, 0xffffff00 },
		{ 0xcb007100, 0xffffff00 },
		{ 0xe0000000, 0xf0000000 }, /* multicast */
		{ 0xf0000000, 0xf0000000 }, /* reserved, and broadcast */
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if ((v4 & ranges[i].mask) == ranges[i].base)
			return true;
	return false;
}

bool ip_is_placeholder(const struct ip *ip)
{
	static const uint8_t zero[15];

	if (ip_is_v4(ip))
		return v4_is_placeholder(ip_v4(ip));
	if (memcmp(ip->b, zero, 15) == 0 && ip->b[15] <= 1)
		return true;
	if (ip->b[0] == 0xff || (ip->b[0] == 0xfe && (ip->b[1] & 0xc0) == 0x80))
		return true;
	if (memcmp(ip->b, "\x01\0\0\0\0\0\0\0", 8) == 0) /* discard-only, RFC 6666 */
		return true;
	return memcmp(ip->b, "\x20\x01\x0d\xb8", 4) == 0 || (ip->b[0] == 0x3f && ip->b[1] == 0xff && ip->b[2] < 0x10); /* RFC 9637 */
}

static char *put_decimal(char *out, unsigned v)
{
	if (v >= 100)
		*out++ = (char)('0' + v / 100);
	if (v >= 10)
		*out++ = (char)('0' + v / 10 % 10);
	*out++ = (char)('0' + v % 10);
	return out;
}

static char *put_hex(char *out, unsigned v)
{
	static const char digits[] = "0123456789abcdef";

	for (int shift = 12; shift >= 0; shift -= 4)
		if (shift == 0 || v >> shift)
			*out++ = digits[v >> shift & 15];
	return out;
}

/* The longest run of two and more zero groups, the first of equals (RFC 5952, 4.2); length 0 when there is none. */
static unsigned zero_run(const uint16_t groups[8], unsigned *length)
{
	unsigned best = 0, at = 0;

	*length = 0;
	for (unsigned i = 0; i < 8; i++) {
		at = groups[i] ? 0 : at + 1;
		if (at > *length && at > 1) {
			*length = at;
			best = i + 1 - at;
		}
	}
	return best;
}

static char *format_v6(const struct ip *ip, char *out)
{
	uint16_t groups[8];
	unsigned run, start;

	for (unsigned i = 0; i < 8; i++)
		groups[i] = (uint16_t)(ip->b[2 * i] << 8 | ip->b[2 * i + 1]);
	start = zero_run(groups, &run);
	for (unsigned i = 0; i < 8; i++) {
		if (run > 0 && i == start) {
			*out++ = ':';
			*out++ = ':';
			i += run - 1;
			continue;
		}
		if (i > 0 && !(run > 0 && i == start + run))
			*out++ = ':';
		out = put_hex(out, groups[i]);
	}
	return out;
}

uint64_t ip_line_hash(struct bytes text)
{
	struct ip ip;

	if (!decode_ip_as_written(text, &ip))
		return 0;
	if (!ip_is_v4(&ip))
		ip = ip_prefix(&ip, 64);
	return bytes_hash(bytes_make((const char *)ip.b, sizeof(ip.b)), 0);
}

char *ip_format(const struct ip *ip, char out[IP_TEXT_SIZE])
{
	char *at = out;

	if (!ip_is_v4(ip)) {
		*format_v6(ip, out) = '\0';
		return out;
	}
	for (unsigned i = 12; i < 16; i++) {
		if (i > 12)
			*at++ = '.';
		at = put_decimal(at, ip->b[i]);
	}
	*at = '\0';
	return out;
}
