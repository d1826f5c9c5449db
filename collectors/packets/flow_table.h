/* Flows by their addresses and ports, and the order in which they were last active.
 * I1: every flow that is used is in the index once and in one list.  I2: a list is ordered by `listed`, which lags behind the
 * flow's last packet by at most FLOW_LISTED_LAG_US.  I3: memory is touched as far as flows were open at once. */
#ifndef ASSOCD_COLLECTORS_PACKETS_FLOW_TABLE_H
#define ASSOCD_COLLECTORS_PACKETS_FLOW_TABLE_H

#include "facts.h"
#include "syn.h"

#define FLOW_NONE UINT32_MAX
#define FLOW_LISTED_LAG_US 250000

/* Both directions have one key: `low` is the smaller end. */
struct flow_key {
	struct ip low, high;
	uint16_t low_port, high_port;
	uint8_t protocol, zero[3];
};

enum flow_list { FLOW_UNKNOWN, FLOW_KNOWN, FLOW_CLOSED, FLOW_LISTS }; /* the facts of a known one are worth more */
enum side_state {
	SIDE_NEW,      /* nothing came */
	SIDE_FLOATING, /* joined in the middle: what came first need not be the beginning */
	SIDE_AT,       /* `next` is what comes next */
	SIDE_DONE,     /* no longer looked at */
};
enum client_by { CLIENT_BY_GUESS, CLIENT_BY_SYN, CLIENT_BY_HELLO };

struct flow_pending;
struct flow_notes;

struct flow {
	struct flow_key key;
	uint32_t hash, newer, older;
	uint8_t list, proto;
	uint8_t client;       /* side: 0 low, 1 high */
	uint8_t client_by;
	int64_t first_us, last_us, listed_us; /* the last by the table's own clock */
	uint64_t number;      /* in the order of their beginning */
	uint8_t side[2];      /* enum side_state */
	uint8_t syn_side;     /* who sent `syn` */
	bool has_syn, has_hello, has_request, is_told;
	uint8_t tries;        /* of QUIC: packets that nothing opened */
	uint32_t server_id, hello_random; /* of QUIC; of any hello: hashes; 0: none */
	uint8_t fins;         /* bit of a side */
	uint32_t next[2], start[2];
	struct flow_pending *pending; /* streams under way */
	struct flow_notes *notes;     /* texts that were learned */
	struct syn syn;
};

struct flow_table;

struct flow_table *flow_table_new(uint32_t max, uint64_t seed);
void flow_table_free(struct flow_table *t);
/* Fills key and gives the side that sent the packet. */
unsigned flow_key_of(const struct packet *p, struct flow_key *key);
uint32_t flow_hash(const struct flow_table *t, const struct flow_key *key);
/* Two steps of asking for what flow_find reads. */
void flow_prefetch_index(const struct flow_table *t, uint32_t hash);
void flow_prefetch(const struct flow_table *t, uint32_t hash);
struct flow *flow_find(struct flow_table *t, const struct flow_key *key, uint32_t hash);
/* NULL when the table is full. Zeroed but for its key; in the list of unknown ones. */
struct flow *flow_add(struct flow_table *t, const struct flow_key *key, uint32_t hash, int64_t clock_us);
void flow_remove(struct flow_table *t, struct flow *flow);
/* To the new end of a list. */
void flow_enlist(struct flow_table *t, struct flow *flow, enum flow_list list, int64_t clock_us);
/* NULL when the list is empty. */
struct flow *flow_oldest(struct flow_table *t, enum flow_list list);
uint32_t flow_count(const struct flow_table *t, enum flow_list list);
/* All in the order of their numbers; fn may remove the flow that it gets. */
void flow_each(struct flow_table *t, void (*fn)(void *arg, struct flow *flow), void *arg);

#endif
