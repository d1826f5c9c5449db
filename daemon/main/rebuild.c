/* A second engine from the journal, in slices between turns of the loop; then it takes the place of the first. For new
 * rules (reload), and for the same rules after events were taken out (a site, an erasure, retention).
 * I1: the second takes over only when both have applied the same events and nothing is in flight.
 * I2: wrong rules change nothing: the old set goes on.
 * I3: what the new engine says otherwise of alerts is told like any other change of them.
 * I4: when the list of kinds changes nothing has gathered either: every payload is written under the list of its time.
 * I5: nothing here waits: what reads runs on the reader thread, and what is applied is cut into slices. */
#include "rebuild.h"

#include <stdlib.h>

#include "alert_changes.h"
#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/vendor/sd.h"
#include "erasure.h"
#include "jobs.h"

#define RUN_EVENTS 64 /* applied before the clock is looked at */
#define SLICE_US 5000
#define PROGRESS_US 5000000
#define STANDSTILL_US 1000 /* how often it is looked for */
#define BY_EVENT -1        /* the reader thread wakes the loop */

struct rebuild *rebuild_new(struct daemon *d)
{
	struct rebuild *r = xcalloc(1, sizeof(*r));
	r->daemon = d;
	r->arena = arena_new(256 * 1024);
	r->started_us = r->said_us = clock_mono_us();
	d->rebuild = r;
	return r;
}

enum err rebuild_because(struct daemon *d, const struct rebuild_cause *cause)
{
	if (jobs_in_the_way(d, JOB_REBUILD) != 0)
		return ERR_BUSY;
	struct rebuild *r = rebuild_new(d);
	r->cause = *cause;
	r->next.engine = engine_new(d->now.rules, d->now.enrich);
	return ERR_OK;
}

/* Tells whoever waits, once. */
static void cause_over(struct rebuild *r, enum err result, const char *error)
{
	void (*over)(void *arg, enum err result, const char *error) = r->cause.over;
	r->cause.over = NULL;
	if (over != NULL)
		over(r->cause.arg, result, error);
}

bool rebuild_is_busy(const struct daemon *d)
{
	const struct rebuild *r = d->rebuild;
	return r != NULL && (r->is_out || r->removal != NULL || (r->is_retired && !r->is_swapped));
}

void rebuild_free(struct daemon *d)
{
	struct rebuild *r = d->rebuild;
	if (r == NULL)
		return;
	BUG_ON(r->is_out); /* the loop goes on until it is back */
	cause_over(r, ERR_BUSY, "the daemon is stopping");
	judgement_free(&r->next);
	journal_map_free(r->journal);
	removal_free(r->removal);
	succession_free(r->succession);
	VEC_FREE(&r->events);
	arena_free(r->arena);
	free(r);
	d->rebuild = NULL;
	turn_go_on(d, HOLD_REBUILD);
	sd_tell("READY=1\nSTATUS=listening on %s", d->config->listen);
}

static int64_t let_go(struct daemon *d)
{
	rebuild_free(d);
	return BY_EVENT;
}

static int64_t fail(struct daemon *d)
{
	struct rebuild *r = d->rebuild;
	if (r->removal != NULL) {
		removal_answer(r->removal, r->result, r->error.text);
	} else if (r->cause.over != NULL) {
		cause_over(r, r->result, r->error.text);
	} else {
		d->reloads_failed++;
		d->rules_refusal = r->error;
		log_error("rules", "%s; the old rules stay in force", r->error.text);
	}
	return let_go(d);
}

/* An erasure that a start found unfinished makes no engine of its own: none may know what it has not come to yet. */
static void leave_out_hidden(struct rebuild *r)
{
	size_t kept = 0;
	for (size_t i = 0; i < r->events.n; i++)
		if (!erasure_hides(r->daemon, r->events.at[i]))
			r->events.at[kept++] = r->events.at[i];
	r->events.n = kept;
}

static void is_back(struct store_query *q)
{
	struct rebuild *r = q->owner;
	r->is_out = false;
	leave_out_hidden(r);
}

/* One step on the reader thread; when its queue is full the next turn tries again. */
static int64_t ask(struct daemon *d, void (*run)(struct store_query *q, const char *dir))
{
	struct rebuild *r = d->rebuild;
	r->query = (struct store_query){ run, is_back, r };
	r->is_out = store_ask(d->store, &r->query) == ERR_OK;
	return r->is_out ? BY_EVENT : STANDSTILL_US;
}

void step_reload(struct daemon *d)
{
	if (!d->wants_reload || jobs_in_the_way(d, JOB_REBUILD) != 0)
		return;
	d->wants_reload = false;
	sd_tell("RELOADING=1\nSTATUS=reading rules, networks, tokens, certificate and secrets");
	sinks_reopen(d->sinks);
	if (config_is_outdated(d->config))
		log_warn("main", "%s was written since the start and is read at a start only: a restart takes it", d->config->file);
	doors_reload(d);
	rebuild_new(d);
}

/* True when there is something to do with what was read. */
static bool has_changed(struct daemon *d, struct rebuild *r)
{
	errbuf_clear(&d->rules_refusal);
	if (judgement_binding(&r->next, 0) != judgement_binding(&d->now, 0)) {
		log_info("rules", "new rules are read; the journal is applied to them, meanwhile the old ones are in force");
		return true;
	}
	log_info("rules", "rules and networks are unchanged; logs are open anew");
	return false;
}

static void say_progress(struct daemon *d, struct rebuild *r)
{
	struct intake_stats stats;
	int64_t now = clock_mono_us();
	if (now - r->said_us < PROGRESS_US)
		return;
	r->said_us = now;
	intake_stats(d->intake, &stats);
	log_info("rules", "the new engine has applied %llu of %llu events", (unsigned long long)r->events.at[r->n_applied - 1]->seq,
		 (unsigned long long)stats.last_seq);
}

static int64_t apply_slice(struct daemon *d, struct rebuild *r)
{
	int64_t until_us = clock_mono_us() + SLICE_US;
	do {
		size_t left = r->events.n - r->n_applied, n = left < RUN_EVENTS ? left : RUN_EVENTS;
		engine_apply(r->next.engine, r->events.at + r->n_applied, n, NULL);
		r->n_applied += n;
	} while (r->n_applied < r->events.n && clock_mono_us() < until_us);
	say_progress(d, r);
	return 0;
}

/* I3. The alerts of a site that is taken out go with it, told to nobody. */
static void tell_changes(struct daemon *d, struct rebuild *r)
{
	struct arena *arena = arena_new(64 * 1024);
	struct effects effects = { .arena = arena };
	struct alerts_told told = { .through_seq = UINT64_MAX, .reason = r->cause.reason, .erased = d->erased };
	struct intake_stats stats;
	intake_stats(d->intake, &stats);
	if (told.reason == NULL)
		told.reason = "the rules or networks changed";
	if (r->removal != NULL) {
		told.gone = removal_site(r->removal);
		told.reason = arena_printf(arena, "the events of site %.*s were taken out", BYTES_ARG(told.gone));
	}
	alerts_since_engine(&told, d->now.engine, r->next.engine, &effects);
	intake_take_effects(d->intake, &effects, stats.last_seq);
	if (effects.n > 0)
		log_info("rules", "%zu alerts are opened, changed or resolved by it", effects.n);
	free(effects.at);
	arena_free(arena);
}

static void swap_journals(struct daemon *d, struct rebuild *r)
{
	journal_map_free(d->journal);
	d->journal = r->journal;
	r->journal = NULL;
}

static void swap_rules(struct daemon *d, struct rebuild *r)
{
	struct judgement old = d->now;
	d->now = r->next;
	r->next = old;
	d->context.kinds = &d->now.rules->kinds;
	swap_journals(d, r);
	if (d->erasure == NULL && d->forgetting == NULL) /* which may have taken out what was read before */
		d->is_engine_stale = false;
	d->reloads++;
	log_info("rules", "new rules are in force after %lld ms", (long long)(clock_mono_us() - r->started_us) / 1000);
}

/* Events were taken out: this engine was made of what is left. What a trial found may name what is gone. */
static void swap_engines(struct daemon *d, struct rebuild *r)
{
	struct engine *old = d->now.engine;
	trial_free(d);
	d->now.engine = r->next.engine;
	r->next.engine = old;
	d->is_engine_stale = false;
	if (!r->is_retired)
		return;
	swap_journals(d, r);
	keys_retire(d);
}

static int64_t swap_in(struct daemon *d, struct rebuild *r)
{
	succession_free(r->succession);
	r->succession = NULL;
	tell_changes(d, r);
	if (r->next.rules != NULL)
		swap_rules(d, r);
	else
		swap_engines(d, r);
	d->snapshot_seq = 0;
	if (r->removal != NULL)
		removal_answer(r->removal, ERR_OK, "");
	cause_over(r, ERR_OK, "");
	r->is_swapped = true;
	turn_go_on(d, HOLD_REBUILD);
	return 0;
}

/* Events were taken out, nothing else. */
static bool keeps_rules(const struct rebuild *r)
{
	return r->next.rules == NULL;
}

/* What the new engine says otherwise goes into its histories; then it takes over. Nothing comes meanwhile. */
static int64_t succeed(struct daemon *d, struct rebuild *r)
{
	int64_t until_us = clock_mono_us() + SLICE_US;
	if (r->succession == NULL)
		r->succession = succession_new(r->next.engine, d->now.engine, keeps_rules(r) ? SUCCESSION_EVENTS_OUT : SUCCESSION_RULES);
	while (clock_mono_us() < until_us)
		if (succession_step(r->succession, RUN_EVENTS))
			return swap_in(d, r);
	return 0;
}

/* Events that gather under the old key or the old list of kinds must be in the journal (I4); others may wait for the new
 * engine, so that no sender notices. */
static bool stands_still(struct daemon *d, struct rebuild *r)
{
	if (r->cause.retires_key || (r->journal != NULL && journal_map_is_stale(r->journal)))
		return turn_stand_still(d, HOLD_REBUILD);
	turn_hold(d, HOLD_REBUILD, true);
	return intake_is_settled(d->intake);
}

/* Reads on; near the end only at a standstill, and then until nothing comes any more. */
static int64_t read_on(struct daemon *d, struct rebuild *r)
{
	bool is_near = r->has_read && r->n_read < REBUILD_CHUNK / 4;
	bool is_still = is_near && stands_still(d, r);
	if (is_near && !is_still)
		return STANDSTILL_US;
	if (is_still && r->was_still && r->n_read == 0) {
		bool is_stale = r->journal != NULL && journal_map_is_stale(r->journal);
		if (r->cause.retires_key && !r->is_retired)
			return ask(d, rebuild_note_keys);
		return is_stale ? ask(d, rebuild_note_kinds) : succeed(d, r); /* I1, I4 */
	}
	r->was_still = is_still;
	return ask(d, rebuild_read_events);
}

/* Once swapped what is left is to be freed. */
static int64_t finish(struct daemon *d, struct rebuild *r)
{
	return r->next.engine != NULL ? ask(d, rebuild_retire) : let_go(d);
}

int64_t step_rebuild(struct daemon *d)
{
	struct rebuild *r = d->rebuild;
	if (r == NULL || r->is_out)
		return BY_EVENT;
	if (r->result != ERR_OK)
		return fail(d);
	if (d->wants_stop && r->removal == NULL && (!r->is_retired || r->is_swapped))
		return let_go(d); /* the next start reads the new rules anyhow */
	if (r->is_swapped)
		return finish(d, r);
	if (r->succession != NULL)
		return succeed(d, r);
	if (r->removal != NULL && !removal_is_done(r->removal)) {
		step_removal(d, r);
		return STANDSTILL_US;
	}
	if (r->removal == NULL && r->cause.over == NULL && !r->is_loaded)
		return ask(d, rebuild_read_rules);
	if (r->cause.retires_key && r->journal == NULL)
		return ask(d, rebuild_read_keys);
	r->is_wanted = r->is_wanted || keeps_rules(r) || has_changed(d, r);
	if (!r->is_wanted)
		return let_go(d);
	return r->n_applied < r->events.n ? apply_slice(d, r) : read_on(d, r);
}
