/* Nested prefixes to disjoint ranges.
 * I1: starts are strictly ascending; a range ends where the next starts.  I2: neighbours differ in value.
 * I3: first[h] is the last v4 range that starts at or before h << 16, so the range of an address lies in
 *     first[h] .. first[h + 1]. */
#include "ranges.h"

#include <stdlib.h>

#include "daemon/base/vec.h"

typedef unsigned __int128 address;

struct prefix {
	address base, last;
	uint32_t order, value;
};

struct edge {
	address start;
	uint32_t value;
};

struct edges VEC(struct edge);

struct ranges_builder {
	struct VEC(struct prefix) prefixes;
};

struct ranges {
	uint32_t *v4_start, *v4_value;
	size_t n_v4;
	uint32_t *first; /* 65536 + 1 */
	struct edge *v6;
	size_t n_v6;
};

#define V4_BASE ((address)0xffff << 32)

static address address_of(const struct ip *ip)
{
	address a = 0;

	for (int i = 0; i < 16; i++)
		a = a << 8 | ip->b[i];
	return a;
}

struct ranges_builder *ranges_builder_new(void)
{
	return xcalloc(1, sizeof(struct ranges_builder));
}

void ranges_builder_free(struct ranges_builder *b)
{
	if (!b)
		return;
	VEC_FREE(&b->prefixes);
	free(b);
}

void ranges_add(struct ranges_builder *b, const struct ip *base, unsigned bits, uint32_t value)
{
	address start = address_of(base);
	address hosts = bits >= 128 ? 0 : ~(address)0 >> bits;
	struct prefix p = { start, start | hosts, (uint32_t)b->prefixes.n, value };

	BUG_ON(bits > 128);
	VEC_PUSH(&b->prefixes, p);
}

/* Wider first, then in order of arrival: what comes later lies inside or replaces. */
static int prefix_cmp(const void *va, const void *vb)
{
	const struct prefix *a = va, *b = vb;

	if (a->base != b->base)
		return a->base < b->base ? -1 : 1;
	if (a->last != b->last)
		return a->last > b->last ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static void add_edge(struct edges *out, address start, uint32_t value)
{
	if (out->n && out->at[out->n - 1].start == start)
		out->n--;
	if (out->n ? out->at[out->n - 1].value == value : value == RANGE_NONE)
		return;
	VEC_PUSH(out, ((struct edge){ start, value }));
}

struct open_prefixes {
	struct prefix at[129]; /* strictly nested: at most one of each length */
	unsigned n;
};

/* Closes what ends before `next`. */
static void close_before(struct open_prefixes *open, address next, struct edges *out)
{
	while (open->n && open->at[open->n - 1].last < next) {
		address last = open->at[--open->n].last;
		add_edge(out, last + 1, open->n ? open->at[open->n - 1].value : RANGE_NONE);
	}
}

static void flatten(struct ranges_builder *b, struct edges *out)
{
	struct open_prefixes open = { .n = 0 };

	if (b->prefixes.n)
		qsort(b->prefixes.at, b->prefixes.n, sizeof(struct prefix), prefix_cmp);
	for (size_t i = 0; i < b->prefixes.n; i++) {
		const struct prefix *p = &b->prefixes.at[i];
		close_before(&open, p->base, out);
		if (open.n && open.at[open.n - 1].base == p->base && open.at[open.n - 1].last == p->last)
			open.n--;
		BUG_ON(open.n >= 129);
		open.at[open.n++] = *p;
		add_edge(out, p->base, p->value);
	}
	while (open.n) {
		address last = open.at[open.n - 1].last;
		if (last == ~(address)0)
			open.n--;
		else
			close_before(&open, last + 1, out);
	}
}

/* The value that holds at `at`. */
static uint32_t value_at(const struct edges *all, address at)
{
	size_t low = 0, high = all->n;

	while (low < high) {
		size_t mid = (low + high) / 2;
		if (all->at[mid].start <= at)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? all->at[low - 1].value : RANGE_NONE;
}

static void build_v4(struct ranges *r, const struct edges *all)
{
	size_t at = 0;

	r->v4_start = xmalloc((all->n + 1) * sizeof(uint32_t));
	r->v4_value = xmalloc((all->n + 1) * sizeof(uint32_t));
	r->v4_start[0] = 0;
	r->v4_value[0] = value_at(all, V4_BASE);
	r->n_v4 = 1;
	for (size_t i = 0; i < all->n; i++) {
		if (all->at[i].start <= V4_BASE || all->at[i].start > (V4_BASE | UINT32_MAX))
			continue;
		r->v4_start[r->n_v4] = (uint32_t)all->at[i].start;
		r->v4_value[r->n_v4++] = all->at[i].value;
	}
	r->first = xmalloc(65537 * sizeof(uint32_t));
	for (uint32_t h = 0; h < 65536; h++) {
		while (at + 1 < r->n_v4 && r->v4_start[at + 1] <= h << 16)
			at++;
		r->first[h] = (uint32_t)at;
	}
	r->first[65536] = (uint32_t)(r->n_v4 - 1);
}

struct ranges *ranges_build(struct ranges_builder *b)
{
	struct ranges *r = xcalloc(1, sizeof(*r));
	struct edges all = { 0 };

	flatten(b, &all);
	ranges_builder_free(b);
	build_v4(r, &all);
	r->v6 = all.at;
	r->n_v6 = all.n;
	return r;
}

void ranges_free(struct ranges *r)
{
	if (!r)
		return;
	free(r->v4_start);
	free(r->v4_value);
	free(r->first);
	free(r->v6);
	free(r);
}

static uint32_t find_v4(const struct ranges *r, uint32_t v4)
{
	uint32_t low = r->first[v4 >> 16], high = r->first[(v4 >> 16) + 1];

	while (low < high) {
		uint32_t mid = low + (high - low + 1) / 2;
		if (r->v4_start[mid] <= v4)
			low = mid;
		else
			high = mid - 1;
	}
	return r->v4_value[low];
}

uint32_t ranges_find(const struct ranges *r, const struct ip *ip)
{
	struct edges all = { .at = r->v6, .n = r->n_v6 };

	return ip_is_v4(ip) ? find_v4(r, ip_v4(ip)) : value_at(&all, address_of(ip));
}

size_t ranges_count(const struct ranges *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_v6; i++)
		n += r->v6[i].value != RANGE_NONE;
	return n;
}
