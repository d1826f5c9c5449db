/* The fits of a table, one a pass, and its check, each over replays of its own: candidates and counts are then those that the
 * bits of the moment lead to, and one world is in memory at a time.
 * I1: bits are set as they are written, in hundredths, so that a table judges the same before and after it was a file. */
#include <math.h>
#include <stdlib.h>

#include "calibrate.h"
#include "daemon/engine/views/tokens.h"
#include "rules/shadow.h"

#define NO_NEIGHBOURS_MB (-4000) /* bias of the first replay: no pair is anybody's neighbour yet */
#define BIAS_BOUND 30.0
#define STEPS_MAX 100

struct collector {
	const struct calibration *calibration;
	struct world *world;
	struct patterns *patterns;
	enum pass pass;
};

static int32_t sum_bits(const struct token_table *table, const uint32_t *tokens, unsigned n)
{
	int32_t mb = 0;
	for (unsigned i = 0; i < n; i++)
		mb += table->bits[tokens[i]];
	return mb;
}

/* What the fit is to move stands in the tokens, what it takes as given in the offset: of a fit from 0 nothing but, in the
 * support pass, the sum of those before it. */
static void add_pattern(struct collector *c, const struct pair_tokens *pair, bool is_same)
{
	const struct token_table *table = &c->calibration->rules->table;
	const uint32_t *tokens = pair->tokens[c->pass];
	unsigned n_tokens = pair->n[c->pass];
	uint32_t fitted[PATTERN_TOKENS_MAX];
	struct pattern pattern = { .tokens = fitted };
	for (unsigned i = 0; i < n_tokens; i++)
		if (c->calibration->is_fitted[tokens[i]])
			fitted[pattern.n++] = tokens[i];
	if (c->pass == PASS_OWN && c->calibration->is_update)
		pattern.offset_mb = pair->before_mb[PASS_SUPPORT];
	else if (c->pass != PASS_OWN)
		pattern.offset_mb = pair->before_mb[c->pass] + table->bias_mb[c->pass] + sum_bits(table, tokens, n_tokens);
	patterns_add(c->patterns, &pattern, is_same);
}

static void take_pair(void *arg, const struct pair_tokens *pair)
{
	struct collector *c = arg;
	enum label label = labels_of(c->world->labels, pair->a, pair->b);
	c->world->n_left_out += label == LABEL_LEFT_OUT;
	if (label != LABEL_SAME && label != LABEL_DIFFERENT)
		return;
	c->world->pairs.pairs++;
	c->world->pairs.positives += label == LABEL_SAME;
	add_pattern(c, pair, label == LABEL_SAME);
}

static void collect(void *arg, struct world *w, struct engine *e)
{
	struct collector *c = arg;
	c->world = w;
	w->pairs = (struct pattern_totals){ 0 };
	w->n_left_out = 0;
	if (c->pass != PASS_OWN)
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

/* Of the changes of bits: what the rule allows one token in all. A shared value and turns never speak against (least 0). */
static struct logistic_bound *bounds_of(const struct ruleset *rules, double l2)
{
	struct logistic_bound *bounds = xcalloc(rules->table.n + 1, sizeof(*bounds));
	for (uint32_t t = 0; t < rules->table.n; t++) {
		const struct rule_head *head;
		const struct token_set *set = ruleset_token_set(rules, t, &head);
		double now = rules->table.bits[t] / 1000.0;
		bounds[t] = (struct logistic_bound){ fmin(set->min_mb / 1000.0 - now, 0), fmax(set->max_mb / 1000.0 - now, 0), l2 * set->held_milli / 1000 };
	}
	return bounds;
}

/* I1 */
static int32_t moved_mb(int32_t mb, double bits)
{
	return (int32_t)lround(mb / 10.0 + bits * 100) * 10;
}

static enum err fit_pass(struct calibration *c, const struct collector *collected, struct errbuf *eb)
{
	struct token_table *table = &c->rules->table;
	struct logistic_bound *bounds = bounds_of(c->rules, c->l2);
	double *weights = xcalloc(table->n + 1, sizeof(*weights));
	int32_t *bias_mb = &table->bias_mb[collected->pass];
	struct logistic_problem problem = { .n_tokens = table->n, .bounds = bounds, .bias_bound = c->is_trial ? 0 : BIAS_BOUND, .steps = STEPS_MAX };
	struct logistic_result result;
	problem.rows = patterns_rows(collected->patterns, &problem.n_rows);
	enum err err = logistic_fit(&problem, weights, &result, eb);
	if (err == ERR_OK && !result.has_settled)
		err = errbuf_set(eb, ERR_LIMIT, "the fit did not settle in %d steps; a larger --l2 helps", STEPS_MAX);
	for (uint32_t t = 0; t < table->n && err == ERR_OK; t++)
		table->bits[t] = moved_mb(table->bits[t], weights[t]);
	if (err == ERR_OK)
		*bias_mb = moved_mb(*bias_mb, result.bias);
	patterns_count(collected->patterns, c->counts, table->n);
	free(weights);
	free(bounds);
	return err;
}

static enum err run_pass(struct calibration *c, enum pass pass, struct errbuf *eb)
{
	struct collector collector = { .calibration = c, .patterns = patterns_new(), .pass = pass };
	enum err err = collect_all(c, &collector, eb);
	if (pass == PASS_OWN && !c->is_update)
		c->rules->table.bias_mb[PASS_OWN] = 0; /* NO_NEIGHBOURS_MB has done its work */
	if (err == ERR_OK)
		err = fit_pass(c, &collector, eb);
	patterns_free(collector.patterns);
	return err;
}

/* From 0, or from the bits that there are. */
static void begin(struct calibration *c)
{
	struct ruleset *rules = c->rules;
	if (c->is_update) {
		rules->scoring.floor_mb = INT32_MIN / 2;
	} else {
		ruleset_begin_fit(rules);
		rules->table.bias_mb[PASS_OWN] = NO_NEIGHBOURS_MB;
	}
	c->counts = xcalloc(rules->table.n + 1, sizeof(*c->counts));
	c->is_fitted = xcalloc(rules->table.n + 1, sizeof(*c->is_fitted));
	for (uint32_t t = 0; t < rules->table.n; t++) {
		const struct rule_head *head;
		c->is_fitted[t] = ruleset_token_set(rules, t, &head)->is_fitted;
	}
}

/* -- what is tried -- */

static enum pass pass_of(const struct token_table *table, uint32_t token)
{
	int pass = PASS_OWN;
	while (token >= table->end[pass])
		pass++;
	return (enum pass)pass;
}

/* The promoted set has the table of the one that it was made from: its bits are written where all others are. */
static enum err fit_trial(const struct calibration *c, const struct rule_head *head, const struct token_set *set, struct errbuf *eb)
{
	struct calibration trial = *c;
	trial.rules = ruleset_promoted(c->rules, head->id);
	trial.is_update = trial.is_trial = true;
	trial.is_fitted = xcalloc(c->rules->table.n + 1, sizeof(*trial.is_fitted));
	for (uint32_t t = set->first; t < set->first + set->n; t++)
		trial.is_fitted[t] = true;
	enum err err = run_pass(&trial, pass_of(&c->rules->table, set->first), eb);
	free(trial.is_fitted);
	ruleset_free(trial.rules);
	return err;
}

static enum err fit_trials(struct calibration *c, struct errbuf *eb)
{
	enum err err = ERR_OK;
	uint32_t next;
	for (uint32_t t = 0; t < c->rules->table.n && err == ERR_OK; t = next) {
		const struct rule_head *head;
		const struct token_set *set = ruleset_token_set(c->rules, t, &head);
		next = set->first + set->n;
		if (head->status == RULE_EXPERIMENTAL)
			err = fit_trial(c, head, set, eb);
	}
	return err;
}

enum err calibration_fit(struct calibration *c, struct errbuf *eb)
{
	int32_t floor_mb = c->rules->scoring.floor_mb;
	begin(c);
	const uint32_t *end = c->rules->table.end;
	enum err err = ERR_OK;
	for (int pass = 0; pass < PASSES && err == ERR_OK; pass++)
		if (pass == PASS_OWN || end[pass] > end[pass - 1])
			err = run_pass(c, (enum pass)pass, eb);
	if (err == ERR_OK && !c->is_update)
		err = fit_trials(c, eb);
	c->rules->scoring.floor_mb = floor_mb;
	return err;
}

void calibration_fini(struct calibration *c)
{
	free(c->counts);
	free(c->is_fitted);
	c->counts = NULL;
	c->is_fitted = NULL;
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
