/* Any bytes as a recorded capture through a small flow table: bounds hold, and every flow that began ends once. */
#include <stdlib.h>

#include "collectors/packets/capture_file.h"
#include "collectors/packets/flows.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

static void take(void *arg, const struct flow_facts *facts, enum flow_moment moment)
{
	uint64_t *ended = arg;

	*ended += moment == FLOW_ENDED;
	BUG_ON(facts->proto >= FLOW_PROTOS || facts->first_us > facts->last_us);
	for (const struct facts_text *row = facts_texts; row->name != NULL; row++)
		BUG_ON(memchr((const char *)facts + row->offset, '\0', row->size) == NULL);
}

static void feed(struct flows *flows, struct bytes rest)
{
	struct capture_file *file = xcalloc(1, sizeof(*file));
	struct captured packet;
	enum capture_step step;
	size_t used;

	do {
		step = decode_capture_record(file, rest, &used, &packet, NULL);
		if (step == CAPTURE_PACKET)
			flows_packets(flows, &packet, 1);
		BUG_ON(flows_open(flows) > 8);
		rest = bytes_slice(rest, used, rest.len);
	} while (step == CAPTURE_PACKET || (step == CAPTURE_PASSED && rest.len > 0));
	free(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct flows_limits limits = { .flows = 8, .streams = 2, .stream_bytes = 100000, .fragment_bytes = 100000 };
	uint64_t ended = 0;
	struct flows *flows = flows_new(&limits, take, &ended);

	feed(flows, bytes_make((const char *)in, n));
	flows_end(flows);
	BUG_ON(flows_open(flows) != 0 || ended != flows_counts(flows)->flows);
	flows_free(flows);
	return 0;
}
