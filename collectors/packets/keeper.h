/* The keeper starts a capturing process for each interface and starts it again when it ends. It keeps the privilege to open
 * interfaces, which nobody else keeps, and parses nothing: the daemon cannot do it, because it gave that up. */
#ifndef ASSOCD_COLLECTORS_PACKETS_KEEPER_H
#define ASSOCD_COLLECTORS_PACKETS_KEEPER_H

#include "settings.h"

struct keeper_setup {
	const struct packets_settings *settings;
	const char *config_file, *state_dir; /* what the processes are told */
	int gate; /* nothing is started before a byte comes, and all of it ends with the other end; -1: none */
};

/* In a process of its own, of which *gate is the daemon's end. */
enum err keeper_fork(const struct keeper_setup *setup, int *gate, struct errbuf *eb) MUST_CHECK;
/* In this process: for a service manager. Returns the exit status, on SIGTERM. */
int keeper_run(const struct keeper_setup *setup);

#endif
