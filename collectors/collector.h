/* The contract of a way in. A collector is a row made by COLLECTOR() in its own folder; the build lists the folders
 * (collectors/STAR/collector.c) and generates the table, so adding one edits no existing file.
 * Responsibilities: turn bytes into JSON event lines, offer them in groups, keep its place (resume without loss or
 * repeat), stop reading while paused, count what it drops. It never blocks the loop. */
#ifndef ASSOCD_COLLECTORS_COLLECTOR_H
#define ASSOCD_COLLECTORS_COLLECTOR_H

#include "daemon/intake/intake.h"
#include "daemon/vendor/loop.h"

struct http_request;
struct network_source;
struct session_source;
struct text;
struct yaml_doc;
struct yaml_node;

/* Handed in by main. All borrowed for the collector's life. */
struct collector_host {
	struct loop *loop;
	struct intake *intake;
	const char *state_dir;    /* for its own position files */
	const char *config_dir;   /* relative paths start here */
	const char *patterns_dir; /* config/patterns */
	const char *config_file;
	int prepared_fd;          /* what `prepare` made of this collector, or -1; closed behind `stop` */
	/* Does the token (stream over TCP) give the role ingest, and what may it state? */
	bool (*may_ingest)(void *arg, struct bytes token, enum event_voice *voice);
	void *may_ingest_arg;
	struct tls_server *tls; /* for what it listens on over TCP; NULL: plain */
	/* Lets the collector answer every request for a path of the HTTP door itself, from any origin and without a token: it has doors
	 * of its own. The Host was checked. fn NULL gives the path back. */
	void (*serve)(void *arg, const char *path, void (*fn)(struct http_request *r, void *arg), void *fn_arg);
	void *serve_arg;
};

struct collector_stats { uint64_t lines, accepted, duplicate, refused, skipped, truncations, errors; };

/* A key of its mapping, for assocd.yaml(5) and for reading it. "files[].site" is a key of each mapping in the list files. */
struct collector_key {
	const char *name;
	const char *takes;     /* "ADDRESS:PORT or off", "1 to 100000" */
	const char *otherwise; /* default as it would be written, or NULL */
	const char *help;      /* one sentence */
};

struct collector {
	const char *name; /* the key under `collectors:` in assocd.yaml */
	const char *help; /* one sentence */
	const struct collector_key *keys; /* ended by a NULL name; NULL: none */
	/* Reads its mapping and opens nothing: for `assocd -n`, which has a host of folders only. NULL: nothing to read. */
	enum err (*check)(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config,
			  struct errbuf *eb);
	/* Before the daemon confines itself: starts what needs more than the daemon keeps. The host has folders only; *fd is its
	 * to set. NULL: nothing. */
	enum err (*prepare)(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config, int *fd,
			    struct errbuf *eb);
	/* Reads its mapping (NULL: absent = defaults); strict, file:line:column errors. *out is its instance. */
	enum err (*start)(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config,
			  void **out, struct errbuf *eb);
	void (*pause)(void *self);
	void (*resume)(void *self);
	/* Last positions are saved; no callback comes after it. */
	void (*stop)(void *self);
	void (*stats)(const void *self, struct collector_stats *out);
	/* Any of these may be NULL. What packets say of events, or NULL; members of the status; metrics. */
	const struct network_source *(*network)(const void *self);
	void (*status)(const void *self, struct text *json);
	/* What it knows of sessions that events name, or NULL. */
	const struct session_source *(*sessions)(const void *self);
	void (*metrics)(const void *self, struct text *out);
};

#define COLLECTOR(name_) const struct collector collector_##name_
/* NULL-ended; generated at build time from the folders of collectors/. */
extern const struct collector *const collectors[];

#endif
