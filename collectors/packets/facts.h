/* What the packets of one client flow said: fixed size, no pointers, all texts NUL-terminated, so that it crosses the border
 * of a process as it is. An empty text or a zero is "not seen". Texts come from the wire and are hostile: whoever prints
 * them escapes them (facts_line and facts_json do). A text that does not fit is cut, never dropped. */
#ifndef ASSOCD_COLLECTORS_PACKETS_FACTS_H
#define ASSOCD_COLLECTORS_PACKETS_FACTS_H

#include "daemon/base/text.h"
#include "daemon/model/ip.h"

enum flow_proto { FLOW_TCP, FLOW_UDP, FLOW_QUIC, FLOW_DTLS, FLOW_PROTOS };
/* "tcp", "udp", "quic", "dtls". */
extern const char *const flow_proto_names[FLOW_PROTOS];

#define FACTS_JA4_SIZE 40
#define FACTS_RAW_SIZE 2048
#define FACTS_JA3_SIZE 36
#define FACTS_KEY_SIZE 72
#define FACTS_SNI_SIZE 256
#define FACTS_ALPN_SIZE 128
#define FACTS_TRAITS_SIZE 128
#define FACTS_SYN_SIZE 192
#define FACTS_QUIRKS_SIZE 128
#define FACTS_HEADERS_SIZE 512
#define FACTS_AGENT_SIZE 512

struct flow_facts {
	struct ip client, server; /* innermost addresses; the client sent the hello, else the SYN, else the first packet */
	uint16_t client_port, server_port;
	uint8_t proto;            /* enum flow_proto */
	uint8_t hops;             /* routers between client and capture, guessed from the SYN's TTL */
	uint16_t mtu;             /* of the client's path as its MSS tells: below 1500 a tunnel or PPPoE; 0 without a SYN */
	int64_t first_us, last_us; /* of both directions, since 1970 */

	char ja4[FACTS_JA4_SIZE];
	char ja4_raw[FACTS_RAW_SIZE];      /* sorted, as ja4 hashes it */
	char ja4_original[FACTS_RAW_SIZE]; /* in the order of the wire */
	char ja3[FACTS_JA3_SIZE];          /* 32 hex digits */
	char key[FACTS_KEY_SIZE];          /* equal when only resumption, SNI or ALPN differ */
	char sni[FACTS_SNI_SIZE];
	char alpn[FACTS_ALPN_SIZE];        /* in the order offered, with commas */
	char traits[FACTS_TRAITS_SIZE];    /* words for what the TLS stack can, with commas; hello_prints.h lists them */

	char syn[FACTS_SYN_SIZE];       /* ttl:mss:window:options */
	char quirks[FACTS_QUIRKS_SIZE]; /* of the SYN, with commas; syn.h lists them */

	char http_method[24], http_version[8]; /* of the first HTTP/1 request: "GET", "1.1" */
	char http_headers[FACTS_HEADERS_SIZE]; /* names in their order, with commas */
	char user_agent[FACTS_AGENT_SIZE];
};

/* The texts of the struct as rows, for whoever copies, packs or prints them all. Ended by a NULL name. */
struct facts_text {
	const char *name; /* key of the JSON form */
	unsigned offset, size;
};
extern const struct facts_text facts_texts[];
#define FACTS_TEXTS 14

/* Puts as much of s as fits, with its NUL; a NUL byte in s ends it. */
void facts_put(char *to, size_t size, struct bytes s);
/* All texts empty; NUL to their ends, so that nothing of before crosses a border. */
void facts_clear_texts(struct flow_facts *facts);
/* What is usual for that MTU ("ethernet", "pppoe", "wireguard", ...), NULL when it is none that is known. */
const char *facts_link_of(const struct flow_facts *facts);

/* src_ip src_port dst_ip dst_port proto ja4 ja3 sni syn: with tabs between, "-" for what was not seen, no newline. */
void facts_line(const struct flow_facts *facts, struct text *out);
/* The members of a JSON object that the caller opened and closes; what was not seen is left out. */
void facts_json(const struct flow_facts *facts, struct text *out);

#endif
