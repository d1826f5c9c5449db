/* What the engine works out once from the rules. */
#include "plan.h"

static void plan_signal(struct plan *plan, const struct ruleset *rules, unsigned number, uint8_t *slots)
{
	const struct signal_rule *signal = &rules->signals[number];
	struct kind_plan *kind = &plan->kinds[signal->kind];
	if (kind->signal < 0)
		kind->signal = (int)number;
	if (signal->requires >= 0)
		plan->kinds[signal->requires].meets = true;
	else if (!signal->supports_only)
		kind->meets = true;
	if (signal->coverage_mb != 0 && kind->coverage == 0 && *slots < COVERAGE_SLOTS)
		kind->coverage = ++*slots;
}

static int32_t most_compared(const struct ruleset *rules)
{
	int32_t sum_mb = 0;
	for (unsigned i = 0; i < rules->n_compares; i++) {
		const struct compare_rule *rule = &rules->compares[i];
		int32_t most = rule->equal_mb > rule->overlap_mb ? rule->equal_mb : rule->overlap_mb;
		most = rule->differ_mb > most ? rule->differ_mb : most;
		sum_mb += most > 0 ? most : 0;
	}
	return sum_mb;
}

void plan_make(struct plan *plan, const struct ruleset *rules)
{
	uint8_t slots = 0;
	*plan = (struct plan){ .port_block_kind = -1, .session_kind = -1, .limits = rules->limits };
	for (unsigned i = 0; i < KINDS_MAX; i++)
		plan->kinds[i].signal = -1;
	for (unsigned i = 0; i < rules->kinds.n; i++) {
		const struct kind *kind = &rules->kinds.rows[i];
		plan->kinds[i].is_observed = kind->is_indexed && kind->hub_cap > 0;
		plan->kinds[i].is_fact = kind->is_fact;
		plan->kinds[i].is_set = kind->is_set;
		if (kind->is_port_block && kind->is_indexed && plan->port_block_kind < 0)
			plan->port_block_kind = (int)i;
		if (kind->is_network && !kind->is_port_block && plan->session_kind < 0)
			plan->session_kind = (int)i;
	}
	for (unsigned i = 0; i < rules->n_signals; i++)
		plan_signal(plan, rules, i, &slots);
	plan->most_compared_mb = most_compared(rules);
}
