/* What an experimental rule adds to those that judge, from a comparison of the rules as they are with the same where it
 * is promoted. */
#ifndef ASSOCD_CTL_OVERLAP_H
#define ASSOCD_CTL_OVERLAP_H

#include "comparison.h"

struct overlap {
	uint64_t links;       /* in which it counts */
	uint64_t links_known; /* of these: shown without it too */
	uint64_t alerts;      /* that it raises */
	uint64_t alerts_known; /* of these: every account of it is named by an alert of a rule that judges */
	const struct coincidence *chance; /* of a signal, else NULL; the comparison's */
};

void overlap_of(const struct comparison *c, struct bytes rule, struct overlap *out);

#endif
