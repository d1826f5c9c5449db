/* I1: at most NAMES_MAX names a minute, so that whoever comes from many addresses costs no more memory than that. */
#include "rates.h"

#include <stdlib.h>

#include "daemon/base/err.h"
#include "daemon/base/map.h"

#define MINUTE_MS 60000
#define NAMES_MAX 200000

struct rates {
	struct u64map *counts;
	int64_t minute;
};

struct rates *browser_rates_new(void)
{
	struct rates *r = xcalloc(1, sizeof(*r));

	r->counts = u64map_new();
	return r;
}

void browser_rates_free(struct rates *r)
{
	if (!r)
		return;
	u64map_free(r->counts);
	free(r);
}

bool browser_rates_take(struct rates *r, struct bytes name, uint32_t most, int64_t now_ms)
{
	uint64_t hash = bytes_hash(name, 0);
	uint32_t n;

	if (r->minute != now_ms / MINUTE_MS) {
		r->minute = now_ms / MINUTE_MS;
		u64map_free(r->counts);
		r->counts = u64map_new();
	}
	n = u64map_get(r->counts, hash);
	if (n == U64MAP_NONE && u64map_count(r->counts) >= NAMES_MAX)
		return false; /* I1 */
	n = n == U64MAP_NONE ? 0 : n;
	if (n >= most)
		return false;
	u64map_put(r->counts, hash, n + 1);
	return true;
}
