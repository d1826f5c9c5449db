/* What came in, minute by minute, over the last two hours. Plain value; zeroed is empty. */
#ifndef ASSOCD_MAIN_SERIES_H
#define ASSOCD_MAIN_SERIES_H

#include <stdint.h>

#include "daemon/base/text.h"

#define SERIES_MINUTES 120

struct series {
	int64_t minute; /* of the newest slot, since 1970; 0: none yet */
	uint64_t accepted, refused; /* counters as of the last note */
	struct { uint32_t accepted, refused; } slots[SERIES_MINUTES]; /* by minute modulo their number */
};

/* Counters as they stand; what they grew by is of this minute. */
void series_note(struct series *s, int64_t wall_ms, uint64_t accepted, uint64_t refused);
/* {"at":[seconds],"accepted":[...],"refused":[...]}, oldest first. */
void series_render(const struct series *s, struct text *json);

#endif
