/* Handles for the sets of a partitioned component. The set that shares most members with an old cluster keeps its
 * handle; ties go to the older handle, then to the set with the smallest account.
 * I1: every old cluster of the component's nodes lies whole inside the component. */
#include "graph_state.h"

#include <stdlib.h>

struct overlap {
	uint32_t cluster, set; /* set: its smallest local number */
	uint32_t members;
};

struct assignment {
	struct graph *g;
	struct component *c;
	uint32_t *least;  /* by root: smallest local number of the set */
	uint32_t *handle; /* by smallest local number: the handle given */
	struct VEC(struct overlap) overlaps;
	struct VEC(uint32_t) old; /* clusters that were there */
	graph_change_fn *fn;
	void *arg;
};

static uint32_t set_of(struct assignment *as, uint32_t local)
{
	return as->least[component_find(as->c, local)];
}

static int compare_by_cluster(const void *x, const void *y)
{
	const struct overlap *a = x, *b = y;
	if (a->cluster != b->cluster)
		return a->cluster < b->cluster ? -1 : 1;
	return a->set < b->set ? -1 : a->set > b->set;
}

static int compare_by_members(const void *x, const void *y)
{
	const struct overlap *a = x, *b = y;
	if (a->members != b->members)
		return a->members > b->members ? -1 : 1;
	return compare_by_cluster(x, y);
}

/* One row for each (old cluster, new set) with members in common; sets of one are no clusters. */
static void find_overlaps(struct assignment *as)
{
	for (uint32_t i = 0; i < as->c->nodes.n; i++) {
		uint32_t cluster = as->g->nodes.at[as->c->nodes.at[i]].cluster;
		if (cluster == GRAPH_NONE)
			continue;
		struct overlap row = { cluster, set_of(as, i), 1 };
		VEC_PUSH(&as->overlaps, row);
	}
	if (as->overlaps.n == 0)
		return;
	qsort(as->overlaps.at, as->overlaps.n, sizeof(*as->overlaps.at), compare_by_cluster);
	size_t n = 0;
	for (size_t i = 0; i < as->overlaps.n; i++) {
		struct overlap *row = &as->overlaps.at[i];
		if (n > 0 && as->overlaps.at[n - 1].cluster == row->cluster && as->overlaps.at[n - 1].set == row->set) {
			as->overlaps.at[n - 1].members++;
			continue;
		}
		if (n == 0 || as->overlaps.at[n - 1].cluster != row->cluster)
			VEC_PUSH(&as->old, row->cluster);
		as->overlaps.at[n++] = *row;
	}
	as->overlaps.n = n;
	qsort(as->overlaps.at, n, sizeof(*as->overlaps.at), compare_by_members);
}

static void keep_handles(struct assignment *as)
{
	for (size_t i = 0; i < as->overlaps.n; i++) {
		const struct overlap *row = &as->overlaps.at[i];
		if (as->handle[row->set] != GRAPH_NONE || as->c->size[component_find(as->c, row->set)] < 2)
			continue;
		bool is_taken = false;
		for (size_t k = 0; k < i && !is_taken; k++)
			is_taken = as->overlaps.at[k].cluster == row->cluster &&
				   as->handle[as->overlaps.at[k].set] == row->cluster;
		if (!is_taken)
			as->handle[row->set] = row->cluster;
	}
}

static void report(struct assignment *as, enum graph_change_type type, uint32_t cluster, uint32_t account, uint32_t other)
{
	struct graph_change change = { type, cluster, account, other };
	if (as->fn != NULL)
		as->fn(as->arg, &change);
}

static void give_new_handles(struct assignment *as)
{
	for (uint32_t i = 0; i < as->c->nodes.n; i++) {
		uint32_t set = set_of(as, i);
		if (set != i || as->handle[i] != GRAPH_NONE || as->c->size[component_find(as->c, i)] < 2)
			continue;
		struct graph_cluster blank = { 0 };
		as->handle[i] = (uint32_t)as->g->clusters.n;
		VEC_PUSH(&as->g->clusters, blank);
		as->g->n_clusters++;
		report(as, GRAPH_FORMED, as->handle[i], as->c->nodes.at[i], GRAPH_NONE);
	}
}

/* Moves and their reports: a whole cluster that went into another is one merge, else each member is told. */
static void report_moves(struct assignment *as)
{
	for (size_t i = 0; i < as->old.n; i++) {
		uint32_t old = as->old.at[i];
		const struct graph_cluster *cluster = &as->g->clusters.at[old];
		uint32_t to = as->handle[set_of(as, as->g->nodes.at[cluster->members[0]].local)];
		bool is_whole = to != old;
		for (uint32_t k = 0; k < cluster->n && is_whole; k++)
			is_whole = as->handle[set_of(as, as->g->nodes.at[cluster->members[k]].local)] == to;
		if (is_whole && to != GRAPH_NONE)
			report(as, GRAPH_MERGED, to, GRAPH_NONE, old);
	}
	for (uint32_t i = 0; i < as->c->nodes.n; i++) {
		uint32_t account = as->c->nodes.at[i], from = as->g->nodes.at[account].cluster;
		uint32_t to = as->handle[set_of(as, i)];
		if (from != GRAPH_NONE && from != to)
			report(as, GRAPH_LEFT, from, account, to);
		if (to != GRAPH_NONE && from != to)
			report(as, GRAPH_JOINED, to, account, from);
	}
}

static void rewrite_members(struct assignment *as)
{
	for (size_t i = 0; i < as->old.n; i++) {
		struct graph_cluster *cluster = &as->g->clusters.at[as->old.at[i]];
		free(cluster->members);
		*cluster = (struct graph_cluster){ 0 };
	}
	for (uint32_t i = 0; i < as->c->nodes.n; i++) {
		uint32_t account = as->c->nodes.at[i], to = as->handle[set_of(as, i)];
		as->g->nodes.at[account].cluster = to;
		if (to == GRAPH_NONE)
			continue;
		struct graph_cluster *cluster = &as->g->clusters.at[to];
		if (cluster->members == NULL)
			cluster->members = xmalloc(as->c->size[component_find(as->c, i)] * sizeof(*cluster->members));
		cluster->members[cluster->n++] = account;
	}
	for (size_t i = 0; i < as->old.n; i++) {
		if (as->g->clusters.at[as->old.at[i]].n > 0)
			continue;
		as->g->n_clusters--;
		report(as, GRAPH_DISSOLVED, as->old.at[i], GRAPH_NONE, GRAPH_NONE);
	}
}

static bool is_unchanged(struct assignment *as)
{
	for (uint32_t i = 0; i < as->c->nodes.n; i++)
		if (as->g->nodes.at[as->c->nodes.at[i]].cluster != as->handle[set_of(as, i)])
			return false;
	return true;
}

void component_assign(struct graph *g, struct component *c, graph_change_fn *fn, void *arg)
{
	size_t n = c->nodes.n;
	struct assignment as = { .g = g, .c = c, .fn = fn, .arg = arg };
	as.least = xmalloc(n * sizeof(*as.least));
	as.handle = xmalloc(n * sizeof(*as.handle));
	for (uint32_t i = 0; i < n; i++)
		as.least[i] = as.handle[i] = GRAPH_NONE;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t root = component_find(c, i);
		if (as.least[root] == GRAPH_NONE)
			as.least[root] = i;
	}
	find_overlaps(&as);
	keep_handles(&as);
	give_new_handles(&as);
	if (!is_unchanged(&as)) {
		report_moves(&as);
		rewrite_members(&as);
	}
	VEC_FREE(&as.overlaps);
	VEC_FREE(&as.old);
	free(as.least);
	free(as.handle);
}
