/* Start-up: snapshot, then the tail of the journal; the ids that are known; effects that may not be durable yet.
 * I1: a snapshot is used only if the effects of everything in it are durable; else the journal is applied from the start.
 * I2: effects of events past applied_seq are made again; their ids are the same, so that nothing is told twice.
 * I3: what the table of alerts says otherwise than the engine is told: the rules may be others than it was written under. */
#include "daemon.h"

#include <stdlib.h>

#include "alert_changes.h"
#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/vendor/sd.h"
#include "erasure.h"

#define BATCH_EVENTS 512
#define PROGRESS_EVERY 500000
#define KNOWN_MS (30ll * 24 * 3600 * 1000)

struct restoring {
	struct daemon *d;
	uint64_t applied_seq, n;
	struct arena *arena;
	struct effects effects;
	const struct event *events[BATCH_EVENTS];
	size_t n_events;
	struct errbuf *eb;
};

/* I2: what was made durable before is not made again. */
static void hand_over(struct restoring *r)
{
	size_t kept = 0;
	for (size_t i = 0; i < r->effects.n; i++)
		if (r->effects.at[i].seq > r->applied_seq)
			r->effects.at[kept++] = r->effects.at[i];
	r->effects.n = kept;
	intake_take_effects(r->d->intake, &r->effects, r->events[r->n_events - 1]->seq);
}

static void apply_gathered(struct restoring *r)
{
	if (r->n_events == 0)
		return;
	bool is_told = r->events[r->n_events - 1]->seq > r->applied_seq;
	r->effects.n = 0;
	r->effects.arena = r->arena;
	engine_apply(r->d->now.engine, r->events, r->n_events, is_told ? &r->effects : NULL);
	if (is_told)
		hand_over(r);
	r->n_events = 0;
	arena_reset(r->arena);
}

static enum err restore_event(void *arg, const struct store_event *row)
{
	struct restoring *r = arg;
	struct event *ev = ARENA_NEW(r->arena, struct event);
	enum err err = journal_event(r->d->journal, row, r->arena, ev, r->eb);
	if (err != ERR_OK || erasure_hides(r->d, ev))
		return err;
	if (++r->n % PROGRESS_EVERY == 0) {
		log_info("journal", "%llu events applied", (unsigned long long)r->n);
		sd_tell("EXTEND_TIMEOUT_USEC=120000000\nSTATUS=applying the journal: event %llu", (unsigned long long)row->seq);
	}
	r->events[r->n_events++] = ev;
	if (r->n_events == BATCH_EVENTS)
		apply_gathered(r);
	return ERR_OK;
}

/* Sequence number from which the journal has to be applied. */
static uint64_t load_snapshot(struct daemon *d, const struct store_state *state)
{
	struct snapshot_reader *reader;
	struct errbuf eb = { { 0 } };
	uint64_t seq = 0;
	if (d->is_erasure_due)
		return 0; /* it may hold what is to go */
	enum err err = snapshot_open(d->config->state_dir, judgement_binding(&d->now, d->keys.fingerprint), &seq, &reader, &eb);
	if (err == ERR_NOTFOUND)
		return 0;
	if (err == ERR_OK && seq > state->last_seq)
		log_warn("journal", "it ends at event %llu, the snapshot holds %llu: assocd.db was replaced by an older one, or is "
			 "gone; if that was not meant, stop assocd and restore it from a backup",
			 (unsigned long long)state->last_seq, (unsigned long long)seq);
	if (err == ERR_OK && seq <= state->applied_seq) {
		err = engine_load(d->now.engine, snapshot_read, reader);
		snapshot_close(reader);
		if (err == ERR_VERSION)
			errbuf_set(&eb, err, "it was written by another version of assocd");
	} else if (err == ERR_OK) {
		snapshot_close(reader);
		err = ERR_VERSION;
		errbuf_set(&eb, err, "it is ahead of what was told");
	}
	if (err == ERR_OK) {
		d->snapshot_seq = seq;
		return seq;
	}
	log_info("snapshot", "not used (%s): the journal is applied from the start", eb.text[0] ? eb.text : err_word(err));
	engine_free(d->now.engine);
	d->now.engine = judgement_engine(&d->now);
	return 0;
}

static enum err know_id(void *arg, const struct store_event *row)
{
	intake_know(arg, row->id_hash, row->ts_ms);
	return ERR_OK;
}

static enum err read_kinds(struct daemon *d, uint64_t last_seq, struct errbuf *eb)
{
	const char *dir = d->config->state_dir;
	enum err err = journal_map_new(dir, &d->now.rules->kinds, &d->journal, eb);
	if (err != ERR_OK || !journal_map_is_stale(d->journal))
		return err;
	journal_map_free(d->journal);
	d->journal = NULL;
	err = journal_note_kinds(dir, &d->now.rules->kinds, last_seq + 1, eb);
	return err != ERR_OK ? err : journal_map_new(dir, &d->now.rules->kinds, &d->journal, eb);
}

/* After an upgrade it may be most of them: new rules that merge alerts of one cluster, say. */
static void say_changes(const struct effects *effects)
{
	size_t n[EFFECT_TYPES] = { 0 }, merged = 0;
	for (size_t i = 0; i < effects->n; i++) {
		n[effects->at[i].type]++;
		merged += effects->at[i].type == EFFECT_ALERT_UPDATED && effects->at[i].alert.lead.len > 0;
	}
	if (effects->n > 0)
		log_info("rules", "%zu alerts are others than at the last stop, because rules, networks or events are: %zu opened, %zu merged "
			 "into another, %zu changed otherwise, %zu resolved", effects->n, n[EFFECT_ALERT_OPENED], merged,
			 n[EFFECT_ALERT_UPDATED] - merged, n[EFFECT_ALERT_RESOLVED]);
}

/* I3. */
static enum err tell_changes(struct daemon *d, const struct store_state *state, struct errbuf *eb)
{
	struct arena *arena = arena_new(64 * 1024);
	struct effects effects = { .arena = arena };
	struct alerts_told told = {
		.through_seq = state->applied_seq, .erased = d->erased,
		.reason = "the rules, networks or events behind it changed while assocd was stopped",
	};
	enum err err = alerts_since_store(&told, d->config->state_dir, d->now.engine, &effects, eb);
	intake_take_effects(d->intake, &effects, state->last_seq);
	say_changes(&effects);
	free(effects.at);
	arena_free(arena);
	return err;
}

enum err restore(struct daemon *d, struct errbuf *eb)
{
	struct store_state state;
	const char *dir = d->config->state_dir;
	store_state(d->store, &state);
	enum err err = read_kinds(d, state.last_seq, eb);
	if (err != ERR_OK)
		return err;
	struct restoring r = { .d = d, .applied_seq = state.applied_seq, .arena = arena_new(256 * 1024), .eb = eb };
	int64_t start_us = clock_mono_us();
	err = store_read(dir, (struct store_range){ .after = load_snapshot(d, &state) }, restore_event, &r, eb);
	if (err == ERR_OK)
		apply_gathered(&r);
	if (err == ERR_OK)
		err = tell_changes(d, &state, eb);
	arena_free(r.arena);
	free(r.effects.at);
	struct store_ids want = { clock_wall_ms() - KNOWN_MS, (uint64_t)d->config->known_ids };
	if (err == ERR_OK)
		err = store_read_ids(dir, want, know_id, d->intake, eb);
	if (err == ERR_OK && state.events > 0)
		log_info("journal", "%llu events, %llu of them applied after the snapshot in %lld ms",
			 (unsigned long long)state.events, (unsigned long long)r.n,
			 (long long)(clock_mono_us() - start_us) / 1000);
	return err;
}
