/* The confinement of the capturing process: no capability, no file, no new socket, no program. */
#ifndef ASSOCD_COLLECTORS_PACKETS_CONFINED_H
#define ASSOCD_COLLECTORS_PACKETS_CONFINED_H

#include "daemon/base/text.h"

/* Another user where root started it, then everything is given up, for good. ERR_IO: it could not, and must not go on.
 * What the kernel does not have is said in `said`, and so is a build with sanitizers, which is not confined. */
enum err confined_enter(struct text *said, struct errbuf *eb) MUST_CHECK;
/* Tries to open a file, to make sockets and to start a program, and adds a line of each to out (NULL: nowhere). How many of
 * them worked. */
unsigned confined_try(struct text *out);

#endif
