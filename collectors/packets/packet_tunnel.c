/* Packets inside packets: GRE and what rides on it, and tunnels over UDP, which are told by their port and their header. */
#include "packet_layers.h"

#define GRE_CHECKSUM 0x8000u
#define GRE_ROUTE 0x4000u
#define GRE_KEY 0x2000u
#define GRE_SEQUENCE 0x1000u
#define GRE_ACK 0x0080u
#define GRE_VERSION 7u

static enum layer gre_payload(struct walk *w, uint16_t protocol)
{
	switch (protocol) {
	case 0x88be: return w->sequence_seen ? LAYER_ERSPAN_2 : LAYER_ETHERNET;
	case 0x22eb: return LAYER_ERSPAN_3;
	case 0x883e: return LAYER_WCCP;
	default: return protocol > 1500 ? walk_type(w, protocol) : walk_end(w, PACKET_OTHER);
	}
}

/* RFC 2784 and 2890; version 1 is RFC 2637, whose packets may be acknowledgements only. */
enum layer layer_gre(struct walk *w)
{
	struct cursor *c = &w->c;
	uint16_t flags = cur_u16(c);
	uint16_t protocol = cur_u16(c);

	if ((flags & GRE_VERSION) > 1 || (flags & GRE_ROUTE))
		return walk_end(w, PACKET_OTHER);
	if (flags & GRE_CHECKSUM)
		cur_skip(c, 4);
	if (flags & GRE_KEY)
		cur_skip(c, 4);
	w->sequence_seen = (flags & GRE_SEQUENCE) != 0;
	if (w->sequence_seen)
		cur_skip(c, 4);
	if ((flags & GRE_VERSION) == 0)
		return gre_payload(w, protocol);
	if (flags & GRE_ACK)
		cur_skip(c, 4);
	return w->sequence_seen && protocol == 0x880b ? LAYER_PPP : walk_end(w, PACKET_OTHER);
}

enum layer layer_erspan_2(struct walk *w)
{
	if (cur_u8(&w->c) >> 4 != 1)
		return walk_end(w, PACKET_OTHER);
	cur_skip(&w->c, 7);
	return LAYER_ETHERNET;
}

/* The last bit of the header says whether eight bytes of the platform follow; five others, what is carried. */
enum layer layer_erspan_3(struct walk *w)
{
	uint8_t first = cur_u8(&w->c);

	cur_skip(&w->c, 9);
	uint16_t last = cur_u16(&w->c);
	if (first >> 4 != 2)
		return walk_end(w, PACKET_OTHER);
	if (last & 1)
		cur_skip(&w->c, 8);
	return (last >> 10 & 31) == 2 ? LAYER_IP : LAYER_ETHERNET;
}

/* Version 2 has four bytes of its own in front of the packet. */
enum layer layer_wccp(struct walk *w)
{
	if (cur_left(&w->c) > 4 && *w->c.at >> 4 != 4)
		cur_skip(&w->c, 4);
	return LAYER_IP;
}

enum layer layer_etherip(struct walk *w)
{
	return cur_u16(&w->c) >> 12 == 3 ? LAYER_ETHERNET : walk_end(w, PACKET_OTHER);
}

static enum layer layer_of_next(struct walk *w, uint8_t next)
{
	switch (next) {
	case 1: return LAYER_IPV4;
	case 2: return LAYER_IPV6;
	case 3: return LAYER_ETHERNET;
	case 4: return LAYER_NSH;
	case 5: return LAYER_MPLS;
	default: return walk_end(w, PACKET_OTHER);
	}
}

/* RFC 8300: its length in words. */
enum layer layer_nsh(struct walk *w)
{
	uint16_t first = cur_u16(&w->c);
	size_t length = (first & 63) * 4u;

	cur_skip(&w->c, 1);
	uint8_t next = cur_u8(&w->c);
	if (first >> 14 != 0 || length < 8)
		return walk_end(w, PACKET_MALFORMED);
	cur_skip(&w->c, length - 4);
	return layer_of_next(w, next);
}

/* RFC 7348: the flag of the network number; the others are of extensions, or reserved and not looked at (section 5). */
enum layer layer_vxlan(struct walk *w)
{
	uint8_t flags = cur_u8(&w->c);

	cur_skip(&w->c, 7);
	return flags & 0x08 ? LAYER_ETHERNET : walk_end(w, PACKET_OTHER);
}

enum layer layer_vxlan_gpe(struct walk *w)
{
	uint8_t flags = cur_u8(&w->c);

	cur_skip(&w->c, 2);
	uint8_t next = cur_u8(&w->c);
	cur_skip(&w->c, 4);
	if (flags >> 4 != 0 || !(flags & 8))
		return walk_end(w, PACKET_OTHER);
	return flags & 4 ? layer_of_next(w, next) : LAYER_ETHERNET;
}

enum layer layer_geneve(struct walk *w)
{
	uint8_t first = cur_u8(&w->c);

	cur_skip(&w->c, 1);
	uint16_t type = cur_u16(&w->c);
	cur_skip(&w->c, 4 + (first & 63) * 4u);
	return first >> 6 == 0 ? walk_type(w, type) : walk_end(w, PACKET_OTHER);
}

/* 3GPP TS 29.281: version 1; with any of three flags four bytes more, the last of which begins the extension headers. */
enum layer layer_gtp(struct walk *w)
{
	struct cursor *c = &w->c;
	uint8_t flags = cur_u8(c);
	uint8_t type = cur_u8(c);
	uint8_t extension = 0;

	cur_skip(c, 6);
	if (flags >> 4 != 3 || type != 255)
		return walk_end(w, PACKET_OTHER);
	if (flags & 7) {
		cur_skip(c, 3);
		extension = cur_u8(c);
	}
	while (extension != 0 && (flags & 4) && !c->err) {
		size_t words = cur_u8(c);
		if (words == 0)
			return walk_end(w, PACKET_MALFORMED);
		cur_skip(c, words * 4 - 2);
		extension = cur_u8(c);
	}
	return LAYER_IP;
}

/* RFC 4380: an indicator of authentication, then one of the origin, may stand in front. */
enum layer layer_teredo(struct walk *w)
{
	struct cursor *c = &w->c;

	if (cur_left(c) > 13 && c->at[0] == 0 && c->at[1] == 1)
		cur_skip(c, 13u + c->at[2] + c->at[3]);
	if (cur_left(c) > 8 && c->at[0] == 0 && c->at[1] == 0)
		cur_skip(c, 8);
	return cur_left(c) >= 40 && c->at[0] >> 4 == 6 ? LAYER_IPV6 : walk_end(w, PACKET_OTHER);
}

/* RFC 2661: messages that carry PPP, not those of control. */
enum layer layer_l2tp(struct walk *w)
{
	struct cursor *c = &w->c;
	uint16_t flags = cur_u16(c);

	if ((flags & 15) != 2 || (flags & 0x8000))
		return walk_end(w, PACKET_OTHER);
	if (flags & 0x4000)
		cur_skip(c, 2);
	cur_skip(c, 4);
	if (flags & 0x0800)
		cur_skip(c, 4);
	if (flags & 0x0200)
		cur_skip(c, cur_u16(c));
	return LAYER_PPP;
}

/* TaZmen Sniffer Protocol: version, type, what is carried, tags up to tag 1. */
enum layer layer_tzsp(struct walk *w)
{
	struct cursor *c = &w->c;
	uint16_t version_type = cur_u16(c);
	uint16_t carried = cur_u16(c);

	if (version_type != 0x0100 && version_type != 0x0101)
		return walk_end(w, PACKET_OTHER);
	for (uint8_t tag = cur_u8(c); tag != 1 && !c->err; tag = cur_u8(c))
		if (tag != 0)
			cur_skip(c, cur_u8(c));
	return carried == 1 ? LAYER_ETHERNET : carried == 0x12 ? LAYER_WIFI : walk_end(w, PACKET_OTHER);
}

/* RFC 9300. */
enum layer layer_lisp(struct walk *w)
{
	cur_skip(&w->c, 8);
	return LAYER_IP;
}

enum layer layer_of_port(uint16_t port)
{
	switch (port) {
	case 1701: return LAYER_L2TP;
	case 2152: return LAYER_GTP;
	case 3544: return LAYER_TEREDO;
	case 4341: return LAYER_LISP;
	case 4789: case 8472: return LAYER_VXLAN;
	case 4790: return LAYER_VXLAN_GPE;
	case 6081: return LAYER_GENEVE;
	case 6635: return LAYER_MPLS;
	case 37008: return LAYER_TZSP;
	default: return LAYER_END;
	}
}
