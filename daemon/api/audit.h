/* Who asked about whom, and who changed what: an entry of the audit log (daemon/audit/trail.h) for each request of a route that the table calls
 * AUDITED, and for each that changes something. The journal holds what was stated, with actor and reason; here stands whose
 * token it was. */
#ifndef ASSOCD_API_AUDIT_H
#define ASSOCD_API_AUDIT_H

#include "call.h"

/* Before the request is answered. refused: the token has not the role. */
void audit_note(struct api_call *call, bool refused);

#endif
