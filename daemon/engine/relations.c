/* Declared relations: groups that accounts join by their own events, and statements that two accounts make of each other.
 * I1: an account is in groups.members exactly when the group is in its list.  I2: members only ever grow.
 * A `with` statement is a group of its own, named by both accounts; it holds once both have joined. */
#include "relations.h"

#include <stdlib.h>

#include "changes.h"
#include "pairs.h"

static uint8_t relation_index(const struct engine *e, struct bytes kind)
{
	for (unsigned i = 0; i < e->rules->n_relations; i++)
		if (bytes_eq(e->rules->relations[i].name, kind))
			return (uint8_t)i;
	return RELATION_OWN;
}

static void group_name(struct text *name, const struct event *ev)
{
	text_add(name, ev->relation_kind);
	text_addc(name, '\0');
	if (ev->relation_group.len > 0) {
		text_add(name, ev->relation_group);
		return;
	}
	bool is_first = bytes_cmp(ev->account, ev->relation_with) < 0;
	text_addc(name, '\0');
	text_add(name, is_first ? ev->account : ev->relation_with);
	text_addc(name, '\0');
	text_add(name, is_first ? ev->relation_with : ev->account);
}

static uint32_t group_intern(struct engine *e, const struct event *ev)
{
	struct text name = { 0 };
	group_name(&name, ev);
	uint32_t id = strtab_intern(e->group_names, text_bytes(&name));
	text_free(&name);
	if (id == e->groups.n) {
		struct group blank = { .relation = relation_index(e, ev->relation_kind), .name = id };
		VEC_PUSH(&e->groups, blank);
	}
	return id;
}

static bool account_join(struct engine *e, uint32_t account, uint32_t group)
{
	struct account *acc = &e->accounts.at[account];
	for (unsigned i = 0; i < acc->n_groups; i++)
		if (acc->groups[i] == group)
			return false;
	if (acc->n_groups == RELATIONS_PER_ACCOUNT) {
		e->limits_hit++;
		change_stated(e, CHANGE_RELATION_IGNORED, account, group);
		return false;
	}
	acc->groups = xrealloc(acc->groups, (acc->n_groups + 1u) * sizeof(*acc->groups));
	acc->groups[acc->n_groups++] = group;
	VEC_PUSH(&e->groups.at[group].members, account);
	change_stated(e, CHANGE_RELATION, account, group);
	return true;
}

/* Joint accounts are paired outright, also without shared evidence. */
static void pair_joint_members(struct engine *e, uint32_t account, uint32_t group)
{
	size_t n = e->groups.at[group].members.n;
	if (n > GROUP_PAIRS_MAX) {
		e->limits_hit++;
		n = GROUP_PAIRS_MAX;
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t other = e->groups.at[group].members.at[i];
		if (other == account)
			continue;
		struct pair *pair = pair_make(e, account, other);
		pair->flags |= PAIR_JOINT;
		pair_rescore(e, account, other);
	}
}

static void refresh_pairs(struct engine *e, uint32_t account)
{
	for (uint32_t i = 0; i < e->accounts.at[account].n_pairs; i++) {
		struct pair *pair = &e->pairs.at[e->accounts.at[account].pairs[i]];
		unsigned state = pair->state;
		int score = pair->score;
		pair_refresh_state(e, pair);
		if (pair->state != state || pair->score != score)
			pair_touch(e, pair);
	}
}

void relation_declare(struct engine *e, const struct event *ev, uint32_t account)
{
	if (ev->relation_group.len == 0 && bytes_eq(ev->relation_with, ev->account))
		return;
	uint32_t group = group_intern(e, ev);
	if (!account_join(e, account, group))
		return;
	uint8_t relation = e->groups.at[group].relation;
	if (relation != RELATION_OWN && e->rules->relations[relation].is_joint)
		pair_joint_members(e, account, group);
	refresh_pairs(e, account);
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
			if (x->groups[i] == y->groups[k])
				consider_group(e, x->groups[i], &explained, is_joint);
	return explained;
}
