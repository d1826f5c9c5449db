/* Newton's method with the whole matrix of second derivatives, projected on the bounds. Tokens are hundreds, rows hundreds
 * of thousands with a dozen tokens each: the matrix costs less than a few gradients, and a dozen steps are enough.
 * I1: variables are the tokens that occur, in order of their numbers, then the bias; inside, all is in nats.
 * I2: x lies within the bounds.  I3: each step lowers the loss.
 * I4: a variable that lies on its bound and wants beyond is held for the step; the rest moves as if it were a constant. */
#include "logistic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SETTLED 1e-9        /* gain of a whole step, as a share of the loss */
#define HALVINGS_MAX 40
#define SUFFICIENT 1e-4     /* share of the gain that the slope promises */
#define BIAS_RIDGE 1e-6     /* keeps the matrix regular where every row is certain */

struct fit {
	const struct logistic_problem *problem;
	uint32_t *variable_of; /* by token */
	uint32_t n;            /* variables; the last is the bias */
	double *x, *trial, *low, *high, *l2, *gradient, *step;
	double *matrix;        /* n x n, lower triangle */
	bool *is_held;
};

static double log_of_sum(double z)
{
	return z > 0 ? z + log1p(exp(-z)) : log1p(exp(z)); /* log(1 + e^z) */
}

static double sum_row(const struct fit *f, const struct logistic_row *row, const double *x)
{
	double z = row->offset * M_LN2 + x[f->n - 1];
	for (unsigned i = 0; i < row->n; i++)
		z += x[f->variable_of[row->tokens[i]]];
	return z;
}

static double loss_at(const struct fit *f, const double *x)
{
	double loss = 0, held = 0;
	for (size_t i = 0; i < f->problem->n_rows; i++) {
		const struct logistic_row *row = &f->problem->rows[i];
		double z = sum_row(f, row, x);
		loss += row->positives * log_of_sum(-z) + row->negatives * log_of_sum(z);
	}
	for (uint32_t i = 0; i + 1 < f->n; i++)
		held += f->l2[i] * x[i] * x[i];
	return loss + held / 2;
}

/* The outer product of the row with itself, times its curvature. */
static void add_curvature(struct fit *f, const uint32_t *at, unsigned n, double curvature)
{
	for (unsigned i = 0; i < n; i++) {
		double *line = f->matrix + (size_t)at[i] * f->n;
		for (unsigned k = 0; k < n; k++)
			if (at[k] <= at[i])
				line[at[k]] += curvature;
	}
}

static void derive(struct fit *f, uint32_t *at)
{
	memset(f->matrix, 0, (size_t)f->n * f->n * sizeof(*f->matrix));
	memset(f->gradient, 0, f->n * sizeof(*f->gradient));
	for (size_t i = 0; i < f->problem->n_rows; i++) {
		const struct logistic_row *row = &f->problem->rows[i];
		double weight = row->positives + row->negatives;
		double p = 1 / (1 + exp(-sum_row(f, row, f->x)));
		for (unsigned k = 0; k < row->n; k++)
			at[k] = f->variable_of[row->tokens[k]];
		at[row->n] = f->n - 1;
		for (unsigned k = 0; k <= row->n; k++)
			f->gradient[at[k]] += weight * p - row->positives;
		add_curvature(f, at, row->n + 1, weight * p * (1 - p));
	}
	for (uint32_t i = 0; i + 1 < f->n; i++) {
		f->gradient[i] += f->l2[i] * f->x[i];
		f->matrix[(size_t)i * f->n + i] += f->l2[i];
	}
	f->matrix[(size_t)f->n * f->n - 1] += BIAS_RIDGE;
}

/* I4 */
static void hold_bounded(struct fit *f)
{
	for (uint32_t i = 0; i < f->n; i++)
		f->is_held[i] = (f->x[i] <= f->low[i] && f->gradient[i] > 0) || (f->x[i] >= f->high[i] && f->gradient[i] < 0);
	for (uint32_t i = 0; i < f->n; i++)
		for (uint32_t k = 0; k <= i; k++)
			if (f->is_held[i] || f->is_held[k])
				f->matrix[(size_t)i * f->n + k] = i == k;
}

/* The matrix becomes the lower triangle whose product with its mirror it was (Cholesky). */
static void factorise(struct fit *f)
{
	for (uint32_t i = 0; i < f->n; i++) {
		double *line = f->matrix + (size_t)i * f->n;
		for (uint32_t k = 0; k <= i; k++) {
			const double *other = f->matrix + (size_t)k * f->n;
			double sum = line[k];
			for (uint32_t j = 0; j < k; j++)
				sum -= line[j] * other[j];
			line[k] = k < i ? sum / other[k] : sqrt(fmax(sum, BIAS_RIDGE));
		}
	}
}

/* step = - matrix^-1 gradient, 0 for what is held. */
static void solve(struct fit *f)
{
	const double *matrix = f->matrix;
	for (uint32_t i = 0; i < f->n; i++) {
		double sum = f->is_held[i] ? 0 : -f->gradient[i];
		for (uint32_t k = 0; k < i; k++)
			sum -= matrix[(size_t)i * f->n + k] * f->step[k];
		f->step[i] = sum / matrix[(size_t)i * f->n + i];
	}
	for (uint32_t i = f->n; i-- > 0;) {
		f->step[i] /= matrix[(size_t)i * f->n + i];
		for (uint32_t k = 0; k < i; k++)
			f->step[k] -= matrix[(size_t)i * f->n + k] * f->step[i];
	}
}

/* Halves the step until it gains (I3), within the bounds (I2). The new loss, or the old one when nothing does. */
static double move(struct fit *f, double loss)
{
	double share = 1;
	for (unsigned i = 0; i < HALVINGS_MAX; i++, share /= 2) {
		double slope = 0;
		for (uint32_t k = 0; k < f->n; k++) {
			f->trial[k] = fmin(fmax(f->x[k] + share * f->step[k], f->low[k]), f->high[k]);
			slope += f->gradient[k] * (f->trial[k] - f->x[k]);
		}
		double next = loss_at(f, f->trial);
		if (next <= loss + SUFFICIENT * slope) {
			memcpy(f->x, f->trial, f->n * sizeof(*f->x));
			return next;
		}
	}
	return loss;
}

/* I1. False when more occur than the matrix has room for. */
static bool number_variables(struct fit *f)
{
	const struct logistic_problem *p = f->problem;
	for (size_t i = 0; i < p->n_rows; i++)
		for (unsigned k = 0; k < p->rows[i].n; k++)
			f->variable_of[p->rows[i].tokens[k]] = 1;
	for (uint32_t t = 0; t < p->n_tokens; t++)
		f->variable_of[t] = f->variable_of[t] ? f->n++ : UINT32_MAX;
	return f->n++ <= LOGISTIC_TOKENS_MAX;
}

static double *reals_new(size_t n)
{
	return xcalloc(n, sizeof(double));
}

static void fit_init(struct fit *f)
{
	const struct logistic_problem *p = f->problem;
	f->x = reals_new(f->n);
	f->trial = reals_new(f->n);
	f->low = reals_new(f->n);
	f->high = reals_new(f->n);
	f->l2 = reals_new(f->n);
	f->gradient = reals_new(f->n);
	f->step = reals_new(f->n);
	f->matrix = reals_new((size_t)f->n * f->n);
	f->is_held = xcalloc(f->n, sizeof(*f->is_held));
	for (uint32_t t = 0; t < p->n_tokens; t++) {
		if (f->variable_of[t] == UINT32_MAX)
			continue;
		BUG_ON(p->bounds[t].low > 0 || p->bounds[t].high < 0 || p->bounds[t].l2 <= 0);
		f->l2[f->variable_of[t]] = p->bounds[t].l2;
		f->low[f->variable_of[t]] = p->bounds[t].low * M_LN2;
		f->high[f->variable_of[t]] = p->bounds[t].high * M_LN2;
	}
	f->low[f->n - 1] = -p->bias_bound * M_LN2;
	f->high[f->n - 1] = p->bias_bound * M_LN2;
}

static void fit_fini(struct fit *f)
{
	free(f->variable_of);
	free(f->x);
	free(f->trial);
	free(f->low);
	free(f->high);
	free(f->l2);
	free(f->gradient);
	free(f->step);
	free(f->matrix);
	free(f->is_held);
}

static void run_steps(struct fit *f, uint32_t *at, struct logistic_result *out)
{
	out->loss = loss_at(f, f->x);
	for (out->steps = 0; out->steps < f->problem->steps && !out->has_settled; out->steps++) {
		derive(f, at);
		hold_bounded(f);
		factorise(f);
		solve(f);
		double next = move(f, out->loss);
		out->has_settled = out->loss - next <= SETTLED * (out->loss + 1e-300);
		out->loss = next;
	}
}

static enum err check_classes(const struct logistic_problem *p, unsigned *longest, struct errbuf *eb)
{
	double positives = 0, negatives = 0;
	for (size_t i = 0; i < p->n_rows; i++) {
		positives += p->rows[i].positives;
		negatives += p->rows[i].negatives;
		*longest = p->rows[i].n > *longest ? p->rows[i].n : *longest;
	}
	if (positives > 0 && negatives > 0)
		return ERR_OK;
	return errbuf_set(eb, ERR_INPUT, "%.0f pairs of one person and %.0f of two: a fit needs both", positives, negatives);
}

enum err logistic_fit(const struct logistic_problem *problem, double *weights, struct logistic_result *out, struct errbuf *eb)
{
	struct fit f = { .problem = problem };
	unsigned longest = 0;
	enum err err = check_classes(problem, &longest, eb);
	*out = (struct logistic_result){ 0 };
	if (err != ERR_OK)
		return err;
	f.variable_of = xcalloc(problem->n_tokens + 1, sizeof(*f.variable_of));
	if (!number_variables(&f)) {
		fit_fini(&f);
		return errbuf_set(eb, ERR_LIMIT, "more than %d tokens occur in pairs; give the rules fewer bins", LOGISTIC_TOKENS_MAX);
	}
	fit_init(&f);
	uint32_t *at = xcalloc(longest + 1, sizeof(*at));
	run_steps(&f, at, out);
	free(at);
	for (uint32_t t = 0; t < problem->n_tokens; t++)
		weights[t] = f.variable_of[t] == UINT32_MAX ? 0 : f.x[f.variable_of[t]] / M_LN2;
	out->bias = f.x[f.n - 1] / M_LN2;
	fit_fini(&f);
	return ERR_OK;
}
