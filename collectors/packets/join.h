/* Which flow an event came over. Pure: time arrives with flows, events and ticks.
 * With a port: the flow of that address and port in whose life the event lies, the latest where there are several; else the
 * nearest in time, if it began or ended within the window. Without a port: the only flow of the address in whose life it
 * lies; else the only one within the window; with two of them nobody knows. An event that finds nothing waits for the length
 * of the window, and gets its facts then as a line of its own (type network). */
#ifndef ASSOCD_COLLECTORS_PACKETS_JOIN_H
#define ASSOCD_COLLECTORS_PACKETS_JOIN_H

#include "daemon/model/network.h"
#include "flows.h"

struct join;

#define JOIN_PROXIES_MAX 64
struct join_network { struct ip base; unsigned bits; };

struct join_setup {
	uint32_t flows;    /* remembered at most */
	uint32_t waiting;  /* events that wait at most; 0: none does */
	int64_t window_ms;
	const struct join_network *proxies; /* never clients; copied */
	unsigned n_proxies;
	/* An event line of what an earlier event's connection turned out to be. From join_flow and join_tick. */
	void (*late)(void *arg, struct bytes line);
	void *arg;
};

struct join_counts {
	uint64_t flows, evicted;       /* told of; forgotten for want of room */
	uint64_t proxied;              /* flows of proxies: left out */
	uint64_t joined, joined_late;  /* events */
	uint64_t ambiguous, unknown;   /* events: several flows could be it; none */
	uint64_t waiting_evicted;      /* events that stopped waiting for want of room */
	uint32_t remembered, waiting;  /* now */
};

struct join *join_new(const struct join_setup *setup);
void join_free(struct join *j);
/* source: a number below JOIN_SOURCES_MAX for each that looks at packets. */
#define JOIN_SOURCES_MAX 256
void join_flow(struct join *j, unsigned source, const struct flow_facts *facts, enum flow_moment moment);
/* It looks no more, and will tell of no end: its flows have ended. */
void join_stopped(struct join *j, unsigned source);
/* For struct network_source: arg is the join. */
bool join_find(void *arg, const struct network_ask *ask, struct network_facts *out);
void join_accepted(void *arg);
/* Events have waited long enough, and flows are old enough to be forgotten. */
void join_tick(struct join *j, int64_t wall_ms);
void join_counts(const struct join *j, struct join_counts *out);

#endif
