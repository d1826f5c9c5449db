/* The front of a TCP stream as TLS records: is there a ClientHello in it, and is it whole?
 * Stateless: the caller shows the front again when it has grown. What stands in front of the first record and is known to
 * (PROXY protocol 1 and 2, the packet of TDS) is passed over. */
#ifndef ASSOCD_COLLECTORS_PACKETS_TLS_RECORDS_H
#define ASSOCD_COLLECTORS_PACKETS_TLS_RECORDS_H

#include "client_hello.h"

enum tls_front {
	TLS_FRONT_NONE,    /* no TLS */
	TLS_FRONT_RECORDS, /* records, but not of a ClientHello: a server's, or the beginning was missed */
	TLS_FRONT_MORE,    /* so far it may be one; `need` bytes of front at least before it can be whole */
	TLS_FRONT_HELLO,   /* `message` is the handshake message, which decode_client_hello judges */
	TLS_FRONT_LIAR,    /* began as a ClientHello, then something that cannot be */
};

struct tls_hello {
	struct bytes message; /* in front, or in `room` when it came in several records */
	size_t need;
};

/* room: HELLO_LENGTH_MAX bytes, not looked at again once message is no longer used. */
enum tls_front decode_tls_front(struct bytes front, uint8_t *room, struct tls_hello *hello);

#endif
