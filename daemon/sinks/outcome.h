/* What an answer of the other side means for the rows that were sent. */
#ifndef ASSOCD_SINKS_OUTCOME_H
#define ASSOCD_SINKS_OUTCOME_H

#include "daemon/vendor/fetch.h"
#include "sink.h"

void outcome_taken(struct sink_call *call);
void outcome_failed(struct sink_call *call, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* 2xx: taken. 400, 410, 413 and 422 speak of what was sent: refused. Anything else may change: failed, redirects too, with
 * the time that Retry-After asks for. */
void outcome_of_http(struct sink_call *call, const struct transfer_answer *answer);
/* A line of the log about the sink of this name. */
void outcome_warn(const char *sink, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
