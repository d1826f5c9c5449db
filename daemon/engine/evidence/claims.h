/* How usual the event's stack is here among those who say what its user agent says, and what else those say who have it. Asked of
 * kinds that are counted: an event has up to three of their values, "STACK", "STACK|AGENT" and "|AGENT". */
#ifndef ASSOCD_ENGINE_EVIDENCE_CLAIMS_H
#define ASSOCD_ENGINE_EVIDENCE_CLAIMS_H

#include "daemon/engine/state/state.h"

typedef void claims_handler(const struct engine *e, unsigned kind, struct value *out);
/* Missing where the event says no stack, or no user agent. */
claims_handler claims_claimants, claims_claim_share, claims_stack_holders, claims_stack_share;

#endif
