/* Effects without an event.
 * I1: an alert that is told of and unknown to the engine is resolved; one that stands and is not told of is opened. */
#include "alert_changes.h"

#include <stdlib.h>

#include "daemon/base/map.h"
#include "daemon/model/alert_json.h"

#define ALERT_MAX (16 << 20)

static const enum alert_state standing_states[] = { ALERT_OPEN, ALERT_ACKNOWLEDGED };

static unsigned each_state(const struct engine *e, enum alert_state state, struct arena *a, struct alert_view **out)
{
	struct alert_query all = { .state = (int)state, .max = UINT32_MAX };
	unsigned n;
	BUG_ON(engine_alerts(e, &all, a, out, &n) != ERR_OK); /* only `after` can be unknown */
	return n;
}

void alerts_told_by_engine(struct alerts_told *told, const struct engine *e, struct arena *a)
{
	for (size_t s = 0; s < ARRAY_LEN(standing_states); s++) {
		struct alert_view *views;
		unsigned n = each_state(e, standing_states[s], a, &views);
		for (unsigned i = 0; i < n; i++)
			VEC_PUSH(&told->standing, views[i]);
	}
}

struct reading {
	struct alerts_told *told;
	struct arena *arena;
	struct json_parser *parser;
	struct errbuf *eb;
};

static enum err read_alert(void *arg, const struct store_alert *row)
{
	struct reading *r = arg;
	struct alert_view alert;
	struct json_doc doc;
	if (json_parse(r->parser, row->json, &doc, NULL) != ERR_OK || alert_from_json(&doc, r->arena, &alert) != ERR_OK)
		return errbuf_set(r->eb, ERR_CORRUPT, "alert %.*s in the table of alerts cannot be read; restore a backup",
				  BYTES_ARG(row->id));
	alert.audience = row->audience;
	VEC_PUSH(&r->told->standing, alert);
	return ERR_OK;
}

enum err alerts_told_by_store(struct alerts_told *told, const char *dir, struct arena *a, struct errbuf *eb)
{
	struct reading r = { told, a, json_parser_new(ALERT_MAX, EVENT_DEPTH_MAX), eb };
	enum err err = store_read_alerts(dir, STORE_ALERTS_STANDING, read_alert, &r, eb);
	json_parser_free(r.parser);
	return err;
}

struct comparing {
	const struct alerts_told *told;
	const struct engine *now;
	struct engine_stats stats;
	struct effects *out;
};

static void add(struct comparing *c, enum effect_type type, const struct alert_view *alert)
{
	struct effects *out = c->out;
	out->at = vec_reserve(out->at, &out->cap, out->n + 1, sizeof(*out->at));
	out->at[out->n++] = (struct effect){
		.type = type, .seq = c->stats.seq, .ts_ms = c->stats.now_ms, .audience = alert->audience, .alert = *alert,
	};
}

static void resolve(struct comparing *c, const struct alert_view *told)
{
	struct alert_view alert = *told;
	alert.state = ALERT_RESOLVED;
	alert.resolution = BYTES_LIT("withdrawn");
	alert.reason = bytes_of(c->told->reason);
	alert.updated_ms = c->stats.now_ms;
	alert.updated_seq = c->stats.seq;
	add(c, EFFECT_ALERT_RESOLVED, &alert);
}

static bool says_the_same(const struct alert_view *a, const struct alert_view *b)
{
	return a->state == b->state && a->score == b->score && a->n_accounts == b->n_accounts && bytes_eq(a->level, b->level) &&
	       bytes_eq(a->title, b->title);
}

static void compare_told(struct comparing *c, const struct alert_view *told)
{
	struct alert_view alert;
	if (engine_alert(c->now, told->id, c->out->arena, &alert) != ERR_OK)
		resolve(c, told);
	else if (alert.updated_seq <= c->told->through_seq && !says_the_same(told, &alert))
		add(c, alert.state == ALERT_RESOLVED ? EFFECT_ALERT_RESOLVED : EFFECT_ALERT_UPDATED, &alert);
}

void alerts_compare(const struct alerts_told *told, const struct engine *now, struct effects *out)
{
	struct comparing c = { .told = told, .now = now, .out = out };
	struct strtab *ids = strtab_new();
	engine_stats(now, &c.stats);
	for (size_t i = 0; i < told->standing.n; i++) {
		strtab_intern(ids, told->standing.at[i].id);
		compare_told(&c, &told->standing.at[i]);
	}
	for (size_t s = 0; s < ARRAY_LEN(standing_states); s++) {
		struct alert_view *views;
		unsigned n = each_state(now, standing_states[s], out->arena, &views);
		for (unsigned i = 0; i < n; i++)
			if (views[i].updated_seq <= told->through_seq && strtab_find(ids, views[i].id) == STRTAB_NONE)
				add(&c, EFFECT_ALERT_OPENED, &views[i]);
	}
	strtab_free(ids);
}
