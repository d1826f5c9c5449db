/* What the loop does after each round of callbacks, as named steps. */
#include "daemon.h"

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/vendor/sd.h"
#include "erasure.h"
#include "forgetting.h"

static void step_completions(struct daemon *d)
{
	struct store_batch *batch;
	struct store_query *query;
	while ((batch = store_completed(d->store)) != NULL) {
		measure_commit(d, batch->commit_us);
		if (batch->done != NULL)
			batch->done(batch);
		else
			intake_completed(d->intake, batch);
	}
	while ((query = store_completed_query(d->store)) != NULL)
		query->done(query);
}

static void wake_in(struct daemon *d, int64_t wait_us, int64_t mono_us)
{
	if (wait_us >= 0 && mono_us + wait_us < d->next_us)
		d->next_us = mono_us + wait_us;
}

/* The engine says when something falls due; it is passed on once that time has come. */
static void step_deadlines(struct daemon *d, int64_t mono_us)
{
	int64_t due_ms, wall_ms = clock_wall_ms();
	if (d->wants_stop || !engine_next_due(d->now.engine, &due_ms))
		return;
	if (due_ms > wall_ms) {
		wake_in(d, (due_ms - wall_ms) * 1000, mono_us);
		return;
	}
	(void)intake_tick(d->intake, due_ms, engine_now(d->now.engine));
}

static void step_intake(struct daemon *d, int64_t mono_us)
{
	wake_in(d, intake_turn(d->intake, mono_us), mono_us);
	bool is_congested = intake_is_congested(d->intake);
	if (is_congested == d->collectors_paused)
		return;
	d->collectors_paused = is_congested;
	for (unsigned i = 0; i < d->n_collectors; i++)
		(is_congested ? d->collectors[i].row->pause : d->collectors[i].row->resume)(d->collectors[i].self);
}

static void step_series(struct daemon *d)
{
	struct intake_stats stats;
	uint64_t refused = 0;
	intake_stats(d->intake, &stats);
	for (unsigned i = 0; i < INTAKE_REASONS; i++)
		refused += stats.refused[i];
	series_note(&d->series, clock_wall_ms(), stats.accepted, refused);
}

static void step_sinks(struct daemon *d, int64_t mono_us)
{
	struct intake_stats stats;
	struct store_state state;
	intake_stats(d->intake, &stats);
	store_state(d->store, &state);
	uint64_t newest = stats.outbox_last > state.outbox_through ? stats.outbox_last : state.outbox_through;
	wake_in(d, sinks_turn(d->sinks, newest, mono_us), mono_us);
}

static void step_watchdog(struct daemon *d, int64_t mono_us)
{
	int64_t pace_us = sd_watchdog_pace_us();
	if (pace_us <= 0)
		return;
	if (mono_us >= d->watchdog_us) {
		sd_tell("WATCHDOG=1");
		d->watchdog_us = mono_us + pace_us;
	}
	wake_in(d, d->watchdog_us - mono_us, mono_us);
}

#define STOP_LIMIT_US 10000000

/* Senders wait, what has gathered is committed, then its effects, then sinks are told; no longer than STOP_LIMIT_US. */
static void step_stop(struct daemon *d, int64_t mono_us)
{
	if (!d->wants_stop)
		return;
	if (d->stop_by_us == 0)
		d->stop_by_us = mono_us + STOP_LIMIT_US;
	bool stands_still = turn_stand_still(d, HOLD_STOP);
	bool is_busy = rebuild_is_busy(d) || erasure_is_busy(d) || forgetting_is_busy(d) || keys_are_changing(d) ||
		       d->lookups_out > 0;
	bool is_done = !is_busy && stands_still && sinks_is_done(d->sinks);
	if (!is_done && mono_us >= d->stop_by_us)
		log_warn("main", "stops with work left: what was acknowledged is in the journal, the next start goes on from there");
	if (is_done || mono_us >= d->stop_by_us) {
		sinks_stop(d->sinks); /* what waits for another side stays in the outbox */
		if (sinks_is_idle(d->sinks) && !is_busy)
			loop_stop(d->loop);
	}
	wake_in(d, 20000, mono_us);
}

void turn_hold(struct daemon *d, enum hold_reason who, bool held)
{
	d->holds = held ? d->holds | who : d->holds & ~(unsigned)who;
	intake_hold(d->intake, d->holds != 0);
}

void turn_pause(struct daemon *d, enum hold_reason who, bool paused)
{
	d->pauses = paused ? d->pauses | who : d->pauses & ~(unsigned)who;
	intake_pause(d->intake, d->pauses != 0);
}

bool turn_stand_still(struct daemon *d, enum hold_reason who)
{
	turn_pause(d, who, true);
	if (!intake_is_empty(d->intake))
		return false; /* a batch must still begin, or what gathered would wait for ever */
	turn_hold(d, who, true);
	return intake_is_settled(d->intake);
}

void turn_go_on(struct daemon *d, enum hold_reason who)
{
	turn_hold(d, who, false);
	turn_pause(d, who, false);
}

void loop_once(void *arg)
{
	struct daemon *d = arg;
	int64_t mono_us = clock_mono_us();
	d->next_us = mono_us + 1000000;
	step_completions(d);
	step_deadlines(d, mono_us);
	step_intake(d, mono_us);
	step_series(d);
	step_sinks(d, mono_us);
	wake_in(d, step_memory(d, mono_us), mono_us);
	step_reload(d);
	wake_in(d, step_rebuild(d), mono_us);
	wake_in(d, step_trial(d), mono_us);
	wake_in(d, step_erasure(d), mono_us);
	wake_in(d, step_forgetting(d, mono_us), mono_us);
	step_snapshot(d, mono_us);
	step_watchdog(d, mono_us);
	step_stop(d, mono_us);
	if (d->holds != 0)
		wake_in(d, 1000, mono_us);
	int64_t wait_us = d->next_us - clock_mono_us();
	loop_timer_set(d->timer, wait_us > 0 ? (wait_us + 999) / 1000 : 0);
}
