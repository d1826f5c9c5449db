/* Inside of the graph, shared by its files. */
#ifndef ASSOCD_GRAPH_GRAPH_STATE_H
#define ASSOCD_GRAPH_GRAPH_STATE_H

#include "daemon/base/vec.h"
#include "graph.h"

struct graph_node {
	struct graph_edge *edges;
	uint32_t n, cap;
	uint32_t cluster;
	uint32_t mark;    /* number of the last reach that came here */
	uint32_t settled; /* number of the last settle that partitioned it */
	uint32_t local; /* its number in the component being partitioned */
};

struct graph_cluster {
	uint32_t *members; /* sorted */
	uint32_t n;
	uint32_t mark; /* as a node's */
};

struct graph {
	struct graph_guard guard;
	struct VEC(struct graph_node) nodes;
	struct VEC(struct graph_cluster) clusters;
	struct VEC(uint32_t) dirty;
	uint32_t mark, settle;
	uint64_t n_clusters, limits_hit;
};

/* One component while it is partitioned: local numbers 0..n-1 in order of account id. */
struct component_edge {
	uint32_t u, v;
	struct graph_tie tie;
};
struct component {
	struct VEC(uint32_t) nodes;
	struct VEC(struct component_edge) edges; /* u < v */
	uint32_t *set;  /* union-find parent */
	uint32_t *size, *next; /* of a root; circular list of a set's members */
	uint32_t *used, pass; /* number of the count that last used the account */
	uint32_t *first;      /* by account: where its edges begin in incident; n + 1 entries */
	uint32_t *incident;   /* edge numbers, strongest first within an account */
	uint8_t least_level;
};

/* partition.c: fills set for every node. */
void component_partition(const struct graph_guard *guard, struct component *c);
uint32_t component_find(struct component *c, uint32_t u);

/* assign.c: gives the sets of the component their handles and reports what changed. */
void component_assign(struct graph *g, struct component *c, graph_change_fn *fn, void *arg);

#endif
