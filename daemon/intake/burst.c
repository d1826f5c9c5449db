/* What a burst needed is given back when it is over: a batch keeps its memory for the next one, and bulk makes it large.
 * I1: nothing is under way then, so no batch holds anything.
 * To look for whole pages that nobody uses takes the allocator longer the more there is: it gets one part in SHRINK_PART
 * of the time, however often bursts end. */
#include "internal.h"

#include "daemon/base/clock.h"

#define BATCH_KEPT (512 << 10) /* some 400 events */
#define SHRINK_PART 100

static bool is_large(const struct batch *b)
{
	return arena_kept(b->arena) > BATCH_KEPT;
}

static void shrink(struct batch *b)
{
	arena_trim(b->arena);
	arena_trim(b->effects.arena);
	VEC_FREE(&b->events);
	VEC_FREE(&b->rows);
	VEC_FREE(&b->owners);
}

bool burst_is_over(const struct intake *in)
{
	bool any = false;

	if (in->in_flight > 0 || in->gathering->events.n > 0)
		return false;
	for (unsigned i = 0; i < BATCHES; i++)
		any |= is_large(&in->batches[i]);
	return any;
}

void burst_shrink(struct intake *in, int64_t mono_us)
{
	int64_t started_us;

	if (!burst_is_over(in) || mono_us < in->shrink_us)
		return;
	started_us = clock_mono_us();
	for (unsigned i = 0; i < BATCHES; i++)
		if (is_large(&in->batches[i]))
			shrink(&in->batches[i]); /* I1 */
	memory_give_back();
	in->shrink_us = mono_us + (clock_mono_us() - started_us) * SHRINK_PART;
}
