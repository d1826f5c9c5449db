/* A running daemon's journal as a world: its events, and for labels what people judged about two accounts.
 * I1: the handle only reads; a daemon may run on the folder.
 * I2: verdicts are labels and no events here: what they do to a pair must not be what the fit sees of it. */
#include <stdlib.h>

#include "calibrate.h"
#include "daemon/base/map.h"
#include "daemon/base/vec.h"
#include "daemon/main/journal.h"
#include "daemon/model/alert_json.h"

#define BATCH_EVENTS 64

/* The two accounts of each alert about a link, by the alert's id. */
struct alert_pair { struct bytes a, b; }; /* the arena's */
struct alert_pairs {
	struct strtab *ids;
	struct VEC(struct alert_pair) pairs; /* in the order of ids */
	struct arena *arena;
	struct json_parser *parser;
};

struct journal_reading {
	struct world *world;
	struct alert_pairs alerts;
	struct ctl *ctl;
	struct engine *engine;
	struct arena *arena;
	const struct event *batch[BATCH_EVENTS];
	size_t n;
	struct errbuf *eb;
};

static enum err take_alert(void *arg, const struct store_alert *row)
{
	struct alert_pairs *alerts = arg;
	struct json_doc doc;
	struct alert_view alert;
	if (json_parse(alerts->parser, row->json, &doc, NULL) != ERR_OK || alert_from_json(&doc, alerts->arena, &alert) != ERR_OK)
		return ERR_OK; /* of another version: verdicts on it say less than they might */
	if (!bytes_is(alert.subject_kind, "link") || alert.n_accounts != 2)
		return ERR_OK;
	if (strtab_intern(alerts->ids, row->id) == alerts->pairs.n)
		VEC_PUSH(&alerts->pairs, ((struct alert_pair){ alert.accounts[0], alert.accounts[1] }));
	return ERR_OK;
}

static void take_verdict(struct journal_reading *r, const struct event *ev)
{
	bool is_same = bytes_is(ev->value, "confirmed");
	uint32_t alert = ev->alert.len > 0 ? strtab_find(r->alerts.ids, ev->alert) : STRTAB_NONE;
	if (ev->with.len > 0)
		labels_judge_pair(r->world->labels, ev->account, ev->with, is_same);
	else if (alert != STRTAB_NONE)
		labels_judge_pair(r->world->labels, r->alerts.pairs.at[alert].a, r->alerts.pairs.at[alert].b, is_same);
}

static enum err read_verdict(void *arg, const struct store_event *row)
{
	struct journal_reading *r = arg;
	struct event ev = { 0 };
	arena_reset(r->arena);
	enum err err = journal_event(r->world->journal, row, r->arena, &ev, r->eb);
	if (err == ERR_OK && ev.type == EVENT_VERDICT)
		take_verdict(r, &ev);
	return err;
}

static enum err read_labels(struct world *w, struct errbuf *eb)
{
	struct journal_reading r = { .world = w, .arena = arena_new(64 * 1024), .eb = eb };
	r.alerts = (struct alert_pairs){ .ids = strtab_new(), .arena = arena_new(64 * 1024), .parser = json_parser_new(1024 * 1024, 16) };
	enum err err = store_read_alerts(w->state_dir, STORE_ALERTS_ALL, take_alert, &r.alerts, eb);
	if (err == ERR_OK)
		err = store_read(w->state_dir, (struct store_range){ 0, 0 }, read_verdict, &r, eb);
	if (err == ERR_OK && labels_counts(w->labels).pairs == 0)
		err = errbuf_set(eb, ERR_INPUT, "%s: no verdict about two accounts is in the journal; `assocctl verdict` states them", w->state_dir);
	strtab_free(r.alerts.ids);
	VEC_FREE(&r.alerts.pairs);
	arena_free(r.alerts.arena);
	json_parser_free(r.alerts.parser);
	arena_free(r.arena);
	return err;
}

enum err world_open_journal(struct world *w, const struct kinds *kinds, struct errbuf *eb)
{
	w->labels = labels_new();
	enum err err = journal_map_new(w->state_dir, kinds, &w->journal, eb);
	return err == ERR_OK ? read_labels(w, eb) : err;
}

static void apply_batch(struct journal_reading *r)
{
	engine_apply(r->engine, r->batch, r->n, NULL);
	r->world->n_events += r->n;
	r->n = 0;
	arena_reset(r->arena);
	ctl_progress(r->ctl, "events replayed", r->world->n_events, 0, false);
}

static enum err read_event(void *arg, const struct store_event *row)
{
	struct journal_reading *r = arg;
	struct event *ev = ARENA_NEW(r->arena, struct event);
	enum err err = journal_event(r->world->journal, row, r->arena, ev, r->eb);
	if (err != ERR_OK || ev->type == EVENT_VERDICT)
		return err; /* I2 */
	r->batch[r->n++] = ev;
	if (r->n == BATCH_EVENTS)
		apply_batch(r);
	return ERR_OK;
}

enum err world_feed_journal(struct world *w, struct ctl *ctl, struct engine *e, struct errbuf *eb)
{
	struct journal_reading r = { .world = w, .ctl = ctl, .engine = e, .arena = arena_new(256 * 1024), .eb = eb };
	w->n_events = 0;
	enum err err = store_read(w->state_dir, (struct store_range){ 0, 0 }, read_event, &r, eb);
	apply_batch(&r);
	arena_free(r.arena);
	return err;
}
