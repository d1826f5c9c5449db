/* What rules come to for two accounts of whom is only known which kinds of values they share and whether the older one is closed,
 * or only whether they have neighbours in common. Few such sets of kinds occur, and most conditions and many axes ask for no
 * more: they are settled once for a set and not once for a pair. */
#ifndef ASSOCD_ENGINE_STATE_FORESEE_H
#define ASSOCD_ENGINE_STATE_FORESEE_H

#include "plan.h"

/* A token of which some axes are settled: its number is `first` and, of each axis that is open, weight times its bin. */
struct open_axis {
	const struct token_axis *axis;
	uint32_t weight;
	uint16_t low, high; /* its bin lies within */
};
struct foreseen_token {
	uint32_t first;
	unsigned n;
	const struct open_axis *open;
};

/* An interaction, or a rule of support, that holds, or that may. */
struct foreseen_rule {
	const struct interaction_rule *rule;
	const struct expr *when; /* still to be asked; NULL: it holds */
	struct foreseen_token token;
};

struct foreseen {
	struct kind_set shares;
	bool has_closure;
	struct foreseen_token *signals, *compares, *timings; /* by number of the rule */
	struct foreseen_rule *interactions;                  /* stable ones of PASS_OWN, in order */
	unsigned n_interactions;
	struct open_axis *axes; /* of all of them, but those that nothing settles */
	int32_t most_mb;        /* that the interactions can come to, by the table as it was given */
};

/* What two accounts' lists of neighbours have in common. */
enum witnesses {
	WITNESSES_NO_NEIGHBOURS, /* neither has another neighbour than the other of the two */
	WITNESSES_ONE_ALONE,     /* one has, the other has not */
	WITNESSES_NONE,          /* both have, and none in common */
	WITNESSES_WEAK,          /* in common, and none of them linked with both */
	WITNESSES_LINKED,
	WITNESSES,
};

struct foreseen_support {
	struct foreseen_rule *rules; /* stable ones of the pass, in order */
	unsigned n;
	struct open_axis *axes;
	int32_t most_mb;
};

struct foresight;
/* Both are borrowed and must outlive it. */
struct foresight *foresight_new(const struct plan *plan, const struct ruleset *rules);
void foresight_free(struct foresight *f);
/* has_closure: pair.since_closure has an answer. Until the next call. */
const struct foreseen *foresee(struct foresight *f, const struct kind_set *shares, bool has_closure);
const struct foreseen_support *foresee_support(const struct foresight *f, enum pass pass, enum witnesses witnesses);
/* The most that the pass can add to a strength, its bias with it, by the table as it was given. */
int32_t foresee_most_mb(const struct foresight *f, enum pass pass, enum witnesses witnesses);

#endif
