/* Accounts joined to persons: a forest over the names that are joined to anything.
 * I1: parent[i] <= i; a root is its own parent and has the person's size. */
#include "people.h"

#include <stdlib.h>

#include "daemon/base/map.h"
#include "daemon/base/vec.h"

struct people {
	struct strtab *names, *clusters;
	struct VEC(uint32_t) parent, size;
	struct VEC(uint32_t) first; /* of each cluster: the account that was met first */
};

static uint32_t root_of(const struct people *p, uint32_t i)
{
	while (p->parent.at[i] != i)
		i = p->parent.at[i];
	return i;
}

static uint32_t intern(struct people *p, struct bytes account)
{
	uint32_t id = strtab_intern(p->names, account);
	if (id == p->parent.n) {
		VEC_PUSH(&p->parent, id);
		VEC_PUSH(&p->size, 1);
	}
	return id;
}

static void join(struct people *p, uint32_t a, uint32_t b)
{
	uint32_t x = root_of(p, a), y = root_of(p, b), low = x < y ? x : y, high = x < y ? y : x;
	if (low == high)
		return;
	p->parent.at[high] = low;
	p->size.at[low] += p->size.at[high];
	p->parent.at[a] = p->parent.at[b] = low; /* both are at least low: I1 */
}

static void add_member(void *arg, struct bytes account, struct bytes cluster)
{
	struct people *p = arg;
	uint32_t id = intern(p, account), number = strtab_intern(p->clusters, cluster);
	if (number == p->first.n)
		VEC_PUSH(&p->first, id);
	join(p, id, p->first.at[number]);
}

static void add_explained(void *arg, const struct link_view *link)
{
	struct people *p = arg;
	if (link->state == LINK_EXPLAINED && link->band > BAND_NONE)
		join(p, intern(p, link->a), intern(p, link->b));
}

struct people *people_new(const struct engine *e)
{
	struct people *p = xcalloc(1, sizeof(*p));
	p->names = strtab_new();
	p->clusters = strtab_new();
	engine_each_member(e, add_member, p);
	engine_each_link(e, 1, add_explained, p);
	return p;
}

void people_free(struct people *p)
{
	if (p == NULL)
		return;
	strtab_free(p->names);
	strtab_free(p->clusters);
	VEC_FREE(&p->parent);
	VEC_FREE(&p->size);
	VEC_FREE(&p->first);
	free(p);
}

/* Holders of a value that are joined to anything; more are never remembered. */
#define JOINED_MAX 256

unsigned people_holding(const struct people *p, const struct value_holders_view *value)
{
	uint32_t roots[JOINED_MAX];
	unsigned n_roots = 0, repeated = 0;
	for (unsigned i = 0; i < value->n_latest && n_roots < JOINED_MAX; i++) {
		uint32_t id = strtab_find(p->names, value->latest[i].account);
		if (id == STRTAB_NONE)
			continue;
		uint32_t root = root_of(p, id);
		unsigned k = 0;
		while (k < n_roots && roots[k] != root)
			k++;
		repeated += k < n_roots;
		n_roots += k == n_roots;
		roots[k] = root;
	}
	return value->holders - repeated;
}

struct people_counts people_counts(const struct people *p, uint64_t accounts)
{
	struct people_counts counts = { accounts, accounts * (accounts - (accounts > 0)) / 2 };
	for (uint32_t i = 0; i < p->parent.n; i++) {
		uint64_t size = p->parent.at[i] == i ? p->size.at[i] : 1;
		counts.persons -= size - 1;
		counts.pairs -= size * (size - 1) / 2;
	}
	return counts;
}
