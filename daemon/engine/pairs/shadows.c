/* A set of rules for each rule that is tried, in which it alone is promoted.
 * I1: a weighing reads the live engine through other rules, and changes nothing.
 * I2: both are weighed in one way, for one population and at one moment, so that what differs is the rule. */
#include "shadows.h"

#include <stdlib.h>

#include "daemon/engine/evidence/weigh.h"
#include "daemon/engine/state/weights.h"
#include "rules/heads.h"
#include "rules/shadow.h"

struct shadow {
	struct ruleset *rules;
	struct weights *weights;
	struct plan plan;
	const struct rule_head *head;
	struct shadow_counts counts;
};

struct shadows {
	struct shadow at[SHADOWS_MAX];
	unsigned n;
};

static bool is_tried(const struct ruleset *rules, unsigned i)
{
	const char *form = heads_form(rules, i);
	/* Turns of an experimental timing rule are not taken down. */
	return heads_at(rules, i)->status == RULE_EXPERIMENTAL && strcmp(form, "policy") != 0 && strcmp(form, "timing") != 0;
}

static void add(struct shadows *s, const struct ruleset *rules, const struct rule_head *head)
{
	struct shadow *shadow = &s->at[s->n++];
	shadow->head = head;
	shadow->rules = ruleset_promoted(rules, head->id);
	BUG_ON(shadow->rules == NULL);
	shadow->weights = weights_new(shadow->rules);
	plan_make(&shadow->plan, shadow->rules);
}

struct shadows *shadows_new(const struct ruleset *rules)
{
	struct shadows *s = xcalloc(1, sizeof(*s));
	for (unsigned i = 0; i < heads_count(rules) && s->n < SHADOWS_MAX; i++)
		if (is_tried(rules, i))
			add(s, rules, heads_at(rules, i));
	if (s->n > 0)
		return s;
	free(s);
	return NULL;
}

void shadows_free(struct shadows *s)
{
	for (unsigned i = 0; s != NULL && i < s->n; i++) {
		plan_free(&s->at[i].plan);
		weights_free(s->at[i].weights);
		ruleset_free(s->at[i].rules);
	}
	free(s);
}

static bool says_something(const struct weighing *w, struct bytes rule)
{
	for (unsigned i = 0; i < w->n; i++)
		if (w->items[i].counted_mb != 0 && bytes_eq(evidence_head(&w->items[i])->id, rule))
			return true;
	for (unsigned i = 0; i < w->n_limits; i++)
		if (bytes_eq(evidence_head(&w->limits[i])->id, rule))
			return true;
	return false;
}

static void weigh_one(const struct engine *e, struct shadow *shadow, struct weighing *w, enum band live)
{
	struct engine through = *e; /* I1 */
	if (weights_population(shadow->weights) != weights_population(e->weights)) /* I2 */
		weights_restore_population(shadow->weights, shadow->rules, weights_population(e->weights));
	through.rules = shadow->rules;
	through.weights = shadow->weights;
	through.plan = shadow->plan;
	weigh_fully(&through, w->a, w->b, w);
	enum band band = score_band(e, w->computed);
	shadow->counts.read++;
	shadow->counts.counts += says_something(w, shadow->head->id);
	shadow->counts.raised += band > live;
	shadow->counts.lowered += band < live;
}

void shadows_weigh(const struct engine *e, uint32_t a, uint32_t b)
{
	struct weighing w = { .a = a, .b = b };
	weigh_fully(e, a, b, &w); /* I2 */
	enum band live = score_band(e, w.computed);
	for (unsigned i = 0; i < e->shadows->n; i++)
		weigh_one(e, &e->shadows->at[i], &w, live);
}

bool shadows_counts(const struct engine *e, struct bytes rule, struct shadow_counts *out)
{
	for (unsigned i = 0; e->shadows != NULL && i < e->shadows->n; i++)
		if (bytes_eq(e->shadows->at[i].head->id, rule)) {
			*out = e->shadows->at[i].counts;
			return true;
		}
	return false;
}
