/* Alerts that are shown and told as one. What a policy groups by (`group`) gives each of its alerts a key: a cluster, a value.
 * The first alert of a key leads; those that come later, of whatever policy, are merged into it: they live on with conditions,
 * steps and histories of their own, but people see the leading one, which says what it stands for, and sinks hear of it once
 * an event. Clusters that change, evidence that goes and alerts that end move alerts between leads at the end of the event. */
#ifndef ASSOCD_ENGINE_ALERTS_MERGING_H
#define ASSOCD_ENGINE_ALERTS_MERGING_H

#include "daemon/engine/state/state.h"

struct merging;
struct merging *merging_new(void);
void merging_free(struct merging *m);
/* The account is in another cluster, or in none any more. */
void merging_account_moved(struct engine *e, uint32_t account);
/* The end of an event, or of a step that fell due: alerts find their leads, then those that changed are told. */
void merging_settle(struct engine *e);

/* Which alert leads a key now, for a snapshot; restore: in any order. */
bool merging_next(const struct engine *e, size_t *pos, uint64_t *key, uint32_t *alert);
size_t merging_leads(const struct engine *e);
void merging_restore(struct engine *e, uint64_t key, uint32_t alert);

#endif
