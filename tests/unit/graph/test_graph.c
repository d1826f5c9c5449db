/* The graph: the guard's sentences one by one, and the property that growing edge by edge equals building from scratch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "daemon/graph/graph.h"
#include "tests/unit/snapshot_memory.h"

#define STRONG 8
#define SURE 15
#define WEAK 1

static const struct graph_guard guard = { .strong_level = STRONG, .sure_level = SURE, .support = 2, .cross = 2, .crowd = 4, .max = 50 };

static struct graph *fresh(void)
{
	return graph_new(&guard);
}

static void set_edge(struct graph *g, uint32_t a, uint32_t b, uint8_t level, bool forbids)
{
	graph_set_edge(g, a, b, (struct graph_tie){ level, forbids, true });
}

static void settle(struct graph *g)
{
	graph_settle(g, NULL, NULL);
}

static bool together(const struct graph *g, uint32_t a, uint32_t b)
{
	return graph_cluster_of(g, a) != GRAPH_NONE && graph_cluster_of(g, a) == graph_cluster_of(g, b);
}

static void two_single_accounts_merge_freely(void **state)
{
	struct graph *g = fresh();
	set_edge(g, 3, 7, WEAK, false);
	settle(g);
	assert_true(together(g, 3, 7));
	assert_int_equal(graph_clusters(g), 1);
	graph_free(g);
}

static void a_weak_link_does_not_chain_a_third(void **state)
{
	struct graph *g = fresh();
	set_edge(g, 1, 2, STRONG, false);
	set_edge(g, 2, 3, WEAK, false);
	settle(g);
	assert_true(together(g, 1, 2));
	assert_int_equal(graph_cluster_of(g, 3), GRAPH_NONE);
	graph_free(g);
}

static void a_strong_link_joins_a_single_to_a_cluster(void **state)
{
	struct graph *g = fresh();
	set_edge(g, 1, 2, STRONG, false);
	set_edge(g, 2, 3, STRONG, false);
	settle(g);
	assert_true(together(g, 1, 3));
	graph_free(g);
}

static void support_of_two_members_joins_a_single(void **state)
{
	struct graph *g = fresh();
	set_edge(g, 1, 2, STRONG, false);
	set_edge(g, 2, 3, WEAK, false);
	set_edge(g, 1, 3, WEAK, false);
	settle(g);
	assert_true(together(g, 1, 3));
	graph_free(g);
}

static void one_bridge_does_not_merge_two_clusters_but_two_do(void **state)
{
	struct graph *g = fresh();
	set_edge(g, 1, 2, STRONG + 1, false);
	set_edge(g, 3, 4, STRONG + 1, false);
	set_edge(g, 2, 3, STRONG, false);
	settle(g);
	assert_false(together(g, 1, 4));
	set_edge(g, 1, 4, WEAK, false);
	settle(g);
	assert_true(together(g, 1, 4));
	graph_free(g);
}

/* Accounts first..first + n - 1, everyone with the next. */
static void set_chain(struct graph *g, uint32_t first, uint32_t n)
{
	for (uint32_t i = 0; i + 1 < n; i++)
		set_edge(g, first + i, first + i + 1, STRONG + 1, false);
}

static void two_crowds_merge_by_direct_edges_alone(void **state)
{
	const struct graph_tie heard = { STRONG, false, false }, direct = { STRONG, false, true };
	struct graph *g = fresh();
	set_chain(g, 10, guard.crowd);
	set_chain(g, 20, guard.crowd);
	for (uint32_t i = 0; i < guard.crowd; i++)
		graph_set_edge(g, 10 + i, 20 + i, heard);
	settle(g);
	assert_true(together(g, 10, 13));
	assert_true(together(g, 20, 23));
	assert_false(together(g, 10, 20));
	graph_set_edge(g, 10, 20, direct);
	settle(g);
	assert_false(together(g, 10, 20));
	graph_set_edge(g, 13, 23, direct);
	settle(g);
	assert_true(together(g, 10, 20));
	graph_set_edge(g, 13, 23, heard);
	settle(g);
	assert_false(together(g, 10, 20));
	graph_free(g);
}

static void a_few_merge_with_a_crowd_by_any_edges(void **state)
{
	struct graph *g = fresh();
	set_chain(g, 10, guard.crowd);
	set_chain(g, 20, guard.crowd - 1);
	for (uint32_t i = 0; i < guard.cross; i++)
		graph_set_edge(g, 10 + i, 20 + i, (struct graph_tie){ STRONG, false, false });
	settle(g);
	assert_true(together(g, 10, 20));
	graph_free(g);
}

static void a_refusal_keeps_two_apart_whatever_joins_them(void **state)
{
	struct graph *g = fresh();
	set_edge(g, 1, 2, SURE, false);
	set_edge(g, 2, 3, SURE, false);
	set_edge(g, 1, 3, 0, true);
	settle(g);
	assert_false(together(g, 1, 3));
	graph_free(g);
}

static void no_cluster_grows_beyond_the_maximum_but_by_sure_edges(void **state)
{
	struct graph *g = fresh();
	for (uint32_t i = 1; i < 60; i++)
		set_edge(g, 0, i, STRONG, false);
	settle(g);
	const uint32_t *members;
	assert_int_equal(graph_members(g, graph_cluster_of(g, 0), &members), guard.max);
	set_edge(g, 0, 59, SURE, false);
	settle(g);
	assert_true(together(g, 0, 59));
	graph_free(g);
}

static void a_withdrawn_edge_splits_and_the_larger_part_keeps_the_handle(void **state)
{
	struct graph *g = fresh();
	for (uint32_t i = 1; i < 4; i++)
		set_edge(g, i, i + 1, STRONG, false);
	settle(g);
	uint32_t handle = graph_cluster_of(g, 1);
	set_edge(g, 1, 2, 0, false);
	settle(g);
	assert_int_equal(graph_cluster_of(g, 1), GRAPH_NONE);
	assert_int_equal(graph_cluster_of(g, 3), handle);
	graph_free(g);
}

struct seen { unsigned formed, merged, dissolved, joined, left; uint32_t merged_into; };

static void note(void *arg, const struct graph_change *change)
{
	struct seen *seen = arg;
	seen->formed += change->type == GRAPH_FORMED;
	seen->joined += change->type == GRAPH_JOINED;
	seen->left += change->type == GRAPH_LEFT;
	seen->dissolved += change->type == GRAPH_DISSOLVED;
	if (change->type != GRAPH_MERGED)
		return;
	seen->merged++;
	seen->merged_into = change->cluster;
}

static void a_merge_is_told_once_and_keeps_the_larger_handle(void **state)
{
	struct graph *g = fresh();
	struct seen seen = { 0 };
	set_edge(g, 1, 2, STRONG, false);
	graph_settle(g, note, &seen);
	set_edge(g, 3, 4, STRONG, false);
	set_edge(g, 4, 5, STRONG, false);
	graph_settle(g, note, &seen);
	assert_int_equal(seen.formed, 2);
	uint32_t larger = graph_cluster_of(g, 4);
	set_edge(g, 2, 3, STRONG, false);
	set_edge(g, 1, 4, STRONG, false);
	graph_settle(g, note, &seen);
	assert_int_equal(seen.merged, 1);
	assert_int_equal(seen.dissolved, 1);
	assert_int_equal(seen.merged_into, larger);
	assert_int_equal(graph_clusters(g), 1);
	graph_free(g);
}

static uint32_t random_next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(*seed >> 33);
}

#define NODES 24

static void assert_same_partition(const struct graph *g, const struct graph *h)
{
	for (uint32_t a = 0; a < NODES; a++)
		for (uint32_t b = a + 1; b < NODES; b++)
			assert_int_equal(together(g, a, b), together(h, a, b));
}

/* Edges appear, change level and go at random; after each change the partition equals one built from scratch. */
static void growing_edge_by_edge_equals_building_from_scratch(void **state)
{
	static const uint8_t levels[] = { 0, WEAK, WEAK, 3, STRONG, 12, SURE };
	for (uint64_t round = 1; round <= 40; round++) {
		uint64_t seed = round;
		struct graph_tie edges[NODES][NODES] = { { { 0, false, false } } };
		struct graph *g = fresh();
		for (unsigned step = 0; step < 80; step++) {
			uint32_t a = random_next(&seed) % NODES, b = random_next(&seed) % NODES;
			if (a >= b)
				continue;
			edges[a][b].level = levels[random_next(&seed) % sizeof(levels)];
			edges[a][b].forbids = random_next(&seed) % 16 == 0;
			edges[a][b].is_direct = random_next(&seed) % 2 == 0;
			graph_set_edge(g, a, b, edges[a][b]);
			settle(g);
		}
		struct graph *scratch = fresh();
		for (uint32_t b = NODES; b-- > 0;)
			for (uint32_t a = 0; a < b; a++)
				graph_set_edge(scratch, b, a, edges[a][b]);
		settle(scratch);
		assert_same_partition(g, scratch);
		graph_free(g);
		graph_free(scratch);
	}
}

/* An edge is a bridge when its ends are apart without it: asked of every edge, by walking. */
static bool is_reached(const bool edges[NODES][NODES], uint32_t from, uint32_t to)
{
	bool seen[NODES] = { false };
	uint32_t stack[NODES], n = 0;
	seen[from] = true;
	stack[n++] = from;
	while (n > 0) {
		uint32_t at = stack[--n];
		for (uint32_t i = 0; i < NODES; i++) {
			if (seen[i] || !(edges[at][i] || edges[i][at]))
				continue;
			seen[i] = true;
			stack[n++] = i;
		}
	}
	return seen[to];
}

static void bridges_are_the_edges_without_which_a_cluster_falls_apart(void **state)
{
	for (uint64_t round = 1; round <= 60; round++) {
		uint64_t seed = round;
		bool edges[NODES][NODES] = { { false } };
		struct graph *g = fresh();
		struct graph_bridge bridges[NODES];
		unsigned expected = 0;
		for (unsigned i = 0; i < NODES + round / 4; i++) {
			uint32_t a = random_next(&seed) % NODES, b = random_next(&seed) % NODES;
			if (a < b)
				set_edge(g, a, b, SURE, false), edges[a][b] = true;
		}
		settle(g);
		for (uint32_t cluster = 0; cluster < graph_handles(g); cluster++) {
			unsigned n = graph_bridges(g, cluster, bridges);
			for (unsigned i = 0; i < n; i++) {
				bool was = edges[bridges[i].a][bridges[i].b];
				edges[bridges[i].a][bridges[i].b] = false;
				assert_true(was && !is_reached(edges, bridges[i].a, bridges[i].b));
				edges[bridges[i].a][bridges[i].b] = true;
			}
			expected += n;
		}
		for (uint32_t a = 0; a < NODES; a++)
			for (uint32_t b = a + 1; b < NODES; b++) {
				bool was = edges[a][b];
				edges[a][b] = false;
				expected -= was && !is_reached(edges, a, b);
				edges[a][b] = was;
			}
		assert_int_equal(expected, 0);
		graph_free(g);
	}
}

static void a_snapshot_brings_back_the_same_clusters(void **state)
{
	struct graph *g = fresh(), *back = fresh();
	for (uint32_t i = 0; i < 30; i += 3) {
		set_edge(g, i, i + 1, STRONG, false);
		set_edge(g, i + 1, i + 2, STRONG, i % 2 == 0);
	}
	settle(g);
	struct memory m = { 0 };
	assert_int_equal(graph_save(g, memory_write, &m), ERR_OK);
	assert_int_equal(graph_load(back, memory_read, &m), ERR_OK);
	for (uint32_t i = 0; i < 30; i++)
		assert_int_equal(graph_cluster_of(g, i), graph_cluster_of(back, i));
	set_edge(back, 0, 1, 0, false);
	settle(back);
	assert_int_equal(graph_cluster_of(back, 0), GRAPH_NONE);
	graph_free(g);
	graph_free(back);
	free(m.at);
}

static void a_cut_snapshot_is_refused(void **state)
{
	struct graph *g = fresh();
	set_edge(g, 1, 2, STRONG, false);
	settle(g);
	struct memory whole = { 0 };
	assert_int_equal(graph_save(g, memory_write, &whole), ERR_OK);
	for (size_t n = 0; n < whole.n; n++) {
		struct memory cut = { whole.at, n, 0 };
		struct graph *back = fresh();
		assert_int_not_equal(graph_load(back, memory_read, &cut), ERR_OK);
		graph_free(back);
	}
	graph_free(g);
	free(whole.at);
}

/* What is sure has no largest size: a cluster beyond the largest component still takes others in whole. */
static void cluster_beyond_the_largest_component_takes_another_in_whole(void **state)
{
	const uint32_t big = GRAPH_COMPONENT_MAX + 100, x = big + 10, y = x + 1;
	struct graph *g = fresh();
	for (uint32_t i = 0; i + 1 < big; i++)
		set_edge(g, i, i + 1, SURE, false);
	set_edge(g, x, y, SURE, false);
	settle(g);
	assert_true(together(g, 0, big - 1));
	assert_true(together(g, x, y));
	assert_false(together(g, 0, x));
	set_edge(g, 7, x, SURE, false);
	settle(g);
	assert_true(together(g, 0, x));
	assert_true(together(g, 0, y));
	set_edge(g, y, y + 1, STRONG, false);
	settle(g);
	assert_int_equal(graph_cluster_of(g, y + 1), GRAPH_NONE); /* and what is not sure has the guard's */
	assert_int_equal(graph_clusters(g), 1);
	graph_free(g);
}

static void a_snapshot_whose_members_are_not_those_of_its_accounts_is_refused(void **state)
{
	struct graph *g = fresh();
	struct memory whole = { 0 };
	const size_t place = 4 * sizeof(uint64_t) + sizeof(uint32_t); /* of the first account's cluster, behind the counts */
	const uint32_t wrong_ones[] = { GRAPH_NONE, 1 };
	set_edge(g, 0, 1, STRONG, false);
	set_edge(g, 2, 3, STRONG, false);
	settle(g);
	assert_int_equal(graph_save(g, memory_write, &whole), ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(wrong_ones); i++) {
		struct memory wrong = { malloc(whole.n), whole.n, 0 };
		struct graph *back = fresh();
		memcpy(wrong.at, whole.at, whole.n);
		memcpy(wrong.at + place, &wrong_ones[i], sizeof(wrong_ones[i]));
		assert_int_equal(graph_load(back, memory_read, &wrong), ERR_CORRUPT);
		graph_free(back);
		free(wrong.at);
	}
	graph_free(g);
	free(whole.at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cluster_beyond_the_largest_component_takes_another_in_whole),
		cmocka_unit_test(two_single_accounts_merge_freely),
		cmocka_unit_test(a_weak_link_does_not_chain_a_third),
		cmocka_unit_test(a_strong_link_joins_a_single_to_a_cluster),
		cmocka_unit_test(support_of_two_members_joins_a_single),
		cmocka_unit_test(one_bridge_does_not_merge_two_clusters_but_two_do),
		cmocka_unit_test(two_crowds_merge_by_direct_edges_alone),
		cmocka_unit_test(a_few_merge_with_a_crowd_by_any_edges),
		cmocka_unit_test(a_refusal_keeps_two_apart_whatever_joins_them),
		cmocka_unit_test(no_cluster_grows_beyond_the_maximum_but_by_sure_edges),
		cmocka_unit_test(a_withdrawn_edge_splits_and_the_larger_part_keeps_the_handle),
		cmocka_unit_test(a_merge_is_told_once_and_keeps_the_larger_handle),
		cmocka_unit_test(growing_edge_by_edge_equals_building_from_scratch),
		cmocka_unit_test(bridges_are_the_edges_without_which_a_cluster_falls_apart),
		cmocka_unit_test(a_snapshot_brings_back_the_same_clusters),
		cmocka_unit_test(a_cut_snapshot_is_refused),
		cmocka_unit_test(a_snapshot_whose_members_are_not_those_of_its_accounts_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
