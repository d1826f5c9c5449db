/* Pairs that follow their neighbours later. An event reads its own account's pairs anew, and tells a bounded number of others;
 * who else has such a neighbour waits here, first come, first served, and each event reads a bounded number of what waits.
 * Without that a score would show which of two events came first: the pair that was read before its neighbours changed keeps
 * what it heard then. */
#ifndef ASSOCD_ENGINE_SETTLING_H
#define ASSOCD_ENGINE_SETTLING_H

#include "state.h"

struct settling;
struct settling *settling_new(void);
void settling_free(struct settling *s);
/* What its neighbours say has changed: its pairs are to be read anew. Nothing, where it waits already. */
void settling_add(struct engine *e, uint32_t account);
/* The share of an event: more where more waits, never more than SETTLED_MAX pairs. */
#define SETTLED_MAX 8
void settling_run(struct engine *e);
/* Accounts that wait. */
uint64_t settling_count(const struct engine *e);

/* Part of a snapshot: the accounts that wait, in their order. */
enum err settling_save(const struct engine *e, engine_write_fn *write, void *arg) MUST_CHECK;
/* ERR_CORRUPT: what it says cannot be. */
enum err settling_load(struct engine *e, engine_read_fn *read, void *arg) MUST_CHECK;

#endif
