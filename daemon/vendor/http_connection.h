/* What http.c, http_request.c and http_reply.c share: the server, and one connection, which carries one request at a time. */
#ifndef ASSOCD_VENDOR_HTTP_CONNECTION_H
#define ASSOCD_VENDOR_HTTP_CONNECTION_H

#include <time.h>

#include "daemon/base/arena.h"
#include "daemon/base/text.h"
#include "http.h"
#include "http_head.h"

struct http_server {
	struct loop *loop;
	struct loop_listener *listener;
	struct loop_timer *sweep;
	struct http_setup setup; /* the address is gone */
	struct http_request *connections;
	struct http_counts counts;
	struct text reply;
	char date[40];
	time_t date_of;
};

struct http_request {
	struct http_server *server; /* NULL: gone, only a reply is still expected */
	struct loop *loop;
	struct loop_stream *stream;
	struct http_request *next, *previous;
	/* of the request that is being received or answered */
	struct http_head head;
	const char *head_at; /* where it was decoded: its strings point there */
	char method[24];
	bool has_head;       /* lengths in head are valid; its strings only during a request */
	bool is_pending;     /* handed to fn, not replied to */
	bool is_cut;         /* its body was not admitted and is thrown away */
	bool is_gone;        /* the peer left while a reply was due */
	bool is_draining;    /* refused: what still comes is thrown away until the peer closes */
	bool is_dead;        /* freed at the end of the round */
	bool is_streaming;   /* its reply goes on; `gone` is told when the peer leaves */
	loop_fn *gone;
	void *gone_arg;
	bool is_awaited;     /* its body: the deadline is set, 100 Continue was sent */
	size_t scan;         /* chunked: where the next frame starts */
	struct text chunks;  /* chunked: the body so far */
	struct bytes body;
	struct text headers; /* added to the reply */
	struct arena *arena; /* decoded query values, made when first needed */
	int64_t deadline_us;
	size_t untaken;      /* of its replies, at the last sweep */
	char peer[64];
	bool is_loopback;
};

/* http_reply.c */
const char *http_status_text(int status);
/* Status line and date, into the server's reply; fields follow. */
void http_write_head(struct http_request *c, int status);
void http_write_reply(struct http_request *c, int status, const char *content_type, struct bytes body);

#endif
