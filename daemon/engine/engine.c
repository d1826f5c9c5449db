/* One event after the other: account, evidence or statement, scores, clusters, decisions.
 * I1: nothing here depends on how events are cut into batches.  I2: what an event touched is forgotten at its end. */
#include "daemon/engine/state/accounts.h"

#include <stdlib.h>

#include "daemon/engine/alerts/alert_ends.h"
#include "daemon/engine/alerts/alerts.h"
#include "daemon/engine/alerts/appeals.h"
#include "daemon/engine/alerts/deadlines.h"
#include "daemon/engine/alerts/decide.h"
#include "daemon/engine/alerts/due.h"
#include "daemon/engine/alerts/merging.h"
#include "daemon/engine/evidence/evidence.h"
#include "daemon/engine/fields/event_condition.h"
#include "daemon/engine/fields/fields.h"
#include "daemon/engine/fields/window_gates.h"
#include "daemon/engine/fields/windows.h"
#include "daemon/engine/pairs/catch_up.h"
#include "daemon/engine/pairs/changes.h"
#include "daemon/engine/pairs/contagion.h"
#include "daemon/engine/pairs/marking.h"
#include "daemon/engine/pairs/memo.h"
#include "daemon/engine/pairs/neighbours.h"
#include "daemon/engine/pairs/observe.h"
#include "daemon/engine/pairs/pairs.h"
#include "daemon/engine/pairs/rescore.h"
#include "daemon/engine/pairs/shadows.h"
#include "daemon/engine/pairs/verdicts.h"
#include "daemon/engine/pairs/waiting.h"
#include "daemon/engine/state/marks.h"
#include "daemon/engine/state/weights.h"
#include "statements.h"
#include "timing.h"

static struct graph *graph_of(const struct scoring *scoring)
{
	struct graph_guard guard = { .strong_level = LEVEL_STRONG, .sure_level = LEVEL_SURE, .support = scoring->cluster_support,
				     .cross = scoring->cluster_cross, .crowd = scoring->cluster_crowd, .max = scoring->cluster_max };
	return graph_new(&guard);
}

struct engine *engine_new(const struct ruleset *rules, const struct enrich *enrich)
{
	struct engine *e = xcalloc(1, sizeof(*e));
	e->rules = rules;
	e->enrich = enrich;
	e->names = strtab_new();
	e->index = index_new();
	e->graph = graph_of(&rules->scoring);
	e->pair_of = u64map_new();
	e->group_names = strtab_new();
	e->alert_of = u64map_new();
	e->alert_ids = u64map_new();
	e->deadlines = heap_new();
	e->merging = merging_new();
	e->verdicts = verdicts_new();
	e->contagion = contagion_new();
	e->marks = marks_new();
	e->waiting = waiting_new();
	e->history = history_new();
	e->said = strtab_new();
	e->rule_sets = strtab_new();
	rule_set_keep(e, &(struct rule_set){ { 0 } }, 0);
	e->weights = weights_new(rules);
	e->memo = memo_new();
	e->reader = xcalloc(1, sizeof(*e->reader));
	e->reader->account = NONE;
	e->gathered = xcalloc(GATHER_EVENTS, sizeof(*e->gathered));
	e->cohorts = xcalloc(TIMINGS_MAX, sizeof(*e->cohorts));
	e->among = xcalloc(rules->n_timings + 1, sizeof(*e->among));
	for (unsigned i = 0; i < rules->n_timings; i++)
		e->among[i] = event_condition_new(rules->timings[i].among);
	e->free_pair = NONE;
	plan_make(&e->plan, rules);
	fields_prepare(e);
	decide_prepare(e);
	e->windows = windows_new(rules);
	e->window_gates = window_gates_new(rules);
	return e;
}

static void free_lists(struct engine *e)
{
	for (size_t i = 0; i < e->accounts.n; i++) {
		free(e->accounts.at[i].pairs);
		free(e->accounts.at[i].groups);
		free(e->accounts.at[i].facts);
		for (int round = 0; round < SUPPORT_ROUNDS; round++)
			free(e->accounts.at[i].near[round].at);
		free(e->accounts.at[i].sessions);
	}
	for (size_t i = 0; i < e->groups.n; i++)
		VEC_FREE(&e->groups.at[i].members), VEC_FREE(&e->groups.at[i].declared);
	for (size_t i = 0; i < e->alerts.n; i++)
		alert_fini(&e->alerts.at[i]);
	VEC_FREE(&e->accounts);
	VEC_FREE(&e->groups);
	VEC_FREE(&e->alerts);
	VEC_FREE(&e->pairs);
	VEC_FREE(&e->touched.pairs);
	VEC_FREE(&e->touched.accounts);
	VEC_FREE(&e->touched.clusters);
	VEC_FREE(&e->touched.alerts);
	VEC_FREE(&e->touched.values);
	VEC_FREE(&e->candidate_list);
}

void engine_try_rules(struct engine *e)
{
	if (e->shadows == NULL)
		e->shadows = shadows_new(e->rules);
}

void engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	free_lists(e);
	strtab_free(e->names);
	index_free(e->index);
	graph_free(e->graph);
	u64map_free(e->pair_of);
	strtab_free(e->group_names);
	u64map_free(e->alert_of);
	u64map_free(e->alert_ids);
	heap_free(e->deadlines);
	merging_free(e->merging);
	verdicts_free(e->verdicts);
	contagion_free(e->contagion);
	marks_free(e->marks);
	waiting_free(e->waiting);
	history_free(e->history);
	strtab_free(e->said);
	strtab_free(e->rule_sets);
	weights_free(e->weights);
	plan_free(&e->plan);
	memo_free(e->memo);
	free(e->gathered);
	free(e->reader);
	free(e->cohorts);
	for (unsigned i = 0; i < e->rules->n_timings; i++)
		event_condition_free(e->among[i]);
	free(e->among);
	free(e->pair_handlers);
	free(e->candidate_stamp);
	free(e->field_handlers);
	free(e->field_room);
	free(e->reach);
	windows_free(e->windows);
	window_gates_free(e->window_gates);
	shadows_free(e->shadows);
	free(e);
}

static bool is_statement(enum event_type type)
{
	return event_is_act(type) || (type >= EVENT_RELATION && type <= EVENT_CONTACT);
}

static void account_meets_event(struct engine *e, uint32_t account, const struct event *ev)
{
	struct account *acc = &e->accounts.at[account];
	if (acc->first_ms == 0) {
		e->n_accounts++;
		acc->first_ms = acc->last_ms = ev->ts_ms;
		weights_set_population(e->weights, e->rules, e->n_accounts);
	}
	acc->first_ms = ev->ts_ms < acc->first_ms ? ev->ts_ms : acc->first_ms;
	if (event_types[ev->type].needs != VOICE_ANALYST) /* who is judged was not seen by that */
		acc->last_ms = ev->ts_ms > acc->last_ms ? ev->ts_ms : acc->last_ms;
	acc->events++;
	acc->failed += ev->is_failed;
	VEC_PUSH(&e->touched.accounts, account);
}

static void apply_evidence(struct engine *e, const struct event *ev, uint32_t account, const struct gathered *g)
{
	bool is_session = observe_event(e, ev, account, g);
	e->candidates += e->candidate_list.n;
	timing_use(e, ev, account, g);
	if (is_session) {
		pairs_add_neighbours(e, account);
		neighbours_add_candidates(e, account);
	}
	size_t n = e->candidate_list.n;
	if (!pairs_rescore(e, account, e->candidate_list.at, n))
		return;
	neighbours_add_candidates(e, account); /* whom its new neighbours know */
	pairs_rescore(e, account, e->candidate_list.at + n, e->candidate_list.n - n);
}

static const char *const cluster_words[] = {
	[GRAPH_FORMED] = "formed", [GRAPH_JOINED] = "joined", [GRAPH_LEFT] = "left", [GRAPH_MERGED] = "merged",
	[GRAPH_DISSOLVED] = "dissolved",
};

static void cluster_changed(void *arg, const struct graph_change *change)
{
	struct engine *e = arg;
	size_t n = e->touched.clusters.n;
	if (n == 0 || e->touched.clusters.at[n - 1] != change->cluster)
		VEC_PUSH(&e->touched.clusters, change->cluster);
	change_of_cluster(e, change);
	if (change->account != GRAPH_NONE)
		merging_account_moved(e, change->account);
	struct effects *out = e->effects;
	if (out == NULL)
		return;
	const char *word = cluster_words[change->type], *what = word;
	if (change->account != GRAPH_NONE)
		what = arena_printf(out->arena, "%s %.*s", word, BYTES_ARG(account_name(e, change->account)));
	else if (change->type == GRAPH_MERGED)
		what = arena_printf(out->arena, "%s c%u", word, change->other + 1);
	out->at = vec_reserve(out->at, &out->cap, out->n + 1, sizeof(*out->at));
	out->at[out->n++] = (struct effect){
		.type = EFFECT_CLUSTER_CHANGED, .seq = e->seq, .ts_ms = e->event->ts_ms, .what = bytes_of(what),
		.cluster = bytes_of(arena_printf(out->arena, "c%u", change->cluster + 1)),
	};
}

static void forget_touches(struct engine *e)
{
	for (size_t i = 0; i < e->touched.pairs.n; i++)
		pair_untouch(e, e->touched.pairs.at[i]);
	e->touched.pairs.n = e->touched.n_own = 0;
	e->touched.accounts.n = 0;
	e->touched.clusters.n = 0;
	e->touched.values.n = 0;
}

/* What the event touched becomes links, clusters and alerts. */
static void settle(struct engine *e)
{
	contagion_settle(e);
	changes_of_links(e);
	graph_settle(e->graph, cluster_changed, e);
	decide(e);
}

static void apply_to_account(struct engine *e, const struct event *ev, const struct gathered *g)
{
	uint32_t account = g->account != NONE ? g->account : account_intern(e, ev->account);
	account_meets_event(e, account, ev);
	if (is_statement(ev->type))
		statement_apply(e, ev, account);
	else if (!ev->is_failed)
		apply_evidence(e, ev, account, g);
	if (ev->type == EVENT_APPEAL)
		appeal_made(e, ev, account);
	e->touched.n_own = e->touched.pairs.n;
	catch_up(e);
	window_gates_observe(e, account);
	settle(e);
	if (ev->type == EVENT_CLOSED)
		alerts_close_with_account(e, account);
}

static void apply_event(struct engine *e, const struct event *ev, const struct gathered *g)
{
	e->seq = ev->seq;
	e->n_events += ev->type != EVENT_TICK;
	steps_fall_due(e, ev->ts_ms > e->now_ms ? ev->ts_ms : e->now_ms);
	if (ev->ts_ms > e->now_ms)
		e->now_ms = ev->ts_ms;
	e->event = ev;
	if (ev->type == EVENT_TICK)
		return;
	if (ev->type == EVENT_MARK) {
		mark_apply(e, ev);
		e->touched.n_own = e->touched.pairs.n;
		settle(e);
	} else {
		apply_to_account(e, ev, g);
	}
	merging_settle(e);
	forget_touches(e);
}

void engine_apply(struct engine *e, const struct event *const *events, size_t n, struct effects *effects)
{
	e->effects = effects;
	for (size_t at = 0; at < n; at += GATHER_EVENTS) {
		size_t count = n - at < GATHER_EVENTS ? n - at : GATHER_EVENTS;
		gather_events(e, events + at, count);
		for (size_t i = 0; i < count; i++)
			apply_event(e, events[at + i], &e->gathered[i]);
	}
	deadlines_tidy(e);
	e->effects = NULL;
	e->event = NULL;
}
