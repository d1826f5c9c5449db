/* Edges, and which components need a new look.
 * I1: an edge stands in the lists of both its ends.  I2: a node whose edges changed since the last settle is in dirty.
 * I3: after a settle every cluster lies whole inside one component of its edges. */
#include "graph_state.h"

#include <stdlib.h>

struct graph *graph_new(const struct graph_guard *guard)
{
	struct graph *g = xcalloc(1, sizeof(*g));
	g->guard = *guard;
	return g;
}

void graph_free(struct graph *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->nodes.n; i++)
		free(g->nodes.at[i].edges);
	for (size_t i = 0; i < g->clusters.n; i++)
		free(g->clusters.at[i].members);
	VEC_FREE(&g->nodes);
	VEC_FREE(&g->clusters);
	VEC_FREE(&g->dirty);
	free(g);
}

static void graph_reserve(struct graph *g, uint32_t account)
{
	while (g->nodes.n <= account) {
		struct graph_node blank = { .cluster = GRAPH_NONE };
		VEC_PUSH(&g->nodes, blank);
	}
}

static struct graph_edge *edge_find(struct graph_node *node, uint32_t other)
{
	for (uint32_t i = 0; i < node->n; i++)
		if (node->edges[i].other == other)
			return &node->edges[i];
	return NULL;
}

static bool is_same_tie(const struct graph_tie *x, const struct graph_tie *y)
{
	return x->level == y->level && x->forbids == y->forbids && x->is_direct == y->is_direct;
}

/* True when something changed. */
static bool half_edge_set(struct graph_node *node, const struct graph_edge *wanted)
{
	struct graph_edge *edge = edge_find(node, wanted->other);
	bool is_gone = wanted->tie.level == 0 && !wanted->tie.forbids;
	if (edge == NULL && is_gone)
		return false;
	if (edge != NULL && is_gone) {
		*edge = node->edges[--node->n];
		return true;
	}
	if (edge != NULL && is_same_tie(&edge->tie, &wanted->tie))
		return false;
	if (edge == NULL) {
		if (node->n == node->cap) {
			node->cap = node->cap < 4 ? 4 : node->cap + node->cap / 2;
			node->edges = xrealloc(node->edges, node->cap * sizeof(*node->edges));
		}
		edge = &node->edges[node->n++];
	}
	memset(edge, 0, sizeof(*edge));
	*edge = *wanted;
	return true;
}

void graph_set_edge(struct graph *g, uint32_t a, uint32_t b, struct graph_tie tie)
{
	BUG_ON(a == b || tie.level >= GRAPH_LEVELS);
	graph_reserve(g, a > b ? a : b);
	struct graph_edge forward = { .other = b, .tie = tie };
	struct graph_edge backward = { .other = a, .tie = tie };
	if (!half_edge_set(&g->nodes.at[a], &forward))
		return;
	half_edge_set(&g->nodes.at[b], &backward);
	VEC_PUSH(&g->dirty, a);
	VEC_PUSH(&g->dirty, b);
}

static void component_add(struct graph *g, struct component *c, uint32_t account)
{
	if (g->nodes.at[account].mark == g->mark)
		return;
	g->nodes.at[account].mark = g->mark;
	VEC_PUSH(&c->nodes, account);
}

static void component_add_cluster(struct graph *g, struct component *c, struct graph_cluster *cluster)
{
	if (cluster->mark == g->mark)
		return;
	cluster->mark = g->mark;
	for (uint32_t k = 0; k < cluster->n; k++)
		component_add(g, c, cluster->members[k]);
}

/* Reaches over edges of the least level and over today's clusters, so that no cluster is left half outside. False: there are
 * more than max, and not all of them were reached. */
static bool component_reach(struct graph *g, struct component *c, uint32_t start, size_t max)
{
	g->mark++;
	c->nodes.n = 0;
	component_add(g, c, start);
	for (size_t i = 0; i < c->nodes.n; i++) {
		const struct graph_node *node = &g->nodes.at[c->nodes.at[i]];
		for (uint32_t k = 0; k < node->n; k++)
			if (node->edges[k].tie.level >= c->least_level)
				component_add(g, c, node->edges[k].other);
		if (node->cluster != GRAPH_NONE)
			component_add_cluster(g, c, &g->clusters.at[node->cluster]);
		if (c->nodes.n > max)
			return false;
	}
	return true;
}

static int compare_ids(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return a < b ? -1 : a > b;
}

/* Edges with both ends inside; weaker ones than the least level and refusals too, as they bear on what may merge. */
static void component_collect_edges(struct graph *g, struct component *c)
{
	qsort(c->nodes.at, c->nodes.n, sizeof(*c->nodes.at), compare_ids);
	for (uint32_t i = 0; i < c->nodes.n; i++)
		g->nodes.at[c->nodes.at[i]].local = i, g->nodes.at[c->nodes.at[i]].settled = g->settle;
	c->edges.n = 0;
	for (uint32_t i = 0; i < c->nodes.n; i++) {
		const struct graph_node *node = &g->nodes.at[c->nodes.at[i]];
		for (uint32_t k = 0; k < node->n; k++) {
			const struct graph_edge *edge = &node->edges[k];
			const struct graph_node *other = &g->nodes.at[edge->other];
			if (other->mark != g->mark || other->local <= i)
				continue;
			if (edge->tie.level < c->least_level && !edge->tie.forbids)
				continue;
			struct component_edge inner = { i, other->local, edge->tie };
			VEC_PUSH(&c->edges, inner);
		}
	}
}

/* I3: what holds together by sure edges is taken whole, however large it is. */
static size_t most_nodes(const struct graph *g, const struct component *c)
{
	return c->least_level < g->guard.sure_level ? GRAPH_COMPONENT_MAX : SIZE_MAX;
}

static void settle_component(struct graph *g, struct component *c, uint32_t start, graph_change_fn *fn, void *arg)
{
	c->least_level = 1;
	while (!component_reach(g, c, start, most_nodes(g, c))) {
		c->least_level++;
		g->limits_hit++;
	}
	component_collect_edges(g, c);
	component_partition(&g->guard, c);
	component_assign(g, c, fn, arg);
}

void graph_settle(struct graph *g, graph_change_fn *fn, void *arg)
{
	if (g->dirty.n == 0)
		return;
	struct component c = { 0 };
	g->settle++;
	qsort(g->dirty.at, g->dirty.n, sizeof(*g->dirty.at), compare_ids);
	for (size_t i = 0; i < g->dirty.n; i++)
		if (g->nodes.at[g->dirty.at[i]].settled != g->settle)
			settle_component(g, &c, g->dirty.at[i], fn, arg);
	g->dirty.n = 0;
	VEC_FREE(&c.nodes);
	VEC_FREE(&c.edges);
	free(c.set);
	free(c.size);
	free(c.next);
	free(c.used);
	free(c.first);
	free(c.incident);
}

uint32_t graph_cluster_of(const struct graph *g, uint32_t account)
{
	return account < g->nodes.n ? g->nodes.at[account].cluster : GRAPH_NONE;
}

unsigned graph_members(const struct graph *g, uint32_t cluster, const uint32_t **members)
{
	*members = NULL;
	if (cluster >= g->clusters.n)
		return 0;
	*members = g->clusters.at[cluster].members;
	return g->clusters.at[cluster].n;
}

uint32_t graph_handles(const struct graph *g) { return (uint32_t)g->clusters.n; }
uint64_t graph_clusters(const struct graph *g) { return g->n_clusters; }
uint64_t graph_limits_hit(const struct graph *g) { return g->limits_hit; }

unsigned graph_edges(const struct graph *g, uint32_t account, const struct graph_edge **edges)
{
	*edges = NULL;
	if (account >= g->nodes.n)
		return 0;
	*edges = g->nodes.at[account].edges;
	return g->nodes.at[account].n;
}

size_t graph_memory(const struct graph *g)
{
	size_t n = g->nodes.cap * sizeof(struct graph_node) + g->clusters.cap * sizeof(struct graph_cluster);
	for (size_t i = 0; i < g->nodes.n; i++)
		n += g->nodes.at[i].cap * sizeof(struct graph_edge);
	for (size_t i = 0; i < g->clusters.n; i++)
		n += g->clusters.at[i].n * sizeof(uint32_t);
	return n;
}
