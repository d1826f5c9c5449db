/* The role that captures: one process for each interface. It opens the interface and the socket to the daemon, gives up
 * everything, and from then on turns packets into facts. When either end is gone it ends, and is started again. */
#ifndef ASSOCD_COLLECTORS_PACKETS_CAPTURE_H
#define ASSOCD_COLLECTORS_PACKETS_CAPTURE_H

#include "settings.h"

/* Returns the exit status. */
int capture_run(const struct packets_settings *settings, const char *interface);
/* Enters the same confinement and prints what still works. 0: nothing does. */
int capture_check(void);

#endif
