/* Declared relations: groups that accounts join by their own events, and statements that two accounts make of each other.
 * I1: an account is in groups.members exactly when the group is in its list.  I2: members only ever grow.
 * I3: what an account declares beyond its limit, or a joint group's, is ignored and stands in its history.
 * A `with` statement is a group of its own, named by both accounts; it holds once both have joined. */
#include "relations.h"

#include <stdlib.h>

#include "changes.h"
#include "ignored.h"
#include "pairs.h"
#include "rescore.h"

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

static const struct relation_rule *rule_of(const struct engine *e, uint32_t group)
{
	uint8_t relation = e->groups.at[group].relation;
	return relation != RELATION_OWN ? &e->rules->relations[relation] : NULL;
}

static bool has_group(const struct account *account, uint32_t group)
{
	for (unsigned i = 0; i < account->n_groups; i++)
		if (account->groups[i] == group)
			return true;
	return false;
}

/* I3 */
static bool has_room(struct engine *e, uint32_t account, uint32_t group)
{
	const struct relation_rule *rule = rule_of(e, group);
	bool is_full = rule != NULL && rule->is_joint && e->groups.at[group].members.n == JOINT_MEMBERS_MAX;
	if (!is_full && e->accounts.at[account].n_groups < RELATIONS_PER_ACCOUNT)
		return true;
	e->limits_hit++;
	change_stated(e, CHANGE_RELATION_IGNORED, account, group);
	if (is_full)
		statement_ignored(e, IGNORED_LIMIT, "a joint group has %d accounts at most", JOINT_MEMBERS_MAX);
	else
		statement_ignored(e, IGNORED_LIMIT, "an account has %d relations at most", RELATIONS_PER_ACCOUNT);
	return false;
}

static bool account_join(struct engine *e, uint32_t account, uint32_t group)
{
	struct account *acc = &e->accounts.at[account];
	if (has_group(acc, group)) {
		statement_ignored(e, IGNORED_REPEATED, "the account has declared this already");
		return false;
	}
	if (!has_room(e, account, group))
		return false;
	acc->groups = xrealloc(acc->groups, (acc->n_groups + 1u) * sizeof(*acc->groups));
	acc->groups[acc->n_groups++] = group;
	struct declaration declaration = { .ts_ms = e->event->ts_ms, .said = change_said(e) };
	VEC_PUSH(&e->groups.at[group].members, account);
	VEC_PUSH(&e->groups.at[group].declared, declaration);
	change_stated(e, CHANGE_RELATION, account, group);
	return true;
}

/* Joint accounts are paired outright, also without shared evidence. */
static void pair_joint_members(struct engine *e, uint32_t account, uint32_t group)
{
	for (size_t i = 0; i < e->groups.at[group].members.n; i++) {
		uint32_t other = e->groups.at[group].members.at[i];
		if (other == account)
			continue;
		struct pair *pair = pair_make(e, account, other);
		pair->flags |= PAIR_JOINT;
		pair_rescore(e, account, other);
	}
}

/* Also where state and score stay: policies ask for what is declared. */
static void refresh_pairs(struct engine *e, uint32_t account)
{
	for (uint32_t i = 0; i < e->accounts.at[account].n_pairs; i++) {
		struct pair *pair = &e->pairs.at[e->accounts.at[account].pairs[i]];
		pair_refresh_state(e, pair);
		pair_touch(e, pair);
	}
}

/* The second member and the third say something of the others' links too: acceptance, and what is a third one's. */
static void refresh_members(struct engine *e, uint32_t group, uint32_t account)
{
	const struct group *g = &e->groups.at[group];
	refresh_pairs(e, account);
	for (size_t i = 0; i < g->members.n && g->members.n <= 3; i++)
		if (g->members.at[i] != account)
			refresh_pairs(e, g->members.at[i]);
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
	refresh_members(e, group, account);
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
	const struct relation_rule *rule = rule_of(e, x_group);
	if (rule == NULL || rule != rule_of(e, y_group) || !rule->is_operated)
		return NONE;
	uint32_t operator = partner_of(e, x_group, x);
	return operator != NONE && operator == partner_of(e, y_group, y) ? operator : NONE;
}

/* False: the group covers the two whole. */
static bool add_ground(const struct engine *e, uint32_t group, struct relation_ground *out)
{
	const struct relation_rule *rule = rule_of(e, group);
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
		const struct relation_rule *rule = rule_of(e, x->groups[i]);
		if (rule != NULL && rule->is_joint && e->groups.at[x->groups[i]].members.n > 1 && !has_group(y, x->groups[i]))
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
