/* A DTLS client's datagrams: its first ClientHello, put together from fragments in any order. With a HelloVerifyRequest the
 * client says hello twice; the first one that is whole counts. */
#ifndef ASSOCD_COLLECTORS_PACKETS_DTLS_RECORDS_H
#define ASSOCD_COLLECTORS_PACKETS_DTLS_RECORDS_H

#include "client_hello.h"
#include "stream.h"

/* A fragment of a ClientHello. */
struct dtls_fragment {
	uint32_t length;   /* of the message, without its header */
	uint16_t sequence; /* of the message */
	uint32_t offset;
	struct bytes bytes;
};

/* The next fragment behind *at, which moves on. ERR_NOTFOUND: the datagram ends, or there is no plain record of DTLS. */
enum err decode_dtls_fragment(struct bytes datagram, size_t *at, struct dtls_fragment *fragment) MUST_CHECK;

/* Does a datagram begin with one? */
bool dtls_is_hello(struct bytes datagram);

struct dtls_client {
	bool is_open;
	uint16_t sequence;
	uint32_t length;
	struct stream stream; /* the message in the form of TLS: a header of four bytes, then the body */
};

enum dtls_step { DTLS_NONE, DTLS_MORE, DTLS_HELLO };
/* message: valid until the client's next call. A zeroed client is new; dtls_client_end gives its memory back. */
enum dtls_step dtls_client_take(struct dtls_client *client, struct bytes datagram, struct bytes *message);
void dtls_client_end(struct dtls_client *client);

#endif
