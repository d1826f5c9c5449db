/* What capturing puts in front of a packet, and old local networks. Fields in the byte order of the machine that captured
 * are read in both. */
#include "packet_layers.h"

enum layer layer_sll(struct walk *w)
{
	cur_skip(&w->c, 2);
	uint16_t hardware = cur_u16(&w->c);
	cur_skip(&w->c, 10);
	uint16_t type = cur_u16(&w->c);

	if (hardware == 824) /* netlink */
		return walk_end(w, PACKET_OTHER);
	return walk_type(w, type);
}

enum layer layer_sll2(struct walk *w)
{
	uint16_t type = cur_u16(&w->c);

	cur_skip(&w->c, 6);
	uint16_t hardware = cur_u16(&w->c);
	cur_skip(&w->c, 10);
	if (hardware == 824)
		return walk_end(w, PACKET_OTHER);
	return walk_type(w, type);
}

static enum layer layer_of_family(struct walk *w, uint32_t family)
{
	switch (family) {
	case 2: return LAYER_IPV4;
	case 10: case 23: case 24: case 28: case 30: return LAYER_IPV6; /* Linux, Windows, NetBSD, FreeBSD, Darwin */
	default: return walk_end(w, PACKET_OTHER);
	}
}

static uint32_t cur_family(struct cursor *c)
{
	uint32_t family = cur_u32(c);

	return family > 0xffff ? __builtin_bswap32(family) : family;
}

enum layer layer_null(struct walk *w)
{
	return layer_of_family(w, cur_family(&w->c));
}

enum layer layer_enc(struct walk *w)
{
	uint32_t family = cur_family(&w->c);

	cur_skip(&w->c, 8);
	return layer_of_family(w, family);
}

/* OpenBSD's packet filter: length of its header without padding, family. */
enum layer layer_pflog(struct walk *w)
{
	uint8_t length = cur_u8(&w->c);
	uint8_t family = cur_u8(&w->c);
	size_t padded = ((size_t)length + 3) & ~(size_t)3;

	if (length < 45)
		return walk_end(w, PACKET_MALFORMED);
	cur_skip(&w->c, padded - 2);
	return layer_of_family(w, family);
}

/* Netfilter's log: family, version, resource, then attributes of length, type and padding; the packet is number 9. */
enum layer layer_nflog(struct walk *w)
{
	struct cursor *c = &w->c;
	uint8_t family = cur_u8(c);

	cur_skip(c, 3);
	while (!c->err) {
		size_t length = cur_u16le(c);
		uint16_t type = cur_u16le(c);
		if (length < 4)
			return walk_end(w, PACKET_MALFORMED);
		if ((type & 0x7fff) == 9)
			return layer_of_family(w, family);
		cur_skip(c, ((length + 3) & ~(size_t)3) - 4);
	}
	return walk_end(w, PACKET_CUT);
}

enum layer layer_ipnet(struct walk *w)
{
	cur_skip(&w->c, 1);
	uint8_t family = cur_u8(&w->c);
	cur_skip(&w->c, 22);
	return layer_of_family(w, family == 26 ? 10 : family);
}

/* Per-packet information: the length of it all, then the link type of what follows. */
enum layer layer_ppi(struct walk *w)
{
	cur_skip(&w->c, 2);
	size_t length = cur_u16le(&w->c);
	uint32_t link = cur_u32le(&w->c);

	if (length < 8)
		return walk_end(w, PACKET_MALFORMED);
	cur_skip(&w->c, length - 8);
	return layer_of_link(link);
}

enum layer layer_pktap(struct walk *w)
{
	size_t length = cur_u32le(&w->c);

	cur_skip(&w->c, 4);
	uint32_t link = cur_u32le(&w->c);
	if (length < 12)
		return walk_end(w, PACKET_MALFORMED);
	cur_skip(&w->c, length - 12);
	return layer_of_link(link);
}

enum layer layer_netanalyzer(struct walk *w)
{
	cur_skip(&w->c, 4);
	return LAYER_ETHERNET;
}

enum layer layer_fddi(struct walk *w)
{
	cur_skip(&w->c, 13);
	return LAYER_LLC;
}

/* With a route where the source address has its group bit. */
enum layer layer_token_ring(struct walk *w)
{
	bool is_routed = cur_left(&w->c) > 8 && (w->c.at[8] & 0x80);

	cur_skip(&w->c, 14);
	if (is_routed && cur_left(&w->c) > 0)
		cur_skip(&w->c, *w->c.at & 31);
	return LAYER_LLC;
}

enum layer layer_firewire(struct walk *w)
{
	cur_skip(&w->c, 16);
	return walk_type(w, cur_u16(&w->c));
}
