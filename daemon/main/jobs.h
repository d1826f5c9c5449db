/* Jobs that take their time, and which of them stand in the way of which. Each goes on in slices between events (its step_ function),
 * or in a child or thread of its own; whoever may not begin yet waits for its turn, or says so to who asked for it. */
#ifndef ASSOCD_MAIN_JOBS_H
#define ASSOCD_MAIN_JOBS_H

#include <stdbool.h>

struct daemon;

enum job {
	JOB_SNAPSHOT,  /* snapshots.c */
	JOB_REBUILD,   /* rebuild.c, for a reload as for whatever went out of the journal */
	JOB_REMOVAL,   /* removal.c: of a site; it is a rebuild as well */
	JOB_ERASURE,   /* erasure.c */
	JOB_RETENTION, /* forgetting.c */
	JOB_TRIAL,     /* trial.c */
	JOB_STOP,      /* turn.c: the daemon ends */
	JOBS,
};

/* Those under way that stand in the way of its beginning, a bit each: 0, it may. */
unsigned jobs_in_the_way(const struct daemon *d, enum job job);
static inline bool job_is_in(unsigned jobs, enum job job) { return jobs >> job & 1; }

#endif
