/* The contract of a way out. A sink is a row (SINK) in a file of its own and a line in sinks.c's table. It is handed
 * outbox rows in order of their numbers, at least once: after a crash the last rows come again, and a line that names
 * the same alert id, event and updated_seq is the same one.
 * open, reopen and close are called on the loop thread while no delivery runs; deliver on the store's reader thread,
 * where it may wait for a disk. */
#ifndef ASSOCD_SINKS_SINK_H
#define ASSOCD_SINKS_SINK_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"
#include "daemon/model/audience.h"

struct sink_setup {
	const char *state_dir, *alert_log;
};

struct sink_row {
	uint64_t number;
	struct bytes json; /* schema assocd.alert/1, one line */
};

struct sink {
	const char *name; /* under which its place is kept: never changes */
	const char *help;
	enum audience audience; /* the narrowest that it belongs to: it is handed rows of this one and of wider ones */
	enum err (*open)(const struct sink_setup *setup, void **out, struct errbuf *eb);
	/* All of the rows or ERR: then all come again. */
	enum err (*deliver)(void *self, const struct sink_row *rows, size_t n, struct errbuf *eb);
	/* The file was moved away (SIGHUP after rotation). */
	void (*reopen)(void *self);
	void (*close)(void *self);
};

extern const struct sink sink_log, sink_null;

#endif
