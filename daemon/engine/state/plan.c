/* What the engine works out once from the rules. */
#include "plan.h"

#include <stdlib.h>

#include "foresee.h"
#include "rules/heads.h"

/* Where the kind is no evidence, and where it is let again. */
static void plan_networks(struct kind_plan *kind, const struct signal_rule *signal)
{
	uint32_t ignored = 0;
	for (unsigned i = 0; i < NET_KINDS; i++)
		ignored |= signal->network_mb[i] == NETWORK_IGNORE && signal->requires < 0 ? 1u << i : 0;
	kind->is_ignored_on = kind->family < 0 ? ignored : kind->is_ignored_on & ignored;
	kind->family = kind->family < 0 ? signal->family : kind->family;
	kind->recycled_nets |= signal->recycled_nets;
	if (signal->recycled_nets != 0)
		kind->recycled_gap_ms = signal->recycled_gap_ms;
}

/* An experimental one has its place and brings no two accounts together. */
static void plan_signal(struct plan *plan, const struct ruleset *rules, unsigned number)
{
	const struct signal_rule *signal = &rules->signals[number];
	struct kind_plan *kind = &plan->kinds[signal->kind];
	if (kind->signal < 0)
		kind->signal = (int)number;
	if (signal->head.status != RULE_STABLE)
		return;
	if (signal->requires >= 0)
		plan->kinds[signal->requires].meets = true;
	else if (!signal->supports_only)
		kind->meets = true;
	plan_networks(kind, signal);
}

static int32_t most_compared(const struct ruleset *rules)
{
	int32_t sum_mb = 0;
	for (unsigned i = 0; i < rules->n_compares; i++) {
		const struct compare_rule *rule = &rules->compares[i];
		if (rule->head.status != RULE_STABLE)
			continue;
		int32_t most = rule->equal_mb > rule->overlap_mb ? rule->equal_mb : rule->overlap_mb;
		most = rule->differ_mb > most ? rule->differ_mb : most;
		sum_mb += most > 0 ? most : 0;
	}
	return sum_mb;
}

static int compare_heads(const void *x, const void *y)
{
	const struct rule_head *const *a = x, *const *b = y;
	return bytes_cmp((*a)->id, (*b)->id);
}

static void plan_places(struct plan *plan, const struct ruleset *rules)
{
	unsigned n = heads_count(rules);
	for (unsigned i = 0; i < n; i++)
		plan->rule_at[i] = heads_at(rules, i);
	qsort(plan->rule_at, n, sizeof(*plan->rule_at), compare_heads);
	for (unsigned place = 0; place < n; place++)
		plan->rules[heads_find(rules, plan->rule_at[place]->id)].place = (uint16_t)place;
}

/* As heads_at counts. */
static void plan_families(struct plan *plan, const struct ruleset *rules)
{
	plan->first_compare = rules->n_signals;
	plan->first_limit = plan->first_compare + rules->n_compares;
	plan->first_timing = plan->first_limit + rules->n_limits;
	plan->first_interaction = plan->first_timing + rules->n_timings;
	for (unsigned i = 0; i < rules->n_signals; i++)
		plan->rules[i].family = (int8_t)rules->signals[i].family;
	for (unsigned i = 0; i < rules->n_compares; i++)
		plan->rules[plan->first_compare + i].family = (int8_t)rules->compares[i].family;
	for (unsigned i = 0; i < rules->n_limits; i++)
		plan->rules[plan->first_limit + i].family = (int8_t)rules->limits[i].family;
	for (unsigned i = 0; i < rules->n_timings; i++)
		plan->rules[plan->first_timing + i].family = (int8_t)rules->timings[i].family;
	for (unsigned i = 0; i < rules->n_interactions; i++)
		plan->rules[plan->first_interaction + i].family = (int8_t)rules->interactions[i].family;
}

void plan_free(struct plan *plan)
{
	foresight_free(plan->foresight);
}

void plan_make(struct plan *plan, const struct ruleset *rules)
{
	uint8_t slots = 0;
	*plan = (struct plan){ .port_block_kind = -1, .session_kind = -1, .limits = rules->limits };
	for (unsigned i = 0; i < KINDS_MAX; i++)
		plan->kinds[i].signal = plan->kinds[i].family = -1;
	for (unsigned i = 0; i < rules->kinds.n; i++) {
		const struct kind *kind = &rules->kinds.rows[i];
		plan->kinds[i].is_observed = (kind->is_indexed && kind->hub_cap > 0) || kind->is_counted;
		plan->kinds[i].is_counted = kind->is_counted;
		plan->kinds[i].is_fact = kind->is_fact;
		plan->kinds[i].is_set = kind->is_set;
		if (kind->is_port_block && kind->is_indexed && plan->port_block_kind < 0)
			plan->port_block_kind = (int)i;
		if (kind->is_network && !kind->is_port_block && plan->session_kind < 0)
			plan->session_kind = (int)i;
	}
	for (unsigned i = 0; i < rules->n_signals; i++)
		plan_signal(plan, rules, i);
	for (unsigned i = 0; i < rules->kinds.n; i++)
		if (rules->coverage_kinds[i >> 6] >> (i & 63) & 1)
			plan->kinds[i].coverage = ++slots;
	BUG_ON(slots > COVERAGE_SLOTS); /* the loader counted them */
	for (unsigned i = 0; i < rules->kinds.n; i++)
		if (plan->kinds[i].family >= 0)
			kind_set_add(&plan->family_kinds[plan->kinds[i].family], i);
	plan->most_compared_mb = most_compared(rules);
	plan->foresight = foresight_new(plan, rules);
	plan_places(plan, rules);
	plan_families(plan, rules);
}
