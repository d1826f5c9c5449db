/* What two accounts share, summed up by kind and network: the ground that tokens are read from. */
#ifndef ASSOCD_ENGINE_EVIDENCE_PROFILE_H
#define ASSOCD_ENGINE_EVIDENCE_PROFILE_H

#include "compare.h"
#include "daemon/engine/state/foresee.h"
#include "daemon/engine/state/state.h"

#define SHARED_MAX 128
#define SHARED_GROUPS_MAX 48

/* Shared values of one kind on one kind of network; the fields of the rarest of them, among equals of the least gap. */
struct shared_group {
	uint8_t kind, network;
	bool is_recycled;       /* an address that was let to one after the other: it is shown and says nothing */
	uint16_t n;
	uint32_t value, holders, gap_s;
	uint32_t days_a, days_b; /* of all of them */
	const struct posting *a, *b;
};

/* What common neighbours say (support.h). */
struct support_facts {
	int32_t direct_mb, best_mb; /* best: only when common or has_path */
	bool has_path;
	unsigned common, independent, degree_low, degree_high;
};

struct profile {
	const struct engine *e;
	uint32_t a, b; /* a < b */
	struct index_shared shared[SHARED_MAX];
	unsigned n_shared;
	struct shared_group groups[SHARED_GROUPS_MAX];
	unsigned n;
	struct kind_set shares;           /* kinds with a best */
	uint8_t best[KINDS_MAX];          /* 1 + group with the fewest holders that is not recycled, 0 none */
	uint16_t turns[TIMINGS_MAX];      /* by slot of the timing rule */
	const struct foreseen *known;     /* of the rules, by shares: while it is weighed */
	struct agreements agreements;
	const struct shared_group *value; /* that value.* fields are about */
	const struct support_facts *support;
};

/* Leaving out one shared value, or none (NONE). */
void profile_make(struct profile *p, const struct engine *e, uint32_t a, uint32_t b, uint32_t without);
/* Of the shared values of a finished profile, those that pass. */
void profile_keep(struct profile *p, const struct value_test *kept);
/* The account that came first. */
const struct account *profile_older(const struct profile *p);
uint32_t posting_gap_s(const struct posting *a, const struct posting *b);

/* calls.c: fields and calls of the scopes PAIR, VALUE and SUPPORT; the profile is the subject. */
void pair_answer(void *profile, int field, struct value *out);
struct pair_handlers *pair_handlers_new(void);
/* Of a call in link scope, or of one that asks the event. */
void call_answer(const struct engine *e, uint32_t pair, int field, struct value *out);

#endif
