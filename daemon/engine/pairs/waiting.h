/* Pairs that follow their neighbours later. An event reads its own account's pairs anew, and tells a bounded number of others;
 * who else has such a neighbour waits here, first come, first served, and each event reads a bounded number of what waits.
 * Without that a score would show which of two events came first: the pair that was read before its neighbours changed keeps
 * what it heard then. */
#ifndef ASSOCD_ENGINE_PAIRS_WAITING_H
#define ASSOCD_ENGINE_PAIRS_WAITING_H

#include "daemon/engine/state/state.h"

struct waiting;
struct waiting *waiting_new(void);
void waiting_free(struct waiting *w);
/* What its neighbours say has changed: its pairs are to be read anew. Nothing, where it waits already. */
void waiting_add(struct engine *e, uint32_t account);
/* The share of an event: more where more waits, at most WAITING_READ_MAX pairs; and at the end of an account the strangers that its
 * neighbours know (neighbours_add_candidates). */
#define WAITING_READ_MAX 8
void waiting_read_some(struct engine *e);
/* Accounts that wait. */
uint64_t waiting_count(const struct engine *e);

/* Part of a snapshot: the accounts that wait, in their order. */
enum err waiting_save(const struct engine *e, engine_write_fn *write, void *arg) MUST_CHECK;
/* ERR_CORRUPT: what it says cannot be. */
enum err waiting_load(struct engine *e, engine_read_fn *read, void *arg) MUST_CHECK;

#endif
