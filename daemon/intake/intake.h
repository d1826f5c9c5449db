/* Intake: raw lines from collectors -> validated, deduplicated, limited events -> journal batches -> engine -> answers.
 * Commit, apply, answer: a batch is never applied before it is durable, an event never acknowledged before either.
 * Owned by the loop thread. The port header for collectors and api: they see this and nothing behind it. */
#ifndef ASSOCD_INTAKE_INTAKE_H
#define ASSOCD_INTAKE_INTAKE_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"
#include "daemon/model/event.h"
#include "daemon/model/audience.h"

struct intake;

enum intake_source { SOURCE_HTTP, SOURCE_STREAM, SOURCE_TAIL, SOURCE_INTERNAL, SOURCES };

/* What became of one line. */
enum verdict_of_line { LINE_ACCEPTED, LINE_DUPLICATE, LINE_REFUSED };

/* A group of lines whose sender waits for one answer (a request, a connection's burst, a tail's chunk). The sender
 * opens it, offers lines, seals it; `done` is called on the loop thread when every accepted line is committed and
 * applied, or the commit failed (result, e.g. ERR_FULL: nothing of it was kept, the sender should try again). */
struct intake_refusal {
	uint64_t line;      /* counted from 1 within the group, or from the group's first_line */
	const char *error;  /* stable word: json, utf8, key, type, ts, account, value, size, future ... */
	char detail[200];
};
#define INTAKE_REFUSALS_MAX 1000 /* of each sort kept with detail per group; beyond that counted only */
struct intake_group {
	/* set by the sender */
	enum intake_source source;
	struct bytes default_site;
	enum audience audience; /* other than ALL: history, with the limits of time of a replay */
	enum event_voice voice;
	uint64_t first_line;
	void (*done)(struct intake_group *g, void *arg);
	void *arg;
	/* answers */
	enum err result;
	struct errbuf error;
	uint64_t lines, accepted, duplicate, refused;
	uint64_t last_seq;
	struct bytes account; /* of the last accepted or duplicate event; valid in done */
	struct intake_refusal *refusals; unsigned n_refusals;
	/* Accepted statements that changed nothing; error: one of ignored_words. */
	uint64_t ignored;
	struct intake_refusal *ignorings; unsigned n_ignorings;
};

struct intake_group *intake_open(struct intake *in, const struct intake_group *setup);
/* One JSON object as text. Returns what became of it (accepted = will be, once committed). Empty lines are ignored. */
enum verdict_of_line intake_offer(struct intake *in, struct intake_group *g, struct bytes line);
/* No more lines; done will be called (never from inside this call). */
void intake_seal(struct intake *in, struct intake_group *g);
/* After done has returned the group is freed by intake. */

/* Members of an open object: `refused`, and `ignored` where there are any, a line each; with their totals where not all of them
 * are named. */
struct text;
void intake_group_json(struct text *t, const struct intake_group *g);
/* Of a group of one line: its `ignored`, if it was. */
void intake_ignored_json(struct text *t, const struct intake_group *g);

/* True when collectors should stop reading for a while (queues full, disk full). */
bool intake_is_congested(const struct intake *in);
/* ERR_OK, or why nothing can be kept until the disk works again, which is tried every second. *text (or NULL) is for the
 * operator: it names the file and what to do. */
enum err intake_failure(const struct intake *in, const char **text);

#endif
