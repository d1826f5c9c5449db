/* Clusters of two engines: which of the old and new ones have members in common.
 * I1: a member is in one cluster of each side at most, so the overlaps add up to the sizes.
 * I2: a row is made from the new cluster, or from the old one that dissolves or splits. */
#include <stdlib.h>

#include "daemon/base/map.h"
#include "diff.h"

#define ALONE UINT32_MAX

struct cluster {
	unsigned size;
	unsigned parts; /* clusters of the other side that it overlaps */
	uint32_t part;  /* the last of them */
	unsigned kept;  /* members that are in any of them */
	struct bytes *members;
	unsigned n_members;
};
struct membership { struct bytes account; uint32_t cluster; };

/* Clusters of one side by number, in the order of their first member's name. */
struct side {
	struct strtab *ids;
	struct VEC(struct cluster) clusters;
	struct VEC(struct membership) members; /* by account name */
};

static void take_member(void *arg, struct bytes account, struct bytes cluster)
{
	struct side *side = arg;
	struct membership member = { account, strtab_intern(side->ids, cluster) };
	if (member.cluster == side->clusters.n)
		VEC_PUSH(&side->clusters, ((struct cluster){ .part = ALONE }));
	side->clusters.at[member.cluster].size++;
	VEC_PUSH(&side->members, member);
}

static void gather_side(const struct engine *e, struct arena *a, struct side *out)
{
	*out = (struct side){ .ids = strtab_new() };
	engine_each_member(e, take_member, out);
	for (size_t i = 0; i < out->members.n; i++) {
		struct cluster *cluster = &out->clusters.at[out->members.at[i].cluster];
		if (cluster->members == NULL)
			cluster->members = ARENA_ARRAY(a, struct bytes, cluster->size);
		cluster->members[cluster->n_members++] = out->members.at[i].account;
	}
}

struct overlap { uint32_t of, with; };
struct overlaps VEC(struct overlap);

static int compare_overlaps(const void *x, const void *y)
{
	const struct overlap *a = x, *b = y;
	if (a->of != b->of)
		return a->of < b->of ? -1 : 1;
	return a->with < b->with ? -1 : a->with > b->with;
}

/* Members that both sides have in some cluster. */
static void find_overlaps(const struct side sides[2], struct overlaps *out)
{
	size_t k = 0;
	for (size_t i = 0; i < sides[1].members.n; i++) {
		const struct membership *after = &sides[1].members.at[i];
		while (k < sides[0].members.n && bytes_cmp(sides[0].members.at[k].account, after->account) < 0)
			k++;
		if (k == sides[0].members.n)
			return;
		struct overlap row = { after->cluster, sides[0].members.at[k].cluster };
		if (bytes_eq(sides[0].members.at[k].account, after->account))
			VEC_PUSH(out, row);
	}
}

/* rows are sorted; `of` is a cluster of the side. */
static void count_parts(struct side *side, const struct overlaps *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		struct cluster *cluster = &side->clusters.at[rows->at[i].of];
		bool is_repeated = i > 0 && compare_overlaps(&rows->at[i - 1], &rows->at[i]) == 0;
		cluster->kept++;
		cluster->parts += !is_repeated;
		cluster->part = rows->at[i].with;
	}
}

static void sort_overlaps(struct overlaps *rows)
{
	if (rows->n > 0)
		qsort(rows->at, rows->n, sizeof(*rows->at), compare_overlaps);
}

static void find_parts(struct side sides[2])
{
	struct overlaps rows = { 0 };
	find_overlaps(sides, &rows);
	sort_overlaps(&rows);
	count_parts(&sides[1], &rows);
	for (size_t i = 0; i < rows.n; i++)
		rows.at[i] = (struct overlap){ rows.at[i].with, rows.at[i].of };
	sort_overlaps(&rows);
	count_parts(&sides[0], &rows);
	VEC_FREE(&rows);
}

static void add_row(struct diff *d, struct diff_cluster row, const struct cluster *shown)
{
	row.members = shown->members;
	row.n_members = shown->n_members;
	VEC_PUSH(&d->clusters, row);
}

static void add_new(struct diff *d, const struct side *old, const struct cluster *c)
{
	const struct cluster *before = c->parts == 1 ? &old->clusters.at[c->part] : NULL;
	if (c->parts == 0) {
		add_row(d, (struct diff_cluster){ DIFF_APPEARS, "forms", { 0, c->size }, 0, NULL, 0 }, c);
	} else if (c->parts > 1) {
		add_row(d, (struct diff_cluster){ DIFF_LEVEL, "merges", { c->kept, c->size }, c->parts, NULL, 0 }, c);
	} else if (before->parts == 1 && (before->size != c->size || c->kept != c->size)) {
		bool is_within = before->kept == before->size, contains = c->kept == c->size;
		const char *what = is_within ? "grows" : contains ? "shrinks" : "changes";
		add_row(d, (struct diff_cluster){ DIFF_LEVEL, what, { before->size, c->size }, 1, NULL, 0 }, c);
	}
}

static void add_old(struct diff *d, const struct cluster *c)
{
	if (c->parts == 0)
		add_row(d, (struct diff_cluster){ DIFF_DISAPPEARS, "dissolves", { c->size, 0 }, 0, NULL, 0 }, c);
	else if (c->parts > 1)
		add_row(d, (struct diff_cluster){ DIFF_LEVEL, "splits", { c->size, c->kept }, c->parts, NULL, 0 }, c);
}

static unsigned largest(const struct diff_cluster *row)
{
	return row->size[0] > row->size[1] ? row->size[0] : row->size[1];
}

static int compare_rows(const void *x, const void *y)
{
	const struct diff_cluster *a = x, *b = y;
	if (a->change != b->change)
		return a->change < b->change ? -1 : 1;
	if (largest(a) != largest(b))
		return largest(a) > largest(b) ? -1 : 1;
	int by_member = bytes_cmp(a->members[0], b->members[0]);
	return by_member != 0 ? by_member : strcmp(a->what, b->what);
}

void diff_find_clusters(struct diff *d, const struct engine *const sides[2])
{
	struct side found[2];
	for (unsigned i = 0; i < 2; i++) {
		gather_side(sides[i], d->arena, &found[i]);
		d->totals[i].clusters = found[i].clusters.n;
	}
	find_parts(found);
	for (size_t i = 0; i < found[1].clusters.n; i++)
		add_new(d, &found[0], &found[1].clusters.at[i]);
	for (size_t i = 0; i < found[0].clusters.n; i++)
		add_old(d, &found[0].clusters.at[i]);
	if (d->clusters.n > 0)
		qsort(d->clusters.at, d->clusters.n, sizeof(*d->clusters.at), compare_rows);
	for (unsigned i = 0; i < 2; i++) {
		strtab_free(found[i].ids);
		VEC_FREE(&found[i].clusters);
		VEC_FREE(&found[i].members);
	}
}
