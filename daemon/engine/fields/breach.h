/* What two accounts share beyond what they declared. */
#ifndef ASSOCD_ENGINE_FIELDS_BREACH_H
#define ASSOCD_ENGINE_FIELDS_BREACH_H

#include "daemon/engine/state/state.h"

/* Bits of the evidence in values that the operator of their relation does not hold; in a group without an operator's
 * account, that no third member holds. False: they have no such relation, or a group of two. */
bool breach_bits(const struct engine *e, const struct pair *pair, int32_t *mb);

#endif
