/* Declared relations between accounts. */
#ifndef ASSOCD_ENGINE_RELATIONS_H
#define ASSOCD_ENGINE_RELATIONS_H

#include "state.h"

void relation_declare(struct engine *e, const struct event *ev, uint32_t account);
/* Joint and explaining relation the two have in common; 0 when none (else 1 + index in ruleset.relations). */
uint8_t relation_between(const struct engine *e, uint32_t a, uint32_t b, bool *is_joint);

#endif
