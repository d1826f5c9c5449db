/* What one signal would say by itself: for those who explain a rule or foresee what it does. The engine weighs a pair with
 * all that there is (daemon/engine/evidence/weigh.c); this is the same formula for one value that two accounts use at one time. */
#ifndef ASSOCD_RULES_ALONE_H
#define ASSOCD_RULES_ALONE_H

#include "ruleset.h"

/* So many accounts, or as many as the formula assumes at least. */
uint64_t alone_population(const struct scoring *scoring, uint64_t accounts);
/* Bits of a value with so many holders in that population; no network, gap or coverage. */
int32_t alone_bits(const struct signal_rule *signal, unsigned holders, uint64_t population);
/* The score of a link that rests on these bits and nothing else. */
int alone_score(const struct scoring *scoring, int32_t mb, uint64_t population);

#endif
