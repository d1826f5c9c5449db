/* Declared relations between accounts (declaring.h), as they stand. */
#ifndef ASSOCD_ENGINE_PAIRS_RELATIONS_H
#define ASSOCD_ENGINE_PAIRS_RELATIONS_H

#include "daemon/engine/state/state.h"

/* Joint and explaining relation the two have in common; 0 when none (else 1 + index in ruleset.relations). */
uint8_t relation_between(const struct engine *e, uint32_t a, uint32_t b, bool *is_joint);
/* NULL where the group is of a sender's own word. */
const struct relation_rule *relation_rule_of(const struct engine *e, uint32_t group);
bool relation_has_group(const struct account *account, uint32_t group);
/* The word that the group was declared with, also one of its members' own. */
struct bytes relation_kind(const struct engine *e, uint32_t group);
/* Kinds of what the two have in common, repeats among them: of the first's groups, so RELATIONS_PER_ACCOUNT at most. */
unsigned relation_kinds(const struct engine *e, uint32_t a, uint32_t b, struct bytes *out);
/* On what an operated relation of the two rests. */
struct relation_ground {
	uint32_t operator; /* the account that both declared it with; NONE: */
	uint32_t group;    /* a group that both joined */
};
/* False where the two have none, or also one that has no operator and so covers all. */
bool relation_ground(const struct engine *e, uint32_t a, uint32_t b, struct relation_ground *out);
/* Is the group a statement of two about each other, and do both say it? */
bool relation_is_mutual(const struct engine *e, uint32_t group);
/* Is one of the two in a joint group that the other is not in? */
bool relation_one_is_joint(const struct engine *e, uint32_t a, uint32_t b);

#endif
