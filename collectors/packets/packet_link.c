/* Ethernet and what is stacked on it, PPP, MPLS, HDLC and frame relay. */
#include "packet_layers.h"

enum layer layer_ethernet(struct walk *w)
{
	cur_skip(&w->c, 12);
	return walk_type(w, cur_u16(&w->c));
}

enum layer layer_ethertype(struct walk *w)
{
	switch (w->type) {
	case 0x0800: return LAYER_IPV4;
	case 0x86dd: return LAYER_IPV6;
	case 0x8100: case 0x88a8: case 0x9100: case 0x9200: case 0x9300: return LAYER_VLAN;
	case 0x8847: case 0x8848: return LAYER_MPLS;
	case 0x8864: return LAYER_PPPOE;
	case 0x880b: return LAYER_PPP;
	case 0x6558: return LAYER_ETHERNET;
	case 0x88e7: return LAYER_PBB;
	case 0x8926: return LAYER_VNTAG;
	case 0x893f: return LAYER_ETAG;
	case 0x8909: case 0x892f: return LAYER_METADATA;
	case 0x894f: return LAYER_NSH;
	default: return w->type <= 1500 ? LAYER_LLC : walk_end(w, PACKET_OTHER);
	}
}

enum layer layer_vlan(struct walk *w)
{
	cur_skip(&w->c, 2);
	return walk_type(w, cur_u16(&w->c));
}

/* IEEE 802.1ah: the service's number, then a frame. */
enum layer layer_pbb(struct walk *w)
{
	cur_skip(&w->c, 4);
	return LAYER_ETHERNET;
}

enum layer layer_vntag(struct walk *w)
{
	cur_skip(&w->c, 4);
	return walk_type(w, cur_u16(&w->c));
}

enum layer layer_etag(struct walk *w)
{
	cur_skip(&w->c, 6);
	return walk_type(w, cur_u16(&w->c));
}

/* Cisco's metadata and the tag of IEC 62439-3 (HSR) have one size. */
enum layer layer_metadata(struct walk *w)
{
	cur_skip(&w->c, w->type == 0x8909 ? 6 : 4);
	return walk_type(w, cur_u16(&w->c));
}

/* IEEE 802.2: SNAP (RFC 1042), or IP on a service access point of its own. */
enum layer layer_llc(struct walk *w)
{
	uint16_t points = cur_u16(&w->c);
	uint8_t control = cur_u8(&w->c);

	if (points == 0x0606 && control == 3)
		return LAYER_IP;
	if (points != 0xaaaa || control != 3)
		return walk_end(w, PACKET_OTHER);
	uint32_t vendor = (uint32_t)cur_u16(&w->c) << 8;
	vendor |= cur_u8(&w->c);
	uint16_t type = cur_u16(&w->c);
	return vendor == 0 || vendor == 0xf8 ? walk_type(w, type) : walk_end(w, PACKET_OTHER);
}

enum layer layer_pppoe(struct walk *w)
{
	uint16_t version_code = cur_u16(&w->c);

	cur_skip(&w->c, 2);
	size_t length = cur_u16(&w->c);
	if (version_code != 0x1100)
		return walk_end(w, PACKET_OTHER);
	if (length < cur_left(&w->c))
		w->c.end = w->c.at + length;
	return LAYER_PPP;
}

static enum layer layer_of_ppp(struct walk *w, unsigned protocol)
{
	switch (protocol) {
	case 0x0021: return LAYER_IPV4;
	case 0x0057: return LAYER_IPV6;
	case 0x0281: case 0x0283: return LAYER_MPLS;
	default: return walk_end(w, PACKET_OTHER);
	}
}

/* RFC 1662: address and control may be left out, and a protocol below 256 be one byte (odd: the last one). Cisco's HDLC
 * looks alike on serial lines. */
enum layer layer_ppp(struct walk *w)
{
	struct cursor *c = &w->c;
	unsigned protocol = cur_u8(c);

	if ((protocol == 0x0f || protocol == 0x8f) && cur_left(c) > 0 && *c->at == 0) {
		cur_skip(c, 1);
		return walk_type(w, cur_u16(c));
	}
	if (protocol == 0xff) {
		if (cur_u8(c) != 3)
			return walk_end(w, PACKET_OTHER);
		protocol = cur_u8(c);
	}
	if (!(protocol & 1))
		protocol = protocol << 8 | cur_u8(c);
	return layer_of_ppp(w, protocol);
}

/* The first byte tells the direction instead of the address; the control byte may follow. */
enum layer layer_ppp_direction(struct walk *w)
{
	uint8_t direction = cur_u8(&w->c);

	if (direction > 1 && direction != 0xff)
		return walk_end(w, PACKET_OTHER);
	if (cur_left(&w->c) > 1 && w->c.at[0] == 3)
		cur_skip(&w->c, 1);
	return LAYER_PPP;
}

enum layer layer_hdlc(struct walk *w)
{
	cur_skip(&w->c, 2);
	return walk_type(w, cur_u16(&w->c));
}

/* RFC 2427, with an address of two bytes or more: the last one is odd. */
enum layer layer_frame_relay(struct walk *w)
{
	unsigned n = 0;

	while (!w->c.err && !(cur_u8(&w->c) & 1))
		if (++n == 4)
			return walk_end(w, PACKET_MALFORMED);
	if (cur_left(&w->c) > 1 && w->c.at[0] == 8 && w->c.at[1] == 0) /* Cisco's encapsulation */
		return walk_type(w, cur_u16(&w->c));
	if (cur_u8(&w->c) != 3)
		return walk_end(w, PACKET_OTHER);
	if (cur_left(&w->c) > 0 && *w->c.at == 0)
		cur_skip(&w->c, 1);
	switch (cur_u8(&w->c)) {
	case 0xcc: return LAYER_IPV4;
	case 0x8e: return LAYER_IPV6;
	case 0x80: cur_skip(&w->c, 3); return walk_type(w, cur_u16(&w->c));
	default: return walk_end(w, PACKET_OTHER);
	}
}

/* A frame whose type is one of those that lead on, and fits what follows. */
static bool is_frame(const struct cursor *c, size_t at)
{
	const uint8_t *type = c->at + at + 12;

	if (cur_left(c) < at + 15)
		return false;
	switch (type[0] << 8 | type[1]) {
	case 0x0800: return type[2] >> 4 == 4;
	case 0x86dd: return type[2] >> 4 == 6;
	case 0x8100: case 0x88a8: case 0x8847: case 0x8864: case 0x0806: return true;
	default: return false;
	}
}

/* A header of IPv4 whose checksum is right. */
static bool is_ipv4_sum(const struct cursor *c)
{
	size_t header = (c->at[0] & 15) * 4u;
	uint32_t sum = 0;

	if (c->at[0] >> 4 != 4 || header < 20 || header > cur_left(c))
		return false;
	for (size_t i = 0; i < header; i += 2)
		sum += (uint32_t)c->at[i] << 8 | c->at[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16) == 0xffff;
}

/* A header of IPv6 whose length is that of the packet. */
static bool is_ipv6_length(const struct walk *w)
{
	const uint8_t *at = w->c.at;

	return at[0] >> 4 == 6 && cur_left(&w->c) >= 40 && 40 + ((size_t)at[4] << 8 | at[5]) == cur_left(&w->c) + w->beyond;
}

/* Behind the labels nothing says what follows (RFC 4928): a control word of the pseudowire in front of a frame, a frame, or IP by its
 * version where its header can be one. The first nibble of an address of a card may be any, and an address of IP may have the type of
 * a frame in it (129.0, 136.100): a checksum or a length that is right is believed first. */
enum layer layer_mpls(struct walk *w)
{
	struct cursor *c = &w->c;
	uint32_t label;

	do
		label = cur_u32(c);
	while (!c->err && !(label & 0x100));
	if (cur_left(c) < 4)
		return walk_end(w, PACKET_CUT);
	if (is_ipv4_sum(c))
		return LAYER_IPV4;
	if (is_ipv6_length(w))
		return LAYER_IPV6;
	if (is_frame(c, 0))
		return LAYER_ETHERNET;
	size_t total = (size_t)c->at[2] << 8 | c->at[3];
	if (c->at[0] >> 4 == 4 && (c->at[0] & 15) >= 5 && (total >= 20 || total == 0))
		return LAYER_IPV4;
	if (c->at[0] >> 4 == 6)
		return LAYER_IPV6;
	if (c->at[0] >> 4 == 0)
		cur_skip(c, 4);
	return LAYER_ETHERNET;
}
