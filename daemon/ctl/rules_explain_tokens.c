/* The calibrated tier as people read it: what turns and combinations are asked, and the bits that the table gives. */
#include "rules_explain.h"

#include <stdlib.h>

#include "daemon/base/clock.h"
#include "rules/expression.h"

void explain_bits(struct text *t, int32_t mb)
{
	text_addf(t, "%s%d.%03d", mb < 0 ? "-" : "+", abs(mb) / 1000, abs(mb) % 1000);
}

static void add_axes(struct text *t, const struct token_set *set)
{
	const char *comma = "  by ";
	for (unsigned i = 0; i < set->n_axes; i++) {
		text_adds(t, comma);
		expression_print(set->axes[i].of, t);
		comma = ", ";
	}
	text_adds(t, set->n_axes > 0 ? "\n" : "");
}

void explain_tokens(struct text *t, const struct ruleset *rules, const struct token_set *set)
{
	unsigned n = 0;
	add_axes(t, set);
	if (!rules->table.is_given || set->n == 0)
		return;
	for (uint32_t i = set->first; i < set->first + set->n; i++) {
		if (rules->table.bits[i] == 0)
			continue;
		text_adds(t, n++ == 0 ? "  in the table:\n    " : "    ");
		explain_bits(t, rules->table.bits[i]);
		text_adds(t, "  ");
		ruleset_token_name(rules, i, t);
		text_addc(t, '\n');
	}
	if (n == 0)
		text_adds(t, set->is_fitted ? "  in the table: 0 bits, whatever is found\n"
					    : "  the table knows nothing of it yet: assocctl calibrate gives it bits\n");
}

void explain_timing(struct text *t, const struct ruleset *rules, const struct timing_rule *rule)
{
	char within[32];
	text_adds(t, "  two accounts are worked one after the other");
	if (rule->on_kind >= 0)
		text_addf(t, " on one %.*s", BYTES_ARG(rules->kinds.rows[rule->on_kind].title));
	text_addf(t, ", a session beginning at most %s after the last use by the other",
		  time_duration_written(rule->within_ms, within, sizeof within));
	if (rule->least > 1)
		text_addf(t, ", %u times or more", rule->least);
	text_addf(t, "; family %.*s\n", BYTES_ARG(rules->families[rule->family]));
	if (rule->among) {
		text_adds(t, "  among events where ");
		expression_print(rule->among, t);
		text_addc(t, '\n');
	}
	if (rule->least_mb > 0) {
		text_adds(t, "  only from a surprise of ");
		explain_bits(t, rule->least_mb);
		text_adds(t, " bits on\n");
	}
	explain_tokens(t, rules, &rule->tokens);
}

void explain_interaction(struct text *t, const struct ruleset *rules, const struct interaction_rule *rule)
{
	text_adds(t, rule->pass == PASS_AGAIN ? "  what common neighbours say by what the first round made of them"
		   : rule->pass == PASS_SUPPORT ? "  what common neighbours say" : "  how kinds of evidence act together");
	if (rule->family >= 0)
		text_addf(t, "; family %.*s", BYTES_ARG(rules->families[rule->family]));
	text_adds(t, "\n  when: ");
	if (rule->when)
		expression_print(rule->when, t);
	else
		text_adds(t, "always");
	text_addc(t, '\n');
	explain_tokens(t, rules, &rule->tokens);
}
