/* Taking a person out: a tombstone first, then in small steps everything that was stored, while the daemon goes on. The steps
 * are in erasure.c (the loop thread), what they read in erasure_read.c (the reader thread and a child). */
#ifndef ASSOCD_MAIN_ERASURE_H
#define ASSOCD_MAIN_ERASURE_H

#include "daemon.h"

/* Tombstones of the state folder; an erasure that was not finished, or a database older than one, is noted as due. Before
 * restore. */
enum err erasure_load(struct daemon *d, struct errbuf *eb) MUST_CHECK;
/* The engine may not see it: what is due to go. */
bool erasure_hides(const struct daemon *d, const struct event *ev);
/* Begins what is due, when the daemon is up. */
void erasure_resume(struct daemon *d);

/* Fits api_ports.erase. */
void erase_subject(void *arg, struct bytes account, api_erased_fn *done, void *done_arg);
/* Microseconds until it wants to be called again, -1: by event. */
int64_t step_erasure(struct daemon *d);
/* Something of it is on its way: it must come back before erasure_free. */
bool erasure_is_busy(const struct daemon *d);
void erasure_free(struct daemon *d);
void report_erasure(const struct daemon *d, struct text *json);

#endif
