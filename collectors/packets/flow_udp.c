/* Datagrams of one pair of ports: the hellos of QUIC and of DTLS, and which side is the client that said them.
 *
 * State is kept only while a hello is under way (flow_pending.h, with its bounds): a made-up Initial opens nothing and leaves
 * nothing behind but a count of tries. After the hello the client goes on with ids that the server chose; they are known from
 * the server's packets, and cost nothing. Another id may be another connection on the same ports, which is a flow of its own. */
#include "flow_work.h"
#include "quic_packet.h"

#define RANDOM_AT 6 /* behind type, length and version */

static uint32_t hash_of_id(struct bytes id)
{
	return (uint32_t)bytes_hash(id, 0) | 1;
}

static void learn_hello(struct flows *f, struct flow *flow, unsigned side, enum flow_proto proto)
{
	pending_drop(&f->pendings, flow);
	flow->proto = (uint8_t)proto;
	flow->has_hello = true;
	f->counts.hellos++;
	flow_learn(f, flow, side);
}

/* The flow of the connection before ends, and goes on as one that just began. */
static void begin_again(struct flows *f, struct flow *flow, int64_t at_us)
{
	flow_tell(f, flow, FLOW_ENDED);
	flow_drop_notes(flow);
	flow->first_us = flow->last_us = at_us;
	flow->tries = 0;
	f->counts.flows++;
}

struct read_hello {
	struct bytes message;
	enum hello_carrier carrier;
	enum flow_proto proto;
	int64_t at_us;
};

/* A copy, or the same hello with a cookie or behind a Retry, has the same random bytes. */
static void take_hello(struct flows *f, struct flow *flow, unsigned side, const struct read_hello *hello)
{
	uint32_t random = hello_random_hash(bytes_slice(hello->message, RANDOM_AT, 32));

	if (flow->has_hello && flow->hello_random == random) {
		pending_drop(&f->pendings, flow);
		return;
	}
	bool is_hello = look_at_hello(f->look, hello->message, hello->carrier, &f->facts) == LOOK_HELLO;
	if (is_hello && flow->has_hello) {
		begin_again(f, flow, hello->at_us); /* which tells, in the place of what was read */
		is_hello = look_at_hello(f->look, hello->message, hello->carrier, &f->facts) == LOOK_HELLO;
	}
	if (!is_hello) {
		pending_drop(&f->pendings, flow);
		f->counts.not_hellos++;
		return;
	}
	flow->hello_random = random;
	learn_hello(f, flow, side, hello->proto);
}

/* A new client's state stays only when its packet opened. */
static enum quic_step open_quic(struct flows *f, struct flow *flow, unsigned side, const struct packet *p, struct bytes *message)
{
	struct flow_pending *pending = flow->pending;
	struct quic_client *client = pending != NULL ? pending->quic[side] : NULL;
	bool is_new = client == NULL;

	if (is_new)
		client = quic_client_new();
	enum quic_step step = quic_client_take(f->quic, client, p->payload, message);
	if (step == QUIC_NONE && is_new) {
		quic_client_free(client);
		flow->tries++;
		return step;
	}
	pending_of(&f->pendings, flow)->quic[side] = client;
	pending_grown(&f->pendings, flow);
	return step;
}

/* What is coalesced may stand in any order (RFC 9000, 12.2): 0-RTT in front of the Initial, too. All of it has one destination id. */
static bool has_initial(struct bytes datagram)
{
	struct quic_packet p;

	for (unsigned n = 0; n < QUIC_PACKETS_MAX && decode_quic_packet(datagram, &p) == ERR_OK; n++) {
		if (p.is_initial)
			return true;
		datagram = bytes_slice(datagram, p.whole.len, datagram.len);
	}
	return false;
}

static void take_quic(struct flows *f, struct flow *flow, unsigned side, const struct packet *p, int64_t at_us)
{
	struct quic_packet first;
	struct bytes message;

	if (decode_quic_packet(p->payload, &first) != ERR_OK)
		return;
	if (flow->has_hello && side != flow->client) {
		flow->server_id = hash_of_id(first.source_id);
		return;
	}
	if ((flow->has_hello && flow->server_id == hash_of_id(first.destination_id)) || !has_initial(p->payload))
		return;
	if (flow->tries >= QUIC_TRIES_MAX) {
		f->counts.initials_untried++;
		return;
	}
	if (open_quic(f, flow, side, p, &message) == QUIC_HELLO)
		take_hello(f, flow, side, &(struct read_hello){ message, HELLO_QUIC, FLOW_QUIC, at_us });
}

static void take_dtls(struct flows *f, struct flow *flow, unsigned side, const struct packet *p, int64_t at_us)
{
	struct bytes message;

	if (!dtls_is_hello(p->payload))
		return;
	struct flow_pending *pending = pending_of(&f->pendings, flow);
	enum dtls_step step = dtls_client_take(&pending->dtls[side], p->payload, &message);
	pending_grown(&f->pendings, flow);
	if (step == DTLS_HELLO)
		take_hello(f, flow, side, &(struct read_hello){ message, HELLO_DTLS, FLOW_DTLS, at_us });
}

void flow_take_datagram(struct flows *f, struct flow *flow, unsigned side, const struct prepared *in)
{
	const struct packet *p = &in->packet;
	uint8_t first = p->payload.len > 0 ? (uint8_t)p->payload.ptr[0] : 0;

	if ((first & 0xc0) == 0xc0)
		take_quic(f, flow, side, p, in->at_us);
	else if ((first >= 20 && first <= 24) || first >> 4 == 4) /* a record, or a channel of a relay with one in it */
		take_dtls(f, flow, side, p, in->at_us);
}
