/* The graph as bytes: counts, edges and cluster of each node, members of each cluster. Loading checks every reference. */
#include "graph_state.h"

#include <stdlib.h>
#include <string.h>

struct graph_header {
	uint64_t nodes, clusters, n_clusters, limits_hit;
};

enum err graph_save(const struct graph *g, graph_write_fn *write, void *arg)
{
	BUG_ON(g->dirty.n > 0);
	struct graph_header header = { g->nodes.n, g->clusters.n, g->n_clusters, g->limits_hit };
	enum err err = write(arg, &header, sizeof(header));
	for (size_t i = 0; err == ERR_OK && i < g->nodes.n; i++) {
		const struct graph_node *node = &g->nodes.at[i];
		const uint32_t head[] = { node->n, node->cluster };
		err = write(arg, head, sizeof(head));
		if (err == ERR_OK && node->n > 0)
			err = write(arg, node->edges, node->n * sizeof(*node->edges));
	}
	for (size_t i = 0; err == ERR_OK && i < g->clusters.n; i++) {
		err = write(arg, &g->clusters.at[i].n, sizeof(g->clusters.at[i].n));
		if (err == ERR_OK && g->clusters.at[i].n > 0)
			err = write(arg, g->clusters.at[i].members, g->clusters.at[i].n * sizeof(uint32_t));
	}
	return err;
}

/* Bytes of a file are no bool yet. */
static bool tie_is_possible(const struct graph_tie *tie)
{
	uint8_t flags[2];
	memcpy(&flags[0], &tie->forbids, 1);
	memcpy(&flags[1], &tie->is_direct, 1);
	return tie->level < GRAPH_LEVELS && flags[0] <= 1 && flags[1] <= 1;
}

static enum err load_node(struct graph_node *node, const struct graph_header *h, graph_read_fn *read, void *arg)
{
	uint32_t head[2];
	enum err err = read(arg, head, sizeof(head));
	if (err != ERR_OK)
		return err;
	if (head[0] > h->nodes || (head[1] != GRAPH_NONE && head[1] >= h->clusters))
		return ERR_CORRUPT;
	node->cluster = head[1];
	node->cap = head[0];
	if (head[0] == 0)
		return ERR_OK;
	node->edges = xmalloc(head[0] * sizeof(*node->edges));
	err = read(arg, node->edges, head[0] * sizeof(*node->edges));
	if (err != ERR_OK)
		return err;
	node->n = head[0];
	for (uint32_t i = 0; i < node->n; i++)
		if (node->edges[i].other >= h->nodes || !tie_is_possible(&node->edges[i].tie))
			return ERR_CORRUPT;
	return ERR_OK;
}

static enum err load_cluster(struct graph_cluster *cluster, const struct graph_header *h, graph_read_fn *read, void *arg)
{
	uint32_t n;
	enum err err = read(arg, &n, sizeof(n));
	if (err != ERR_OK || n == 0)
		return err;
	if (n > h->nodes)
		return ERR_CORRUPT;
	cluster->members = xmalloc(n * sizeof(*cluster->members));
	err = read(arg, cluster->members, n * sizeof(*cluster->members));
	if (err != ERR_OK)
		return err;
	cluster->n = n;
	for (uint32_t i = 0; i < n; i++)
		if (cluster->members[i] >= h->nodes || (i > 0 && cluster->members[i] <= cluster->members[i - 1]))
			return ERR_CORRUPT;
	return ERR_OK;
}

/* Members are those, and only those, whose node names the cluster. */
static bool clusters_agree(const struct graph *g)
{
	size_t named = 0, members = 0;
	for (size_t i = 0; i < g->nodes.n; i++)
		named += g->nodes.at[i].cluster != GRAPH_NONE;
	for (size_t i = 0; i < g->clusters.n; i++) {
		const struct graph_cluster *cluster = &g->clusters.at[i];
		for (uint32_t k = 0; k < cluster->n; k++)
			if (g->nodes.at[cluster->members[k]].cluster != i)
				return false;
		members += cluster->n;
	}
	return named == members;
}

enum err graph_load(struct graph *g, graph_read_fn *read, void *arg)
{
	struct graph_header header;
	enum err err = read(arg, &header, sizeof(header));
	if (err != ERR_OK)
		return err;
	if (header.nodes >= GRAPH_NONE || header.clusters >= GRAPH_NONE)
		return ERR_CORRUPT;
	for (uint64_t i = 0; err == ERR_OK && i < header.nodes; i++) {
		struct graph_node blank = { .cluster = GRAPH_NONE };
		VEC_PUSH(&g->nodes, blank);
		err = load_node(&g->nodes.at[i], &header, read, arg);
	}
	for (uint64_t i = 0; err == ERR_OK && i < header.clusters; i++) {
		struct graph_cluster blank = { 0 };
		VEC_PUSH(&g->clusters, blank);
		err = load_cluster(&g->clusters.at[i], &header, read, arg);
	}
	g->n_clusters = header.n_clusters;
	g->limits_hit = header.limits_hit;
	return err == ERR_OK && !clusters_agree(g) ? ERR_CORRUPT : err;
}
