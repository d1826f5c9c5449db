/* How far scores are probabilities: labelled pairs in bins of their score, what was said beside what was true. */
#ifndef ASSOCD_CTL_RELIABILITY_H
#define ASSOCD_CTL_RELIABILITY_H

#include <stdbool.h>
#include <stdint.h>

#define RELIABILITY_BINS 10
#define RELIABILITY_LEAST 50 /* scores below are said of pairs that nobody looks at */

struct reliability {
	struct reliability_bin {
		uint64_t pairs, same; /* same: those of one person */
		uint64_t scores;      /* their sum */
	} bins[RELIABILITY_BINS]; /* of 100 each; 1000 goes with the last */
	uint64_t pairs;
};

/* score 0 to 1000; below RELIABILITY_LEAST it is not counted. */
void reliability_add(struct reliability *r, int score, bool is_same);
void reliability_merge(struct reliability *into, const struct reliability *other);
/* The expected calibration error: |said - true| as a mean over the pairs; 0 without pairs. */
double reliability_error(const struct reliability *r);

#endif
