/* The front of one direction of a TCP connection, put together from segments of any size, in any order, as often as they
 * come. Bytes that came first stay (as most receivers do). Sequence numbers wrap. */
#ifndef ASSOCD_COLLECTORS_PACKETS_STREAM_H
#define ASSOCD_COLLECTORS_PACKETS_STREAM_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

#define STREAM_MAX 65536u

struct stream {
	uint32_t base;     /* sequence number of bytes[0] */
	uint32_t front;    /* bytes without a hole from the base on */
	uint32_t room;     /* what bytes and seen (a bit a byte) have room for */
	uint32_t end;      /* behind the last byte that is there */
	uint8_t *bytes, *seen;
};

void stream_begin(struct stream *s, uint32_t base);
void stream_end(struct stream *s);
/* ERR_LIMIT: it would reach more than STREAM_MAX from the base; nothing was taken. What lies in front of the base is left out. */
enum err stream_add(struct stream *s, uint32_t seq, struct bytes segment) MUST_CHECK;
/* Another base: what lies behind it stays, what lies in front of it is forgotten; ERR_LIMIT as above. */
enum err stream_move(struct stream *s, uint32_t base) MUST_CHECK;
/* How far bytes without a hole go from there on; both are offsets from the base. */
uint32_t stream_reach(const struct stream *s, uint32_t from);
static inline struct bytes stream_front(const struct stream *s) { return bytes_make((const char *)s->bytes, s->front); }
static inline size_t stream_memory(const struct stream *s) { return s->room + s->room / 8; }

#endif
