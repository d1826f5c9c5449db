/* The head of an HTTP/1.1 request and the frames of a chunked body (RFC 9112), decoded strictly: whatever two readers
 * could understand differently (bare line feeds, folded fields, spaces before a colon, two lengths, a length beside a
 * transfer coding) is refused, because that is how requests are smuggled past a proxy. */
#ifndef ASSOCD_VENDOR_HTTP_HEAD_H
#define ASSOCD_VENDOR_HTTP_HEAD_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

#define HTTP_FIELDS_MAX 64

struct http_field {
	struct bytes name, value;
};

struct http_head {
	struct bytes method, path, query; /* path and query as sent */
	struct bytes host;                /* of an absolute target, else of the Host field */
	bool has_query, is_http10, keeps_alive, is_chunked, expects_continue;
	uint64_t content_length;
	size_t length; /* bytes of the head, the empty line included */
	unsigned n_fields;
	struct http_field fields[HTTP_FIELDS_MAX];
};

/* What is wrong and how it is answered. */
struct http_fault {
	int status;
	const char *why;
};

/* ERR_OK; ERR_BUSY: the head is not all there yet; ERR_INPUT with the fault. Everything borrows from `in`. */
enum err decode_http_head(struct bytes in, struct http_head *out, struct http_fault *fault) MUST_CHECK;
struct bytes http_head_field(const struct http_head *head, const char *name); /* first of that name, else empty */

struct http_chunk {
	struct bytes payload;
	size_t length; /* bytes of the whole frame */
	bool is_last;  /* the trailer section is part of this frame */
};
/* One frame at the start of `in`; results as above. */
enum err decode_http_chunk(struct bytes in, struct http_chunk *out, struct http_fault *fault) MUST_CHECK;

#endif
