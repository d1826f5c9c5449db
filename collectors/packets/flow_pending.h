/* Streams under way: the few flows of which a hello or a request is being put together. Bounded in number and bytes; the
 * oldest is given up for a newer one. */
#ifndef ASSOCD_COLLECTORS_PACKETS_FLOW_PENDING_H
#define ASSOCD_COLLECTORS_PACKETS_FLOW_PENDING_H

#include "dtls_records.h"
#include "flow_table.h"
#include "quic_client.h"
#include "stream.h"

/* A hello that may have begun behind the base of a stream; sequence numbers. */
struct beginning {
	bool is_set;
	uint32_t at, reach; /* reach: behind the bytes without a hole that were looked at */
};

struct flow_pending {
	struct flow *flow;
	struct flow_pending *older, *newer;
	struct stream streams[2];    /* of TCP */
	bool is_open[2];
	struct beginning begun[2];
	struct quic_client *quic[2]; /* of UDP; NULL: none */
	struct dtls_client dtls[2];
	size_t memory;
};

struct pendings {
	struct flow_pending *oldest, *newest;
	uint32_t n, max;
	size_t bytes, max_bytes;
	uint64_t evicted;
};

/* What is under way in the flow; from now on it counts. */
struct flow_pending *pending_of(struct pendings *p, struct flow *flow);
/* The stream of the side; it was not open. */
struct stream *pending_open(struct pendings *p, struct flow *flow, unsigned side, uint32_t base);
/* NULL: none is open. */
struct stream *pending_stream(const struct flow *flow, unsigned side);
/* What is under way has grown: counts, and keeps the bound. */
void pending_grown(struct pendings *p, struct flow *flow);
/* The side goes on behind what the stream had. */
void pending_close(struct pendings *p, struct flow *flow, unsigned side);
void pending_drop(struct pendings *p, struct flow *flow);

#endif
