/* The contract of a way out. A sink is a row (struct sink) in a file of its own and a line in table.c; what the
 * configuration names under `sinks` are instances of rows, each with a place of its own in the outbox. An instance is
 * handed outbox rows in order of their numbers, at least once: after a crash the last rows come again, and what names the
 * same alert id, event and updated_seq is the same.
 * A sink has one of two ways to be handed rows:
 *   deliver  on the store's reader thread, for files: it may wait for a disk, for nothing else
 *   send     on the loop thread, for whatever has another side: it begins, returns, and answers the call later
 * Everything else is called on the loop thread, open and close while no delivery runs. */
#ifndef ASSOCD_SINKS_SINK_H
#define ASSOCD_SINKS_SINK_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"
#include "daemon/model/audience.h"
#include "daemon/model/views.h"
#include "settings.h"

struct fetcher;
struct loop;

struct sink_setup {
	const char *state_dir, *alert_log;
	const struct sink_settings *settings; /* of this instance; borrowed for its life */
	struct loop *loop;
	struct fetcher *fetcher;
};

struct sink_row {
	uint64_t number;
	struct bytes json;  /* schema assocd.alert/1, one line, without control characters of any kind */
	struct bytes event; /* "opened", "updated", "resolved", "test"; empty when the alert is only said to stand */
	const struct alert_view *alert; /* what json says; NULL for sinks that do not look (is_blind) */
	int64_t at_ms;      /* when it came into the outbox */
};

enum sink_result {
	SINK_TAKEN,
	SINK_FAILED,  /* may do later: all of it comes again */
	SINK_REFUSED, /* these rows never will */
};
struct sink_outcome {
	enum sink_result result;
	int64_t not_before_ms; /* failed: the other side asks for that much time; 0: it says nothing */
	const char *why;       /* not taken */
	size_t n_taken;        /* failed: the first so many rows were taken nevertheless */
};

/* A delivery by send. Answered once, now or later; rows stay until then. */
struct sink_call {
	const struct sink_row *rows;
	size_t n;
	int64_t now_ms; /* wall clock */
	void (*answer)(struct sink_call *call, const struct sink_outcome *outcome);
	void *owner;
};

struct sink {
	const char *name; /* `type` in the configuration; of the one that is always there also its own name */
	const char *help;
	enum audience audience; /* the narrowest that it belongs to: it is handed rows of this one and of wider ones */
	enum err (*open)(const struct sink_setup *setup, void **out, struct errbuf *eb);
	/* All of the rows or ERR: then all come again. NULL: it has send. */
	enum err (*deliver)(void *self, const struct sink_row *rows, size_t n, struct errbuf *eb);
	/* The file was moved away (SIGHUP after rotation); secrets and certificates are read again. An error: what was read
	 * before stays in use, and errbuf says what is wrong. NULL: there is nothing to open or to read. */
	enum err (*reopen)(void *self, struct errbuf *eb);
	void (*close)(void *self);
	void (*send)(void *self, struct sink_call *call);
	/* Gives up what send began: it is not answered any more. */
	void (*cancel)(void *self);
	bool is_blind;    /* takes json as it is */
	bool keeps_told;  /* is told of every alert that stands, again and again (settings: resend) */
	unsigned group;   /* rows at once unless the configuration says otherwise; 0: as many as there are */
};

extern const struct sink sink_log, sink_null, sink_webhook, sink_alertmanager, sink_syslog, sink_journald, sink_mail;
/* What `type` may be, ended by NULL. */
extern const struct sink *const sink_types[];

#endif
