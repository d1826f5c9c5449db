/* Which events enter which windows. */
#include "window_gates.h"

#include <stdlib.h>

#include "daemon/engine/pairs/pairs.h"
#include "daemon/model/settle.h"
#include "event_condition.h"
#include "fields.h"
#include "windows.h"

struct window_gates {
	const struct ruleset *rules;
	uint32_t *types; /* of each window: bit per event type that may enter */
	uint32_t any_type;
	struct event_condition **where; /* of each window */
	struct kind_set *needs; /* of each window: kinds without a value of which no event enters */
};

/* What is asked of the event's value of a kind that it does not have is missing. */
static struct range range_without_kind(const void *kind, int field)
{
	bool is_of_event = field_is_call(field) && call_rows[field_call(field)].scopes == SCOPE_EVENT;
	return is_of_event && field_argument(field) == *(const unsigned *)kind ? range_missing() : range_open();
}

static struct kind_set needs_of(const struct ruleset *rules, const struct expr *where)
{
	struct kind_set needs = { { 0 } };
	for (unsigned kind = 0; kind < rules->kinds.n; kind++) {
		enum tri truth;
		if (expr_settles(where, range_without_kind, &kind, &truth) && truth != YES)
			kind_set_add(&needs, kind);
	}
	return needs;
}

static struct kind_set kinds_of(const struct event *ev)
{
	struct kind_set kinds = { { 0 } };
	for (unsigned i = 0; i < ev->n_attrs; i++)
		kind_set_add(&kinds, ev->attrs[i].kind);
	return kinds;
}

struct window_gates *window_gates_new(const struct ruleset *rules)
{
	struct window_gates *g = xcalloc(1, sizeof(*g));
	g->rules = rules;
	g->types = xcalloc(rules->n_windows + 1, sizeof(*g->types));
	g->where = xcalloc(rules->n_windows + 1, sizeof(*g->where));
	g->needs = xcalloc(rules->n_windows + 1, sizeof(*g->needs));
	for (unsigned i = 0; i < rules->n_windows; i++) {
		g->where[i] = event_condition_new(rules->windows[i].where);
		g->needs[i] = needs_of(rules, rules->windows[i].where);
		g->types[i] = field_event_types(rules->windows[i].where);
		g->any_type |= g->types[i];
	}
	return g;
}

void window_gates_free(struct window_gates *g)
{
	if (g == NULL)
		return;
	free(g->types);
	free(g->needs);
	for (unsigned i = 0; i < g->rules->n_windows; i++)
		event_condition_free(g->where[i]);
	free(g->where);
	free(g);
}

/* What of the event the window keeps; false: it has no such value. */
static bool value_of(const struct window_rule *rule, const struct field_subject *subject, int64_t *value)
{
	struct value found;
	*value = 1;
	if (rule->field < 0)
		return true;
	field_answer((void *)subject, rule->field, &found);
	if (found.type == VALUE_MISSING)
		return false;
	*value = found.type == VALUE_TEXT ? (int64_t)bytes_hash(found.text, 0) : found.num;
	if (window_is_of_time(rule->take))
		*value = found.num < rule->bound_milli;
	return true;
}

static void touch_links(struct engine *e, uint32_t account)
{
	for (uint32_t i = 0; i < e->accounts.at[account].n_pairs; i++) {
		struct pair *pair = &e->pairs.at[e->accounts.at[account].pairs[i]];
		if (pair->score >= e->rules->scoring.score_bands[0] || pair->flags & PAIR_ALERTED)
			pair_touch(e, pair);
	}
}

void window_gates_observe(struct engine *e, uint32_t account)
{
	const struct window_gates *g = e->window_gates;
	const struct field_subject subject = { e, account, NONE, NONE, NULL };
	uint32_t type = 1u << e->event->type;
	unsigned scopes = 0;
	if (!(g->any_type & type))
		return;
	const struct kind_set kinds = kinds_of(e->event);
	for (unsigned i = 0; i < g->rules->n_windows; i++) {
		const struct window_rule *rule = &g->rules->windows[i];
		int64_t value;
		if (!(g->types[i] & type) || !kind_set_holds(&kinds, &g->needs[i]) || !event_condition_holds(g->where[i], &subject) ||
		    !value_of(rule, &subject, &value))
			continue;
		windows_enter(e, account, i, value);
		e->accounts.at[account].has_windows = true;
		scopes |= rule->scope;
	}
	if (scopes & POLICY_LINK)
		touch_links(e, account);
	uint32_t cluster = graph_cluster_of(e->graph, account);
	if (scopes & POLICY_CLUSTER && cluster != GRAPH_NONE)
		VEC_PUSH(&e->touched.clusters, cluster);
}
