/* What a signal is worth by itself. */
#ifndef ASSOCD_ENGINE_STATE_WEIGHTS_H
#define ASSOCD_ENGINE_STATE_WEIGHTS_H

#include "rules/ruleset.h"

/* Bits of each signal by number of holders, for a population that moves in steps of 1/16. */
struct weights;
struct weights *weights_new(const struct ruleset *rules);
void weights_free(struct weights *w);
/* Tells the population; true when a step was taken. */
bool weights_set_population(struct weights *w, const struct ruleset *rules, uint64_t accounts);
/* The step a snapshot was taken at. */
void weights_restore_population(struct weights *w, const struct ruleset *rules, uint64_t population);
int32_t weights_bits(const struct weights *w, unsigned signal, uint32_t holders);
/* log2 of accounts / holders. */
int32_t weights_rarity(const struct weights *w, uint32_t holders);
int32_t weights_prior(const struct weights *w);
uint64_t weights_population(const struct weights *w);
/* Bits lost by the time between two accounts' uses. */
int32_t weights_decay_mb(const struct signal_rule *signal, uint32_t gap_s);

#endif
