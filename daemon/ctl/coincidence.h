/* Expected coincidences of a signal: how many pairs of accounts of two persons share a value of its kind by chance, if values
 * fall on persons independently and as often as they were seen to.
 *
 *   p(v)^2   = n (n - 1) / (M (M - 1))        n of M persons hold v: what two strangers both hold, without bias
 *   expected = P * sum over v of p(v)^2       P pairs of accounts of two persons
 *
 * Persons are those of the rules in use (people.h), so that a ring's own values are no coincidence. Two accounts of one
 * operator that those rules miss count as two: the figure is an upper bound. Hubs are left out, as no rule counts them. A
 * signal that requires another kind is expected in so many of these pairs as share that kind by chance. */
#ifndef ASSOCD_CTL_COINCIDENCE_H
#define ASSOCD_CTL_COINCIDENCE_H

#include "people.h"

/* What was seen of one kind: sums over its values. */
struct coincidence_sums {
	uint64_t values;  /* shared by persons */
	uint64_t ordered; /* sum of n (n - 1) */
	uint64_t linking; /* the same of those values alone that make a link by themselves */
};
struct coincidence {
	uint64_t values;
	double sharing; /* pairs expected to share a value */
	double linked;  /* pairs among them that the signal links with nothing else */
};

void coincidence_add(struct coincidence_sums *sums, unsigned holders, bool is_linking);
/* ordered of people_counts.pairs. 0 with fewer than two persons. */
double coincidence_expected(struct people_counts people, uint64_t ordered);
/* Of a signal of e's rules. */
void coincidence_of(const struct engine *e, const struct people *people, const struct ruleset *rules, unsigned signal,
		    struct coincidence *out);

#endif
