/* Intake as main sees it: what it needs (ports), what drives it, what it counts. Collectors and the api see intake.h. */
#ifndef ASSOCD_INTAKE_SETUP_H
#define ASSOCD_INTAKE_SETUP_H

#include "daemon/engine/engine.h"
#include "daemon/store/store.h"
#include "intake.h"

/* Handed in by main; in tests, memory. */
struct intake_ports {
	void *arg;
	int64_t (*wall_ms)(void *arg);
	const struct event_context *(*context)(void *arg);
	enum err (*submit)(void *arg, struct store_batch *batch); /* comes back through intake_completed */
	void (*apply)(void *arg, const struct event *const *events, size_t n, struct effects *effects);
};

struct intake_setup {
	struct intake_ports ports;
	uint64_t last_seq, applied_seq; /* of the store; the engine is at last_seq, or behind it until intake_take_effects */
	int64_t future_limit_ms;
	size_t batch_events; /* at about this many a batch goes out, though another is still in flight */
	uint64_t known_ids;  /* remembered at least, whatever their age */
};

struct intake *intake_new(const struct intake_setup *setup);
/* What is not answered yet is dropped; drain first (intake_is_settled). */
void intake_free(struct intake *in);

/* Start-up: an id that the journal holds, in order of arrival. */
void intake_know(struct intake *in, uint64_t id_hash, int64_t arrived_ms);
/* The event was taken out of the journal: its id may come again. */
void intake_forget(struct intake *in, uint64_t id_hash);
/* Effects that no batch of this run brought about: start-up made them again of events up to applied_seq, or the rules
 * changed. While nothing is in flight. */
void intake_take_effects(struct intake *in, const struct effects *effects, uint64_t applied_seq);

/* What store_completed gave. Applies the events, collects effects, answers groups (at the next turn). */
void intake_completed(struct intake *in, struct store_batch *batch);
/* Submits what is due and calls `done` of answered groups. Microseconds until it wants to be called again, -1: by event. */
int64_t intake_turn(struct intake *in, int64_t mono_us);

/* While held no event batch starts; what is in flight and its effects are finished. Settled: every applied event and
 * every effect is durable and nothing is in flight; lines may have gathered, unless it is empty too. */
void intake_hold(struct intake *in, bool held);
bool intake_is_settled(const struct intake *in);
bool intake_is_empty(const struct intake *in);
/* Senders are told to wait (intake_is_congested) until what has gathered is through. */
void intake_pause(struct intake *in, bool paused);
/* Nothing more is taken, as if it could not be kept, until this is called with ERR_OK; what is under way goes its way. text
 * is for the operator (intake_failure). */
void intake_bar(struct intake *in, enum err why, const char *text);
/* A deadline has come and no event did: an event of the daemon's own carries its time into the journal. Not while history
 * comes in, nor while what comes in lags more than a day behind the clock: there the events themselves pass the time.
 * newest_ms: engine time. False: not now. */
bool intake_tick(struct intake *in, int64_t due_ms, int64_t newest_ms);
/* Goes into the next transaction. drop: outbox rows up to here have reached everybody. name lives as long as in. */
void intake_mark_sink(struct intake *in, struct bytes name, uint64_t through, uint64_t drop);

/* Stable words of refusals; the last one stands for any other. */
extern const char *const intake_reasons[];
#define INTAKE_REASONS 13

struct intake_stats {
	uint64_t lines[SOURCES], accepted, duplicate, refused[INTAKE_REASONS];
	uint64_t ignored[IGNORED_WORDS]; /* accepted statements that changed nothing */
	uint64_t addressless; /* accepted, and their "ip" said that there was none */
	uint64_t batches, failed_batches, known, groups, gathered, ticks;
	uint64_t last_seq;      /* durable */
	uint64_t outbox_last;   /* newest outbox row that a batch of this run wrote */
	int64_t last_commit_us;
	int64_t last_arrival_ms, last_history_ms; /* of an event that is no tick; of one that not everybody is told of */
	uint64_t alerts_written;
	size_t known_memory, batch_memory;
};
void intake_stats(const struct intake *in, struct intake_stats *out);

#endif
