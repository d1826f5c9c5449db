/* Pairs that follow their neighbours later. An event reads its own account's pairs anew, and tells a bounded number of others;
 * who else has such a neighbour waits here, first come, first served, and each event reads a bounded number of what waits (catch_up.h).
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
/* Whose turn it is, and the next of its pairs: those before it are read. Ends when its account becomes NONE. */
struct waiting_turn { uint32_t account, at; };
/* NULL: nobody waits. */
struct waiting_turn *waiting_turn(struct engine *e);
/* How many wait behind it. */
uint64_t waiting_behind(const struct engine *e);
/* Accounts that wait. */
uint64_t waiting_count(const struct engine *e);

/* Part of a snapshot: the accounts that wait, in their order. */
enum err waiting_save(const struct engine *e, engine_write_fn *write, void *arg) MUST_CHECK;
/* ERR_CORRUPT: what it says cannot be. */
enum err waiting_load(struct engine *e, engine_read_fn *read, void *arg) MUST_CHECK;

#endif
