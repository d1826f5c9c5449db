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
#define HELLO_TOLD 6      /* headers of the record and of the message tell a hello */
enum { RECORD_HANDSHAKE = 0x16, CLIENT_HELLO = 1, SERVER_HELLO = 2 };

/* A record of the handshake with a ClientHello at its front. */
static bool begins_hello(const struct flows *f, struct bytes payload)
{
	return payload.len >= HELLO_TOLD && payload.ptr[0] == RECORD_HANDSHAKE && payload.ptr[5] == CLIENT_HELLO && look_begins_hello(f->look, payload);
}

/* The same, where there may be too little of it to tell. */
static bool may_begin_hello(const struct flows *f, struct bytes payload)
{
	return payload.len > 0 && payload.ptr[0] == RECORD_HANDSHAKE && (payload.len < HELLO_TOLD || payload.ptr[5] == CLIENT_HELLO) &&
	       look_begins_hello(f->look, payload);
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

/* One of several records that hold a message: too short for a whole one, or no server's hello. */
static bool is_part_of_message(struct bytes front, enum look_found found)
{
	if (front.len < HELLO_TOLD || front.ptr[0] != RECORD_HANDSHAKE)
		return false;
	size_t length = (size_t)(uint8_t)front.ptr[3] << 8 | (uint8_t)front.ptr[4];
	return length < RANDOM_SIZE || (found == LOOK_TLS && front.ptr[5] != SERVER_HELLO);
}

/* May something in front of it be on its way? Records of TLS and answers of servers are no such thing. */
static bool is_worth_holding(const struct flow *flow, unsigned side, enum look_found found, struct bytes front)
{
	return flow->side[side] == SIDE_FLOATING && (found == LOOK_NONE || is_part_of_message(front, found));
}

static enum look_found look_at(struct flows *f, struct flow *flow, unsigned side, struct bytes front)
{
	enum look_found found = look_at_stream(f->look, front, !flow->has_request, &f->facts);

	if (found == LOOK_HELLO)
		finish(f, flow, side);
	else if (found == LOOK_REQUEST)
		take_request(f, flow, side);
	else if (found != LOOK_MORE)
		tell_once(f, flow, side);
	f->counts.not_hellos += found == LOOK_LIAR;
	return found;
}

/* The hello that is thought to have begun, as far as it is there. */
static void look_from(struct flows *f, struct flow *flow, unsigned side)
{
	const struct stream *s = pending_stream(flow, side);
	struct beginning *begun = &flow->pending->begun[side];
	uint32_t at = begun->at - s->base, known = begun->reach - s->base, reach = stream_reach(s, known);

	if (reach == known)
		return;
	begun->reach = s->base + reach;
	enum look_found found = look_at_stream(f->look, bytes_make((const char *)s->bytes + at, reach - at), false, &f->facts);
	f->counts.not_hellos += found == LOOK_LIAR;
	begun->is_set = found == LOOK_MORE;
	if (found == LOOK_HELLO)
		finish(f, flow, side);
}

/* Does it rather begin there than where one is thought to? Of two the earlier one: the other is a record in the middle of it. But a
 * byte or two that only look like it, with nothing behind them, give way. */
static bool begins_rather(const struct beginning *begun, uint32_t seq, struct bytes payload)
{
	return !begun->is_set || (int32_t)(seq - begun->at) < 0 || (begun->reach - begun->at < HELLO_TOLD && payload.len >= HELLO_TOLD);
}

/* A hello behind words in the clear, or behind a hole that nothing may ever fill. */
static void look_behind(struct flows *f, struct flow *flow, unsigned side, uint32_t seq, struct bytes payload)
{
	struct beginning *begun = &flow->pending->begun[side];
	bool is_in_front = (int32_t)(seq - pending_stream(flow, side)->base) < 0;

	if (begun->is_set)
		look_from(f, flow, side);
	if (flow->has_hello || is_in_front || !begins_rather(begun, seq, payload) || !may_begin_hello(f, payload))
		return;
	*begun = (struct beginning){ true, seq, seq };
	look_from(f, flow, side);
}

/* A stream without a beginning begins as early as its segments. A hello that is too far away for what came before begins another. */
static enum err place_stream(const struct flows *f, struct flow *flow, unsigned side, uint32_t seq, struct bytes payload)
{
	struct stream *s = pending_stream(flow, side);
	int32_t ahead = (int32_t)(seq - s->base);

	if (flow->side[side] == SIDE_FLOATING && ahead < 0)
		return stream_move(s, seq);
	if (ahead < 0 || (uint32_t)ahead + payload.len <= STREAM_MAX || !begins_hello(f, payload))
		return ERR_OK;
	flow->pending->begun[side].is_set = false;
	return stream_move(s, seq);
}

/* What the front holds was something else. The stream goes on where a hello has begun, or behind the front if something there
 * waits for what is missing. */
static void pass_front(struct flows *f, struct flow *flow, unsigned side)
{
	struct stream *s = pending_stream(flow, side);
	const struct beginning *begun = &flow->pending->begun[side];
	bool has_begun = begun->is_set && begun->at - s->base <= s->front;
	uint32_t behind = has_begun ? begun->at : s->base + s->front;

	if ((!has_begun && s->end == s->front) || behind - flow->start[side] >= EARLY || stream_move(s, behind) != ERR_OK) {
		pending_close(&f->pendings, flow, side);
		return;
	}
	flow->side[side] = SIDE_AT;
	flow->next[side] = behind;
	pending_grown(&f->pendings, flow);
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
	look_behind(f, flow, side, seq, payload);
	if (flow->has_hello || (s->front == front && s->base == base))
		return;
	enum look_found found = look_at(f, flow, side, stream_front(s));
	if (found == LOOK_HELLO || found == LOOK_MORE || (is_worth_holding(flow, side, found, stream_front(s)) && s->end < HOLD_MAX))
		return;
	pass_front(f, flow, side);
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
	if (found == LOOK_MORE || is_worth_holding(flow, side, found, payload)) {
		open_stream(f, flow, side, seq);
		if (may_begin_hello(f, payload))
			flow->pending->begun[side] = (struct beginning){ true, seq, seq + (uint32_t)payload.len };
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
	int32_t ahead = (int32_t)(seq - flow->next[side]);
	if (ahead > 0 && flow->next[side] - flow->start[side] < EARLY && (uint32_t)ahead < STREAM_MAX) {
		open_stream(f, flow, side, flow->next[side]);
		add_to(f, flow, side, seq, p->payload);
		return;
	}
	if (ahead < 0 && ahead > -OLD_MAX && !begins_hello(f, p->payload)) {
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
