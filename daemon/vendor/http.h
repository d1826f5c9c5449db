/* HTTP/1.1 server, over the streams of the loop, plain or in TLS: keep-alive, pipelining, chunked bodies, a cap on
 * connections. A slow peer holds nothing up: a head must be there within 10 s of its first byte, a body within
 * idle_timeout_s and a second for each 64 KiB. A reply is taken at 4 KiB a second at least, with a patience of
 * idle_timeout_s, unless it goes on (http_stream_begin); who says nothing is let go after idle_timeout_s. What it refuses
 * itself (a broken or too large request) it answers as problem details (RFC 9457).
 * A request may be answered later, from any callback of the loop: keep r and call http_reply once. */
#ifndef ASSOCD_VENDOR_HTTP_H
#define ASSOCD_VENDOR_HTTP_H

#include "loop.h"

struct http_server;
struct http_request;
typedef void http_fn(struct http_request *r, void *arg);

struct http_setup {
	const char *address;    /* as loop_listen */
	http_fn *fn;            /* called for every request, whatever method and path */
	/* Asked once the head of a request is there that announces more than 64 KiB: is this much worth waiting for? When
	 * not, fn gets the request at once, without its body, and the connection ends with the reply. NULL: always. */
	bool (*admits)(struct http_request *r, void *arg);
	void *arg;
	size_t max_body;        /* bytes; beyond: 413 */
	size_t max_headers;     /* bytes; beyond: 431 or closed */
	int idle_timeout_s;
	size_t max_connections; /* beyond: closed at accept, counted */
	struct tls_server *tls; /* spoken over TCP, borrowed; NULL: it is not */
};

enum err http_server_new(struct loop *l, const struct http_setup *setup, struct http_server **out, struct errbuf *eb) MUST_CHECK;
/* Requests that wait for their reply may still be replied to afterwards; nothing is sent then. */
void http_server_free(struct http_server *s);
/* Counted since the start, connections now. */
struct http_counts {
	uint64_t connections, refused_connections, requests, refused_requests, timeouts;
};
void http_server_counts(const struct http_server *s, struct http_counts *out);
unsigned http_server_port(const struct http_server *s); /* the bound one, also for port 0 */

const char *http_method(const struct http_request *r); /* "GET" ... */
struct bytes http_path(const struct http_request *r);   /* raw, still percent-encoded, no query */
/* Value of a query parameter, decoded; BYTES_NONE.ptr == NULL never: empty when absent. Valid while r lives. */
struct bytes http_query(struct http_request *r, const char *name);
/* The n-th value of a repeated parameter; false when there are fewer, or when it is broken. */
bool http_query_at(struct http_request *r, const char *name, unsigned n, struct bytes *out);
/* The first parameter, as sent, that has none of the n names; false when each has one. */
bool http_query_other(const struct http_request *r, const char *const *names, unsigned n, struct bytes *out);
bool http_has_query(struct http_request *r, const char *name);
struct bytes http_header(const struct http_request *r, const char *name); /* empty when absent */
struct bytes http_body(struct http_request *r);                           /* contiguous; valid while r lives */
const char *http_peer(const struct http_request *r);                      /* numeric address */
bool http_peer_is_loopback(const struct http_request *r);
/* The user at the other end of a Unix socket; false: it came over TCP. */
bool http_peer_user(const struct http_request *r, uid_t *out);

void http_reply_header(struct http_request *r, const char *name, const char *value);
/* Ends the request; r is dead after it. Also when the peer went away meanwhile. */
void http_reply(struct http_request *r, int status, const char *content_type, struct bytes body);

/* A reply that goes on: the head is sent at once, pieces follow as they are written, and its end ends the connection. When
 * the peer leaves first, `gone` is called once; either way r is dead afterwards. What the request said is gone with begin. */
void http_stream_begin(struct http_request *r, const char *content_type, loop_fn *gone, void *arg);
/* False, and nothing is written: the peer does not take what was sent so far; end it. */
bool http_stream_write(struct http_request *r, struct bytes piece) MUST_CHECK;
void http_stream_end(struct http_request *r);

#endif
