/* The head of an HTTP/1 request in the clear: who asks, and in which order it names its headers. */
#ifndef ASSOCD_COLLECTORS_PACKETS_HTTP_REQUEST_H
#define ASSOCD_COLLECTORS_PACKETS_HTTP_REQUEST_H

#include "daemon/base/bytes.h"

#define HTTP_METHOD_MAX 20
#define HTTP_HEAD_MAX 32768
#define HTTP_NAMES_SIZE 512

struct http_request {
	struct bytes method, version, user_agent; /* "GET", "1.1"; borrowed from the head */
	char names[HTTP_NAMES_SIZE];              /* of headers as they were written, with commas; NUL-terminated, cut where it must be */
};

enum http_step { HTTP_NONE, HTTP_MORE, HTTP_WHOLE };

/* in: the front of a stream. HTTP_MORE: a request so far, not whole. */
enum http_step decode_http_request(struct bytes in, struct http_request *out);

#endif
