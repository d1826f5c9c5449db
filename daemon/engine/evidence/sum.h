/* From evidence to a score: families, limits, comparisons, calibration. */
#ifndef ASSOCD_ENGINE_EVIDENCE_SUM_H
#define ASSOCD_ENGINE_EVIDENCE_SUM_H

#include "weigh.h"

/* Fills counted_mb, limits, families, sum, strength and score. `without` (an item or a limit of w, or NULL) is left out. */
void sum_evidence(const struct engine *e, struct weighing *w, const struct evidence *without);
/* W' = a W + b */
int32_t sum_strength(const struct scoring *scoring, int32_t sum_mb);

#endif
