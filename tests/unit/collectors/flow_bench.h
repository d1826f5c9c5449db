/* A flow table that is fed segment by segment, and what it told, as lines. */
#ifndef ASSOCD_TESTS_UNIT_COLLECTORS_FLOW_BENCH_H
#define ASSOCD_TESTS_UNIT_COLLECTORS_FLOW_BENCH_H

#include <stdio.h>
#include <stdlib.h>

#include "collectors/packets/flows.h"
#include "packet_bench.h"

#define SECOND INT64_C(1000000)
#define REQUEST "GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: Test/1\r\nAccept: */*\r\n\r\n"
#define REQUEST_LEN (sizeof(REQUEST) - 1)

struct flow_bench {
	struct flows *flows;
	struct bench packet;
	struct text ended;   /* "1000>80 tcp GET Test/1 SYN|" */
	unsigned learned;
	int64_t at_us, first_us, last_us; /* of the next packet; of the flow that ended last */
	uint8_t client, server; /* last byte of the addresses */
	uint16_t client_port, server_port;
};

static inline void flow_bench_take(void *arg, const struct flow_facts *facts, enum flow_moment moment)
{
	struct flow_bench *b = arg;

	if (moment == FLOW_LEARNED) {
		b->learned++;
		return;
	}
	b->first_us = facts->first_us;
	b->last_us = facts->last_us;
	text_addf(&b->ended, "%u>%u %s%s%s%s%s%s%s|", facts->client_port, facts->server_port, flow_proto_names[facts->proto],
		  *facts->http_method ? " " : "", facts->http_method, *facts->user_agent ? " " : "", facts->user_agent, *facts->syn ? " " : "",
		  facts->syn);
}

static inline void flow_bench_begin(struct flow_bench *b, struct flows_limits limits)
{
	memset(b, 0, sizeof(*b));
	b->flows = flows_new(&limits, flow_bench_take, b);
	b->at_us = 1700000000 * SECOND;
	b->client = 1;
	b->server = 2;
	b->client_port = 1000;
	b->server_port = 80;
	text_adds(&b->ended, "");
}

static inline void flow_bench_end(struct flow_bench *b)
{
	flows_free(b->flows);
	text_free(&b->ended);
}

/* What is in b->packet, as an IP packet. */
static inline void flow_bench_send(struct flow_bench *b)
{
	struct captured captured = { .link = 101, .bytes = bench_bytes(&b->packet), .wire_length = bench_length(&b->packet), .at_us = b->at_us };

	flows_packets(b->flows, &captured, 1);
	b->at_us += 1000;
}

static inline void flow_bench_segment(struct flow_bench *b, bool from_client, uint32_t seq, uint8_t flags, struct bytes payload)
{
	bench_clear(&b->packet);
	bench_put(&b->packet, payload.ptr, payload.len);
	bench_tcp(&b->packet, (struct bench_tcp){ from_client ? b->client_port : b->server_port, from_client ? b->server_port : b->client_port,
						  seq, flags });
	bench_ipv4(&b->packet, PACKET_TCP, from_client ? b->client : b->server, from_client ? b->server : b->client);
	flow_bench_send(b);
}

static inline void flow_bench_client(struct flow_bench *b, uint32_t seq, struct bytes payload)
{
	flow_bench_segment(b, true, seq, TCP_ACK | TCP_PSH, payload);
}

static inline void flow_bench_open(struct flow_bench *b, uint32_t isn)
{
	flow_bench_segment(b, true, isn, TCP_SYN, BYTES_NONE);
	flow_bench_segment(b, false, 9000, TCP_SYN | TCP_ACK, BYTES_NONE);
}

/* All flows end; what was told of ended ones from the beginning. */
static inline void flow_bench_expect(struct flow_bench *b, const char *ended)
{
	flows_end(b->flows);
	assert_string_equal(b->ended.len ? b->ended.ptr : "", ended);
}

#endif
