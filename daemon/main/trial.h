/* A rule file that someone edited, tried on the stored events before it is enabled: a second set of rules with that file in
 * it, a second engine over the whole journal, and what it says otherwise than the engine that is in force.
 *
 * One at a time. The engine runs in a forked child, which has the engine in force as of the fork to compare with: both have
 * then seen the same events, whatever comes in meanwhile, and nothing that happens in the child reaches the daemon. It
 * stays under `memory_limit` together with the daemon, and is ended after TRIAL_LIMIT_US. No rule, no alert, no link changes. */
#ifndef ASSOCD_MAIN_TRIAL_H
#define ASSOCD_MAIN_TRIAL_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

#define TRIAL_LIMIT_US INT64_C(3600000000)

struct daemon;
struct text;
struct trial;

/* file: name of a rule file, "shared-ip.yaml", there already or new; text: what it is to hold. ERR_BUSY while another is
 * under way, the rules are read anew or events are to be taken out, ERR_INPUT for a name that is none. What is wrong with
 * the rules is told by trial_render. */
enum err trial_begin(void *daemon, struct bytes file, struct bytes text, struct errbuf *eb) MUST_CHECK;
bool trial_is_under_way(const struct daemon *d);
/* Ends the one that is under way, if any. */
void trial_cancel(void *daemon);
/* {"state":"none|running|failed|cancelled|done", ...}; the newest trial, whoever began it. */
void trial_render(void *daemon, struct text *json);
/* Microseconds until it wants to be called again, -1: nothing is under way. */
int64_t step_trial(struct daemon *d);
void trial_free(struct daemon *d);

#endif
