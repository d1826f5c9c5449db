/* From a profile to tokens and bits:   W = bias + sum of the tokens' bits   (first pass, then the same over support rules)
 * A signal of which the table knows no token counts by the formula, scaled: a rule of the operator's own works before the
 * table is fitted anew.
 * I1: a rule gives at most one token, a signal one for each kind of network.  I2: the items' bits add up to W exactly. */
#include "tokens.h"

#include "daemon/base/bits.h"

#include "daemon/engine/state/weights.h"
#include "support.h"
#include "turns.h"

static unsigned bin_of_text(const struct token_axis *axis, struct bytes text)
{
	for (unsigned i = 0; i < axis->n; i++)
		if (bytes_eq(axis->labels[i], text))
			return 1 + i;
	return 1 + axis->n;
}

static unsigned bin_of(const struct token_axis *axis, struct profile *p)
{
	struct value v;
	if (axis->of->op == EXPR_FIELD)
		pair_answer(p, axis->of->field, &v);
	else
		v = expr_value(axis->of, pair_answer, p);
	switch (v.type) {
	case VALUE_NUMBER:
	case VALUE_DURATION:
		return token_axis_bin(axis, v.num);
	case VALUE_TEXT:
		return bin_of_text(axis, v.text);
	case VALUE_BOOL:
		return v.num ? 2 : 1;
	default:
		return 0;
	}
}

uint32_t token_complete(const struct foreseen_token *known, struct profile *p)
{
	uint32_t token = known->first;
	for (unsigned i = 0; i < known->n; i++)
		token += known->open[i].weight * bin_of(known->open[i].axis, p);
	return token;
}

static bool is_without(const struct evidence *without, const struct rule_head *head)
{
	return without != NULL && without->value == NONE && evidence_head(without) == head;
}

static struct evidence *add_item(struct weighing *out, unsigned rule, uint32_t token, int32_t mb)
{
	if (out->n == EVIDENCE_MAX)
		return NULL;
	struct evidence *item = &out->items[out->n++];
	*item = (struct evidence){ .rule = (uint16_t)rule, .value = NONE, .token = token, .raw_mb = mb, .counted_mb = mb };
	return item;
}

/* By the formula, scaled as the formula's tier scales its sum. */
static int32_t formula_mb(const struct profile *p, unsigned number, const struct shared_group *group)
{
	const struct scoring *scoring = &p->e->rules->scoring;
	const struct signal_rule *signal = &p->e->rules->signals[number];
	int32_t mb = weights_bits(p->e->weights, number, group->holders);
	if (p->e->rules->kinds.rows[signal->kind].is_network)
		mb += signal->network_mb[group->network];
	mb = mb < signal->max_mb ? mb : signal->max_mb;
	return mb > 0 ? (int32_t)((int64_t)mb * scoring->scale_a_milli / 1000) : 0;
}

static void weigh_group(struct profile *p, unsigned number, const struct shared_group *group, struct weighing *out)
{
	const struct signal_rule *signal = &p->e->rules->signals[number];
	uint32_t token = NONE;
	int32_t mb;
	p->value = group;
	if (signal->tokens.n > 0)
		token = token_complete(&p->known->signals[number], p);
	mb = token != NONE && signal->tokens.is_fitted ? p->e->rules->table.bits[token] : formula_mb(p, number, group);
	if (!signal->tokens.has_gap)
		mb -= weights_decay_mb(signal, group->gap_s);
	bool is_generic = signal->generic_from > 0 && group->holders >= signal->generic_from;
	if ((group->is_recycled || is_generic) && mb > 0)
		mb = 0;
	struct evidence *item = add_item(out, number, token, mb);
	if (item == NULL)
		return;
	item->signal = signal;
	item->value = group->value;
	item->holders = group->holders;
	item->gap_s = group->gap_s;
	item->network = group->network;
	item->a = group->a;
	item->b = group->b;
	item->note = group->is_recycled ? NOTE_RECYCLED : is_generic ? NOTE_GENERIC : NOTE_NONE;
}

static void weigh_signals(struct profile *p, struct weighing *out)
{
	const struct ruleset *rules = p->e->rules;
	for (unsigned i = 0; i < p->n; i++) {
		int number = p->e->plan.kinds[p->groups[i].kind].signal;
		for (; number >= 0 && (unsigned)number < rules->n_signals && rules->signals[number].kind == p->groups[i].kind; number++)
			if (rules->signals[number].head.status == RULE_STABLE)
				weigh_group(p, (unsigned)number, &p->groups[i], out);
	}
	p->value = NULL;
}

static void weigh_comparisons(struct profile *p, const struct evidence *without, struct weighing *out)
{
	for (unsigned i = 0; i < p->e->rules->n_compares; i++) {
		const struct compare_rule *rule = &p->e->rules->compares[i];
		int agreement = rule->head.status == RULE_STABLE ? agreement_on(&p->agreements, (unsigned)rule->kind) : -1;
		if (agreement < 0 || is_without(without, &rule->head))
			continue;
		const int32_t bits[] = { [AGREEMENT_EQUAL] = rule->equal_mb, [AGREEMENT_OVERLAP] = rule->overlap_mb,
					 [AGREEMENT_DIFFER] = rule->differ_mb };
		bool is_fitted = rule->tokens.n > 0 && rule->tokens.is_fitted;
		uint32_t token = rule->tokens.n > 0 ? token_complete(&p->known->compares[i], p) : NONE;
		struct evidence *item = add_item(out, p->e->plan.first_compare + i, token, is_fitted ? p->e->rules->table.bits[token] : bits[agreement]);
		if (item != NULL) {
			item->compare = rule;
			item->outcome = (uint8_t)agreement;
		}
	}
}

static void weigh_timings(struct profile *p, const struct evidence *without, struct weighing *out)
{
	for (unsigned i = 0; i < p->e->rules->n_timings; i++) {
		const struct timing_rule *rule = &p->e->rules->timings[i];
		if (rule->head.status != RULE_STABLE || is_without(without, &rule->head) ||
		    p->turns[rule->slot] == 0 ||
		    turns_surprise_mb(p, (unsigned)rule->slot) < (rule->least_mb > 0 ? rule->least_mb : 1))
			continue;
		uint32_t token = token_complete(&p->known->timings[i], p);
		struct evidence *item = add_item(out, p->e->plan.first_timing + i, token, p->e->rules->table.bits[token]);
		if (item != NULL)
			item->timing = rule;
	}
}

static void add_interaction(const struct profile *p, const struct interaction_rule *rule, uint32_t token, struct weighing *out)
{
	unsigned number = p->e->plan.first_interaction + (unsigned)(rule - p->e->rules->interactions);
	struct evidence *item = add_item(out, number, token, p->e->rules->table.bits[token]);
	if (item != NULL)
		item->interaction = rule;
}

static void weigh_foreseen(struct profile *p, const struct foreseen_rule *rules, unsigned n, const struct evidence *without,
			   struct weighing *out)
{
	for (unsigned i = 0; i < n; i++)
		if (!is_without(without, &rules[i].rule->head) &&
		    (rules[i].when == NULL || expr_test(rules[i].when, pair_answer, p) == YES))
			add_interaction(p, rules[i].rule, token_complete(&rules[i].token, p), out);
}

static void add_up(const struct engine *e, struct weighing *out, unsigned first)
{
	int32_t family_mb[FAMILIES_MAX] = { 0 };
	for (unsigned i = first; i < out->n; i++) {
		const struct evidence *item = &out->items[i];
		int family = e->plan.rules[item->rule].family;
		out->sum_mb += item->counted_mb;
		if (family >= 0)
			family_mb[family] += item->counted_mb;
		if (item->counted_mb != 0)
			rule_set_add(e, &out->rules, item);
	}
	for (unsigned i = 0; i < e->rules->n_families; i++)
		out->families |= family_mb[i] > 0 ? (uint16_t)(1u << i) : 0;
	out->strength_mb = out->sum_mb;
}

/* With signals and comparisons weighed, what turns and interactions are still to say; most pairs that meet are strangers. */
static bool may_reach(const struct profile *p, int32_t least_mb, struct weighing *out)
{
	out->strength_mb = out->sum_mb + p->known->most_mb;
	for (unsigned i = 0; i < out->n; i++)
		out->strength_mb += out->items[i].counted_mb;
	for (unsigned i = 0; i < p->e->rules->n_timings; i++)
		if (p->turns[p->e->rules->timings[i].slot] > 0)
			return true;
	return out->strength_mb >= least_mb;
}

bool tokens_weigh(struct profile *p, const struct evidence *without, int32_t least_mb, struct weighing *out)
{
	const struct ruleset *rules = p->e->rules;
	out->n = out->n_limits = 0;
	out->families = 0;
	out->rules = (struct rule_set){ { 0 } };
	out->before_mb[PASS_OWN] = 0;
	out->prior_mb = out->sum_mb = rules->table.bias_mb[PASS_OWN];
	p->known = foresee(p->e->plan.foresight, &p->shares, profile_older(p)->is_closed);
	weigh_signals(p, out);
	weigh_comparisons(p, without, out);
	if (!may_reach(p, least_mb, out))
		return false;
	weigh_timings(p, without, out);
	weigh_foreseen(p, p->known->interactions, p->known->n_interactions, without, out);
	add_up(p->e, out, 0);
	return true;
}

void tokens_support(struct profile *p, enum pass pass, const struct evidence *without, struct weighing *out)
{
	const struct token_table *table = &p->e->rules->table;
	const struct foreseen_support *support = foresee_support(p->e->plan.foresight, pass, support_witnesses(p->support));
	unsigned first = out->n;
	out->before_mb[pass] = out->strength_mb;
	out->prior_mb += table->bias_mb[pass];
	out->sum_mb += table->bias_mb[pass];
	weigh_foreseen(p, support->rules, support->n, without, out);
	add_up(p->e, out, first);
}
