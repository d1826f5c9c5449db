/* What people found about an account or about two, and how long it holds: the last verdict about a subject counts. */
#ifndef ASSOCD_ENGINE_PAIRS_VERDICTS_H
#define ASSOCD_ENGINE_PAIRS_VERDICTS_H

#include "daemon/engine/state/state.h"

enum judged { JUDGED_NOTHING, JUDGED_CLEAN, JUDGED_CONFIRMED, JUDGED_NOT_SAME, JUDGED_VALUES };

/* The last one about a pair, or about an account alone. */
struct verdict {
	int64_t ts_ms;
	uint64_t seq;
	uint32_t a, b;       /* b NONE: about account a alone */
	int32_t strength_mb; /* of the pair when it was judged */
	uint32_t said;       /* changes.h */
	uint8_t judged;
	uint8_t unused[7];
};

struct verdicts;
struct verdicts *verdicts_new(void);
void verdicts_free(struct verdicts *v);
void verdicts_save(const struct verdicts *v, const struct verdict **at, uint64_t *n);
void verdicts_restore(struct verdicts *v, const struct verdict *row);

/* The row of the fresh one's subject, which says that from now on. */
struct verdict *verdicts_row(struct verdicts *v, const struct verdict *fresh);
/* The pair's row, which there is, says nothing any more. */
void verdicts_release(struct verdicts *v, uint32_t a, uint32_t b);
/* Is the pair judged clean, with no new evidence worth `verdicts.reopen` bits since? Notes in the flags what comes. */
bool verdict_clears(const struct engine *e, struct pair *pair);
/* NULL: nobody judged it. b NONE: about a alone. */
const struct verdict *verdict_of(const struct engine *e, uint32_t a, uint32_t b);

#endif
