/* Goes through the journal in small steps beside everything else: the reader thread reads a chunk and decides, the writer
 * thread changes what was decided, events come in meanwhile. */
#ifndef ASSOCD_MAIN_SWEEP_H
#define ASSOCD_MAIN_SWEEP_H

#include "daemon.h"

enum sweep_verdict { SWEEP_KEEPS, SWEEP_REMOVES, SWEEP_CHANGES };
/* On the reader thread. SWEEP_CHANGES: the new payload was added to `changed`. */
typedef enum sweep_verdict sweep_fn(void *arg, const struct store_event *row, struct text *changed);

struct sweep;
/* Over the events up to sequence number `through`. */
struct sweep *sweep_new(struct daemon *d, uint64_t through, sweep_fn *fn, void *arg);
/* Asked on the loop thread, with fn's arg, before anything changes: false is not yet. */
void sweep_ask_before(struct sweep *s, bool (*may_change)(void *arg));
/* Nothing of it may be on its way. */
void sweep_free(struct sweep *s);
/* Microseconds until it wants to be called again, -1: by event. */
int64_t sweep_step(struct sweep *s);
/* Something of it is on its way. */
bool sweep_is_out(const struct sweep *s);

/* A commit that fails is tried again; what cannot be read ends it. */
struct sweep_state { bool is_over; enum err result; const char *error; uint64_t reached, removed, changed; };
void sweep_state(const struct sweep *s, struct sweep_state *out);

#endif
