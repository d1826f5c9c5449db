/* Accounts worked one after the other: turns counted as sessions begin, and how far they exceed chance. */
#ifndef ASSOCD_ENGINE_TIMING_H
#define ASSOCD_ENGINE_TIMING_H

#include "profile.h"

#define TURNS_KEPT 24  /* accounts whose turns with one account are counted; beyond, the rarest gives way */
#define COHORT_KEPT 24 /* latest accounts that met a condition */

/* Turns of one pair, kept by the account with the lower id. */
struct turns {
	uint32_t other;
	uint16_t count[TIMINGS_MAX];
};
/* How much one account takes part in each cohort. */
struct attendance { uint32_t sessions, first_s, last_s; };
struct account_timing {
	struct turns *turns; /* oldest first */
	uint32_t n, cap;
	struct attendance attendance[TIMINGS_MAX];
};
struct cohort {
	uint32_t account[COHORT_KEPT], last_s[COHORT_KEPT], address[COHORT_KEPT]; /* longest silent first */
	unsigned n;
};

/* A session of the account begins; whom it takes turns with joins the candidates. */
void timing_session(struct engine *e, const struct event *ev, uint32_t account);
/* An event within a session. */
void timing_use(struct engine *e, const struct event *ev, uint32_t account);
unsigned timing_turns(const struct engine *e, uint32_t a, uint32_t b, unsigned slot);
/* Sessions of the account that has fewer, in which a turn could have been taken. */
unsigned timing_sessions(const struct profile *p, unsigned slot);
/* 0 unless the rule's least turns were seen; beyond chance in 1/1000 bit: c log2(c / l) - (c - l) log2(e), l = turns expected
 * of two accounts that are active as often as these and independent (Poisson tail, Chernoff's bound). */
int32_t timing_surprise_mb(const struct profile *p, unsigned slot);
void timing_free(struct account_timing *timing);

/* timing_snapshot.c: turns and cohorts as bytes. */
enum err timing_save(const struct engine *e, engine_write_fn *write, void *arg) MUST_CHECK;
enum err timing_load(struct engine *e, engine_read_fn *read, void *arg) MUST_CHECK;

#endif
