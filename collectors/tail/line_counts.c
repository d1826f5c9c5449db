/* Two generations of a few seconds each.
 * I1: maps[g & 1] belongs to generation g, for the newest generation and the one before.
 * I2: what is saved and restored gives the same next numbers. */
#include "line_counts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/map.h"

#define GENERATION_MS 4000
#define LINES_MAX (1u << 20) /* different lines of a generation; beyond that each counts as its first */

struct line_counts {
	int64_t newest; /* generation */
	struct u64map *maps[2];
};

struct line_counts *line_counts_new(void)
{
	struct line_counts *c = xcalloc(1, sizeof(*c));

	c->newest = INT64_MIN / 2;
	c->maps[0] = u64map_new();
	c->maps[1] = u64map_new();
	return c;
}

void line_counts_free(struct line_counts *c)
{
	if (!c)
		return;
	u64map_free(c->maps[0]);
	u64map_free(c->maps[1]);
	free(c);
}

static void forget(struct line_counts *c, int64_t generation)
{
	u64map_free(c->maps[generation & 1]);
	c->maps[generation & 1] = u64map_new();
}

static void advance(struct line_counts *c, int64_t generation)
{
	if (generation > c->newest + 1)
		forget(c, generation - 1);
	forget(c, generation);
	c->newest = generation;
}

uint32_t line_counts_next(struct line_counts *c, int64_t at_ms, uint64_t line_hash)
{
	int64_t generation = at_ms / GENERATION_MS, second = at_ms / 1000;
	uint64_t key = bytes_hash(bytes_make((const char *)&second, sizeof(second)), line_hash);
	struct u64map *map;
	uint32_t n;

	if (generation > c->newest)
		advance(c, generation);
	if (generation < c->newest - 1)
		return 1;
	map = c->maps[generation & 1];
	n = u64map_get(map, key);
	if (n == U64MAP_NONE && u64map_count(map) >= LINES_MAX)
		return 1;
	n = n == U64MAP_NONE ? 1 : n + 1;
	u64map_put(map, key, n);
	return n;
}

void line_counts_save(const struct line_counts *c, struct text *out)
{
	text_addf(out, "%" PRIx64, (uint64_t)c->newest);
	for (unsigned g = 0; g < 2; g++) {
		size_t at = 0;
		uint64_t key;
		uint32_t n;
		while (u64map_next(c->maps[g], &at, &key, &n))
			text_addf(out, " %u %" PRIx64 " %x", g, key, n);
	}
}

void line_counts_restore(struct line_counts *c, struct bytes saved)
{
	char *copy = strndup(saved.ptr, saved.len), *at = copy, *end;
	uint64_t newest;

	BUG_ON(!copy);
	newest = strtoull(at, &end, 16);
	if (end != at) {
		forget(c, 0);
		forget(c, 1);
		c->newest = (int64_t)newest;
	}
	while (end != at) {
		at = end;
		unsigned long g = strtoul(at, &end, 10);
		uint64_t key = strtoull(end, &end, 16);
		char *before = end;
		uint32_t n = (uint32_t)strtoul(end, &end, 16);
		if (end == before || g > 1 || n == U64MAP_NONE)
			break;
		u64map_put(c->maps[g], key, n);
	}
	free(copy);
}
