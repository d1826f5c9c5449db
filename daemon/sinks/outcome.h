/* What an answer of the other side means for the rows that were sent. */
#ifndef ASSOCD_SINKS_OUTCOME_H
#define ASSOCD_SINKS_OUTCOME_H

#include "daemon/vendor/fetch.h"
#include "sink.h"

void outcome_taken(struct sink_call *call);
void outcome_failed(struct sink_call *call, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The first rows went out before it failed: they do not come again. */
void outcome_failed_behind(struct sink_call *call, size_t n_taken, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* 2xx: taken. 400, 410, 413 and 422 speak of what was sent: refused. Anything else may change: failed, redirects too, with
 * the time that Retry-After asks for. Both name the place, but not what a URL may keep secret. */
void outcome_of_http(struct sink_call *call, const char *url, const struct transfer_answer *answer);
/* scheme://host:port of a URL: what may be shown. Lives as long as the URL. */
struct bytes outcome_place(const char *url);
/* A line of the log about the sink of this name. */
void outcome_warn(const char *sink, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
