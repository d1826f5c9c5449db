/* What the front of a TCP stream begins with: a TLS ClientHello, an HTTP/1 request, or neither. */
#ifndef ASSOCD_COLLECTORS_PACKETS_LOOK_H
#define ASSOCD_COLLECTORS_PACKETS_LOOK_H

#include "facts.h"

enum look {
	LOOK_NONE,    /* neither */
	LOOK_TLS,     /* a record of TLS, but no ClientHello: the beginning was missed, or it is the server */
	LOOK_MORE,    /* so far it may be one of them */
	LOOK_HELLO,   /* ja4 to alpn of the facts are filled in */
	LOOK_REQUEST, /* http_method to user_agent are */
	LOOK_LIAR,    /* began as a ClientHello, and is none */
};

/* Looks for a request only where may_be_request. */
enum look look_at_stream(struct bytes front, bool may_be_request, struct flow_facts *facts);

#endif
