/* The flow table: packets in, facts of client flows out. Pure: no clock, no file; time arrives with packets.
 * Everything has a bound (struct flows_limits) and a counter for when the bound was met (struct flows_counts). When the table
 * is full the closed flow that was silent longest goes first, then one of which nothing is known, then any. */
#ifndef ASSOCD_COLLECTORS_PACKETS_FLOWS_H
#define ASSOCD_COLLECTORS_PACKETS_FLOWS_H

#include "facts.h"
#include "packet.h"

struct flows;

/* A zero stands for the default. */
struct flows_limits {
	uint32_t flows;          /* at once; 65536 */
	uint32_t streams;        /* hellos and requests under way at once; 1024 of at most 64 KiB, together stream_bytes */
	uint32_t stream_bytes;   /* 8 MiB */
	uint32_t fragment_bytes; /* of datagrams under way; 4 MiB */
	uint32_t idle_s;         /* a silent flow has ended; 300 */
	uint32_t closed_s;       /* so long a closed one waits for what is late; 10 */
	uint64_t seed;           /* of the hash; of nobody's choosing where packets may be hostile */
};

enum flow_moment {
	FLOW_LEARNED, /* a hello, a request, or that behind the SYN there is neither: the facts so far; comes again for more */
	FLOW_ENDED,   /* closed, silent, evicted, its ports taken again, or flows_end: the facts with the last time */
};
typedef void flow_fn(void *arg, const struct flow_facts *facts, enum flow_moment moment);

struct flows_counts {
	uint64_t packets, bytes;           /* bytes as captured */
	uint64_t ends[PACKET_ENDS];        /* by enum packet_end */
	uint64_t unknown_link;             /* packets of a link type that is not supported */
	uint64_t fragments, datagrams;     /* seen; put together */
	uint64_t fragments_dropped;        /* too many, too large, too old, overlapping with other bytes */
	uint64_t flows, evicted;           /* made; ended because the table was full */
	uint64_t hellos, requests, syns;   /* read */
	uint64_t streams_evicted;          /* hellos under way that were given up for newer ones */
	uint64_t streams_over;             /* that did not fit into a stream's bound */
	uint64_t not_hellos;               /* began like one, and were none */
	uint64_t initials_refused;         /* packets of QUIC that no client's key opened: a server's, or made up */
	uint64_t initials_untried;         /* of flows in which too many were refused */
	uint64_t initials_over;            /* more packets in a datagram, ids of a client or bytes than are looked at */
};

/* Both are copied; fn is called from inside flows_packets, flows_tick and flows_end. */
struct flows *flows_new(const struct flows_limits *limits, flow_fn *fn, void *arg);
void flows_free(struct flows *f);
/* Packets in the order in which they came, times in any order; borrowed for the call. Several at a time cost less. */
void flows_packets(struct flows *f, const struct captured *captured, size_t n);
/* Time goes on without packets: ends what is silent. */
void flows_tick(struct flows *f, int64_t at_us);
/* All flows end, in the order in which they began. */
void flows_end(struct flows *f);
const struct flows_counts *flows_counts(const struct flows *f);
size_t flows_open(const struct flows *f);

#endif
