/* The system calls of the daemon; whatever is not in the table fails with EPERM. */
#ifndef ASSOCD_MAIN_CONFINE_CALLS_H
#define ASSOCD_MAIN_CONFINE_CALLS_H

#include "daemon/vendor/sandbox.h"

extern const struct sandbox_calls confine_calls[];
extern const size_t confine_calls_n;

#endif
