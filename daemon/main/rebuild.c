/* A second engine from the journal, in slices between turns of the loop; then it takes the place of the first. For new
 * rules (reload), and for the same rules after events were taken out (a site).
 * I1: the second engine never gets ahead of the first: rows are read up to the first one's last event.
 * I2: wrong rules change nothing: the old set goes on. */
#include "daemon.h"

#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/vendor/sd.h"

#define SLICE_EVENTS 2000

struct rebuild {
	struct judgement next; /* rules and enrich NULL: those of now */
	struct journal_map *journal;
	uint64_t seq;          /* applied to next so far */
	int64_t started_us;
	/* a removal that waits for it */
	struct bytes site;
	char *site_text;
	bool is_removal, is_removed;
	uint64_t removed;
	api_removed_fn *done;
	void *done_arg;
};

static struct rebuild *rebuild_new(struct daemon *d)
{
	struct rebuild *r = xcalloc(1, sizeof(*r));
	r->started_us = clock_mono_us();
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
	free(r->site_text);
	free(r);
	d->rebuild = NULL;
}

static void reload_failed(struct daemon *d, const struct errbuf *eb)
{
	d->reloads_failed++;
	log_error("rules", "%s; the old rules stay in force", eb->text);
	rebuild_free(d);
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
	if (err == ERR_OK)
		err = journal_map_new(d->config->state_dir, &r->next.rules->kinds, &r->journal, &eb);
	if (err != ERR_OK) {
		reload_failed(d, &eb);
		return;
	}
	log_info("rules", "new rules are read; the journal is applied to them");
}

struct slice { struct daemon *d; struct rebuild *r; struct arena *arena; uint64_t until, n; struct errbuf *eb; };

static enum err slice_event(void *arg, const struct store_event *row)
{
	struct slice *s = arg;
	struct event ev = { 0 };
	if (row->seq > s->until)
		return ERR_OK;
	const struct journal_map *journal = s->r->journal != NULL ? s->r->journal : s->d->journal;
	enum err err = journal_event(journal, row, s->arena, &ev, s->eb);
	if (err != ERR_OK)
		return err;
	const struct event *one = &ev;
	engine_apply(s->r->next.engine, &one, 1, NULL);
	arena_reset(s->arena);
	s->r->seq = row->seq;
	s->n++;
	return ERR_OK;
}

static void swap_in(struct daemon *d, struct rebuild *r)
{
	struct errbuf eb = { { 0 } };
	engine_free(d->now.engine);
	d->now.engine = r->next.engine;
	r->next.engine = NULL;
	if (r->next.rules != NULL) {
		struct judgement old = { d->now.rules, d->now.enrich, NULL };
		d->now.rules = r->next.rules;
		d->now.enrich = r->next.enrich;
		r->next = old;
		d->context.kinds = &d->now.rules->kinds;
		journal_map_free(d->journal);
		d->journal = r->journal;
		r->journal = NULL;
		d->reloads++;
		log_info("rules", "new rules are in force after %lld ms", (long long)(clock_mono_us() - r->started_us) / 1000);
	}
	if (r->is_removal) {
		r->done(r->done_arg, ERR_OK, r->removed, eb.text);
		intake_hold(d->intake, false);
	}
	d->snapshot_seq = 0;
	rebuild_free(d);
}

/* New kinds are noted for events from here on; only while nothing is in flight. */
static enum err note_kinds(struct daemon *d, struct rebuild *r, struct errbuf *eb)
{
	struct intake_stats stats;
	if (r->journal == NULL || !journal_map_is_stale(r->journal))
		return ERR_OK;
	intake_stats(d->intake, &stats);
	enum err err = journal_note_kinds(d->config->state_dir, &r->next.rules->kinds, stats.last_seq + 1, eb);
	if (err != ERR_OK)
		return err;
	journal_map_free(r->journal);
	r->journal = NULL;
	return journal_map_new(d->config->state_dir, &r->next.rules->kinds, &r->journal, eb);
}

static void finish(struct daemon *d, struct rebuild *r)
{
	struct errbuf eb = { { 0 } };
	if (!r->is_removal)
		intake_hold(d->intake, true);
	if (!intake_is_settled(d->intake) || !intake_is_empty(d->intake))
		return;
	if (note_kinds(d, r, &eb) != ERR_OK) {
		intake_hold(d->intake, false);
		reload_failed(d, &eb);
		return;
	}
	bool is_removal = r->is_removal;
	swap_in(d, r);
	if (!is_removal)
		intake_hold(d->intake, false);
}

struct doomed { struct daemon *d; struct arena *arena; struct bytes site; };

static bool is_doomed(void *arg, const struct store_event *row)
{
	struct doomed *doomed = arg;
	struct event ev = { 0 };
	struct errbuf eb = { { 0 } };
	arena_reset(doomed->arena);
	if (journal_event(doomed->d->journal, row, doomed->arena, &ev, &eb) != ERR_OK)
		return false;
	struct bytes site = event_account_site(ev.account);
	bool is_sub = site.len > doomed->site.len && bytes_starts(site, doomed->site) && site.ptr[doomed->site.len] == '-';
	if (!bytes_eq(site, doomed->site) && !is_sub)
		return false;
	intake_forget(doomed->d->intake, row->id_hash);
	return true;
}

/* Takes the site's events out of the journal once nothing is in flight. */
static void step_removal(struct daemon *d, struct rebuild *r)
{
	struct errbuf eb = { { 0 } };
	if (!intake_is_settled(d->intake) || !sinks_is_idle(d->sinks))
		return;
	struct doomed doomed = { d, arena_new(16 * 1024), r->site };
	enum err err = store_remove_events(d->config->state_dir, is_doomed, &doomed, &r->removed, &eb);
	arena_free(doomed.arena);
	if (err != ERR_OK) {
		r->done(r->done_arg, err, 0, eb.text);
		intake_hold(d->intake, false);
		rebuild_free(d);
		return;
	}
	r->is_removed = true;
	r->next.engine = engine_new(d->now.rules, d->now.enrich);
}

void step_rebuild(struct daemon *d)
{
	struct rebuild *r = d->rebuild;
	struct errbuf eb = { { 0 } };
	struct engine_stats stats;
	if (r == NULL)
		return;
	if (r->is_removal && !r->is_removed) {
		step_removal(d, r);
		return;
	}
	engine_stats(d->now.engine, &stats);
	struct slice s = { d, r, arena_new(16 * 1024), stats.seq, 0, &eb };
	enum err err = store_read(d->config->state_dir, (struct store_range){ r->seq, SLICE_EVENTS }, slice_event, &s, &eb);
	arena_free(s.arena);
	if (err != ERR_OK)
		reload_failed(d, &eb);
	else if (s.n == 0)
		finish(d, r);
}

void remove_site(void *arg, struct bytes site, api_removed_fn *done, void *done_arg)
{
	struct daemon *d = arg;
	if (d->rebuild != NULL || site.len == 0) {
		done(done_arg, ERR_BUSY, 0, "rules are being reloaded; try again in a moment");
		return;
	}
	struct rebuild *r = rebuild_new(d);
	r->is_removal = true;
	r->site_text = xmalloc(site.len);
	memcpy(r->site_text, site.ptr, site.len);
	r->site = bytes_make(r->site_text, site.len);
	r->done = done;
	r->done_arg = done_arg;
	intake_hold(d->intake, true);
	loop_timer_set(d->timer, 0);
}
