/* What the front of a TCP stream begins with: a TLS ClientHello, an HTTP/1 request, or neither. */
#ifndef ASSOCD_COLLECTORS_PACKETS_LOOK_H
#define ASSOCD_COLLECTORS_PACKETS_LOOK_H

#include "client_hello.h"
#include "facts.h"

enum look_found {
	LOOK_NONE,    /* neither */
	LOOK_TLS,     /* records of TLS, but no ClientHello: the beginning was missed, or it is the server */
	LOOK_MORE,    /* so far it may be one of them */
	LOOK_HELLO,   /* ja4 to traits of the facts are filled in, the other texts are empty */
	LOOK_REQUEST, /* the same with http_method to user_agent */
	LOOK_LIAR,    /* began as a ClientHello, and is none */
};

/* Room to work in; it keeps nothing from one call to the next. */
struct look;
struct look *look_new(void);
void look_free(struct look *l);
/* The hash of the random bytes of the hello that was read last. */
uint32_t look_hello_random(const struct look *l);
/* Does a ClientHello begin here, as far as it is there? */
bool look_begins_hello(struct look *l, struct bytes payload);
/* Looks for a request only where may_be_request. */
enum look_found look_at_stream(struct look *l, struct bytes front, bool may_be_request, struct flow_facts *facts);
/* A handshake message that came otherwise: LOOK_HELLO or LOOK_LIAR. */
enum look_found look_at_hello(struct look *l, struct bytes message, enum hello_carrier carrier, struct flow_facts *facts);

#endif
