/* Effects without an event.
 * I1: an alert that is told of and unknown to the engine is resolved; one that stands and is not told of is opened.
 * I2: a whole view is made of what differs only: a reload runs this on the loop thread, over every alert that stands.
 * I3: nobody is told the name of an account that was erased. */
#include "alert_changes.h"

#include "daemon/base/map.h"
#include "daemon/base/vec.h"
#include "daemon/model/alert_json.h"
#include "daemon/model/erased.h"
#include "site.h"

#define ALERT_MAX (16 << 20)

struct comparing {
	const struct alerts_told *told;
	const struct engine *now;
	const struct engine *before; /* NULL: views are what the table says, by index of the head */
	const struct alert_view *views;
	struct engine_stats stats;
	struct effects *out;
};

/* was_known: whoever is told of alerts was told of it as one of its own. Of a merged one its lead tells. */
static void add(struct comparing *c, enum effect_type type, const struct alert_view *alert, bool was_known)
{
	bool is_told = was_known || alert->lead.len == 0;
	struct effects *out = c->out;
	out->at = vec_reserve(out->at, &out->cap, out->n + 1, sizeof(*out->at));
	out->at[out->n++] = (struct effect){
		.type = type, .seq = c->stats.seq, .ts_ms = c->stats.now_ms, .audience = is_told ? alert->audience : AUDIENCE_NONE, .alert = *alert,
	};
}

static bool names_erased(const struct comparing *c, const struct alert_group *group)
{
	for (unsigned i = 0; group != NULL && i < group->n_accounts; i++)
		if (c->told->erased != NULL && erased_has(c->told->erased, group->accounts[i]))
			return true;
	return false;
}

/* I3. The others that it is about are still named. */
static void keep_silent(const struct comparing *c, struct alert_view *alert)
{
	struct bytes *kept = ARENA_ARRAY(c->out->arena, struct bytes, alert->n_accounts + 1);
	unsigned n = 0;
	for (unsigned i = 0; i < alert->n_accounts; i++)
		if (c->told->erased == NULL || !erased_has(c->told->erased, alert->accounts[i]))
			kept[n++] = alert->accounts[i];
	if (n == alert->n_accounts && !names_erased(c, alert->group))
		return;
	alert->accounts = kept;
	alert->n_accounts = n;
	alert->group = NULL; /* it names accounts too */
	alert->summary = BYTES_LIT("An account that this alert was about was erased");
	alert->recommendation = BYTES_NONE; /* rules name accounts in it */
}

static void resolve(struct comparing *c, struct alert_view *alert)
{
	if (c->told->gone.len > 0 && site_has_alert(c->told->gone, alert))
		return;
	alert->state = ALERT_RESOLVED;
	alert->resolution = BYTES_LIT("withdrawn");
	alert->reason = bytes_of(c->told->reason);
	alert->updated_ms = c->stats.now_ms;
	alert->updated_seq = c->stats.seq;
	keep_silent(c, alert);
	add(c, EFFECT_ALERT_RESOLVED, alert, alert->lead.len == 0);
}

/* The engine may have resolved it itself, and says why. */
static void told_and_not_standing(struct comparing *c, const struct alert_head *told, size_t at)
{
	struct alert_view alert;
	if (engine_alert(c->now, told->id, c->out->arena, &alert) == ERR_OK) {
		if (alert.updated_seq <= c->told->through_seq)
			add(c, EFFECT_ALERT_RESOLVED, &alert, !told->is_merged);
		return;
	}
	if (c->before == NULL)
		alert = c->views[at];
	else
		BUG_ON(engine_alert(c->before, told->id, c->out->arena, &alert) != ERR_OK);
	resolve(c, &alert);
}

static bool says_the_same(const struct alert_head *a, const struct alert_head *b)
{
	return a->state == b->state && a->score == b->score && a->n_accounts == b->n_accounts &&
	       a->n_alerts == b->n_alerts && a->is_merged == b->is_merged && bytes_eq(a->level, b->level) &&
	       bytes_eq(a->title, b->title);
}

static void standing(struct comparing *c, const struct alert_head *told, const struct alert_head *now)
{
	struct alert_view alert;
	if (now->updated_seq > c->told->through_seq || (told != NULL && says_the_same(told, now)))
		return;
	BUG_ON(engine_alert(c->now, now->id, c->out->arena, &alert) != ERR_OK);
	bool was_known = told != NULL && !told->is_merged, is_new = told == NULL || (told->is_merged && !now->is_merged);
	add(c, is_new ? EFFECT_ALERT_OPENED : EFFECT_ALERT_UPDATED, &alert, was_known);
}

static void compare(struct comparing *c, const struct alert_head *told, size_t n)
{
	struct alert_head *now;
	struct strtab *ids = strtab_new(); /* of what is told: the number is the place in told */
	engine_stats(c->now, &c->stats);
	unsigned n_now = engine_standing_alerts(c->now, c->out->arena, &now);
	bool *stands = arena_zalloc(c->out->arena, n + 1);
	for (size_t i = 0; i < n; i++)
		strtab_intern(ids, told[i].id);
	for (unsigned i = 0; i < n_now; i++) {
		uint32_t at = strtab_find(ids, now[i].id);
		standing(c, at != STRTAB_NONE ? &told[at] : NULL, &now[i]);
		if (at != STRTAB_NONE)
			stands[at] = true;
	}
	for (size_t i = 0; i < n; i++)
		if (!stands[i])
			told_and_not_standing(c, &told[i], i);
	strtab_free(ids);
}

void alerts_since_engine(const struct alerts_told *told, const struct engine *before, const struct engine *now,
			 struct effects *out)
{
	struct comparing c = { .told = told, .now = now, .before = before, .out = out };
	struct alert_head *heads;
	unsigned n = engine_standing_alerts(before, out->arena, &heads);
	compare(&c, heads, n);
}

struct reading {
	struct VEC(struct alert_view) views;
	struct VEC(struct alert_head) heads;
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
	struct alert_head head = { alert.id, alert.title, alert.level, alert.state, alert.score, alert.n_accounts,
				   alert.group != NULL ? alert.group->alerts : 1, alert.lead.len > 0, alert.updated_seq };
	VEC_PUSH(&r->views, alert);
	VEC_PUSH(&r->heads, head);
	return ERR_OK;
}

enum err alerts_since_store(const struct alerts_told *told, const char *dir, const struct engine *now, struct effects *out,
			    struct errbuf *eb)
{
	struct comparing c = { .told = told, .now = now, .out = out };
	struct reading r = { .arena = out->arena, .parser = json_parser_new(ALERT_MAX, EVENT_DEPTH_MAX), .eb = eb };
	enum err err = store_read_alerts(dir, STORE_ALERTS_STANDING, read_alert, &r, eb);
	c.views = r.views.at;
	if (err == ERR_OK)
		compare(&c, r.heads.at, r.heads.n);
	json_parser_free(r.parser);
	VEC_FREE(&r.views);
	VEC_FREE(&r.heads);
	return err;
}
