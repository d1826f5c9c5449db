/* Clusters: accounts joined by links, under a guard against chaining. The partition of a component is a function of its
 * edges and their levels alone (strongest level first, then by account id), so that growing it edge by edge gives the
 * same as building it from scratch. Nodes are account ids; a cluster's handle counts up and is never used again; on a
 * merge or split the part that overlaps most keeps the handle. Owned by one engine. */
#ifndef ASSOCD_GRAPH_GRAPH_H
#define ASSOCD_GRAPH_GRAPH_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

#define GRAPH_NONE UINT32_MAX
#define GRAPH_LEVELS 16
/* A component larger than this is partitioned by its stronger edges alone: bounded work, counted. One of sure edges has no bound. */
#define GRAPH_COMPONENT_MAX 4096

struct graph_guard {
	uint8_t strong_level; /* an edge of this level joins a single account to a cluster alone */
	uint8_t sure_level;   /* an edge of this level merges anything: declared joint, confirmed */
	unsigned support;     /* else so many edges into the cluster do */
	unsigned cross;       /* distinct edges between two clusters that merge them */
	unsigned crowd;       /* from so many members on, in both, direct ones alone do */
	unsigned max;         /* members of one cluster, sure edges excepted */
};

struct graph;
struct graph *graph_new(const struct graph_guard *guard);
void graph_free(struct graph *g);

/* What one pair says about clusters. */
struct graph_tie {
	uint8_t level;  /* 0: nothing */
	bool forbids;   /* the two are never in one cluster */
	bool is_direct; /* what the two have in common says so by itself, and not only what others make of it */
};
/* Sets the edge of a pair; one that says nothing is removed. */
void graph_set_edge(struct graph *g, uint32_t a, uint32_t b, struct graph_tie tie);

enum graph_change_type { GRAPH_FORMED, GRAPH_JOINED, GRAPH_LEFT, GRAPH_MERGED, GRAPH_DISSOLVED };
struct graph_change {
	enum graph_change_type type;
	uint32_t cluster;
	uint32_t account; /* JOINED, LEFT */
	uint32_t other;   /* MERGED: the cluster that went into this one; LEFT, DISSOLVED: where to, or GRAPH_NONE */
};
typedef void graph_change_fn(void *arg, const struct graph_change *change);
/* Brings the clusters up to date with the edges set since the last call; changes come in a fixed order. */
void graph_settle(struct graph *g, graph_change_fn *fn, void *arg);

/* GRAPH_NONE when the account is alone. */
uint32_t graph_cluster_of(const struct graph *g, uint32_t account);
/* Members by account id; borrowed until the next settle. 0 when there is no such cluster. */
unsigned graph_members(const struct graph *g, uint32_t cluster, const uint32_t **members);
/* Handles are below this. */
uint32_t graph_handles(const struct graph *g);
uint64_t graph_clusters(const struct graph *g);
size_t graph_memory(const struct graph *g);
uint64_t graph_limits_hit(const struct graph *g);

/* Edges of one account. */
struct graph_edge {
	uint32_t other;
	struct graph_tie tie;
};
unsigned graph_edges(const struct graph *g, uint32_t account, const struct graph_edge **edges);

/* Edges whose removal would take the cluster apart, in a fixed order; out has room for as many as there are members. */
struct graph_bridge { uint32_t a, b; }; /* a < b */
unsigned graph_bridges(const struct graph *g, uint32_t cluster, struct graph_bridge *out);

typedef enum err graph_write_fn(void *arg, const void *p, size_t n);
typedef enum err graph_read_fn(void *arg, void *p, size_t n);
enum err graph_save(const struct graph *g, graph_write_fn *write, void *arg) MUST_CHECK;
enum err graph_load(struct graph *g, graph_read_fn *read, void *arg) MUST_CHECK;

#endif
