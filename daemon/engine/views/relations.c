/* Relations as people and programs see them: who declared what, with which proof, and whether it is accepted. */
#include "daemon/engine/pairs/changes.h"
#include "daemon/engine/pairs/relations.h"
#include "daemon/engine/state/accounts.h"
#include "views.h"

/* "agency G1", "household anna bert" */
struct bytes view_group_name(const struct engine *e, uint32_t group, struct arena *a)
{
	struct bytes name = strtab_text(e->group_names, e->groups.at[group].name);
	char *text = arena_str(a, name);
	size_t n = 0; /* of a pair there are two, one behind the other */
	for (size_t k = 0; k < name.len; k++)
		if (name.ptr[k] != '\0' || n == 0 || text[n - 1] != ' ')
			text[n++] = name.ptr[k] == '\0' ? ' ' : (char)name.ptr[k];
	return bytes_make(text, n);
}

/* The group's id, or the other account: what stands behind the kind, that behind the empty group. */
static void view_parties(const struct engine *e, uint32_t group, uint32_t account, struct relation_view *out)
{
	struct bytes name = strtab_text(e->group_names, group);
	size_t kind = (size_t)bytes_find_char(name, '\0');
	struct bytes rest = bytes_slice(name, kind + 1, name.len);
	out->kind = bytes_slice(name, 0, kind);
	out->group = out->with = BYTES_NONE;
	if (!relation_is_mutual(e, group)) {
		out->group = rest;
		return;
	}
	rest = bytes_slice(rest, 1, rest.len);
	size_t first = (size_t)bytes_find_char(rest, '\0');
	struct bytes one = bytes_slice(rest, 0, first), other = bytes_slice(rest, first + 1, rest.len);
	out->with = bytes_eq(one, account_name(e, account)) ? other : one;
}

static void view_relation(const struct engine *e, uint32_t group, uint32_t account, struct relation_view *out)
{
	const struct group *g = &e->groups.at[group];
	size_t at = 0;
	while (g->members.at[at] != account)
		at++;
	struct said said;
	said_read(e, g->declared.at[at].said, &said);
	*out = (struct relation_view){
		.is_accepted = g->members.n > 1, .is_known = g->relation != RELATION_OWN, .members = (unsigned)g->members.n,
		.proof = said.proof, .actor = said.actor, .reason = said.reason, .ts_ms = g->declared.at[at].ts_ms,
	};
	view_parties(e, group, account, out);
}

unsigned view_group_names(const struct engine *e, uint32_t account, struct arena *a, struct bytes **out)
{
	const struct account *acc = &e->accounts.at[account];
	*out = ARENA_ARRAY(a, struct bytes, acc->n_groups + 1u);
	for (unsigned i = 0; i < acc->n_groups; i++)
		(*out)[i] = view_group_name(e, acc->groups[i], a);
	return acc->n_groups;
}

void view_relations(const struct engine *e, uint32_t account, struct arena *a, struct account_view *out)
{
	const struct account *acc = &e->accounts.at[account];
	out->n_relations = view_group_names(e, account, a, &out->relations);
	out->declared = ARENA_ARRAY(a, struct relation_view, acc->n_groups + 1u);
	for (unsigned i = 0; i < acc->n_groups; i++)
		view_relation(e, acc->groups[i], account, &out->declared[i]);
}
