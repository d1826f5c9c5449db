/* Logistic regression over rows of tokens: P(positive) = 1 / (1 + 2^-z), z = offset + bias + sum of the tokens' weights,
 * all in bits. Pure; the same rows in the same order give the same bytes. */
#ifndef ASSOCD_CTL_LOGISTIC_H
#define ASSOCD_CTL_LOGISTIC_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/base/err.h"

#define LOGISTIC_TOKENS_MAX 4096 /* that occur in rows: the matrix of second derivatives is kept whole */

struct logistic_row {
	const uint32_t *tokens; /* a token that stands there twice counts twice */
	unsigned n;
	double offset; /* fixed part of z */
	double positives, negatives;
};

/* Where a weight may lie, low <= 0 <= high, and how much it is held near 0: l2, above 0; half of it times the square of the
 * weight in nats is added to the loss. The bias is not held. */
struct logistic_bound { double low, high, l2; };

/* Borrowed. */
struct logistic_problem {
	const struct logistic_row *rows;
	size_t n_rows;
	uint32_t n_tokens;
	const struct logistic_bound *bounds; /* by token */
	double bias_bound;                   /* the bias lies between this and its negative */
	unsigned steps; /* at most */
};

struct logistic_result {
	double bias;
	double loss;      /* in nats, with what l2 adds */
	unsigned steps;
	bool has_settled; /* false: the steps ran out */
};

/* weights: one a token, 0 for those of no row. ERR_INPUT: all rows are of one class, or there are none; ERR_LIMIT: too many tokens occur. */
enum err logistic_fit(const struct logistic_problem *problem, double *weights, struct logistic_result *out, struct errbuf *eb) MUST_CHECK;

#endif
