/* A second engine from the journal, in slices between turns of the loop; then it takes the place of the first. For new
 * rules (reload), and for the same rules after events were taken out (a site).
 * I1: the second takes over only when both have applied the same events and nothing is in flight.
 * I2: wrong rules change nothing: the old set goes on.
 * I3: what the new engine says otherwise of alerts is told like any other change of them.
 * I4: when the list of kinds changes nothing has gathered either: every payload is written under the list of its time. */
#include "rebuild.h"

#include <stdlib.h>

#include "alert_changes.h"
#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/vendor/sd.h"
#include "site.h"

#define SLICE_EVENTS 4000
#define SLICE_US 5000
#define PROGRESS_US 5000000

struct rebuild *rebuild_new(struct daemon *d)
{
	struct rebuild *r = xcalloc(1, sizeof(*r));
	r->started_us = r->said_us = clock_mono_us();
	d->rebuild = r;
	return r;
}

void rebuild_free(struct daemon *d)
{
	struct rebuild *r = d->rebuild;
	if (r == NULL)
		return;
	judgement_free(&r->next);
	journal_map_free(r->journal);
	removal_free(r->removal);
	free(r);
	d->rebuild = NULL;
	turn_hold(d, HOLD_REBUILD, false);
	turn_pause(d, HOLD_REBUILD, false);
}

static void fail(struct daemon *d, enum err err, const struct errbuf *eb)
{
	if (d->rebuild->removal != NULL) {
		removal_answer(d->rebuild->removal, err, eb->text);
	} else {
		d->reloads_failed++;
		log_error("rules", "%s; the old rules stay in force", eb->text);
	}
	rebuild_free(d);
}

static bool is_unchanged(const struct daemon *d, const struct judgement *next)
{
	return judgement_binding(next, 0) == judgement_binding(&d->now, 0);
}

void step_reload(struct daemon *d)
{
	struct errbuf eb = { { 0 } };
	if (!d->wants_reload || d->rebuild != NULL)
		return;
	d->wants_reload = false;
	sinks_reopen(d->sinks);
	if (api_reload_tokens(d->api, &eb) != ERR_OK)
		log_warn("tokens", "%s; the old ones stay in force", eb.text);
	errbuf_clear(&eb);
	struct rebuild *r = rebuild_new(d);
	enum err err = judgement_load(d->config, &r->next, &eb);
	if (err == ERR_OK && is_unchanged(d, &r->next)) {
		log_info("rules", "rules and networks are unchanged; logs are open anew");
		rebuild_free(d);
		return;
	}
	if (err == ERR_OK)
		err = journal_map_new(d->config->state_dir, &r->next.rules->kinds, &r->journal, &eb);
	if (err != ERR_OK)
		fail(d, err, &eb);
	else
		log_info("rules", "new rules are read; the journal is applied to them, meanwhile the old ones are in force");
}

struct slice {
	struct daemon *d;
	struct rebuild *r;
	struct arena *arena;
	uint64_t n;
	int64_t until_us;
	struct errbuf *eb;
};

/* ERR_LIMIT ends a slice whose time is up. */
static enum err slice_event(void *arg, const struct store_event *row)
{
	struct slice *s = arg;
	const struct journal_map *journal = s->r->journal != NULL ? s->r->journal : s->d->journal;
	struct event ev = { 0 };
	const struct event *one = &ev;
	if (s->n % 64 == 63 && clock_mono_us() > s->until_us)
		return ERR_LIMIT;
	arena_reset(s->arena);
	enum err err = journal_event(journal, row, s->arena, &ev, s->eb);
	if (err != ERR_OK)
		return err;
	engine_apply(s->r->next.engine, &one, 1, NULL);
	s->r->seq = row->seq;
	s->n++;
	return ERR_OK;
}

static enum err apply_slice(struct daemon *d, struct rebuild *r, uint64_t *n, struct errbuf *eb)
{
	struct slice s = { d, r, arena_new(16 * 1024), 0, clock_mono_us() + SLICE_US, eb };
	struct store_range range = { r->seq, SLICE_EVENTS };
	enum err err = store_read(d->config->state_dir, range, slice_event, &s, eb);
	arena_free(s.arena);
	*n = s.n;
	return err == ERR_LIMIT ? ERR_OK : err;
}

static void say_progress(struct rebuild *r, uint64_t last_seq)
{
	int64_t now = clock_mono_us();
	if (now - r->said_us < PROGRESS_US)
		return;
	r->said_us = now;
	log_info("rules", "the new engine has applied %llu of %llu events", (unsigned long long)r->seq,
		 (unsigned long long)last_seq);
}

/* I4. */
static enum err note_kinds(struct daemon *d, struct rebuild *r, uint64_t last_seq, struct errbuf *eb)
{
	if (r->journal == NULL || !journal_map_is_stale(r->journal))
		return ERR_OK;
	enum err err = journal_note_kinds(d->config->state_dir, &r->next.rules->kinds, last_seq + 1, eb);
	if (err != ERR_OK)
		return err;
	journal_map_free(r->journal);
	r->journal = NULL;
	return journal_map_new(d->config->state_dir, &r->next.rules->kinds, &r->journal, eb);
}

static void swap_rules(struct daemon *d, struct rebuild *r)
{
	struct judgement old = d->now;
	d->now = r->next;
	r->next = old;
	d->context.kinds = &d->now.rules->kinds;
	journal_map_free(d->journal);
	d->journal = r->journal;
	r->journal = NULL;
	d->reloads++;
	log_info("rules", "new rules are in force after %lld ms", (long long)(clock_mono_us() - r->started_us) / 1000);
}

/* Alerts of a site that is taken out go with it, told to nobody. */
static void leave_out(struct alerts_told *told, struct bytes site)
{
	size_t kept = 0;
	for (size_t i = 0; i < told->standing.n; i++)
		if (!site_has_alert(site, &told->standing.at[i]))
			told->standing.at[kept++] = told->standing.at[i];
	told->standing.n = kept;
}

/* I3: the new engine's alerts are told where they differ from those of the old one. */
static void tell_changes(struct daemon *d, struct rebuild *r)
{
	struct arena *arena = arena_new(64 * 1024);
	struct effects effects = { .arena = arena };
	struct alerts_told told = { .through_seq = UINT64_MAX, .reason = "the rules or networks changed" };
	struct intake_stats stats;
	intake_stats(d->intake, &stats);
	alerts_told_by_engine(&told, d->now.engine, arena);
	if (r->removal != NULL) {
		struct bytes site = removal_site(r->removal);
		leave_out(&told, site);
		told.reason = arena_printf(arena, "the events of site %.*s were taken out", BYTES_ARG(site));
	}
	alerts_compare(&told, r->next.engine, &effects);
	intake_take_effects(d->intake, &effects, stats.last_seq);
	if (effects.n > 0)
		log_info("rules", "%zu alerts are opened, changed or resolved by it", effects.n);
	VEC_FREE(&told.standing);
	free(effects.at);
	arena_free(arena);
}

static void swap_in(struct daemon *d, struct rebuild *r)
{
	tell_changes(d, r);
	if (r->next.rules != NULL) {
		swap_rules(d, r);
	} else {
		struct engine *old = d->now.engine;
		d->now.engine = r->next.engine;
		r->next.engine = old;
	}
	d->snapshot_seq = 0;
	if (r->removal != NULL)
		removal_answer(r->removal, ERR_OK, "");
	rebuild_free(d);
}

/* Brings everything to a standstill; true when it stands. */
static bool stands_still(struct daemon *d, struct rebuild *r)
{
	bool must_be_empty = r->journal != NULL && journal_map_is_stale(r->journal);
	if (must_be_empty)
		turn_pause(d, HOLD_REBUILD, true);
	if (must_be_empty && !intake_is_empty(d->intake))
		return false;
	turn_hold(d, HOLD_REBUILD, true);
	return intake_is_settled(d->intake);
}

void step_rebuild(struct daemon *d)
{
	struct rebuild *r = d->rebuild;
	struct errbuf eb = { { 0 } };
	struct intake_stats stats;
	uint64_t n = 0;
	if (r == NULL)
		return;
	if (r->removal != NULL && !removal_is_done(r->removal)) {
		step_removal(d, r);
		return;
	}
	intake_stats(d->intake, &stats);
	bool is_still = (d->holds & HOLD_REBUILD) && intake_is_settled(d->intake);
	enum err err = apply_slice(d, r, &n, &eb);
	if (err == ERR_OK && n == 0 && is_still)
		err = note_kinds(d, r, stats.last_seq, &eb);
	if (err != ERR_OK) {
		fail(d, err, &eb);
		return;
	}
	say_progress(r, stats.last_seq);
	if (n == 0 && is_still)
		swap_in(d, r); /* I1 */
	else if (n < SLICE_EVENTS / 4)
		(void)stands_still(d, r);
}
