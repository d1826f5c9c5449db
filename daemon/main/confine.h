/* The daemon confines itself before it reads anything that others wrote: capabilities, files, system calls. */
#ifndef ASSOCD_MAIN_CONFINE_H
#define ASSOCD_MAIN_CONFINE_H

#include "config.h"

struct confinement {
	bool seccomp;
	unsigned landlock; /* version of it that is in force, 0: none */
};

/* Before the first thread, while the state folder exists. What is switched off, or what the kernel does not have, is said
 * in the log; ERR_IO: it should have worked. */
enum err confine_daemon(const struct config *c, struct confinement *out, struct errbuf *eb) MUST_CHECK;

#endif
