/* The client of QUIC connections on one pair of addresses and ports, from its datagrams alone: opens Initials and puts the
 * ClientHello together out of their CRYPTO frames, whatever their order.
 *
 * Keys come from the destination id of a client's first Initial. A later Initial is tried with the keys that worked, then with
 * keys of its own id: so a Retry (which changes the id, and carries the same hello again) and another connection on the same
 * ports are both found without the server's packets. A server's Initial opens under neither. The AEAD vouches for all of it:
 * made-up Initials cost tries, of which a client has a bounded number, and give nothing. */
#ifndef ASSOCD_COLLECTORS_PACKETS_QUIC_CLIENT_H
#define ASSOCD_COLLECTORS_PACKETS_QUIC_CLIENT_H

#include "client_hello.h"

#define QUIC_TRIES_MAX 24   /* ids that opened nothing, of one client */
#define QUIC_PACKETS_MAX 16 /* of one datagram */

struct quic_client; /* a few hundred bytes, and while a hello is under way the bytes of it */
struct quic_opener; /* one for all clients of a thread */

struct quic_counts {
	uint64_t opened;   /* packets */
	uint64_t refused;  /* that no key opened */
	uint64_t bounded;  /* that were not tried any more: QUIC_TRIES_MAX, QUIC_PACKETS_MAX */
	uint64_t overlong; /* CRYPTO frames beyond what a hello may have */
};

struct quic_opener *quic_opener_new(void);
void quic_opener_free(struct quic_opener *opener);
const struct quic_counts *quic_opener_counts(const struct quic_opener *opener);

struct quic_client *quic_client_new(void);
void quic_client_free(struct quic_client *client);
/* Gives back what hellos that were told still take; message is no longer valid. */
void quic_client_rest(struct quic_client *client);
size_t quic_client_memory(const struct quic_client *client);

enum quic_step {
	QUIC_NONE,  /* nothing of a client was opened */
	QUIC_MORE,  /* opened; the hello is not whole, or was told before */
	QUIC_HELLO, /* a hello became whole that was not told before */
};
/* message: the handshake message, valid until the client's next call, whichever. */
enum quic_step quic_client_take(struct quic_opener *opener, struct quic_client *client, struct bytes datagram, struct bytes *message);

#endif
