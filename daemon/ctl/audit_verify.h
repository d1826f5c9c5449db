/* Is the audit log as it was written? */
#ifndef ASSOCD_CTL_AUDIT_VERIFY_H
#define ASSOCD_CTL_AUDIT_VERIFY_H

#include "ctl.h"
#include "daemon/audit/trail.h"

bool audit_is_seal(const char *text);
/* folder: NULL is the state folder of the configuration. noted: a seal that must be in it, may be NULL. Prints; the command's status. */
int audit_verify_files(struct ctl *ctl, const char *folder, const char *noted);

#endif
