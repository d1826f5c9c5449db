/* Packets of QUIC in a datagram, as far as they show without keys, and the frames of an Initial that was opened. */
#ifndef ASSOCD_COLLECTORS_PACKETS_QUIC_PACKET_H
#define ASSOCD_COLLECTORS_PACKETS_QUIC_PACKET_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

#define QUIC_ID_MAX 20

/* What a version needs to be opened. */
struct quic_version {
	uint8_t salt[20];
	bool is_v2; /* labels and packet types of version 2 */
};
/* Version 1 and 2, drafts 22 to 34, mvfst, Google's versions with TLS, and those reserved for exercising negotiation. Where it
 * is not settled what a number stands for there is more than one, from index 0 on; the one that opens a packet is right.
 * NULL: none (any more). */
const struct quic_version *quic_version_of(uint32_t version, unsigned index);

struct quic_packet {
	uint32_t version;
	bool is_initial;
	struct bytes destination_id, source_id;
	struct bytes whole;  /* from its first byte to the end that its length gives */
	size_t number_at;    /* where the protected packet number begins; of an Initial */
};

/* The packet at the front of rest, a part of a datagram. ERR_INPUT: no long header of a known version, or cut. */
enum err decode_quic_packet(struct bytes rest, struct quic_packet *p) MUST_CHECK;

/* The next CRYPTO frame of the plain payload behind *at, which moves on. ERR_NOTFOUND: none is left, or one that does not belong
 * into an Initial came. */
struct quic_crypto {
	uint64_t offset;
	struct bytes bytes;
};
enum err decode_quic_crypto(struct bytes payload, size_t *at, struct quic_crypto *frame) MUST_CHECK;

#endif
