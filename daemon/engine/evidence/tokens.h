/* Tokens of a pair, and the bits that the table gives them: the calibrated tier. */
#ifndef ASSOCD_ENGINE_EVIDENCE_TOKENS_H
#define ASSOCD_ENGINE_EVIDENCE_TOKENS_H

#include "profile.h"
#include "weigh.h"

/* Number of the token that a rule comes to for the profile. */
uint32_t token_complete(const struct foreseen_token *known, struct profile *p);

/* Evidence of the first pass as items with their bits; sum, strength, families and rules follow. `without` leaves a
 * value, or a rule, out (NULL: nothing). False: it cannot come to least_mb, and is left with an upper bound of its strength that
 * is below. */
bool tokens_weigh(struct profile *p, const struct evidence *without, int32_t least_mb, struct weighing *out);
/* Adds the items of a round of support, PASS_SUPPORT or PASS_AGAIN, to a weighing that the passes before it have done. */
void tokens_support(struct profile *p, enum pass pass, const struct evidence *without, struct weighing *out);

#endif
