/* Delivers the outbox: reads the rows past each sink's place, hands them over, and says how far it got. What fails is
 * tried again with growing pauses; what a sink refuses, or does not take for a day, becomes a dead letter. Nothing is lost
 * meanwhile, the rows wait in the database. Each sink has a queue of its own. Owned by the loop thread. */
#ifndef ASSOCD_SINKS_SINKS_H
#define ASSOCD_SINKS_SINKS_H

#include "daemon/base/text.h"
#include "daemon/store/store.h"
#include "sink.h"

#define SINKS_MAX 16

struct sinks;

/* Handed in by main. */
struct sinks_ports {
	void *arg;
	enum err (*ask)(void *arg, struct store_query *q);                                /* store_ask */
	void (*mark)(void *arg, struct bytes name, uint64_t through, uint64_t drop);      /* into the next transaction */
	enum err (*submit)(void *arg, struct store_batch *batch);                         /* store_submit; calls batch->done */
	int64_t (*wall_ms)(void *arg);
};

struct sinks_setup {
	struct sinks_ports ports;
	const struct sink *const *types;     /* sinks without an entry, NULL-ended; NULL: the alert log */
	struct sink_settings **configured;   /* taken over, also on an error */
	unsigned n_configured;
	struct sink_setup sink;              /* for each; borrowed for the life of the sinks */
	uint64_t newest;                     /* number of the last outbox row */
};
/* Reads all entries of `sinks:` (NULL: none): at most SINKS_MAX less the ones that are always there. */
struct sinks_settings { struct sink_settings *at[SINKS_MAX]; unsigned n; };
enum err sinks_read_settings(const struct yaml_doc *doc, const struct yaml_node *entries, const char *config_dir,
			     struct sinks_settings *out, struct errbuf *eb) MUST_CHECK;
enum err sinks_new(const struct sinks_setup *setup, struct sinks **out, struct errbuf *eb) MUST_CHECK;
/* Nothing may be on its way (sinks_is_idle). */
void sinks_free(struct sinks *s);
/* Rows up to `newest` are committed. Asks what is due; microseconds until it wants to be called again, -1: by event. */
int64_t sinks_turn(struct sinks *s, uint64_t newest, int64_t mono_us);
/* Files are opened anew, secrets and certificates read again; what is wrong is said, and what was read before stays in use. */
void sinks_reopen(struct sinks *s);
/* What was refused when it was read again, of each sink, since it was last taken; nothing: all of it is in use. */
void sinks_refusals(const struct sinks *s, struct text *out);
/* What waits for another side is given up, and stays in the outbox; readings end by themselves. Nothing begins any more. */
void sinks_stop(struct sinks *s);
/* Rows went from the outbox or the dead letters: what was read and is not on its way to another side is read anew. */
void sinks_read_anew(struct sinks *s);
bool sinks_is_idle(const struct sinks *s);
/* Something reads or writes the database. */
bool sinks_are_reading(const struct sinks *s);
/* Every sink that works is through with everything. */
bool sinks_is_done(const struct sinks *s);

struct sink_stats {
	const char *name, *type;
	uint64_t delivered, failures, died; /* of this run; died: became a dead letter */
	uint64_t dead;                      /* letters that are kept now */
	uint64_t through, waiting;          /* outbox rows; among them such as do not concern it */
	bool is_failing;
	const char *why;                    /* of the last failure; empty: it works */
	int64_t retry_in_us;                /* while it fails */
};
unsigned sinks_stats(const struct sinks *s, struct sink_stats *out, unsigned max);
/* Its members, inside an open object: the one place where they are named. */
void sink_stats_members(struct text *json, const struct sink_stats *stats);

/* Answered once, on the loop thread, possibly at once: ERR_OK, or what went wrong, with a sentence. */
typedef void sinks_done_fn(void *arg, enum err result, const char *text);
/* Sends an alert that says it is a test through an instance of its own. ERR_NOTFOUND: no such sink, nothing is called. */
enum err sinks_test(struct sinks *s, struct bytes name, sinks_done_fn *done, void *arg) MUST_CHECK;
/* The sink's dead letters go into the outbox again. ERR_NOTFOUND. */
enum err sinks_revive(struct sinks *s, struct bytes name, sinks_done_fn *done, void *arg) MUST_CHECK;
bool sinks_has(const struct sinks *s, struct bytes name);

#endif
