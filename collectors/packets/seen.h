/* Flows that were seen, by client address, with and without its port. Bounded: the one that ended first goes first, else the
 * one that was told of longest ago. Flows over TCP and over UDP have a half each, because nobody proves an address to send a
 * QUIC packet from it; of one client's port the newest few are kept. */
#ifndef ASSOCD_COLLECTORS_PACKETS_SEEN_H
#define ASSOCD_COLLECTORS_PACKETS_SEEN_H

#include "facts.h"

#define SEEN_NONE UINT32_MAX

struct seen_flow {
	struct ip client;
	uint16_t port;
	bool is_udp, is_open;
	uint8_t source; /* which of those that look at packets told of it last */
	int64_t first_us, last_us;
	char ja4[FACTS_JA4_SIZE], key[FACTS_KEY_SIZE], traits[FACTS_TRAITS_SIZE], syn[FACTS_SYN_SIZE];
	uint32_t at_port[2], at_client[2], by_age[2]; /* next and previous in the lists that it stands in */
};

struct seen;
struct seen *seen_new(uint32_t limit);
void seen_free(struct seen *s);
/* Takes the facts of a flow, which is made where it is new. */
void seen_put(struct seen *s, unsigned source, const struct flow_facts *facts, bool is_open);
/* Its open flows have ended: the source looks no more. */
void seen_end(struct seen *s, unsigned source);
/* Forgets flows that ended before. */
void seen_forget(struct seen *s, int64_t before_us);
/* Flows of a client's port, or of the client (port NULL), the newest first. NULL: no more. */
const struct seen_flow *seen_first(const struct seen *s, const struct ip *client, const uint16_t *port);
const struct seen_flow *seen_next(const struct seen *s, const struct seen_flow *flow, bool has_port);
uint32_t seen_count(const struct seen *s);
uint64_t seen_evicted(const struct seen *s);

#endif
