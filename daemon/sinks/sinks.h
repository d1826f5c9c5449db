/* Delivers the outbox: reads the rows past each sink's place, hands them over, and says how far it got. What fails is
 * tried again with growing pauses; nothing is lost meanwhile, the rows wait in the database. Owned by the loop thread. */
#ifndef ASSOCD_SINKS_SINKS_H
#define ASSOCD_SINKS_SINKS_H

#include "daemon/store/store.h"
#include "sink.h"

struct sinks;

/* Handed in by main. */
struct sinks_ports {
	void *arg;
	enum err (*ask)(void *arg, struct store_query *q);                                /* store_ask */
	void (*mark)(void *arg, struct bytes name, uint64_t through, uint64_t drop);      /* into the next transaction */
};

struct sinks_setup {
	struct sinks_ports ports;
	const struct sink *const *rows; /* the sinks to use, NULL-ended; NULL: the default table */
	struct sink_setup sink;         /* for each; borrowed while they are opened */
	uint64_t newest;                /* number of the last outbox row */
};
enum err sinks_new(const struct sinks_setup *setup, struct sinks **out, struct errbuf *eb) MUST_CHECK;
/* Nothing may be on its way (sinks_is_idle). */
void sinks_free(struct sinks *s);
/* Rows up to `newest` are committed. Asks what is due; microseconds until it wants to be called again, -1: by event. */
int64_t sinks_turn(struct sinks *s, uint64_t newest, int64_t mono_us);
void sinks_reopen(struct sinks *s);
bool sinks_is_idle(const struct sinks *s);
/* Every sink is through with everything. */
bool sinks_is_done(const struct sinks *s);

struct sink_stats { const char *name; uint64_t delivered, failures, through; bool is_failing; };
unsigned sinks_stats(const struct sinks *s, struct sink_stats *out, unsigned max);

#endif
