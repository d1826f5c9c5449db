/* What the capturing process says to the daemon over a Unix socket of packets (SOCK_SEQPACKET): one message a packet, each
 * of a fixed size. Both ends are one program; a message of another size or version is refused. */
#ifndef ASSOCD_COLLECTORS_PACKETS_WIRE_H
#define ASSOCD_COLLECTORS_PACKETS_WIRE_H

#include "flows.h"

#define WIRE_VERSION 1
#define WIRE_NAME_SIZE 64
#define WIRE_TEXT_SIZE 400

enum wire_type {
	WIRE_OPENED,  /* the interface is open, the process confined: text says how */
	WIRE_FAILED,  /* it cannot be, or is no longer: text says why and what helps */
	WIRE_LEARNED, WIRE_ENDED, /* facts of a flow: enum flow_moment */
	WIRE_NUMBERS, /* about every second */
	WIRE_TYPES,
};

struct wire_numbers {
	uint64_t received, dropped, dropped_by_interface; /* packets, by the kernel */
	uint64_t facts_dropped; /* facts for which the socket had no room */
	uint64_t memory;        /* bytes resident */
	struct flows_counts flows;
	uint64_t open;          /* flows */
};

struct wire_message {
	uint32_t version, type;
	char interface[WIRE_NAME_SIZE];
	union {
		struct flow_facts facts;
		struct wire_numbers numbers;
		char text[WIRE_TEXT_SIZE];
	};
};

/* Whole bytes of one packet. ERR_INPUT: it is none of these, a text is not ended, a word of a table not in it. */
enum err decode_wire(struct bytes bytes, struct wire_message *out) MUST_CHECK;

/* -1, with errno: listening and connected ends. */
int wire_listen(const char *path);
int wire_connect(const char *path);

#endif
