/* One packet, from its link layer to the payload of its innermost TCP segment or UDP datagram. */
#ifndef ASSOCD_COLLECTORS_PACKETS_PACKET_H
#define ASSOCD_COLLECTORS_PACKETS_PACKET_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"
#include "daemon/model/ip.h"

#define PACKET_LAYERS_MAX 32 /* headers that are walked through before a packet is given up */

/* A packet as it was captured. */
struct captured {
	unsigned link;      /* LINKTYPE_* */
	struct bytes bytes; /* borrowed */
	size_t wire_length; /* bytes.len where nothing was cut off */
	int64_t at_us;      /* since 1970 */
};

/* Why a packet has no segment or datagram in it. */
enum packet_end {
	PACKET_WHOLE,     /* it has */
	PACKET_FRAGMENT,  /* a part of an IP datagram: payload is that part */
	PACKET_OTHER,     /* another protocol than TCP and UDP (ARP, ICMP, a control frame ...) */
	PACKET_CUT,       /* ends inside a header: the snap length, or a liar */
	PACKET_MALFORMED, /* a length or a version that cannot be */
	PACKET_DEEP,      /* more headers than PACKET_LAYERS_MAX */
	PACKET_ENDS,
};
extern const char *const packet_end_names[PACKET_ENDS];

#define PACKET_TCP 6
#define PACKET_UDP 17

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32, TCP_ECE = 64, TCP_CWR = 128 };

struct packet {
	/* Of the innermost IP header. */
	struct ip source, destination;
	bool is_v6, has_df, has_mbz; /* mbz: the bit of IPv4 that must be zero */
	uint8_t ttl, traffic_class, protocol;
	uint8_t ip_options; /* bytes of IPv4 options */
	uint32_t id;        /* IPv4: identification; of a fragment in IPv6: 32 bits */
	uint32_t flow_label;
	/* Of a fragment: where its payload belongs, and whether more follow. */
	uint32_t fragment_at;
	bool has_more;
	/* Of the segment or datagram. */
	uint16_t source_port, destination_port;
	uint32_t seq, ack;
	uint16_t window, flags, urgent; /* flags: the eight bits above, and 256 for NS */
	struct bytes options;           /* of TCP, borrowed */
	struct bytes payload;           /* borrowed; shorter than payload_length where the snap length cut it */
	uint32_t payload_length;        /* on the wire */
	uint8_t tunnels;                /* IP headers around the innermost one */
	uint8_t end;                    /* enum packet_end */
};

/* Link types as pcap files number them (LINKTYPE_*); where a live handle's DLT_* differs, both numbers are known. */
bool packet_link_is_known(unsigned link);
/* The name that the registry gives to the number ("ethernet"), also of some that are not supported; NULL: nobody knows. */
const char *packet_link_name(unsigned link);

/* The outcome is p->end, which is returned too. With PACKET_FRAGMENT addresses, id, protocol, fragment_at, has_more and
 * payload are set. */
enum packet_end decode_packet(const struct captured *captured, struct packet *p);
/* Goes on where a fragment ended: p is what decode_packet gave for one of its fragments (the first where there is a choice),
 * whole the payload of the datagram. */
enum packet_end decode_datagram(struct bytes whole, struct packet *p);

#endif
