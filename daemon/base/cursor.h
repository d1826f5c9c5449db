/* Reading hostile bytes: cannot overrun, remembers the first failure, so that decoders stay linear.
 * After a failure every read gives zero and moves nothing. Big-endian unless the name says le. */
#ifndef ASSOCD_BASE_CURSOR_H
#define ASSOCD_BASE_CURSOR_H

#include "bytes.h"

struct cursor {
	const uint8_t *at, *end;
	bool err;
};

struct cursor cursor_of(const void *p, size_t n);
size_t cur_left(const struct cursor *c);
uint8_t cur_u8(struct cursor *c);
uint16_t cur_u16(struct cursor *c);
uint32_t cur_u32(struct cursor *c);
uint64_t cur_u64(struct cursor *c);
uint16_t cur_u16le(struct cursor *c);
uint32_t cur_u32le(struct cursor *c);
uint64_t cur_u64le(struct cursor *c);
/* LEB128, at most 10 bytes; fails on overlong or overflow. */
uint64_t cur_varint(struct cursor *c);
/* Zig-zag coded signed varint. */
int64_t cur_svarint(struct cursor *c);
void cur_skip(struct cursor *c, size_t n);
/* Borrowed from the input. */
struct bytes cur_bytes(struct cursor *c, size_t n);
/* varint length, then that many bytes. */
struct bytes cur_lenbytes(struct cursor *c);

#endif
