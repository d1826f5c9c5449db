/* How often each rule speaks, read from an engine after a replay: of every link that is shown, the rules that count in it
 * now; of every alert, the policy that opened it. */
#ifndef ASSOCD_CTL_HITS_H
#define ASSOCD_CTL_HITS_H

#include "ctl.h"
#include "daemon/base/text.h"
#include "daemon/engine/engine.h"

struct rule_hits {
	uint64_t links;  /* it counts in, for or against */
	uint64_t needed; /* of these: links that would not be shown without it */
	uint64_t alerts; /* it opened */
};

/* One for each rule, in the order of rules/heads.h; free() it. min_score as in diff_make. It takes
 * its time, and ctl shows how far it is. */
struct rule_hits *hits_of(struct ctl *ctl, const struct engine *e, const struct ruleset *rules, int min_score);

/* The rule that moved a pair most between two engines, and by how many bits: of bits that differ; empty when no rule's
 * bits do (then it is the prior or the scale). The text is a rule set's. */
struct bytes hits_mover(const struct engine *const sides[2], struct bytes a, struct bytes b, int32_t *moved_mb);

#endif
