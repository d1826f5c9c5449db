/* What a SYN tells about the machine that sent it, in a form of our own: `ttl:mss:window:options`. */
#ifndef ASSOCD_COLLECTORS_PACKETS_SYN_H
#define ASSOCD_COLLECTORS_PACKETS_SYN_H

#include "daemon/base/text.h"
#include "packet.h"

#define SYN_OPTIONS_MAX 40

/* Words of `quirks`, in this order. */
enum syn_quirk {
	SYN_DF,           /* df: must not be fragmented */
	SYN_ID_SET,       /* id+: df, and yet an identification */
	SYN_ID_ZERO,      /* id-: neither df nor an identification */
	SYN_ECN,          /* ecn: a bit of explicit congestion notification */
	SYN_MBZ,          /* 0+: a bit that must be zero */
	SYN_FLOW,         /* flow: an IPv6 flow label */
	SYN_SEQ_ZERO,     /* seq-: sequence number 0 */
	SYN_ACK_SET,      /* ack+: an acknowledgement number without its flag */
	SYN_URGENT_SET,   /* uptr+: an urgent pointer without its flag */
	SYN_URGENT_FLAG,  /* urgf+ */
	SYN_PUSH_FLAG,    /* pushf+ */
	SYN_OWN_ZERO,     /* ts1-: own timestamp 0 */
	SYN_PEER_SET,     /* ts2+: a peer's timestamp before it has spoken */
	SYN_TRAILING,     /* opt+: something behind the end of options */
	SYN_WIDE_SCALE,   /* exws: a window scale above 14 */
	SYN_BAD,          /* bad: an option whose length cannot be */
	SYN_IP_OPTIONS,   /* ipopt: options of IPv4 */
	SYN_PAYLOAD,      /* data: a payload */
	SYN_QUIRKS,
};

struct syn {
	uint8_t ttl;     /* as it arrived */
	uint8_t n_options, window_scale;
	bool is_v6;
	uint16_t mss, window; /* mss 0: not said */
	uint32_t quirks; /* bits of enum syn_quirk */
	uint8_t options[SYN_OPTIONS_MAX]; /* kinds in their order */
};

/* Of a segment that decode_packet gave, with SYN and without ACK. */
void decode_syn(const struct packet *p, struct syn *out);
/* ttl:mss:window:options, ttl rounded up to what senders start with; options "mss,nop,ws6,nop,nop,ts,sok,eol", "?N" for a kind
 * without a name, "" for none. */
void syn_text(const struct syn *syn, struct text *out);
void syn_quirks_text(const struct syn *syn, struct text *out);
/* 32, 64, 128 or 255. */
unsigned syn_initial_ttl(uint8_t ttl);
/* Largest packet that the MSS allows; 0 without one. */
uint16_t syn_mtu(const struct syn *syn);

#endif
