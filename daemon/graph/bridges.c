/* Bridges of a cluster: a walk in depth that notes how far up each part reaches back (Tarjan 1974), without recursion.
 * I1: members are sorted, so that an account's place among them is found by halving. */
#include "graph_state.h"

#include <stdlib.h>

struct place {
	uint32_t order, low; /* 0: not seen yet */
	uint32_t parent;     /* place; GRAPH_NONE for a root */
	uint32_t next;       /* of its edges */
};

struct walk {
	const struct graph *g;
	const uint32_t *members;
	uint32_t n, clock;
	struct place *places;
	struct graph_bridge *out;
	unsigned n_out;
};

/* GRAPH_NONE for who is no member. */
static uint32_t place_of(const struct walk *w, uint32_t account)
{
	uint32_t low = 0, high = w->n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (w->members[middle] < account)
			low = middle + 1;
		else
			high = middle;
	}
	return low < w->n && w->members[low] == account ? low : GRAPH_NONE;
}

/* The place that the next edge of this one leads to; GRAPH_NONE when there is no further edge inside. */
static uint32_t step(struct walk *w, uint32_t at)
{
	const struct graph_node *node = &w->g->nodes.at[w->members[at]];
	while (w->places[at].next < node->n) {
		const struct graph_edge *edge = &node->edges[w->places[at].next++];
		uint32_t to = edge->tie.level > 0 ? place_of(w, edge->other) : GRAPH_NONE;
		if (to != GRAPH_NONE && to != w->places[at].parent)
			return to;
	}
	return GRAPH_NONE;
}

static void enter(struct walk *w, uint32_t at, uint32_t parent)
{
	w->places[at] = (struct place){ .order = ++w->clock, .parent = parent };
	w->places[at].low = w->places[at].order;
}

/* Back to the parent: nothing below reaches above the edge, so it is a bridge. */
static uint32_t leave(struct walk *w, uint32_t at)
{
	uint32_t parent = w->places[at].parent;
	if (parent == GRAPH_NONE)
		return GRAPH_NONE;
	if (w->places[at].low < w->places[parent].low)
		w->places[parent].low = w->places[at].low;
	if (w->places[at].low > w->places[parent].order) {
		uint32_t x = w->members[at], y = w->members[parent];
		w->out[w->n_out++] = (struct graph_bridge){ x < y ? x : y, x < y ? y : x };
	}
	return parent;
}

static void walk_from(struct walk *w, uint32_t root)
{
	uint32_t at = root;
	enter(w, root, GRAPH_NONE);
	while (at != GRAPH_NONE) {
		uint32_t to = step(w, at);
		if (to == GRAPH_NONE) {
			at = leave(w, at);
		} else if (w->places[to].order == 0) {
			enter(w, to, at);
			at = to;
		} else if (w->places[to].order < w->places[at].low) {
			w->places[at].low = w->places[to].order;
		}
	}
}

unsigned graph_bridges(const struct graph *g, uint32_t cluster, struct graph_bridge *out)
{
	struct walk w = { .g = g, .out = out };
	w.n = graph_members(g, cluster, &w.members);
	w.places = xcalloc(w.n + 1, sizeof(*w.places));
	for (uint32_t i = 0; i < w.n; i++)
		if (w.places[i].order == 0)
			walk_from(&w, i);
	free(w.places);
	return w.n_out;
}
