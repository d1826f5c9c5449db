/* Declared relations: groups that accounts join by their own events, and statements that two accounts make of each other.
 * I1: an account is in groups.members exactly when the group is in its list.  I2: members only ever grow.
 * I3: what an account declares beyond its limit, or a joint group's, is ignored and stands in its history.
 * A `with` statement is a group of its own, named by both accounts; it holds once both have joined. */
#include "declaring.h"

#include <stdlib.h>

#include "changes.h"
#include "ignored.h"
#include "pairs.h"
#include "relations.h"
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

/* I3 */
static bool has_room(struct engine *e, uint32_t account, uint32_t group)
{
	const struct relation_rule *rule = relation_rule_of(e, group);
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
	if (relation_has_group(acc, group)) {
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
