/* The first line of a stream connection, when it is no event: {"token": "...", "backfill": true}. Over TCP the token is
 * required; on the Unix socket it may be there. */
#ifndef ASSOCD_COLLECTORS_STREAM_HELLO_H
#define ASSOCD_COLLECTORS_STREAM_HELLO_H

#include "daemon/model/event.h"

struct hello {
	bool is_hello; /* an object of these keys only; else an event */
	struct bytes token; /* borrowed from the parser until its next call */
	bool is_backfill;
	char site[EVENT_ACCOUNT_MAX + 1]; /* default site of the connection's accounts; empty: of the daemon */
};

enum err decode_hello(struct json_parser *parser, struct bytes line, struct hello *out, struct errbuf *eb) MUST_CHECK;

#endif
