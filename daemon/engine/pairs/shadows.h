/* Experimental rules of evidence, tried while others judge: each time a stored pair is read, what would it be with that rule
 * alone promoted? Counted, and nothing else comes of it. Which pairs meet is the stable rules' business: what a rule would
 * find of its own, `assocctl rules overlap` says. */
#ifndef ASSOCD_ENGINE_PAIRS_SHADOWS_H
#define ASSOCD_ENGINE_PAIRS_SHADOWS_H

#include "daemon/engine/state/state.h"

#define SHADOWS_MAX 8 /* rules that are tried at a time, in the order of rules/heads.h; further ones wait */

struct shadows;
/* NULL when there is nothing to try. */
struct shadows *shadows_new(const struct ruleset *rules);
void shadows_free(struct shadows *s);
/* The two were read; a < b. */
void shadows_weigh(const struct engine *e, uint32_t a, uint32_t b);

struct shadow_counts {
	uint64_t read;            /* readings of pairs since the start */
	uint64_t counts;          /* in which the rule says something */
	uint64_t raised, lowered; /* to another band */
};
/* False when the rule is not tried. */
bool shadows_counts(const struct engine *e, struct bytes rule, struct shadow_counts *out);

#endif
