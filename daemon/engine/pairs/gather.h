/* The gathering step of a run of events: what they will touch is looked up and asked for, stage by stage over the whole
 * run, so that the cache misses of many events overlap. It changes nothing: an answer that is missing here (an account or
 * value that an earlier event of the run makes) is looked up again when its event is applied. */
#ifndef ASSOCD_ENGINE_PAIRS_GATHER_H
#define ASSOCD_ENGINE_PAIRS_GATHER_H

#include "daemon/engine/state/state.h"
#include "daemon/enrich/enrich.h"

#define GATHER_EVENTS 32

struct gathered {
	uint32_t account; /* NONE: not known yet */
	struct network network;
	bool has_block;
	uint64_t block_key; /* of the port block: address and place of the port */
	uint32_t block_value;
	uint32_t values[EVENT_ATTRS_MAX]; /* value ids of the attributes, NONE: not known yet */
};

/* n at most GATHER_EVENTS; fills e->gathered[0..n). */
void gather_events(struct engine *e, const struct event *const *events, size_t n);
/* The bounds of the port block that the event's port lies in. */
void gather_block(const struct engine *e, const struct gathered *g, const struct event *ev, uint32_t *first, uint32_t *last);

#endif
