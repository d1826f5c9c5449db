/* Hit counts by rule.
 * I1: a rule that counts several times in one link is one hit. */
#include "hits.h"

#include <stdlib.h>

#include "rules/heads.h"

struct counting {
	const struct engine *e;
	const struct ruleset *rules;
	struct arena *arena;
	struct rule_hits *hits;
	int min_score;
	struct ctl *ctl;
	uint64_t n, of; /* links read, and that will be */
};

static bool is_repeated(const struct why_view *why, unsigned i)
{
	for (unsigned k = 0; k < i; k++)
		if (why->items[k].counted_mb != 0 && bytes_eq(why->items[k].rule, why->items[i].rule))
			return true;
	return false;
}

/* Would the link fall out of the list without any of the rule's items? One by one: what they hold only together is not
 * seen. */
static bool is_needed(const struct why_view *why, struct bytes rule, int shown)
{
	for (unsigned i = 0; i < why->n_items; i++)
		if (bytes_eq(why->items[i].rule, rule) && why->items[i].without_score < shown)
			return true;
	return false;
}

static void count_link(void *arg, const struct link_view *link)
{
	struct counting *c = arg;
	struct why_view why;
	ctl_progress(c->ctl, "comparing", ++c->n, c->of, false);
	int shown = c->min_score >= 0 ? c->min_score : c->rules->scoring.score_bands[0];
	bool is_shown = c->min_score >= 0 || link->band > BAND_NONE;
	if (!is_shown || link->state == LINK_CLEARED || engine_why(c->e, link->a, link->b, c->arena, &why) != ERR_OK)
		return;
	for (unsigned i = 0; i < why.n_items; i++) {
		int rule = heads_find(c->rules, why.items[i].rule);
		if (rule < 0 || why.items[i].counted_mb == 0 || is_repeated(&why, i))
			continue;
		c->hits[rule].links++;
		c->hits[rule].needed += is_needed(&why, why.items[i].rule, shown);
	}
	arena_reset(c->arena);
}

static void count_alerts(struct counting *c)
{
	struct alert_query query = { .state = -1, .max = UINT32_MAX };
	struct alert_view *alerts;
	unsigned n;
	if (engine_alerts(c->e, &query, c->arena, &alerts, &n) != ERR_OK)
		return;
	for (unsigned i = 0; i < n; i++) {
		int rule = heads_find(c->rules, alerts[i].rule);
		if (rule >= 0)
			c->hits[rule].alerts++;
	}
}

static void count_one(void *arg, const struct link_view *link)
{
	struct counting *c = arg;
	(void)link;
	c->of++;
}

struct rule_hits *hits_of(struct ctl *ctl, const struct engine *e, const struct ruleset *rules, int min_score)
{
	struct counting c = { e, rules, arena_new(64 * 1024), xcalloc(heads_count(rules) + 1, sizeof(struct rule_hits)), min_score, ctl, 0, 0 };
	engine_each_link(e, min_score < 0 ? 1 : min_score, count_one, &c);
	engine_each_link(e, min_score < 0 ? 1 : min_score, count_link, &c);
	ctl_progress(ctl, "comparing", 1, 1, true);
	count_alerts(&c);
	arena_free(c.arena);
	return c.hits;
}

static int32_t counted_by(const struct why_view *why, struct bytes rule)
{
	int32_t mb = 0;
	for (unsigned i = 0; i < why->n_items; i++)
		mb += bytes_eq(why->items[i].rule, rule) ? why->items[i].counted_mb : 0;
	return mb;
}

struct bytes hits_mover(const struct engine *const sides[2], struct bytes a, struct bytes b, int32_t *moved_mb)
{
	struct arena *arena = arena_new(64 * 1024);
	struct why_view why[2] = { { .n_items = 0 }, { .n_items = 0 } };
	struct bytes mover = BYTES_NONE;
	*moved_mb = 0;
	for (unsigned side = 0; side < 2; side++)
		if (engine_why(sides[side], a, b, arena, &why[side]) != ERR_OK)
			why[side].n_items = 0;
	for (unsigned side = 0; side < 2; side++) {
		for (unsigned i = 0; i < why[side].n_items; i++) {
			struct bytes rule = why[side].items[i].rule;
			int32_t mb = counted_by(&why[1], rule) - counted_by(&why[0], rule);
			if (abs(mb) <= abs(*moved_mb))
				continue;
			*moved_mb = mb;
			mover = rule;
		}
	}
	arena_free(arena);
	return mover;
}
