/* What speaks for and against one operator behind two accounts, in 1/1000 bit. Read anew each time from the index and
 * the accounts' facts, with holder counts as they are now; nothing of it is stored. */
#ifndef ASSOCD_ENGINE_EVIDENCE_WEIGH_H
#define ASSOCD_ENGINE_EVIDENCE_WEIGH_H

#include "evidence.h"

#define EVIDENCE_MAX 128
#define LIMITS_MAX 8 /* limits that can hold for one pair; further ones are not asked */

struct weighing {
	uint32_t a, b;
	struct evidence items[EVIDENCE_MAX]; /* signals and comparisons, strongest first */
	unsigned n;
	struct evidence limits[LIMITS_MAX];
	unsigned n_limits;
	int32_t prior_mb, sum_mb; /* sum: prior and everything counted */
	int32_t strength_mb;      /* W' = a W + b */
	int32_t before_mb[PASSES]; /* calibrated tier: the strength before each pass */
	int computed;             /* score, once support is in */
	uint16_t families;        /* bit per family with positive evidence */
	struct rule_set rules;    /* that counted */
};

/* The evidence of the two alone, without support. a < b. False, unless is_full: by itself the pair can neither reach the floor nor
 * be neighbours, and is left with an upper bound of its strength of which that is true too. */
bool weigh_pair(const struct engine *e, uint32_t a, uint32_t b, bool is_full, struct weighing *out);
/* The same in full, of those shared values that pass. */
void weigh_kept(const struct engine *e, uint32_t a, uint32_t b, const struct value_test *kept, struct weighing *out);
/* The whole, of those shared values that pass, as if the others were marked. */
void weigh_less(const struct engine *e, uint32_t a, uint32_t b, const struct value_test *kept, struct weighing *out);
/* The whole: with support, items sorted. */
void weigh_fully(const struct engine *e, uint32_t a, uint32_t b, struct weighing *out);
/* The whole of a finished profile: with support. */
struct profile;
void weigh_profile(struct profile *p, struct weighing *out);
/* A weighing that has come to the strength already. */
void weigh_begin(struct weighing *w, uint32_t a, uint32_t b, int32_t strength_mb);
/* Can it come to so much with what common neighbours say? Its strength may be an upper bound. */
bool weigh_may_reach(const struct engine *e, const struct weighing *w, int32_t least_mb);
/* Adds what common neighbours say to a weighing of the two. False: it does not come to so much, and may be left undone. */
bool weigh_support(const struct engine *e, struct weighing *w, int32_t least_mb);
/* The score without one item or limit of a finished weighing of the two. */
int weigh_without(const struct engine *e, const struct weighing *w, const struct evidence *item);

#endif
