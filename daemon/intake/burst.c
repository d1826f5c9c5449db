/* What a burst needed is given back when it is over: a batch keeps its memory for the next one, and bulk makes it large.
 * I1: nothing is under way then, so no batch holds anything.
 * The blocks of batches go back at once, which is cheap; then the allocator looks for whole pages that nobody uses, which
 * takes it longer the more there is. Each gets one part in SHRINK_PART of the time, however often bursts end. */
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
	VEC_FREE(&b->lines);
}

static bool is_quiet(const struct intake *in)
{
	return in->in_flight == 0 && in->gathering->events.n == 0;
}

static bool burst_is_over(const struct intake *in)
{
	bool any = false;

	if (!is_quiet(in))
		return false;
	for (unsigned i = 0; i < BATCHES; i++)
		any |= is_large(&in->batches[i]);
	return any;
}

static int64_t rest_after(int64_t started_us, int64_t mono_us)
{
	return mono_us + (clock_mono_us() - started_us) * SHRINK_PART;
}

static void shrink_batches(struct intake *in, int64_t mono_us)
{
	int64_t started_us = clock_mono_us();

	for (unsigned i = 0; i < BATCHES; i++)
		if (is_large(&in->batches[i]))
			shrink(&in->batches[i]); /* I1 */
	in->shrink_us = rest_after(started_us, mono_us);
	in->is_trim_due = true;
}

static void trim(struct intake *in, int64_t mono_us)
{
	int64_t started_us = clock_mono_us();

	memory_give_back();
	in->trim_us = rest_after(started_us, mono_us);
	in->is_trim_due = false;
}

void burst_shrink(struct intake *in, int64_t mono_us)
{
	if (burst_is_over(in) && mono_us >= in->shrink_us)
		shrink_batches(in, mono_us);
	if (in->is_trim_due && is_quiet(in) && mono_us >= in->trim_us)
		trim(in, mono_us);
}

int64_t burst_due_us(const struct intake *in)
{
	if (burst_is_over(in))
		return in->shrink_us;
	return in->is_trim_due && is_quiet(in) ? in->trim_us : 0;
}
