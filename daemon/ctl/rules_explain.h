/* Parts of `assocctl rules explain`. */
#ifndef ASSOCD_CTL_RULES_EXPLAIN_H
#define ASSOCD_CTL_RULES_EXPLAIN_H

#include "daemon/base/text.h"
#include "rules/ruleset.h"

/* "+3.250" */
void explain_bits(struct text *t, int32_t mb);
/* What the evidence is cut by, and what the table gives for each combination that it knows. */
void explain_tokens(struct text *t, const struct ruleset *rules, const struct token_set *set);
/* Below the head of the rule. */
void explain_timing(struct text *t, const struct ruleset *rules, const struct timing_rule *rule);
void explain_interaction(struct text *t, const struct ruleset *rules, const struct interaction_rule *rule);

#endif
