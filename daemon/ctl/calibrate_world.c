#include <stdio.h>
#include <stdlib.h>

#include "calibrate.h"
#include "daemon/main/journal.h"
#include "offline.h"

enum err world_open(struct world *w, const char *asn_kinds, struct errbuf *eb)
{
	struct enrich_setup setup = { .networks_files = w->networks, .n_networks = w->n_networks, .asn_kinds_file = asn_kinds };
	enum err err = labels_read(w->labels_path, &w->labels, eb);
	return err != ERR_OK ? err : enrich_new(&setup, &w->enrich, eb);
}

void world_close(struct world *w)
{
	labels_free(w->labels);
	enrich_free(w->enrich);
	journal_map_free(w->journal);
	w->labels = NULL;
	w->enrich = NULL;
	w->journal = NULL;
}

static enum err check_met(const struct world *w, struct bytes example, struct errbuf *eb)
{
	if (w->n_events == 0)
		return errbuf_set(eb, ERR_INPUT, "%s: no event was accepted", w->events);
	if (w->met.met > 0)
		return ERR_OK;
	return errbuf_set(eb, ERR_INPUT, "%s: none of its %llu accounts has an event in %s; accounts are named as in links.csv (\"%.*s\")",
			  w->labels_path, (unsigned long long)w->met.accounts, w->events, BYTES_ARG(bytes_slice(example, 0, 100)));
}

/* Which accounts of the labels have events, and the other way round; then the look. */
static enum err look_at(struct world *w, struct engine *e, struct world_look look, struct errbuf *eb)
{
	struct arena *a = arena_new(64 * 1024);
	struct engine_stats stats;
	struct bytes *names;
	engine_stats(e, &stats);
	unsigned n = engine_accounts_like(e, BYTES_NONE, (unsigned)stats.accounts, a, &names);
	struct labels_counts before = labels_counts(w->labels);
	for (unsigned i = 0; i < n; i++)
		labels_meet(w->labels, names[i]);
	w->met = labels_counts(w->labels);
	w->met.met -= before.met;
	w->met.unknown -= before.unknown;
	enum err err = w->state_dir != NULL ? ERR_OK : check_met(w, n > 0 ? names[0] : BYTES_NONE, eb);
	arena_free(a);
	if (err == ERR_OK)
		look.fn(look.arg, w, e);
	return err;
}

static enum err replay_journal(struct world *w, struct ctl *ctl, const struct ruleset *rules, struct world_look look, struct errbuf *eb)
{
	struct engine *e = engine_new(rules, w->enrich);
	enum err err = world_feed_journal(w, ctl, e, eb);
	ctl_progress(ctl, "replay", 1, 1, true);
	if (err == ERR_OK)
		err = look_at(w, e, look, eb);
	engine_free(e);
	return err;
}

enum err world_replay(struct world *w, struct ctl *ctl, const struct ruleset *rules, struct world_look look, struct errbuf *eb)
{
	if (w->state_dir != NULL)
		return replay_journal(w, ctl, rules, look, eb);
	struct replay *r = replay_new(&(struct replay_set){ .rules = rules }, 1, w->enrich);
	enum err err = replay_file(r, ctl, w->events, eb);
	replay_flush(r);
	ctl_progress(ctl, "replay", 1, 1, true);
	if (w->n_events == 0)
		offline_print_refused(replay_counts(r, 0)); /* not with each replay */
	w->n_events = replay_counts(r, 0)->accepted;
	if (err == ERR_OK)
		err = look_at(w, replay_engine(r, 0), look, eb);
	replay_free(r);
	return err;
}
