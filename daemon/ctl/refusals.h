/* A tally of refused lines by reason, with the first of each. */
#ifndef ASSOCD_CTL_REFUSALS_H
#define ASSOCD_CTL_REFUSALS_H

#include "daemon/base/text.h"

#define REFUSAL_REASONS 16

/* Where an event line came from. */
struct line_source {
	const char *file; /* lives as long as the command */
	uint64_t line;
};

struct refusals {
	uint64_t n;
	struct refusal_reason {
		char word[32];
		uint64_t n;
		struct line_source first;
		char detail[200]; /* of the first */
	} reasons[REFUSAL_REASONS];
	unsigned n_reasons;
};

void refusals_add(struct refusals *r, struct line_source source, struct bytes word, struct bytes detail);
/* A line a reason: "  3 refused for json, the first events.ndjson:7: ..."; what: "refused". */
void refusals_print(const struct refusals *r, const char *what, struct text *out);
/* A member of an open object: counts by reason. */
void refusals_json(const struct refusals *r, const char *key, struct text *out);

#endif
