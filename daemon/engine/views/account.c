/* Accounts, clusters and alerts as people and programs see them. */
#include "views.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/engine/alerts/alert_about.h"
#include "daemon/engine/alerts/alert_view.h"
#include "daemon/engine/pairs/contagion_levels.h"
#include "daemon/engine/pairs/verdicts.h"
#include "daemon/engine/state/accounts.h"
#include "daemon/engine/state/marks.h"
#include "daemon/engine/state/pair_table.h"

uint32_t view_cluster_of_id(const struct engine *e, struct bytes id)
{
	uint64_t number;
	if (id.len < 2 || id.ptr[0] != 'c' || !bytes_to_u64(bytes_slice(id, 1, id.len), &number))
		return GRAPH_NONE;
	if (number == 0 || number > graph_handles(e->graph))
		return GRAPH_NONE;
	return (uint32_t)(number - 1);
}

static void view_contagion(const struct engine *e, uint32_t account, struct arena *a, struct account_view *out)
{
	uint32_t path[CONTAGION_PATH_MAX];
	unsigned n = contagion_path(e, account, path);
	out->contagion = (int)(contagion_of(e, account) / 1000);
	out->contagion_cause = out->verdict = BYTES_NONE;
	if (n == 0)
		return;
	out->contagion_path = ARENA_ARRAY(a, struct link_view, n);
	for (unsigned i = 0; i + 1 < n; i++)
		view_link(e, pair_find(e, path[i], path[i + 1]), path[i], a, &out->contagion_path[out->n_contagion_path++]);
	out->contagion_cause = e->accounts.at[path[n - 1]].is_closed ? BYTES_LIT("closed") : BYTES_LIT("confirmed");
}

enum err engine_assess(const struct engine *e, struct bytes name, unsigned max, struct arena *a, struct account_view *out)
{
	uint32_t account = account_find(e, name);
	if (account == NONE)
		return ERR_NOTFOUND;
	const struct account *acc = &e->accounts.at[account];
	*out = (struct account_view){
		.name = account_name(e, account), .site = event_account_site(account_name(e, account)),
		.is_closed = acc->is_closed, .first_ms = acc->first_ms, .last_ms = acc->last_ms, .events = acc->events,
		.failed = acc->failed, .cluster = view_cluster_id(graph_cluster_of(e->graph, account), a),
	};
	out->risk = account_risk(e, account);
	out->band = score_band(e, out->risk);
	view_contagion(e, account, a, out);
	if (acc->judged != JUDGED_NOTHING)
		out->verdict = acc->judged == JUDGED_CLEAN ? BYTES_LIT("clean") : BYTES_LIT("confirmed");
	out->n_links = view_links(e, account, e->rules->scoring.score_bands[0], a, &out->links);
	while (max != UINT32_MAX && out->n_links > 0 && out->links[out->n_links - 1].state == LINK_WITHDRAWN)
		out->n_links--;
	if (out->n_links > max)
		out->n_links = max;
	out->n_alerts = view_alert_ids(e, account, a, &out->alerts);
	return ERR_OK;
}

static int compare_values(const void *x, const void *y)
{
	const struct value_view *a = x, *b = y;
	int by_kind = bytes_cmp(a->kind, b->kind);
	if (by_kind != 0)
		return by_kind;
	if (a->last_ms != b->last_ms)
		return a->last_ms > b->last_ms ? -1 : 1;
	return bytes_cmp(a->shown, b->shown);
}

/* "STACK|AGENT" of a kind that is counted: both stand in the list by themselves. */
static bool is_claim(const struct engine *e, uint32_t value)
{
	return e->plan.kinds[index_value(e->index, value)->kind].is_counted && bytes_find_char(index_shown(e->index, value), '|') >= 0;
}

static const struct note_view *noted(const struct engine *e, uint32_t value, struct arena *a)
{
	const struct attr attr = mark_attr(e, value);
	struct note_view newest, *kept;
	if (!engine_newest_note(e, &attr, &newest))
		return NULL;
	kept = arena_alloc(a, sizeof(*kept));
	*kept = newest;
	return kept;
}

static void view_values(const struct engine *e, uint32_t account, struct arena *a, struct account_view *out)
{
	const struct posting *postings;
	unsigned n = index_postings(e->index, account, &postings);
	out->values = ARENA_ARRAY(a, struct value_view, n + 1);
	out->n_values = 0;
	for (unsigned i = 0; i < n; i++) {
		const struct index_value *value = index_value(e->index, postings[i].value);
		if (is_claim(e, postings[i].value))
			continue;
		out->values[out->n_values++] = (struct value_view){
			.kind = e->rules->kinds.rows[value->kind].name, .shown = index_shown(e->index, postings[i].value),
			.holders = value->holders, .is_hub = value->is_hub, .is_marked = value->is_marked, .count = postings[i].days,
			.first_ms = (int64_t)postings[i].first_s * 1000, .last_ms = (int64_t)postings[i].last_s * 1000,
			.key = value->key, .network = e->rules->kinds.rows[value->kind].is_network ? value->network : NET_UNKNOWN,
			.noted = noted(e, postings[i].value, a),
		};
	}
	qsort(out->values, out->n_values, sizeof(*out->values), compare_values);
}

enum err engine_account(const struct engine *e, struct bytes name, struct arena *a, struct account_view *out)
{
	enum err err = engine_assess(e, name, UINT32_MAX, a, out);
	if (err != ERR_OK)
		return err;
	uint32_t account = account_find(e, name);
	view_relations(e, account, a, out);
	view_values(e, account, a, out);
	return ERR_OK;
}

static int compare_members(const void *x, const void *y)
{
	const struct cluster_member *a = x, *b = y;
	return bytes_cmp(a->account, b->account);
}

static int compare_link_names(const void *x, const void *y)
{
	const struct link_view *a = x, *b = y;
	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	int by_a = bytes_cmp(a->a, b->a);
	return by_a != 0 ? by_a : bytes_cmp(a->b, b->b);
}

static void mark_bridges(const struct engine *e, uint32_t cluster, struct link_view *links, size_t n)
{
	const uint32_t *members;
	struct graph_bridge *bridges = xcalloc(graph_members(e->graph, cluster, &members) + 1, sizeof(*bridges));
	unsigned n_bridges = graph_bridges(e->graph, cluster, bridges);
	for (size_t i = 0; i < n; i++) {
		uint32_t a = account_find(e, links[i].a), b = account_find(e, links[i].b);
		for (unsigned k = 0; k < n_bridges && !links[i].is_bridge; k++)
			links[i].is_bridge = bridges[k].a == (a < b ? a : b) && bridges[k].b == (a < b ? b : a);
	}
	free(bridges);
}

/* Links inside, and those that the guard holds apart. */
static void view_cluster_links(const struct engine *e, uint32_t cluster, struct arena *a, struct cluster_view *out)
{
	const uint32_t *members;
	unsigned n = graph_members(e->graph, cluster, &members);
	struct VEC(struct link_view) inside = { 0 }, near = { 0 };
	for (unsigned i = 0; i < n; i++) {
		const struct graph_edge *edges;
		unsigned n_edges = graph_edges(e->graph, members[i], &edges);
		for (unsigned k = 0; k < n_edges; k++) {
			const struct pair *pair = pair_find(e, members[i], edges[k].other);
			bool is_inside = graph_cluster_of(e->graph, edges[k].other) == cluster;
			struct link_view link;
			if (edges[k].tie.level == 0 || pair == NULL || (is_inside && edges[k].other < members[i]))
				continue;
			view_link(e, pair, is_inside ? NONE : members[i], a, &link);
			if (is_inside)
				VEC_PUSH(&inside, link);
			else
				VEC_PUSH(&near, link);
		}
	}
	mark_bridges(e, cluster, inside.at, inside.n);
	out->n_links = (unsigned)inside.n;
	out->n_near = (unsigned)near.n;
	out->links = ARENA_ARRAY(a, struct link_view, inside.n + 1);
	out->near = ARENA_ARRAY(a, struct link_view, near.n + 1);
	memcpy(out->links, inside.at != NULL ? inside.at : out->links, inside.n * sizeof(struct link_view));
	memcpy(out->near, near.at != NULL ? near.at : out->near, near.n * sizeof(struct link_view));
	qsort(out->links, inside.n, sizeof(struct link_view), compare_link_names);
	qsort(out->near, near.n, sizeof(struct link_view), compare_link_names);
	VEC_FREE(&inside);
	VEC_FREE(&near);
}

enum err engine_cluster(const struct engine *e, struct bytes id, struct arena *a, struct cluster_view *out)
{
	uint32_t cluster = view_cluster_of_id(e, id);
	const uint32_t *members;
	unsigned n = cluster == GRAPH_NONE ? 0 : graph_members(e->graph, cluster, &members);
	if (n == 0)
		return ERR_NOTFOUND;
	*out = (struct cluster_view){ .id = view_cluster_id(cluster, a), .n_members = n };
	out->members = ARENA_ARRAY(a, struct cluster_member, n);
	for (unsigned i = 0; i < n; i++) {
		out->members[i] = (struct cluster_member){
			.account = account_name(e, members[i]), .is_closed = e->accounts.at[members[i]].is_closed,
			.joined_ms = e->accounts.at[members[i]].first_ms,
		};
		out->members[i].n_relations = view_group_names(e, members[i], a, &out->members[i].relations);
	}
	qsort(out->members, n, sizeof(*out->members), compare_members);
	view_cluster_links(e, cluster, a, out);
	out->n_alerts = view_cluster_alerts(e, cluster, a, &out->alerts);
	return ERR_OK;
}

struct member_row { struct bytes account; uint32_t cluster; };

static int compare_member_rows(const void *x, const void *y)
{
	const struct member_row *a = x, *b = y;
	return bytes_cmp(a->account, b->account);
}

void engine_each_member(const struct engine *e, member_fn *fn, void *arg)
{
	struct VEC(struct member_row) rows = { 0 };
	for (uint32_t i = 0; i < e->accounts.n; i++) {
		struct member_row row = { account_name(e, i), graph_cluster_of(e->graph, i) };
		if (row.cluster != GRAPH_NONE)
			VEC_PUSH(&rows, row);
	}
	if (rows.n > 0)
		qsort(rows.at, rows.n, sizeof(*rows.at), compare_member_rows);
	for (size_t i = 0; i < rows.n; i++) {
		char id[16];
		snprintf(id, sizeof(id), "c%u", rows.at[i].cluster + 1);
		fn(arg, rows.at[i].account, bytes_of(id));
	}
	VEC_FREE(&rows);
}
