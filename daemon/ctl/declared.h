/* assocctl declare: what became of what was declared. */
#ifndef ASSOCD_CTL_DECLARED_H
#define ASSOCD_CTL_DECLARED_H

#include "ctl.h"

struct declaration_named {
	const char *account, *kind;
	const char *group, *with; /* the one or the other */
};
/* Asks the daemon and says it; the exit status, 1 where the daemon has not taken it up. */
int declared_tell(struct ctl *ctl, const struct declaration_named *named);

#endif
