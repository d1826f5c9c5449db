/* The fit of a table: what it recovers, its bounds, the same bytes each time; patterns that it is fitted to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ctl/patterns.h"

#define TOKENS 6
static const double truth[TOKENS] = { 5, -3, 1.5, 0, -0.75, 2 };
#define TRUE_BIAS -4.0

#define WIDE(l2) { { -40, 40, (l2) }, { -40, 40, (l2) }, { -40, 40, (l2) }, { -40, 40, (l2) }, { -40, 40, (l2) }, { -40, 40, (l2) } }
static const struct logistic_bound wide[TOKENS] = WIDE(1e-6), held[TOKENS] = WIDE(1);

static struct logistic_problem problem_of(const struct logistic_row *rows, size_t n)
{
	return (struct logistic_problem){ .rows = rows, .n_rows = n, .n_tokens = TOKENS, .bounds = wide, .bias_bound = 30, .steps = 100 };
}

/* Every combination of the six tokens, in the proportions that the true weights give. */
struct world {
	struct logistic_row rows[1 << TOKENS];
	uint32_t tokens[1 << TOKENS][TOKENS];
};

static void world_make(struct world *w, double offset_of_even)
{
	for (unsigned i = 0; i < 1 << TOKENS; i++) {
		struct logistic_row *row = &w->rows[i];
		double z = TRUE_BIAS;
		*row = (struct logistic_row){ .tokens = w->tokens[i], .offset = i % 2 ? 0 : offset_of_even };
		for (uint32_t t = 0; t < TOKENS; t++)
			if (i >> t & 1) {
				w->tokens[i][row->n++] = t;
				z += truth[t];
			}
		row->positives = 1000 / (1 + exp2(-z - row->offset));
		row->negatives = 1000 - row->positives;
	}
}

static void known_weights_are_recovered(void **state)
{
	struct world w;
	struct logistic_result r;
	double weights[TOKENS];
	world_make(&w, 0);
	struct logistic_problem p = problem_of(w.rows, 1 << TOKENS);
	assert_int_equal(logistic_fit(&p, weights, &r, NULL), ERR_OK);
	assert_true(r.has_settled && r.steps < 20);
	assert_true(fabs(r.bias - TRUE_BIAS) < 1e-3);
	for (unsigned t = 0; t < TOKENS; t++)
		assert_true(fabs(weights[t] - truth[t]) < 1e-3);
}

static void offsets_are_left_to_the_caller(void **state)
{
	struct world w;
	struct logistic_result r;
	double weights[TOKENS];
	world_make(&w, 3.5);
	struct logistic_problem p = problem_of(w.rows, 1 << TOKENS);
	assert_int_equal(logistic_fit(&p, weights, &r, NULL), ERR_OK);
	assert_true(fabs(r.bias - TRUE_BIAS) < 1e-3 && fabs(weights[0] - truth[0]) < 1e-3);
}

static double loss_of(const struct logistic_problem *p, const double *weights, double bias)
{
	double loss = 0, squares = 0;
	for (size_t i = 0; i < p->n_rows; i++) {
		double z = bias + p->rows[i].offset;
		for (unsigned k = 0; k < p->rows[i].n; k++)
			z += weights[p->rows[i].tokens[k]];
		loss += p->rows[i].positives * log1p(exp2(-z)) + p->rows[i].negatives * log1p(exp2(z));
	}
	for (unsigned t = 0; t < p->n_tokens; t++)
		squares += p->bounds[t].l2 * weights[t] * M_LN2 * weights[t] * M_LN2;
	return loss + squares / 2;
}

static void bounds_hold_and_the_rest_makes_the_best_of_it(void **state)
{
	struct logistic_bound bounds[TOKENS];
	struct world w;
	struct logistic_result r;
	double weights[TOKENS], moved[TOKENS];
	world_make(&w, 0);
	memcpy(bounds, held, sizeof(bounds));
	bounds[0] = (struct logistic_bound){ -2, 2, 1 };
	bounds[2] = (struct logistic_bound){ -8, 0, 1 }; /* forced to speak against, or not at all */
	struct logistic_problem p = problem_of(w.rows, 1 << TOKENS);
	p.bounds = bounds;
	assert_int_equal(logistic_fit(&p, weights, &r, NULL), ERR_OK);
	assert_true(weights[0] == 2 && weights[2] == 0);
	assert_true(fabs(loss_of(&p, weights, r.bias) - r.loss) < 1e-6 * r.loss);
	for (unsigned t = 0; t < TOKENS; t++)
		for (int sign = -1; sign <= 1; sign += 2) {
			memcpy(moved, weights, sizeof(moved));
			moved[t] = fmin(fmax(weights[t] + sign * .01, bounds[t].low), bounds[t].high);
			assert_true(loss_of(&p, moved, r.bias) >= r.loss - 1e-9 * r.loss);
		}
	assert_true(loss_of(&p, weights, r.bias + .01) > r.loss && loss_of(&p, weights, r.bias - .01) > r.loss);
}

static void data_that_one_token_separates_stays_finite(void **state)
{
	const uint32_t token[] = { 3 };
	const struct logistic_row rows[] = { { token, 1, 0, 1e6, 0 }, { NULL, 0, 0, 0, 1e6 } };
	struct logistic_result r;
	double weights[TOKENS];
	struct logistic_problem p = problem_of(rows, 2);
	p.bounds = held;
	assert_int_equal(logistic_fit(&p, weights, &r, NULL), ERR_OK);
	assert_true(r.has_settled && isfinite(r.bias) && weights[3] > 10 && weights[3] <= 40);
	assert_true(weights[0] == 0); /* of no row */
}

static void a_token_that_stands_twice_counts_twice(void **state)
{
	const uint32_t twice[] = { 1, 1 };
	const struct logistic_row rows[] = { { twice, 2, 0, 800, 200 }, { NULL, 0, 0, 500, 500 } };
	struct logistic_result r;
	double weights[TOKENS];
	struct logistic_problem p = problem_of(rows, 2);
	assert_int_equal(logistic_fit(&p, weights, &r, NULL), ERR_OK);
	assert_true(fabs(weights[1] - 1) < 1e-3 && fabs(r.bias) < 1e-3); /* log2(4) in two halves */
}

static void one_class_only_is_refused(void **state)
{
	const struct logistic_row rows[] = { { NULL, 0, 0, 12, 0 } };
	struct logistic_result r;
	struct errbuf eb = { { 0 } };
	double weights[TOKENS];
	struct logistic_problem p = problem_of(rows, 1);
	assert_int_equal(logistic_fit(&p, weights, &r, &eb), ERR_INPUT);
	assert_string_equal(eb.text, "12 pairs of one person and 0 of two: a fit needs both");
	p.n_rows = 0;
	assert_int_equal(logistic_fit(&p, weights, &r, NULL), ERR_INPUT);
}

static void add(struct patterns *p, const uint32_t *tokens, unsigned n, int32_t offset_mb, bool is_positive)
{
	struct pattern pattern = { tokens, n, offset_mb };
	patterns_add(p, &pattern, is_positive);
}

static void pairs_of_one_pattern_are_one_row(void **state)
{
	const uint32_t here[] = { 5, 2, 2 }, there[] = { 2, 5, 2 }, other[] = { 4 };
	struct pattern_totals counts[TOKENS] = { { 0 } };
	struct patterns *p = patterns_new();
	size_t n;
	add(p, other, 1, 1000, false);
	add(p, here, 3, 20, true);
	add(p, there, 3, -20, false);
	add(p, here, 3, -5000000, false);
	add(p, NULL, 0, 0, false);
	const struct logistic_row *rows = patterns_rows(p, &n);
	assert_int_equal(n, 4);
	assert_true(rows[0].offset == -100 && rows[0].n == 3 && rows[0].negatives == 1);
	assert_true(rows[1].offset == 0 && rows[1].n == 0 && rows[1].negatives == 1);
	assert_true(rows[2].n == 3 && rows[2].tokens[0] == 2 && rows[2].tokens[2] == 5 && rows[2].positives == 1 && rows[2].negatives == 1);
	assert_true(rows[3].offset == 1 && rows[3].tokens[0] == 4 && rows[3].negatives == 1);
	patterns_count(p, counts, TOKENS);
	assert_int_equal(counts[2].pairs, 3);
	assert_int_equal(counts[2].positives, 1);
	patterns_free(p);
}

/* Bytes of a fit to the same pairs, met in one order or the other. */
static void fit_in_order(bool is_backwards, double *weights)
{
	struct patterns *p = patterns_new();
	struct logistic_result r;
	for (uint32_t i = 0; i < 5000; i++) {
		uint32_t number = is_backwards ? 4999 - i : i, hash = number * 2654435761u;
		const uint32_t tokens[] = { hash >> 8 & 1, 2 + (hash >> 16 & 1), 4 + (hash >> 24 & 1) };
		add(p, tokens, 3, (int32_t)(number % 7) * 100, hash % 5 < tokens[0] + 2);
	}
	struct logistic_problem problem = problem_of(NULL, 0);
	problem.rows = patterns_rows(p, &problem.n_rows);
	problem.bounds = held;
	assert_int_equal(logistic_fit(&problem, weights, &r, NULL), ERR_OK);
	weights[TOKENS] = r.bias;
	patterns_free(p);
}

static void the_order_of_pairs_changes_no_byte(void **state)
{
	double one[TOKENS + 1], other[TOKENS + 1];
	fit_in_order(false, one);
	fit_in_order(true, other);
	assert_memory_equal(one, other, sizeof(one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_weights_are_recovered),
		cmocka_unit_test(offsets_are_left_to_the_caller),
		cmocka_unit_test(bounds_hold_and_the_rest_makes_the_best_of_it),
		cmocka_unit_test(data_that_one_token_separates_stays_finite),
		cmocka_unit_test(a_token_that_stands_twice_counts_twice),
		cmocka_unit_test(one_class_only_is_refused),
		cmocka_unit_test(pairs_of_one_pattern_are_one_row),
		cmocka_unit_test(the_order_of_pairs_changes_no_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
