/* IPv4, IPv6 with its extension headers, TCP and UDP. */
#include "packet_layers.h"

#define IPV4_DF 0x4000u
#define IPV4_MF 0x2000u
#define IPV4_MBZ 0x8000u

/* The rest of the packet is `length` bytes on the wire: what is behind is padding, what is missing was not captured.
 * A length of 0 is left by a card that cuts large packets itself: then all that there is belongs to it. */
static void bound_payload(struct walk *w, size_t length)
{
	size_t left = cur_left(&w->c);

	if (length <= left) {
		w->c.end = w->c.at + length;
		w->beyond = 0;
	} else {
		w->beyond = length - left;
	}
}

static void take_v4(struct ip *ip, const char *at)
{
	memset(ip->b, 0, 10);
	ip->b[10] = ip->b[11] = 0xff;
	memcpy(ip->b + 12, at, 4);
}

enum layer layer_ip(struct walk *w)
{
	if (cur_left(&w->c) == 0)
		return walk_end(w, PACKET_CUT);
	switch (*w->c.at >> 4) {
	case 4: return LAYER_IPV4;
	case 6: return LAYER_IPV6;
	default: return walk_end(w, PACKET_OTHER);
	}
}

/* What the innermost header says replaces what the outer ones said. */
static void begin_header(struct walk *w)
{
	struct packet *p = w->p;
	unsigned tunnels = p->protocol != 0 || p->ttl != 0 ? p->tunnels + 1u : p->tunnels;

	memset(p, 0, sizeof(*p));
	p->end = PACKET_OTHER;
	p->tunnels = (uint8_t)tunnels;
}

static enum layer end_fragment(struct walk *w)
{
	w->p->payload_length = (uint32_t)(cur_left(&w->c) + w->beyond);
	w->p->payload = cur_bytes(&w->c, cur_left(&w->c));
	return walk_end(w, PACKET_FRAGMENT);
}

enum layer layer_ipv4(struct walk *w)
{
	struct cursor *c = &w->c;
	struct packet *p = w->p;
	uint8_t first = cur_u8(c);
	size_t header = (first & 15u) * 4u;

	begin_header(w);
	p->traffic_class = cur_u8(c);
	size_t total = cur_u16(c);
	p->id = cur_u16(c);
	uint16_t fragment = cur_u16(c);
	p->ttl = cur_u8(c);
	p->protocol = w->next = cur_u8(c);
	cur_skip(c, 2);
	struct bytes addresses = cur_bytes(c, 8);
	if (c->err)
		return walk_end(w, PACKET_CUT);
	if (first >> 4 != 4 || header < 20 || (total != 0 && total < header))
		return walk_end(w, PACKET_MALFORMED);
	take_v4(&p->source, addresses.ptr);
	take_v4(&p->destination, addresses.ptr + 4);
	cur_skip(c, header - 20);
	bound_payload(w, total != 0 ? total - header : cur_left(c) + w->beyond);
	p->ip_options = (uint8_t)(header - 20);
	p->has_df = fragment & IPV4_DF;
	p->has_mbz = fragment & IPV4_MBZ;
	p->fragment_at = (fragment & 0x1fffu) * 8u;
	p->has_more = fragment & IPV4_MF;
	return p->has_more || p->fragment_at != 0 ? end_fragment(w) : LAYER_PROTOCOL;
}

enum layer layer_ipv6(struct walk *w)
{
	struct cursor *c = &w->c;
	struct packet *p = w->p;
	uint32_t first = cur_u32(c);

	begin_header(w);
	size_t length = cur_u16(c);
	p->protocol = w->next = cur_u8(c);
	p->ttl = cur_u8(c);
	struct bytes addresses = cur_bytes(c, 32);
	if (c->err)
		return walk_end(w, PACKET_CUT);
	if (first >> 28 != 6)
		return walk_end(w, PACKET_MALFORMED);
	p->is_v6 = true;
	p->traffic_class = first >> 20 & 0xff;
	p->flow_label = first & 0xfffff;
	memcpy(p->source.b, addresses.ptr, 16);
	memcpy(p->destination.b, addresses.ptr + 16, 16);
	bound_payload(w, length != 0 ? length : cur_left(c) + w->beyond);
	return LAYER_PROTOCOL;
}

/* Protocol numbers that lead on; the extension headers are IPv6's (RFC 8200, 4), and some carry them over IPv4 too. */
enum layer layer_protocol(struct walk *w)
{
	w->p->protocol = w->next;
	switch (w->next) {
	case 6: return LAYER_TCP;
	case 17: return LAYER_UDP;
	case 4: case 94: return LAYER_IPV4;
	case 41: return LAYER_IPV6;
	case 47: return LAYER_GRE;
	case 51: return LAYER_AUTHENTICATION;
	case 97: return LAYER_ETHERIP;
	case 137: return LAYER_MPLS;
	case 143: return LAYER_ETHERNET; /* RFC 8986, 10.1 */
	case 0: case 43: case 60: case 135: case 139: case 140: return w->p->is_v6 ? LAYER_EXTENSION : walk_end(w, PACKET_OTHER);
	case 44: return w->p->is_v6 ? LAYER_V6_FRAGMENT : walk_end(w, PACKET_OTHER);
	default: return walk_end(w, PACKET_OTHER);
	}
}

enum layer layer_extension(struct walk *w)
{
	w->next = cur_u8(&w->c);
	cur_skip(&w->c, cur_u8(&w->c) * 8u + 6u);
	return LAYER_PROTOCOL;
}

enum layer layer_authentication(struct walk *w)
{
	w->next = cur_u8(&w->c);
	size_t words = cur_u8(&w->c) + 2u;
	cur_skip(&w->c, (words > 2 ? words : 3) * 4 - 2);
	return LAYER_PROTOCOL;
}

/* A packet that is its only fragment (RFC 6946) is none. */
enum layer layer_v6_fragment(struct walk *w)
{
	struct packet *p = w->p;

	w->next = cur_u8(&w->c);
	cur_skip(&w->c, 1);
	uint16_t fragment = cur_u16(&w->c);
	p->id = cur_u32(&w->c);
	if (w->c.err)
		return walk_end(w, PACKET_CUT);
	p->protocol = w->next;
	p->fragment_at = fragment & 0xfff8u;
	p->has_more = fragment & 1;
	return p->has_more || p->fragment_at != 0 ? end_fragment(w) : LAYER_PROTOCOL;
}

static enum layer end_whole(struct walk *w)
{
	w->p->payload_length = (uint32_t)(cur_left(&w->c) + w->beyond);
	w->p->payload = bytes_make((const char *)w->c.at, cur_left(&w->c));
	return walk_end(w, PACKET_WHOLE);
}

enum layer layer_tcp(struct walk *w)
{
	struct cursor *c = &w->c;
	struct packet *p = w->p;

	p->source_port = cur_u16(c);
	p->destination_port = cur_u16(c);
	p->seq = cur_u32(c);
	p->ack = cur_u32(c);
	uint16_t offset = cur_u16(c);
	p->flags = offset & 0x1ff;
	p->window = cur_u16(c);
	cur_skip(c, 2);
	p->urgent = cur_u16(c);
	size_t header = (offset >> 12) * 4u;
	if (c->err)
		return walk_end(w, PACKET_CUT);
	if (header < 20 || header - 20 > cur_left(c) + w->beyond)
		return walk_end(w, PACKET_MALFORMED);
	p->options = cur_bytes(c, header - 20);
	return end_whole(w);
}

enum layer layer_udp(struct walk *w)
{
	struct cursor *c = &w->c;

	w->p->source_port = cur_u16(c);
	w->p->destination_port = cur_u16(c);
	size_t length = cur_u16(c);
	cur_skip(c, 2);
	if (c->err)
		return walk_end(w, PACKET_CUT);
	if (length != 0 && length < 8)
		return walk_end(w, PACKET_MALFORMED);
	if (length != 0 && length - 8 < cur_left(c) + w->beyond)
		bound_payload(w, length - 8);
	return LAYER_DATAGRAM;
}

enum layer layer_datagram(struct walk *w)
{
	return end_whole(w);
}
