/* One TCP connection: who opened it, and what its two streams begin with.
 *
 * A side is followed by the sequence number that comes next. Whole hellos and requests are read where they lie in the packet;
 * only what spans segments, comes out of order or may be the end of something (a capture that began in the middle) is copied
 * into a stream. A hello may come late, behind words in the clear (STARTTLS, a proxy's CONNECT): every segment that
 * begins like one is looked at. */
#include "flow_work.h"

#define HOLD_MAX 16384u  /* of a stream without a beginning, in case that it comes late */
#define EARLY 65536u     /* holes so near to the beginning are waited for */
#define OLD_MAX 65536

#define RANDOM_AT 11      /* behind the headers of record and message, and the version */
#define RANDOM_SIZE 32

/* A record of the handshake with a ClientHello at its front. */
static bool begins_hello(const struct flows *f, struct bytes payload)
{
	return payload.len >= 6 && payload.ptr[0] == 0x16 && payload.ptr[5] == 1 && look_begins_hello(f->look, payload);
}

/* Another hello than the one that was read, whole up to its random bytes: the SYN between them was not captured. */
static bool is_another_hello(const struct flows *f, const struct flow *flow, struct bytes payload)
{
	if (payload.len < RANDOM_AT + RANDOM_SIZE || !begins_hello(f, payload))
		return false;
	size_t record = (size_t)(uint8_t)payload.ptr[3] << 8 | (uint8_t)payload.ptr[4];
	return record >= RANDOM_AT + RANDOM_SIZE - 5 && hello_random_hash(bytes_slice(payload, RANDOM_AT, RANDOM_SIZE)) != flow->hello_random;
}

/* A SYN may come behind what it began: packets of one connection pass each other in front of a capture, too. */
bool flow_is_reused(const struct flows *f, const struct flow *flow, unsigned side, const struct packet *p)
{
	uint32_t ahead = flow->start[side] - (p->seq + 1);

	if (flow->key.protocol != PACKET_TCP)
		return false;
	if ((p->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN)
		return flow->has_hello && side == flow->client && is_another_hello(f, flow, p->payload);
	if (flow->has_syn)
		return flow->syn_side != side || ahead != 0;
	return flow->list == FLOW_CLOSED || (flow->side[side] != SIDE_NEW && ahead > STREAM_MAX);
}

static void take_syn(struct flows *f, struct flow *flow, unsigned side, const struct packet *p)
{
	bool is_answer = p->flags & TCP_ACK;

	if (flow->side[side] == SIDE_NEW) {
		flow->side[side] = SIDE_AT;
		flow->next[side] = flow->start[side] = p->seq + 1;
	}
	if (flow->client_by == CLIENT_BY_GUESS) {
		flow->client = (uint8_t)(is_answer ? !side : side);
		flow->client_by = CLIENT_BY_SYN;
	}
	if (is_answer || flow->has_syn)
		return;
	decode_syn(p, &flow->syn);
	flow->has_syn = true;
	flow->start[side] = p->seq + 1;
	flow->syn_side = (uint8_t)side;
	f->counts.syns++;
}

static void finish(struct flows *f, struct flow *flow, unsigned side)
{
	pending_drop(&f->pendings, flow);
	flow->side[0] = flow->side[1] = SIDE_DONE;
	flow->has_hello = true;
	flow->hello_random = look_hello_random(f->look);
	f->counts.hellos++;
	flow_learn(f, flow, side);
}

static void take_request(struct flows *f, struct flow *flow, unsigned side)
{
	flow->has_request = true;
	f->counts.requests++;
	flow_learn(f, flow, side);
}

static void tell_once(struct flows *f, struct flow *flow, unsigned side)
{
	if (flow->is_told || !flow->has_syn || flow->syn_side != side)
		return;
	flow->is_told = true;
	flow_tell(f, flow, FLOW_LEARNED);
}

/* May something in front of it be on its way? Records of TLS and answers of servers are no such thing. */
static bool is_worth_holding(const struct flow *flow, unsigned side, enum look_found found)
{
	return flow->side[side] == SIDE_FLOATING && found == LOOK_NONE;
}

static enum look_found look_at(struct flows *f, struct flow *flow, unsigned side, struct bytes front)
{
	enum look_found found = look_at_stream(f->look, front, !flow->has_request, &f->facts);

	if (flow->side[side] == SIDE_FLOATING && begins_hello(f, front))
		flow->side[side] = SIDE_AT; /* nothing belongs in front of it */
	if (found == LOOK_HELLO)
		finish(f, flow, side);
	else if (found == LOOK_REQUEST)
		take_request(f, flow, side);
	else if (found != LOOK_MORE)
		tell_once(f, flow, side);
	f->counts.not_hellos += found == LOOK_LIAR;
	return found;
}

/* A stream without a beginning begins as early as its segments; one in which a hello begins, there: what lies in front of it
 * was something else, and a hole in that is not waited for. Where a hello is under way, what looks like another one is a record
 * in the middle of it. */
static enum err place_stream(const struct flows *f, struct flow *flow, unsigned side, uint32_t seq, struct bytes payload)
{
	struct stream *s = pending_stream(flow, side);
	bool is_beginning = begins_hello(f, payload) && !((int32_t)(seq - s->base) > 0 && begins_hello(f, stream_front(s)));

	if (!is_beginning && (flow->side[side] != SIDE_FLOATING || (int32_t)(seq - s->base) >= 0))
		return ERR_OK;
	return seq == s->base ? ERR_OK : stream_move(s, seq);
}

static void add_to(struct flows *f, struct flow *flow, unsigned side, uint32_t seq, struct bytes payload)
{
	struct stream *s = pending_stream(flow, side);
	uint32_t front = s->front, base = s->base;
	enum err err = place_stream(f, flow, side, seq, payload);

	if (err == ERR_OK)
		err = stream_add(s, seq, payload);
	if (err != ERR_OK) {
		f->counts.streams_over++;
		pending_close(&f->pendings, flow, side);
		return;
	}
	pending_grown(&f->pendings, flow);
	if (s->front == front && s->base == base)
		return;
	enum look_found found = look_at(f, flow, side, stream_front(s));
	if (found == LOOK_HELLO || found == LOOK_MORE || (is_worth_holding(flow, side, found) && s->end < HOLD_MAX))
		return;
	pending_close(&f->pendings, flow, side);
}

static void open_stream(struct flows *f, struct flow *flow, unsigned side, uint32_t base)
{
	pending_open(&f->pendings, flow, side, base);
}

/* A segment that begins where the side is. */
static void take_next(struct flows *f, struct flow *flow, unsigned side, const struct packet *p, struct bytes payload)
{
	uint32_t seq = flow->next[side];
	enum look_found found = look_at(f, flow, side, payload);

	if (found == LOOK_HELLO)
		return;
	if (found == LOOK_MORE || is_worth_holding(flow, side, found)) {
		open_stream(f, flow, side, seq);
		if (stream_add(pending_stream(flow, side), seq, payload) != ERR_OK)
			pending_close(&f->pendings, flow, side);
		else
			pending_grown(&f->pendings, flow);
		return;
	}
	flow->side[side] = SIDE_AT;
	flow->next[side] = seq + p->payload_length - (uint32_t)(p->payload.len - payload.len);
}

static void take_payload(struct flows *f, struct flow *flow, unsigned side, const struct packet *p)
{
	uint32_t seq = p->seq + (p->flags & TCP_SYN ? 1 : 0);

	if (flow->side[side] == SIDE_NEW) {
		flow->side[side] = SIDE_FLOATING;
		flow->next[side] = flow->start[side] = seq;
	}
	if (pending_stream(flow, side) != NULL) {
		add_to(f, flow, side, seq, p->payload);
		return;
	}
	int32_t ahead = begins_hello(f, p->payload) ? 0 : (int32_t)(seq - flow->next[side]);
	if (ahead > 0 && flow->next[side] - flow->start[side] < EARLY && (uint32_t)ahead < STREAM_MAX) {
		open_stream(f, flow, side, flow->next[side]);
		add_to(f, flow, side, seq, p->payload);
		return;
	}
	if (ahead < 0 && ahead > -OLD_MAX) {
		if ((uint32_t)-ahead < p->payload.len)
			take_next(f, flow, side, p, bytes_slice(p->payload, (uint32_t)-ahead, p->payload.len));
		return;
	}
	flow->next[side] = seq;
	take_next(f, flow, side, p, p->payload);
}

static void close_flow(struct flows *f, struct flow *flow)
{
	if (flow->list != FLOW_CLOSED)
		flow_enlist(f->table, flow, FLOW_CLOSED, f->clock_us);
}

void flow_take_segment(struct flows *f, struct flow *flow, unsigned side, const struct packet *p)
{
	if (p->flags & TCP_SYN)
		take_syn(f, flow, side, p);
	if (p->payload.len > 0 && !(p->flags & TCP_RST) && flow->side[side] != SIDE_DONE)
		take_payload(f, flow, side, p);
	if (p->flags & TCP_FIN)
		flow->fins |= (uint8_t)(1u << side);
	if ((p->flags & TCP_RST) || flow->fins == 3)
		close_flow(f, flow);
}
