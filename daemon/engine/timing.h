/* Accounts worked one after the other: sessions as uses come, and who else was there about then. */
#ifndef ASSOCD_ENGINE_TIMING_H
#define ASSOCD_ENGINE_TIMING_H

#include "daemon/engine/evidence/sessions.h"
#include "daemon/engine/pairs/gather.h"

#define COHORT_KEPT 4096 /* latest uses by accounts that met a condition */
#define COHORT_LOOK 96   /* of those, how many are looked at on either side of a use */
#define TURNS_LOOK 24    /* whom one session may meet, on a value or on either side in a cohort */

struct cohort_use { uint32_t account, key, at_s; };
/* A ring, by time. */
struct cohort {
	struct cohort_use at[COHORT_KEPT];
	uint32_t begin, n;
};

/* A use by the account: its sessions follow, and whom it may have taken turns with joins the candidates. g: of that event. */
void timing_use(struct engine *e, const struct event *ev, uint32_t account, const struct gathered *g);

/* timing_snapshot.c: sessions and cohorts as bytes. */
enum err timing_save(const struct engine *e, engine_write_fn *write, void *arg) MUST_CHECK;
enum err timing_load(struct engine *e, engine_read_fn *read, void *arg) MUST_CHECK;

#endif
