#include "reliability.h"

#include <math.h>

#include "daemon/base/err.h"

void reliability_add(struct reliability *r, int score, bool is_same)
{
	BUG_ON(score < 0 || score > 1000);
	if (score < RELIABILITY_LEAST)
		return;
	struct reliability_bin *bin = &r->bins[score == 1000 ? RELIABILITY_BINS - 1 : score / 100];
	bin->pairs++;
	bin->same += is_same;
	bin->scores += (uint64_t)score;
	r->pairs++;
}

void reliability_merge(struct reliability *into, const struct reliability *other)
{
	for (unsigned i = 0; i < RELIABILITY_BINS; i++) {
		into->bins[i].pairs += other->bins[i].pairs;
		into->bins[i].same += other->bins[i].same;
		into->bins[i].scores += other->bins[i].scores;
	}
	into->pairs += other->pairs;
}

double reliability_error(const struct reliability *r)
{
	double sum = 0;
	for (unsigned i = 0; i < RELIABILITY_BINS; i++)
		sum += fabs((double)r->bins[i].scores / 1000 - (double)r->bins[i].same);
	return r->pairs > 0 ? sum / (double)r->pairs : 0;
}
