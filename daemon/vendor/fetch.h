/* HTTP requests as a client, over libcurl: for assocctl, which may wait. One fetch keeps its connection between requests. */
#ifndef ASSOCD_VENDOR_FETCH_H
#define ASSOCD_VENDOR_FETCH_H

#include "daemon/base/text.h"

struct fetch;

struct fetch_request {
	const char *method; /* "GET" ... */
	const char *url;
	const char *bearer;       /* token, or NULL */
	const char *content_type; /* of the body, or NULL */
	struct bytes body;
	const char *socket;       /* path of a Unix socket to ask over, or NULL */
	const char *ca;           /* PEM file of whom to trust; NULL: those of the system */
	bool is_pinned;           /* ca holds the peer's own certificate: whatever name it is reached by, it is that one */
	int timeout_s;            /* 0: 60 */
};

struct fetch *fetch_new(void);
void fetch_free(struct fetch *f);
/* Appends the body of the answer to reply (at most 256 MiB). ERR_NOTFOUND: nobody listens there; ERR_INPUT: no URL;
 * ERR_LIMIT: it took too long; ERR_DENIED: its certificate is not one that is trusted; ERR_IO: anything else between here
 * and there. Proxies of the environment are not used. */
enum err fetch_run(struct fetch *f, const struct fetch_request *rq, int *status, struct text *reply, struct errbuf *eb) MUST_CHECK;

#endif
