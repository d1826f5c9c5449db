/* Packets made by hand for tests: headers are put in front of what is there, from the payload outwards. */
#ifndef ASSOCD_TESTS_UNIT_COLLECTORS_PACKET_BENCH_H
#define ASSOCD_TESTS_UNIT_COLLECTORS_PACKET_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "collectors/packets/packet.h"

/* bytes[begin, BENCH_SIZE) is the packet. */
#define BENCH_SIZE 70000
struct bench {
	uint8_t bytes[BENCH_SIZE];
	size_t begin;
};

static inline struct bytes bench_bytes(const struct bench *b)
{
	return bytes_make((const char *)b->bytes + b->begin, BENCH_SIZE - b->begin);
}

static inline size_t bench_length(const struct bench *b)
{
	return BENCH_SIZE - b->begin;
}

static inline void bench_clear(struct bench *b) { b->begin = BENCH_SIZE; }

static inline uint8_t *bench_front(struct bench *b, size_t n)
{
	assert_true(b->begin >= n);
	b->begin -= n;
	memset(b->bytes + b->begin, 0, n);
	return b->bytes + b->begin;
}

static inline void bench_put(struct bench *b, const void *p, size_t n)
{
	memcpy(bench_front(b, n), p, n);
}

/* "45 00 0014": hexadecimal digits, blanks are passed over. */
static inline void bench_hex(struct bench *b, const char *hex)
{
	uint8_t out[512];
	size_t n = 0;

	for (const char *c = hex; *c != '\0'; c++) {
		unsigned digit = *c >= 'a' ? (unsigned)(*c - 'a') + 10 : (unsigned)(*c - '0');
		if (*c == ' ')
			continue;
		assert_true(digit < 16 && n / 2 < sizeof(out));
		out[n / 2] = (uint8_t)(n % 2 ? out[n / 2] | digit : digit << 4);
		n++;
	}
	assert_true(n % 2 == 0);
	bench_put(b, out, n / 2);
}

static inline void bench_u16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void bench_u32(uint8_t *at, uint32_t value)
{
	bench_u16(at, value >> 16);
	bench_u16(at + 2, value & 0xffff);
}

struct bench_tcp { uint16_t source, destination; uint32_t seq; uint8_t flags; };
static inline void bench_tcp(struct bench *b, struct bench_tcp t)
{
	uint8_t *h = bench_front(b, 20);
	bench_u16(h, t.source);
	bench_u16(h + 2, t.destination);
	bench_u32(h + 4, t.seq);
	h[12] = 5 << 4;
	h[13] = t.flags;
	bench_u16(h + 14, 1024);
}

static inline void bench_udp(struct bench *b, uint16_t source, uint16_t destination)
{
	size_t length = bench_length(b) + 8;
	uint8_t *h = bench_front(b, 8);
	bench_u16(h, source);
	bench_u16(h + 2, destination);
	bench_u16(h + 4, length > 65535 ? 0 : length);
}

/* From 10.0.0.FROM to 10.0.0.TO. */
static inline uint8_t *bench_ipv4(struct bench *b, uint8_t protocol, uint8_t from, uint8_t to)
{
	size_t total = bench_length(b) + 20;
	uint8_t *h = bench_front(b, 20);
	h[0] = 0x45;
	bench_u16(h + 2, total > 65535 ? 0 : total);
	h[8] = 61;
	h[9] = protocol;
	h[12] = h[16] = 10;
	h[15] = from;
	h[19] = to;
	return h;
}

/* From fd00::FROM to fd00::TO. */
static inline uint8_t *bench_ipv6(struct bench *b, uint8_t next, uint8_t from, uint8_t to)
{
	size_t length = bench_length(b);
	uint8_t *h = bench_front(b, 40);
	h[0] = 0x60;
	bench_u16(h + 4, length > 65535 ? 0 : length);
	h[6] = next;
	h[7] = 57;
	h[8] = h[24] = 0xfd;
	h[23] = from;
	h[39] = to;
	return h;
}

static inline void bench_ethernet(struct bench *b, uint16_t type)
{
	bench_u16(bench_front(b, 2), type);
	bench_hex(b, "020000000002020000000001");
}

/* A segment with "hello" in it from 10.0.0.1:1000 to 10.0.0.2:443. */
static inline void bench_inner(struct bench *b)
{
	bench_clear(b);
	bench_put(b, "hello", 5);
	bench_tcp(b, (struct bench_tcp){ 1000, 443, 7, TCP_ACK | TCP_PSH });
	bench_ipv4(b, PACKET_TCP, 1, 2);
}

static inline enum packet_end bench_decode(const struct bench *b, unsigned link, struct packet *p)
{
	struct captured captured = { .link = link, .bytes = bench_bytes(b), .wire_length = bench_length(b) };
	return decode_packet(&captured, p);
}

#endif
