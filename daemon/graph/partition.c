/* The guard: which of a component's edges may join sets.
 *   two single accounts merge freely; a single joins a cluster by a strong edge or by enough edges into it;
 *   two clusters need enough distinct cross edges; refusals are never crossed; no set grows beyond the maximum.
 * Edges are tried strongest level first, then by ends, and the blocked ones again until nothing merges any more:
 * a function of the edges alone.
 * I1: set is a union-find forest whose roots carry size; next links each set's members in a circle. */
#include "graph_state.h"

#include <stdlib.h>

uint32_t component_find(struct component *c, uint32_t u)
{
	while (c->set[u] != u) {
		c->set[u] = c->set[c->set[u]];
		u = c->set[u];
	}
	return u;
}

static void component_merge(struct component *c, uint32_t x, uint32_t y)
{
	if (c->size[x] < c->size[y] || (c->size[x] == c->size[y] && y < x)) {
		uint32_t swap = x;
		x = y;
		y = swap;
	}
	c->set[y] = x;
	c->size[x] += c->size[y];
	uint32_t swap = c->next[x];
	c->next[x] = c->next[y];
	c->next[y] = swap;
}

static int compare_edges(const void *x, const void *y)
{
	const struct component_edge *a = x, *b = y;
	if (a->tie.level != b->tie.level)
		return a->tie.level > b->tie.level ? -1 : 1;
	if (a->u != b->u)
		return a->u < b->u ? -1 : 1;
	return a->v < b->v ? -1 : a->v > b->v;
}

/* Which edges between two sets count. */
struct crossing {
	uint32_t into;      /* of the larger set */
	bool is_single;     /* the smaller is one account, whose edges all do; else no two that share an account */
	bool direct_only;
};

/* Of the account's edges; UINT32_MAX when a refusal is among them. */
static uint32_t count_from(struct component *c, uint32_t account, const struct crossing *crossing)
{
	uint32_t cross = 0;
	for (uint32_t i = c->first[account]; i < c->first[account + 1]; i++) {
		const struct component_edge *edge = &c->edges.at[c->incident[i]];
		uint32_t other = edge->u == account ? edge->v : edge->u;
		if (component_find(c, other) != crossing->into)
			continue;
		if (edge->tie.forbids)
			return UINT32_MAX;
		bool is_free = crossing->is_single || (c->used[account] != c->pass && c->used[other] != c->pass);
		if (edge->tie.level == 0 || !is_free || (crossing->direct_only && !edge->tie.is_direct))
			continue;
		c->used[account] = c->used[other] = c->pass;
		cross++;
	}
	return cross;
}

/* Edges between two sets of which no two share an account, each account's strongest first (greedy); for a single account,
 * its edges into the set. UINT32_MAX when a refusal stands between the sets. */
static uint32_t count_cross(struct component *c, const struct graph_guard *guard, uint32_t x, uint32_t y)
{
	uint32_t small = c->size[x] <= c->size[y] ? x : y, large = small == x ? y : x;
	const struct crossing crossing = { large, c->size[small] == 1, c->size[small] >= guard->crowd };
	uint32_t cross = 0, account = small;
	c->pass++;
	do {
		uint32_t found = count_from(c, account, &crossing);
		if (found == UINT32_MAX)
			return UINT32_MAX;
		cross += found;
		account = c->next[account];
	} while (account != small);
	return cross;
}

static bool may_merge(const struct graph_guard *guard, struct component *c, const struct component_edge *edge,
		      uint32_t x, uint32_t y)
{
	uint32_t cross = count_cross(c, guard, x, y);
	if (cross == UINT32_MAX)
		return false;
	if (edge->tie.level >= guard->sure_level)
		return true;
	if (c->size[x] + c->size[y] > guard->max)
		return false;
	if (c->size[x] == 1 && c->size[y] == 1)
		return true;
	if (c->size[x] == 1 || c->size[y] == 1)
		return edge->tie.level >= guard->strong_level || cross >= guard->support;
	return cross >= guard->cross;
}

static bool partition_pass(const struct graph_guard *guard, struct component *c)
{
	bool has_merged = false;
	for (size_t i = 0; i < c->edges.n; i++) {
		const struct component_edge *edge = &c->edges.at[i];
		uint32_t x = component_find(c, edge->u), y = component_find(c, edge->v);
		if (x == y || edge->tie.forbids || !may_merge(guard, c, edge, x, y))
			continue;
		component_merge(c, x, y);
		has_merged = true;
	}
	return has_merged;
}

/* Edges by account, in the order of the sorted edges. */
static void index_edges(struct component *c)
{
	size_t n = c->nodes.n;
	c->first = xrealloc(c->first, (n + 2) * sizeof(*c->first));
	c->incident = xrealloc(c->incident, (2 * c->edges.n + 1) * sizeof(*c->incident));
	memset(c->first, 0, (n + 2) * sizeof(*c->first));
	for (size_t i = 0; i < c->edges.n; i++) {
		c->first[c->edges.at[i].u + 2]++;
		c->first[c->edges.at[i].v + 2]++;
	}
	for (size_t i = 2; i < n + 2; i++)
		c->first[i] += c->first[i - 1];
	for (uint32_t i = 0; i < c->edges.n; i++) {
		c->incident[c->first[c->edges.at[i].u + 1]++] = i;
		c->incident[c->first[c->edges.at[i].v + 1]++] = i;
	}
}

void component_partition(const struct graph_guard *guard, struct component *c)
{
	size_t n = c->nodes.n;
	c->set = xrealloc(c->set, n * sizeof(*c->set));
	c->size = xrealloc(c->size, n * sizeof(*c->size));
	c->next = xrealloc(c->next, n * sizeof(*c->next));
	c->used = xrealloc(c->used, n * sizeof(*c->used));
	memset(c->used, 0, n * sizeof(*c->used));
	c->pass = 0;
	for (uint32_t i = 0; i < n; i++) {
		c->set[i] = c->next[i] = i;
		c->size[i] = 1;
	}
	if (c->edges.n > 1)
		qsort(c->edges.at, c->edges.n, sizeof(*c->edges.at), compare_edges);
	index_edges(c);
	while (partition_pass(guard, c))
		;
}
