#include "jobs.h"

#include "daemon.h"

#define BIT(job) (1u << (job))

/* A rebuild reads the journal from its beginning, and ends with a new engine: nothing is taken out of the journal meanwhile, nothing
 * is compared with the old one, and no snapshot is written of it. What takes events out does so alone, and before a trial reads them. A
 * reload may be asked for at any time: it waits for a rebuild, and an erasure waits for it. */
static const unsigned in_the_way_of[JOBS] = {
	[JOB_SNAPSHOT] = BIT(JOB_SNAPSHOT) | BIT(JOB_REBUILD) | BIT(JOB_STOP),
	[JOB_REBUILD] = BIT(JOB_REBUILD),
	[JOB_REMOVAL] = BIT(JOB_REBUILD) | BIT(JOB_ERASURE) | BIT(JOB_RETENTION) | BIT(JOB_STOP),
	[JOB_ERASURE] = BIT(JOB_REBUILD) | BIT(JOB_RETENTION),
	[JOB_RETENTION] = BIT(JOB_REBUILD) | BIT(JOB_ERASURE) | BIT(JOB_TRIAL) | BIT(JOB_STOP),
	[JOB_TRIAL] = BIT(JOB_REBUILD) | BIT(JOB_ERASURE) | BIT(JOB_RETENTION) | BIT(JOB_TRIAL) | BIT(JOB_STOP),
};

static unsigned under_way(const struct daemon *d)
{
	unsigned jobs = d->snapshot_child != 0 ? BIT(JOB_SNAPSHOT) : 0;
	jobs |= d->rebuild != NULL ? BIT(JOB_REBUILD) : 0;
	jobs |= d->erasure != NULL ? BIT(JOB_ERASURE) : 0;
	jobs |= d->forgetting != NULL ? BIT(JOB_RETENTION) : 0;
	jobs |= trial_is_under_way(d) ? BIT(JOB_TRIAL) : 0;
	return jobs | (d->wants_stop ? BIT(JOB_STOP) : 0);
}

unsigned jobs_in_the_way(const struct daemon *d, enum job job)
{
	return in_the_way_of[job] & under_way(d);
}
