/* Packets to their flows, and flows to their end. Packets come in batches and in three steps: decoded, asked for in the table,
 * applied; the steps of one do not wait for the memory of another. */
#include "flows.h"

#include <stdlib.h>

#include "flow_work.h"

#define SECOND_US INT64_C(1000000)
/* Flows of which nothing is known are evicted before others, unless they are fewer than a part of the table. */
#define UNKNOWN_PART 8u

static const struct flows_limits defaults = { .flows = 65536, .streams = 1024, .stream_bytes = 8u << 20, .fragment_bytes = 4u << 20,
					      .idle_s = 300, .closed_s = 10 };

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
	return value != 0 ? value : otherwise;
}

struct flows *flows_new(const struct flows_limits *limits, flow_fn *fn, void *arg)
{
	struct flows *f = xcalloc(1, sizeof(*f));

	f->limits = *limits;
	f->limits.flows = or_default(limits->flows, defaults.flows);
	f->limits.streams = or_default(limits->streams, defaults.streams);
	f->limits.stream_bytes = or_default(limits->stream_bytes, defaults.stream_bytes);
	f->limits.fragment_bytes = or_default(limits->fragment_bytes, defaults.fragment_bytes);
	f->limits.idle_s = or_default(limits->idle_s, defaults.idle_s);
	f->limits.closed_s = or_default(limits->closed_s, defaults.closed_s);
	f->fn = fn;
	f->arg = arg;
	f->table = flow_table_new(f->limits.flows, limits->seed);
	f->fragments = fragments_new(f->limits.fragment_bytes);
	f->look = look_new();
	f->quic = quic_opener_new();
	f->pendings = (struct pendings){ .max = f->limits.streams, .max_bytes = f->limits.stream_bytes };
	f->newest_us = INT64_MIN;
	return f;
}

static void release(struct flows *f, struct flow *flow)
{
	pending_drop(&f->pendings, flow);
	flow_drop_notes(flow);
	flow_remove(f->table, flow);
}

static void release_one(void *arg, struct flow *flow)
{
	release(arg, flow);
}

void flows_free(struct flows *f)
{
	if (f == NULL)
		return;
	flow_each(f->table, release_one, f);
	flow_table_free(f->table);
	fragments_free(f->fragments);
	look_free(f->look);
	quic_opener_free(f->quic);
	free(f);
}

static void end_flow(struct flows *f, struct flow *flow)
{
	flow_tell(f, flow, FLOW_ENDED);
	release(f, flow);
}

static void end_one(void *arg, struct flow *flow)
{
	end_flow(arg, flow);
}

void flows_end(struct flows *f)
{
	flow_each(f->table, end_one, f);
}

static void evict_one(struct flows *f)
{
	struct flow *flow = flow_oldest(f->table, FLOW_CLOSED);

	if (flow == NULL && flow_count(f->table, FLOW_UNKNOWN) > f->limits.flows / UNKNOWN_PART)
		flow = flow_oldest(f->table, FLOW_UNKNOWN);
	if (flow == NULL)
		flow = flow_oldest(f->table, FLOW_KNOWN);
	if (flow == NULL)
		flow = flow_oldest(f->table, FLOW_UNKNOWN);
	f->counts.evicted++;
	end_flow(f, flow);
}

static void advance(struct flows *f, int64_t at_us)
{
	if (at_us <= f->newest_us)
		return;
	if (f->newest_us != INT64_MIN)
		f->clock_us += at_us - f->newest_us < SECOND_US ? at_us - f->newest_us : SECOND_US;
	f->newest_us = at_us;
}

static void expire(struct flows *f)
{
	for (unsigned list = 0; list < FLOW_LISTS; list++) {
		int64_t wait_us = (list == FLOW_CLOSED ? f->limits.closed_s : f->limits.idle_s) * SECOND_US;
		struct flow *flow;
		while ((flow = flow_oldest(f->table, (enum flow_list)list)) != NULL && f->clock_us - flow->listed_us > wait_us)
			end_flow(f, flow);
	}
}

void flows_tick(struct flows *f, int64_t at_us)
{
	advance(f, at_us);
	expire(f);
}

/* Whoever spoke first, unless only the other's port is not a server's. */
static unsigned guess_client(const struct packet *p, unsigned side)
{
	return p->source_port < 1024 && p->destination_port >= 1024 ? !side : side;
}

static struct flow *begin_flow(struct flows *f, const struct prepared *in)
{
	struct flow *flow = flow_add(f->table, &in->key, in->hash, f->clock_us);

	if (flow == NULL) {
		evict_one(f);
		flow = flow_add(f->table, &in->key, in->hash, f->clock_us);
		BUG_ON(flow == NULL);
	}
	f->counts.flows++;
	flow->client = (uint8_t)guess_client(&in->packet, in->side);
	flow->proto = in->key.protocol == PACKET_TCP ? FLOW_TCP : FLOW_UDP;
	flow->first_us = flow->last_us = in->at_us;
	return flow;
}

static void touch(struct flows *f, struct flow *flow, int64_t at_us)
{
	if (!flow->is_told) /* from then on it is known by it */
		flow->first_us = at_us < flow->first_us ? at_us : flow->first_us;
	flow->last_us = at_us > flow->last_us ? at_us : flow->last_us;
	if (f->clock_us - flow->listed_us > FLOW_LISTED_LAG_US)
		flow_enlist(f->table, flow, (enum flow_list)flow->list, f->clock_us);
}

static void apply(struct flows *f, const struct prepared *in)
{
	struct flow *flow = flow_find(f->table, &in->key, in->hash);

	if (flow != NULL && flow_is_reused(f, flow, in->side, &in->packet)) {
		end_flow(f, flow);
		flow = NULL;
	}
	if (flow == NULL)
		flow = begin_flow(f, in);
	touch(f, flow, in->at_us);
	if (in->key.protocol == PACKET_TCP)
		flow_take_segment(f, flow, in->side, &in->packet);
	else
		flow_take_datagram(f, flow, in->side, in);
}

static void find_key(struct flows *f, struct prepared *in)
{
	in->side = (uint8_t)flow_key_of(&in->packet, &in->key);
	in->hash = flow_hash(f->table, &in->key);
}

/* A fragment that makes its datagram whole becomes that datagram, which may be a tunnel's and carry a fragment: each is shorter
 * than the one before by a header. */
static void gather_fragment(struct flows *f, struct prepared *in)
{
	enum packet_end end = PACKET_FRAGMENT;
	struct bytes whole;

	while (end == PACKET_FRAGMENT) {
		f->counts.fragments++;
		if (!fragments_add(f->fragments, &in->packet, in->at_us, &whole))
			break;
		f->counts.datagrams++;
		end = decode_datagram(whole, &in->packet);
	}
	if (end == PACKET_WHOLE) {
		find_key(f, in);
		apply(f, in);
	}
	f->counts.fragments_dropped = fragments_dropped(f->fragments);
}

static void prepare(struct flows *f, const struct captured *captured, struct prepared *in)
{
	in->at_us = captured->at_us;
	f->counts.packets++;
	f->counts.bytes += captured->bytes.len;
	f->counts.unknown_link += !packet_link_is_known(captured->link);
	f->counts.ends[decode_packet(captured, &in->packet)]++;
	if (in->packet.end != PACKET_WHOLE)
		return;
	find_key(f, in);
	flow_prefetch_index(f->table, in->hash);
}

static void take_batch(struct flows *f, const struct captured *captured, size_t n)
{
	for (size_t i = 0; i < n; i++)
		prepare(f, &captured[i], &f->batch[i]);
	for (size_t i = 0; i < n; i++)
		if (f->batch[i].packet.end == PACKET_WHOLE)
			flow_prefetch(f->table, f->batch[i].hash);
	for (size_t i = 0; i < n; i++) {
		advance(f, f->batch[i].at_us);
		if (f->batch[i].packet.end == PACKET_WHOLE)
			apply(f, &f->batch[i]);
		else if (f->batch[i].packet.end == PACKET_FRAGMENT)
			gather_fragment(f, &f->batch[i]);
	}
	expire(f);
	f->counts.streams_evicted = f->pendings.evicted;
	const struct quic_counts *quic = quic_opener_counts(f->quic);
	f->counts.initials_refused = quic->refused;
	f->counts.initials_over = quic->bounded + quic->overlong;
}

void flows_packets(struct flows *f, const struct captured *captured, size_t n)
{
	for (size_t at = 0; at < n; at += FLOWS_BATCH)
		take_batch(f, captured + at, n - at < FLOWS_BATCH ? n - at : FLOWS_BATCH);
}

const struct flows_counts *flows_counts(const struct flows *f)
{
	return &f->counts;
}

size_t flows_open(const struct flows *f)
{
	return (size_t)flow_count(f->table, FLOW_UNKNOWN) + flow_count(f->table, FLOW_KNOWN) + flow_count(f->table, FLOW_CLOSED);
}
