#include <stdio.h>
#include <stdlib.h>

#include "calibrate.h"

enum err world_open(struct world *w, const char *asn_kinds, struct errbuf *eb)
{
	struct enrich_setup setup = { .networks_files = (const char **)w->networks, .n_networks = w->n_networks, .asn_kinds_file = asn_kinds };
	enum err err = labels_read(w->labels_path, &w->labels, eb);
	return err != ERR_OK ? err : enrich_new(&setup, &w->enrich, eb);
}

void world_close(struct world *w)
{
	labels_free(w->labels);
	enrich_free(w->enrich);
	w->labels = NULL;
	w->enrich = NULL;
}

static void print_refusals(const struct replay_counts *counts)
{
	struct text reasons = { 0 };
	refusals_print(&counts->refused, &reasons);
	fwrite(text_bytes(&reasons).ptr, 1, reasons.len, stderr);
	text_free(&reasons);
}

/* Which accounts of the labels have events, and the other way round. */
static enum err meet_accounts(struct world *w, const struct engine *e, struct errbuf *eb)
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
	enum err err = ERR_OK;
	if (w->met.met == 0)
		err = errbuf_set(eb, ERR_INPUT, "%s: none of its %llu accounts has an event in %s; accounts are named as in links.csv"
				 " (\"%.*s\")", w->labels_path, (unsigned long long)w->met.accounts, w->events,
				 BYTES_ARG(bytes_slice(n > 0 ? names[0] : BYTES_NONE, 0, 100)));
	arena_free(a);
	return err;
}

enum err world_replay(struct world *w, struct ctl *ctl, const struct ruleset *rules, struct world_look look, struct errbuf *eb)
{
	struct replay *r = replay_new(rules, w->enrich, NULL, NULL);
	bool is_first = w->n_events == 0;
	enum err err = replay_file(r, ctl, w->events, eb);
	replay_flush(r);
	ctl_progress(ctl, "replay", 1, 1, true);
	w->n_events = replay_counts(r)->accepted;
	w->n_refused = replay_counts(r)->refused.n;
	if (is_first)
		print_refusals(replay_counts(r));
	if (err == ERR_OK && w->n_events == 0)
		err = errbuf_set(eb, ERR_INPUT, "%s: no event was accepted", w->events);
	if (err == ERR_OK)
		err = meet_accounts(w, replay_engine(r), eb);
	if (err == ERR_OK)
		look.fn(look.arg, w, replay_engine(r));
	replay_free(r);
	return err;
}
