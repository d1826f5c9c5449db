/* Inside of the flow table's users: one file for TCP, one for what was learned. */
#ifndef ASSOCD_COLLECTORS_PACKETS_FLOW_WORK_H
#define ASSOCD_COLLECTORS_PACKETS_FLOW_WORK_H

#include "flow_pending.h"
#include "flows.h"
#include "fragments.h"
#include "look.h"

#define FLOWS_BATCH 32

struct prepared {
	struct packet packet;
	struct flow_key key;
	uint32_t hash;
	uint8_t side;
	int64_t at_us;
};

struct flows {
	struct flows_limits limits;
	struct flows_counts counts;
	flow_fn *fn;
	void *arg;
	struct flow_table *table;
	struct fragments *fragments;
	struct pendings pendings;
	struct look *look;
	struct quic_opener *quic;
	int64_t newest_us; /* largest time of a packet */
	int64_t clock_us;  /* goes on with it, a second a packet at most: a wrong time in a capture ends no flow */
	struct flow_facts facts; /* what is being read, and what is told */
	struct prepared batch[FLOWS_BATCH];
};

/* flow_tcp.c: a segment of the flow, sent by the side. */
void flow_take_segment(struct flows *f, struct flow *flow, unsigned side, const struct packet *p);
/* Does this SYN, or this hello, begin another connection on the same ports? */
bool flow_is_reused(const struct flows *f, const struct flow *flow, unsigned side, const struct packet *p);
/* flow_udp.c: a datagram of the flow, sent by the side. */
void flow_take_datagram(struct flows *f, struct flow *flow, unsigned side, const struct prepared *in);
/* flow_notes.c */
/* f->facts has the texts of a hello or a request that the side sent; they are kept and told. */
void flow_learn(struct flows *f, struct flow *flow, unsigned side);
/* Fills f->facts and tells them. */
void flow_tell(struct flows *f, struct flow *flow, enum flow_moment moment);
void flow_drop_notes(struct flow *flow);

#endif
