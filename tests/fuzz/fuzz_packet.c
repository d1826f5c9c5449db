/* Any bytes as a packet of any link type (the first two bytes): what comes out lies inside, and the rest of a fragment too. */
#include "collectors/packets/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

static void check_inside(struct bytes part, struct bytes all)
{
	BUG_ON(part.len > all.len);
	BUG_ON(part.len > 0 && (part.ptr < all.ptr || part.ptr + part.len > all.ptr + all.len));
}

static void check(const struct packet *p, enum packet_end end, struct bytes all)
{
	BUG_ON(p->end != end || end >= PACKET_ENDS);
	if (end == PACKET_WHOLE || end == PACKET_FRAGMENT) {
		check_inside(p->payload, all);
		BUG_ON(p->payload_length < p->payload.len);
	}
	if (end == PACKET_WHOLE) {
		BUG_ON(p->protocol != PACKET_TCP && p->protocol != PACKET_UDP);
		check_inside(p->options, all);
		BUG_ON(p->options.len > 40);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct packet p;

	if (n < 3)
		return 0;
	struct captured captured = { .link = (in[0] << 8 | in[1]) % 300u, .bytes = bytes_make((const char *)in + 3, n - 3) };
	captured.wire_length = captured.bytes.len + in[2];
	enum packet_end end = decode_packet(&captured, &p);
	check(&p, end, captured.bytes);
	if (end == PACKET_FRAGMENT) {
		struct bytes part = p.payload;
		end = decode_datagram(part, &p);
		check(&p, end, part);
	}
	return 0;
}
