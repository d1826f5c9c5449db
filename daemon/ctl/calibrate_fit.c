/* The two fits of a table and its check, each over replays of its own: candidates and counts are then those that the bits
 * of the moment lead to, and one world is in memory at a time.
 * I1: bits are set as they are written, in hundredths, so that a table judges the same before and after it was a file. */
#include <math.h>
#include <stdlib.h>

#include "calibrate.h"

#define NO_NEIGHBOURS_MB (-4000) /* bias of the first replay: no pair is anybody's neighbour yet */
#define BIAS_BOUND 30.0
#define STEPS_MAX 100

struct collector {
	struct world *world;
	struct patterns *patterns;
	bool is_support;
};

static void take_pair(void *arg, const struct pair_tokens *pair)
{
	struct collector *c = arg;
	enum label label = labels_of(c->world->labels, pair->a, pair->b);
	struct pattern own = { pair->first, pair->n_first, 0 };
	struct pattern support = { pair->support, pair->n_support, pair->first_mb };
	c->world->n_left_out += label == LABEL_LEFT_OUT;
	c->world->n_unlabelled += label == LABEL_NONE;
	if (label != LABEL_SAME && label != LABEL_DIFFERENT)
		return;
	c->world->pairs.pairs++;
	c->world->pairs.positives += label == LABEL_SAME;
	patterns_add(c->patterns, c->is_support ? &support : &own, label == LABEL_SAME);
}

static void collect(void *arg, struct world *w, struct engine *e)
{
	struct collector *c = arg;
	c->world = w;
	w->pairs = (struct pattern_totals){ 0 };
	w->n_left_out = w->n_unlabelled = 0;
	if (c->is_support)
		engine_rescore_all(e);
	engine_each_tokens(e, take_pair, c);
}

static enum err collect_all(struct calibration *c, struct collector *collector, struct errbuf *eb)
{
	enum err err = ERR_OK;
	for (unsigned i = 0; i < c->n_worlds && err == ERR_OK; i++)
		err = world_replay(&c->worlds[i], c->ctl, c->rules, (struct world_look){ collect, collector }, eb);
	return err;
}

static struct logistic_bound *bounds_of(const struct ruleset *rules)
{
	struct logistic_bound *bounds = xcalloc(rules->table.n + 1, sizeof(*bounds));
	for (uint32_t t = 0; t < rules->table.n; t++) {
		const struct rule_head *head;
		double most = ruleset_token_set(rules, t, &head)->max_mb / 1000.0;
		bounds[t] = (struct logistic_bound){ -most, most };
	}
	return bounds;
}

/* I1 */
static int32_t hundredths_mb(double bits)
{
	return (int32_t)lround(bits * 100) * 10;
}

static enum err fit_pass(struct calibration *c, struct patterns *patterns, uint32_t from, uint32_t to, struct errbuf *eb)
{
	struct token_table *table = &c->rules->table;
	struct logistic_bound *bounds = bounds_of(c->rules);
	double *weights = xcalloc(table->n + 1, sizeof(*weights));
	struct logistic_problem problem = { .n_tokens = table->n, .bounds = bounds, .bias_bound = BIAS_BOUND, .l2 = c->l2, .steps = STEPS_MAX };
	struct logistic_result result;
	problem.rows = patterns_rows(patterns, &problem.n_rows);
	enum err err = logistic_fit(&problem, weights, &result, eb);
	if (err == ERR_OK && !result.has_settled)
		err = errbuf_set(eb, ERR_LIMIT, "the fit did not settle in %d steps; a larger --l2 helps", STEPS_MAX);
	for (uint32_t t = from; t < to && err == ERR_OK; t++)
		table->bits[t] = hundredths_mb(weights[t]);
	if (err == ERR_OK && from == 0)
		table->bias_mb = hundredths_mb(result.bias);
	else if (err == ERR_OK)
		table->support_bias_mb = hundredths_mb(result.bias);
	patterns_count(patterns, c->counts, table->n);
	free(weights);
	free(bounds);
	return err;
}

static enum err run_pass(struct calibration *c, bool is_support, struct errbuf *eb)
{
	const struct token_table *table = &c->rules->table;
	struct collector collector = { .patterns = patterns_new(), .is_support = is_support };
	enum err err = collect_all(c, &collector, eb);
	if (err == ERR_OK)
		err = fit_pass(c, collector.patterns, is_support ? table->n_first : 0, is_support ? table->n : table->n_first, eb);
	patterns_free(collector.patterns);
	return err;
}

enum err calibration_fit(struct calibration *c, struct errbuf *eb)
{
	int32_t floor_mb = c->rules->scoring.floor_mb;
	c->counts = xcalloc(c->rules->table.n + 1, sizeof(*c->counts));
	ruleset_begin_fit(c->rules);
	c->rules->table.bias_mb = NO_NEIGHBOURS_MB;
	enum err err = run_pass(c, false, eb);
	if (err == ERR_OK && c->rules->table.n > c->rules->table.n_first)
		err = run_pass(c, true, eb);
	c->rules->scoring.floor_mb = floor_mb;
	return err;
}

/* -- the check -- */

static void take_link(void *arg, const struct link_view *link)
{
	struct world *w = arg;
	enum label label = link->state == LINK_CLEARED ? LABEL_LEFT_OUT : labels_of(w->labels, link->a, link->b);
	if (label == LABEL_SAME || label == LABEL_DIFFERENT)
		reliability_add(&w->reliability, link->score, label == LABEL_SAME);
}

static void check_links(void *arg, struct world *w, struct engine *e)
{
	w->reliability = (struct reliability){ 0 };
	engine_each_link(e, RELIABILITY_LEAST, take_link, w);
}

enum err calibration_check(struct calibration *c, struct errbuf *eb)
{
	enum err err = ERR_OK;
	for (unsigned i = 0; i < c->n_worlds && err == ERR_OK; i++)
		err = world_replay(&c->worlds[i], c->ctl, c->rules, (struct world_look){ check_links, NULL }, eb);
	return err;
}
