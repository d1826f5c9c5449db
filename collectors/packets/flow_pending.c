/* A list in the order of opening; I1: `bytes` is the sum of the `memory` of its members. */
#include "flow_pending.h"

#include <stdlib.h>

static void link_newest(struct pendings *p, struct flow_pending *pending)
{
	pending->older = p->newest;
	pending->newer = NULL;
	if (p->newest != NULL)
		p->newest->newer = pending;
	else
		p->oldest = pending;
	p->newest = pending;
	p->n++;
}

static void unlink_pending(struct pendings *p, struct flow_pending *pending)
{
	if (pending->older != NULL)
		pending->older->newer = pending->newer;
	else
		p->oldest = pending->newer;
	if (pending->newer != NULL)
		pending->newer->older = pending->older;
	else
		p->newest = pending->older;
	p->n--;
	p->bytes -= pending->memory;
}

static void close_side(struct flow *flow, unsigned side)
{
	struct stream *s = pending_stream(flow, side);

	if (s == NULL)
		return;
	flow->side[side] = SIDE_AT;
	flow->next[side] = s->base + s->end;
	stream_end(s);
	flow->pending->is_open[side] = false;
}

void pending_drop(struct pendings *p, struct flow *flow)
{
	if (flow->pending == NULL)
		return;
	close_side(flow, 0);
	close_side(flow, 1);
	for (unsigned side = 0; side < 2; side++) {
		quic_client_free(flow->pending->quic[side]);
		dtls_client_end(&flow->pending->dtls[side]);
	}
	unlink_pending(p, flow->pending);
	free(flow->pending);
	flow->pending = NULL;
}

static void evict_oldest(struct pendings *p)
{
	p->evicted++;
	pending_drop(p, p->oldest->flow);
}

struct flow_pending *pending_of(struct pendings *p, struct flow *flow)
{
	if (flow->pending != NULL)
		return flow->pending;
	if (p->n >= p->max)
		evict_oldest(p);
	flow->pending = xcalloc(1, sizeof(*flow->pending));
	flow->pending->flow = flow;
	flow->pending->memory = sizeof(*flow->pending);
	p->bytes += flow->pending->memory;
	link_newest(p, flow->pending);
	return flow->pending;
}

struct stream *pending_open(struct pendings *p, struct flow *flow, unsigned side, uint32_t base)
{
	pending_of(p, flow);
	flow->pending->is_open[side] = true;
	flow->pending->begun[side] = (struct beginning){ 0 };
	stream_begin(&flow->pending->streams[side], base);
	return &flow->pending->streams[side];
}

struct stream *pending_stream(const struct flow *flow, unsigned side)
{
	return flow->pending != NULL && flow->pending->is_open[side] ? &flow->pending->streams[side] : NULL;
}

void pending_grown(struct pendings *p, struct flow *flow)
{
	struct flow_pending *pending = flow->pending;
	size_t memory = sizeof(*pending);

	for (unsigned side = 0; side < 2; side++) {
		memory += stream_memory(&pending->streams[side]) + stream_memory(&pending->dtls[side].stream);
		memory += pending->quic[side] != NULL ? quic_client_memory(pending->quic[side]) : 0;
	}
	p->bytes += memory - pending->memory;
	pending->memory = memory;
	while (p->bytes > p->max_bytes && p->oldest != pending)
		evict_oldest(p);
}

void pending_close(struct pendings *p, struct flow *flow, unsigned side)
{
	close_side(flow, side);
	if (flow->pending != NULL && !flow->pending->is_open[0] && !flow->pending->is_open[1])
		pending_drop(p, flow);
	else if (flow->pending != NULL)
		pending_grown(p, flow);
}
