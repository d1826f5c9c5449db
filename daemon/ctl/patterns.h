/* Pairs for a fit, gathered by what the fit sees of them: the tokens and the offset. Millions of pairs are some hundred
 * thousand patterns. */
#ifndef ASSOCD_CTL_PATTERNS_H
#define ASSOCD_CTL_PATTERNS_H

#include "logistic.h"

#define PATTERN_TOKENS_MAX 256
#define PATTERN_OFFSET_STEP_MB 100 /* offsets are rounded to it, and cut at 100 bits either way */

struct patterns;
struct patterns *patterns_new(void);
void patterns_free(struct patterns *p);

struct pattern {
	const uint32_t *tokens; /* in any order; at most PATTERN_TOKENS_MAX */
	unsigned n;
	int32_t offset_mb;
};
void patterns_add(struct patterns *p, const struct pattern *pattern, bool is_positive);

struct pattern_totals { uint64_t pairs, positives; };
/* Adds to counts[token] for each pattern that has the token, once however often it stands there. */
void patterns_count(const struct patterns *p, struct pattern_totals *counts, uint32_t n_tokens);

/* By offset, then by tokens: the same for the same pairs, in whatever order they came. Valid until the next call or free. */
const struct logistic_row *patterns_rows(struct patterns *p, size_t *n);

#endif
