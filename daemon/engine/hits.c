/* Hits of policies. I1: `standing` holds the subjects of experimental policies whose condition came true and is not over. */
#include "hits.h"

#include <stdlib.h>

#include "daemon/base/map.h"

struct hits {
	unsigned n;
	uint64_t *counts; /* by policy */
	struct u64map *standing;
};

struct hits *hits_new(const struct ruleset *rules)
{
	struct hits *h = xcalloc(1, sizeof(*h));
	h->n = rules->n_policies;
	h->counts = xcalloc(h->n + 1, sizeof(*h->counts));
	h->standing = u64map_new();
	return h;
}

void hits_free(struct hits *h)
{
	if (h == NULL)
		return;
	free(h->counts);
	u64map_free(h->standing);
	free(h);
}

void hits_count(struct hits *h, uint32_t policy)
{
	h->counts[policy]++;
}

bool hits_stands(const struct hits *h, uint64_t key)
{
	return u64map_get(h->standing, key) != U64MAP_NONE;
}

void hits_begin(struct hits *h, uint32_t policy, uint64_t key)
{
	hits_count(h, policy);
	u64map_put(h->standing, key, policy);
}

void hits_end(struct hits *h, uint64_t key)
{
	(void)u64map_del(h->standing, key);
}

uint64_t hits_of(const struct hits *h, uint32_t policy)
{
	return h->counts[policy];
}

enum err hits_save(const struct hits *h, engine_write_fn *write, void *arg)
{
	uint64_t n = u64map_count(h->standing), row[2];
	uint32_t policy;
	size_t pos = 0;
	enum err err = write(arg, h->counts, (h->n + 1) * sizeof(*h->counts));
	if (err == ERR_OK)
		err = write(arg, &n, sizeof(n));
	while (err == ERR_OK && u64map_next(h->standing, &pos, &row[0], &policy)) {
		row[1] = policy;
		err = write(arg, row, sizeof(row));
	}
	return err;
}

enum err hits_load(struct hits *h, engine_read_fn *read, void *arg)
{
	uint64_t n = 0, row[2] = { 0, 0 };
	enum err err = read(arg, h->counts, (h->n + 1) * sizeof(*h->counts));
	if (err == ERR_OK)
		err = read(arg, &n, sizeof(n));
	for (uint64_t i = 0; i < n && err == ERR_OK; i++) {
		err = read(arg, row, sizeof(row));
		if (err == ERR_OK && row[1] >= h->n)
			err = ERR_CORRUPT;
		if (err == ERR_OK)
			u64map_put(h->standing, row[0], (uint32_t)row[1]);
	}
	return err;
}
