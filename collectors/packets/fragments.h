/* IP datagrams out of their fragments, in any order (RFC 791, RFC 8200). Datagrams under way are bounded in number and bytes;
 * the oldest goes first, and none is waited for longer than FRAGMENTS_WAIT_S. */
#ifndef ASSOCD_COLLECTORS_PACKETS_FRAGMENTS_H
#define ASSOCD_COLLECTORS_PACKETS_FRAGMENTS_H

#include "packet.h"

#define FRAGMENTS_DATAGRAMS 512
#define FRAGMENTS_WAIT_S 30

struct fragments;

struct fragments *fragments_new(uint32_t max_bytes);
void fragments_free(struct fragments *f);
/* p: a packet that ended as PACKET_FRAGMENT. True when it was the one that was missing: *whole is the payload of the datagram,
 * valid until the next call. */
bool fragments_add(struct fragments *f, const struct packet *p, int64_t at_us, struct bytes *whole);
/* Datagrams given up: too many, too old, of lengths that cannot be, cut by the snap length. */
uint64_t fragments_dropped(const struct fragments *f);
size_t fragments_memory(const struct fragments *f);

#endif
