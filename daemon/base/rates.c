/* Rate limits by the generic cell rate algorithm: of a key only the time is kept at which its requests so far would have
 * been due, had they come at the limit.
 * I1: an entry whose time has passed says as much as none, so the one that is furthest behind gives way. Under a flood of
 *     addresses the busiest stay known, and a forgotten one gets at most a period's worth again. */
#include "rates.h"

#include <stdlib.h>

#include "err.h"

#define SETS 2048 /* a power of two; times WAYS keys are known at a time */
#define WAYS 4

struct entry {
	uint64_t key;
	int64_t due_us;
};

struct rates {
	struct entry sets[SETS][WAYS];
};

struct rates *rates_new(void)
{
	return xcalloc(1, sizeof(struct rates));
}

void rates_free(struct rates *r)
{
	free(r);
}

static struct entry *entry_of(struct rates *r, uint64_t key)
{
	struct entry *set = r->sets[(key ^ key >> 32) & (SETS - 1)], *oldest = set;

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].due_us < oldest->due_us)
			oldest = &set[i];
	}
	*oldest = (struct entry){ .key = key }; /* I1 */
	return oldest;
}

bool rates_take(struct rates *r, uint64_t key, struct rate limit, int64_t now_us, unsigned *wait_s)
{
	int64_t step_us, ahead_us;
	struct entry *e;

	if (limit.requests == 0)
		return true;
	step_us = limit.period_us / limit.requests;
	e = entry_of(r, key);
	if (e->due_us < now_us)
		e->due_us = now_us;
	ahead_us = e->due_us + step_us - now_us - limit.period_us;
	if (ahead_us > 0) {
		*wait_s = (unsigned)((ahead_us + RATE_SECOND_US - 1) / RATE_SECOND_US);
		return false;
	}
	e->due_us += step_us;
	return true;
}
