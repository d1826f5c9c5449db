/* Any bytes as a packet of any link type (the first two bytes): what comes out lies inside, the rest of a fragment too;
 * a segment has a tuple. */
#include "collectors/packets/syn.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

static void check_inside(struct bytes part, struct bytes all)
{
	BUG_ON(part.len > all.len);
	BUG_ON(part.len > 0 && (part.ptr < all.ptr || part.ptr + part.len > all.ptr + all.len));
}

static void check_syn(const struct packet *p)
{
	struct text text = { 0 };
	struct syn syn;

	decode_syn(p, &syn);
	syn_text(&syn, &text);
	BUG_ON(syn.n_options > SYN_OPTIONS_MAX || text.len > 200);
	syn_quirks_text(&syn, &text);
	text_free(&text);
}

static void check(const struct packet *p, enum packet_end end, struct bytes all)
{
	BUG_ON(p->end != end || end >= PACKET_ENDS);
	if (end == PACKET_WHOLE || end == PACKET_FRAGMENT) {
		check_inside(p->payload, all);
		BUG_ON(p->payload_length < p->payload.len);
	}
	if (end == PACKET_WHOLE) {
		check_syn(p);
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
