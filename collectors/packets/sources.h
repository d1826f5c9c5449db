/* The daemon's end of the socket over which facts come in: capturing processes by interface, and what they counted. */
#ifndef ASSOCD_COLLECTORS_PACKETS_SOURCES_H
#define ASSOCD_COLLECTORS_PACKETS_SOURCES_H

#include "daemon/vendor/loop.h"
#include "settings.h"
#include "wire.h"

struct sources;

/* An interface of the configuration, or another one that was ever told of. */
struct source {
	char interface[WIRE_NAME_SIZE];
	bool is_open;
	char said[WIRE_TEXT_SIZE]; /* how it is confined, or why it cannot be opened */
	uint64_t starts;           /* processes that came */
	uint64_t malformed;        /* messages that were none */
	struct wire_numbers before, now; /* of processes that ended, and of the one that runs */
};

struct sources_setup {
	struct loop *loop;
	const struct packets_settings *settings; /* interfaces are known, and closed, from the start; borrowed */
	/* source: place of the interface, as sources_at has it */
	void (*facts)(void *arg, unsigned source, const struct flow_facts *facts, enum flow_moment moment);
	void (*stopped)(void *arg, unsigned source); /* nobody looks at its packets any more */
	void (*idle)(void *arg);    /* all that was there has been read */
	void *arg;
};

enum err sources_new(const struct sources_setup *setup, struct sources **out, struct errbuf *eb) MUST_CHECK;
void sources_free(struct sources *s);
/* NULL: no more. */
const struct source *sources_at(const struct sources *s, unsigned i);
/* Of all the interface's processes; members of struct wire_numbers that are 64 bits wide. */
uint64_t source_sum(const struct source *source, size_t at);

#endif
