/* Expected coincidences, from the values that an engine holds after a replay. */
#include "coincidence.h"

#include "daemon/engine/lone.h"

void coincidence_add(struct coincidence_sums *sums, unsigned holders, bool is_linking)
{
	uint64_t ordered = holders > 1 ? (uint64_t)holders * (holders - 1) : 0;
	sums->values += holders > 1;
	sums->ordered += ordered;
	sums->linking += is_linking ? ordered : 0;
}

double coincidence_expected(struct people_counts people, uint64_t ordered)
{
	if (people.persons < 2)
		return 0;
	return (double)people.pairs * (double)ordered / (double)people.persons / (double)(people.persons - 1);
}

struct gathering {
	const struct people *people;
	const struct ruleset *rules;
	struct lone *lone; /* NULL: only what is shared is asked */
	unsigned signal;
	struct coincidence_sums sums;
};

static bool links_alone(const struct gathering *g, const struct value_holders_view *value)
{
	struct lone_link link;
	return g->lone != NULL && lone_link(g->lone, g->signal, value->holders, value->network, &link) &&
	       link.score >= g->rules->scoring.score_bands[0];
}

static void gather_value(void *arg, const struct value_holders_view *value)
{
	struct gathering *g = arg;
	coincidence_add(&g->sums, people_holding(g->people, value), links_alone(g, value));
}

void coincidence_of(const struct engine *e, const struct people *people, const struct ruleset *rules, unsigned signal,
		    struct coincidence *out)
{
	const struct signal_rule *rule = &rules->signals[signal];
	struct engine_stats stats;
	engine_stats(e, &stats);
	struct people_counts counts = people_counts(people, stats.accounts);
	struct gathering g = { people, rules, lone_new(rules, stats.accounts), signal, { 0 } };
	engine_each_shared(e, rule->kind, gather_value, &g);
	lone_free(g.lone);
	double share = 1;
	if (rule->requires >= 0 && counts.pairs > 0) {
		struct gathering required = { people, rules, NULL, 0, { 0 } };
		engine_each_shared(e, rule->requires, gather_value, &required);
		share = coincidence_expected(counts, required.sums.ordered) / (double)counts.pairs;
		share = share < 1 ? share : 1;
	}
	*out = (struct coincidence){ g.sums.values, coincidence_expected(counts, g.sums.ordered) * share,
				     coincidence_expected(counts, g.sums.linking) * share };
}
