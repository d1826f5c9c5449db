/* The contract of a way in. A collector is a row made by COLLECTOR() in its own folder; the build lists the folders
 * (collectors/STAR/collector.c) and generates the table, so adding one edits no existing file.
 * Responsibilities: turn bytes into JSON event lines, offer them in groups, keep its place (resume without loss or
 * repeat), stop reading while paused, count what it drops. It never blocks the loop. */
#ifndef ASSOCD_COLLECTORS_COLLECTOR_H
#define ASSOCD_COLLECTORS_COLLECTOR_H

#include "daemon/intake/intake.h"
#include "daemon/vendor/loop.h"

struct yaml_doc;
struct yaml_node;

/* Handed in by main. All borrowed for the collector's life. */
struct collector_host {
	struct loop *loop;
	struct intake *intake;
	const char *state_dir;    /* for its own position files */
	const char *config_dir;   /* relative paths start here */
	const char *patterns_dir; /* config/patterns */
	/* Does the token (stream over TCP) give the role ingest? *trusted: may state relation, closed ... */
	bool (*may_ingest)(void *arg, struct bytes token, bool *trusted);
	void *may_ingest_arg;
};

struct collector_stats { uint64_t lines, accepted, duplicate, refused, skipped, truncations, errors; };

struct collector {
	const char *name; /* the key under `collectors:` in assocd.yaml */
	const char *help;
	/* Reads its mapping (NULL: absent = defaults) as start does, strictly, file:line:column errors, and opens nothing that
	 * events come from: for `assocd -n`. The host has no loop and no intake then. */
	enum err (*check)(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config, struct errbuf *eb);
	/* *out is its instance. */
	enum err (*start)(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config,
			  void **out, struct errbuf *eb);
	void (*pause)(void *self);
	void (*resume)(void *self);
	/* Last positions are saved; no callback comes after it. */
	void (*stop)(void *self);
	void (*stats)(const void *self, struct collector_stats *out);
};

#define COLLECTOR(name_) const struct collector collector_##name_
/* NULL-ended; generated at build time from the folders of collectors/. */
extern const struct collector *const collectors[];

#endif
