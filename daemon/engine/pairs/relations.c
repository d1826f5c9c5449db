/* What is declared between accounts. */
#include "relations.h"

const struct relation_rule *relation_rule_of(const struct engine *e, uint32_t group)
{
	uint8_t relation = e->groups.at[group].relation;
	return relation != RELATION_OWN ? &e->rules->relations[relation] : NULL;
}

bool relation_has_group(const struct account *account, uint32_t group)
{
	for (unsigned i = 0; i < account->n_groups; i++)
		if (account->groups[i] == group)
			return true;
	return false;
}

/* Group names: kind 0 group, or kind 0 0 first 0 second. */
bool relation_is_mutual(const struct engine *e, uint32_t group)
{
	struct bytes name = strtab_text(e->group_names, group);
	ptrdiff_t end = bytes_find_char(name, '\0');
	return end >= 0 && (size_t)end + 1 < name.len && name.ptr[end + 1] == '\0';
}

/* NONE unless both have stated it. */
static uint32_t partner_of(const struct engine *e, uint32_t group, uint32_t account)
{
	const struct group *g = &e->groups.at[group];
	if (g->members.n != 2 || !relation_is_mutual(e, group))
		return NONE;
	return g->members.at[0] == account ? g->members.at[1] : g->members.at[0];
}

/* The account that both declared an operated relation of one kind with; NONE. */
static uint32_t common_operator(const struct engine *e, uint32_t x_group, uint32_t x, uint32_t y_group, uint32_t y)
{
	const struct relation_rule *rule = relation_rule_of(e, x_group);
	if (rule == NULL || rule != relation_rule_of(e, y_group) || !rule->is_operated)
		return NONE;
	uint32_t operator = partner_of(e, x_group, x);
	return operator != NONE && operator == partner_of(e, y_group, y) ? operator : NONE;
}

/* False: the group covers the two whole. */
static bool add_ground(const struct engine *e, uint32_t group, struct relation_ground *out)
{
	const struct relation_rule *rule = relation_rule_of(e, group);
	if (rule == NULL || (!rule->explains && !rule->is_joint))
		return true;
	if (!rule->is_operated || relation_is_mutual(e, group))
		return false;
	out->group = group;
	return true;
}

bool relation_ground(const struct engine *e, uint32_t a, uint32_t b, struct relation_ground *out)
{
	const struct account *x = &e->accounts.at[a], *y = &e->accounts.at[b];
	*out = (struct relation_ground){ NONE, NONE };
	for (unsigned i = 0; i < x->n_groups; i++)
		for (unsigned k = 0; k < y->n_groups; k++) {
			uint32_t operator = common_operator(e, x->groups[i], a, y->groups[k], b);
			out->operator = out->operator == NONE ? operator : out->operator;
			if (x->groups[i] == y->groups[k] && !add_ground(e, x->groups[i], out))
				return false;
		}
	return out->operator != NONE || out->group != NONE;
}

static bool has_joint_without(const struct engine *e, const struct account *x, const struct account *y)
{
	for (unsigned i = 0; i < x->n_groups; i++) {
		const struct relation_rule *rule = relation_rule_of(e, x->groups[i]);
		if (rule != NULL && rule->is_joint && e->groups.at[x->groups[i]].members.n > 1 && !relation_has_group(y, x->groups[i]))
			return true;
	}
	return false;
}

bool relation_one_is_joint(const struct engine *e, uint32_t a, uint32_t b)
{
	const struct account *x = &e->accounts.at[a], *y = &e->accounts.at[b];
	return has_joint_without(e, x, y) || has_joint_without(e, y, x);
}

static void consider_group(const struct engine *e, uint32_t group, uint8_t *explained, bool *is_joint)
{
	uint8_t relation = e->groups.at[group].relation;
	if (relation == RELATION_OWN)
		return;
	const struct relation_rule *rule = &e->rules->relations[relation];
	*is_joint = *is_joint || rule->is_joint;
	if (rule->is_joint || (rule->explains && *explained == 0))
		*explained = (uint8_t)(relation + 1);
}

uint8_t relation_between(const struct engine *e, uint32_t a, uint32_t b, bool *is_joint)
{
	const struct account *x = &e->accounts.at[a], *y = &e->accounts.at[b];
	uint8_t explained = 0;
	*is_joint = false;
	for (unsigned i = 0; i < x->n_groups; i++)
		for (unsigned k = 0; k < y->n_groups; k++)
			if (x->groups[i] == y->groups[k] || common_operator(e, x->groups[i], a, y->groups[k], b) != NONE)
				consider_group(e, x->groups[i], &explained, is_joint);
	return explained;
}

struct bytes relation_kind(const struct engine *e, uint32_t group)
{
	struct bytes name = strtab_text(e->group_names, e->groups.at[group].name);
	return bytes_slice(name, 0, (size_t)bytes_find_char(name, '\0'));
}

static bool is_in_common(const struct engine *e, uint32_t group, uint32_t a, uint32_t b)
{
	const struct account *y = &e->accounts.at[b];
	for (unsigned k = 0; k < y->n_groups; k++)
		if (group == y->groups[k] || common_operator(e, group, a, y->groups[k], b) != NONE)
			return true;
	return false;
}

unsigned relation_kinds(const struct engine *e, uint32_t a, uint32_t b, struct bytes *out)
{
	const struct account *x = &e->accounts.at[a];
	unsigned n = 0;
	for (unsigned i = 0; i < x->n_groups; i++)
		if (is_in_common(e, x->groups[i], a, b))
			out[n++] = relation_kind(e, x->groups[i]);
	return n;
}
