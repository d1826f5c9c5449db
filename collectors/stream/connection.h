/* One connection of the stream listener: NDJSON in, a line back after each commit. */
#ifndef ASSOCD_COLLECTORS_STREAM_CONNECTION_H
#define ASSOCD_COLLECTORS_STREAM_CONNECTION_H

#include "collectors/collector.h"
#include "daemon/base/log.h"
#include "daemon/vendor/json.h"

#define STREAM_BUFFER_MAX (4 * 1024 * 1024)
#define STREAM_GROUP_LINES 1000 /* at most INTAKE_REFUSALS_MAX: every refused line is named */
#define STREAM_GROUPS 16        /* on their way at a time */
#define STREAM_RETRY_MS 5       /* while intake takes nothing */
#define STREAM_HELLO_US (10 * INT64_C(1000000)) /* within which a sender over TCP says its token */
#define STREAM_REFUSED_MAX 16 /* beyond the connections that may be open, who are told so at a time */
#define STREAM_ENDING_US (2 * INT64_C(1000000)) /* that a sender has to read why his connection ends */

/* What connections share; owned by the collector. */
struct stream_shared {
	const struct collector_host *host;
	struct json_parser *parser;
	struct loop_timer *retry; /* steps all connections */
	struct collector_stats stats;
	struct log_pace refusals; /* anybody can be turned away as often as he likes */
	bool is_unix_trusted;
	bool is_paused;
	struct stream_connection *first;
	unsigned n_served, n_refused; /* who is only told why holds nobody else's place */
	unsigned n_strangers;         /* of n_served: over TCP, and has not said its token yet */
};

struct stream_connection;
void stream_connection_new(struct stream_shared *shared, struct loop_stream *stream);
/* Tells a sender who comes later why he is not served, so that he waits before he comes again. */
void stream_connection_refuse(struct stream_shared *shared, struct loop_stream *stream, const char *why);
/* Offers what is there, as far as it may: when intake takes lines again. */
void stream_connection_step(struct stream_connection *c);
/* Ends it when it came over TCP and has not said its first line in time, or has had the time to read its end. */
void stream_connection_expire(struct stream_connection *c, int64_t mono_us);
/* Counts, and says so now and then. */
void stream_note_refusal(struct stream_shared *shared, const char *peer, const char *why);
struct stream_connection *stream_connection_next(const struct stream_connection *c);
/* Closes at once; answers that come later are nobody's. */
void stream_connection_end(struct stream_connection *c);

#endif
