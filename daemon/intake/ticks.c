/* Ticks: deadlines that come while nothing happens, as events of the journal.
 * I1: one at a time; the engine is asked for the next when this one is applied.
 * I2: a tick carries the time of the deadline and nothing later, so that it never moves engine time past an event to come.
 * I3: history and streams that lag pass the time by their own events: a tick of now would put all of them in the past. */
#include "internal.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)
#define ID_SEED 0x7469636b

void tick_note_arrival(struct intake *in, const struct event *ev, int64_t arrived_ms)
{
	if (ev->type == EVENT_TICK) {
		in->stats.ticks++;
		return;
	}
	in->stats.accepted++;
	in->stats.last_arrival_ms = arrived_ms;
	if (ev->audience != AUDIENCE_ALL)
		in->stats.last_history_ms = arrived_ms;
}

/* I3. */
static bool events_pass_the_time(const struct intake *in, int64_t newest_ms)
{
	int64_t wall_ms = in->setup.ports.wall_ms(in->setup.ports.arg);
	bool is_lagging = wall_ms - newest_ms > DAY_MS;

	return wall_ms - in->stats.last_history_ms < MINUTE_MS || (is_lagging && wall_ms - in->stats.last_arrival_ms < MINUTE_MS);
}

static void tick_is_through(struct intake_group *g, void *arg)
{
	((struct intake *)arg)->is_ticking = false;
}

bool intake_tick(struct intake *in, int64_t due_ms, int64_t newest_ms)
{
	const struct intake_group setup = { .source = SOURCE_INTERNAL, .done = tick_is_through, .arg = in };
	struct event *ev;

	if (in->is_ticking || in->is_held || intake_is_congested(in) || events_pass_the_time(in, newest_ms))
		return false;
	const uint64_t id[2] = { (uint64_t)due_ms, in->committed_seq };
	struct intake_group *g = intake_open(in, &setup);
	ev = arena_alloc(in->gathering->arena, sizeof(*ev));
	*ev = event_tick(due_ms);
	ev->id_hash = bytes_hash(bytes_make((const char *)id, sizeof(id)), ID_SEED);
	in->is_ticking = true;
	(void)intake_keep(in, (struct group *)g, ev);
	intake_seal(in, g);
	return true;
}
