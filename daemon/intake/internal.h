/* Shared by the files of intake: groups, batches, alerts on their way. */
#ifndef ASSOCD_INTAKE_INTERNAL_H
#define ASSOCD_INTAKE_INTERNAL_H

#include "daemon/base/text.h"
#include "daemon/base/vec.h"
#include "known.h"
#include "setup.h"

#define BATCHES 3 /* one gathers, at most two are in flight */
#define BATCH_BLOCK (128 << 10)
#define EFFECTS_DELAY_US 50000
#define RETRY_US 1000000
#define PATIENCE_PART 8              /* of the last commit's time: how long a batch waits for senders just answered */
#define PATIENCE_MAX_US 2000
#define EARLY_EVENTS 8               /* and more go out before the engine is at work on what came back */
#define SENDERS_AWAITED_MAX 1000     /* more events than that go out at once */
#define GATHERED_EVENTS_FACTOR 2     /* times batch_events: then senders wait */
#define GATHERED_BYTES_MAX (64 << 20)
#define SINK_MARKS_MAX 16

struct group {
	struct intake_group pub; /* first: the sender's pointer is the group's */
	int64_t wall_ms;
	unsigned pending;        /* batches that it waits for */
	uint64_t in_batch;       /* number of the newest of them, 0 when none */
	size_t refusals_cap, ignorings_cap;
	bool is_sealed, is_queued;
	char account[EVENT_ACCOUNT_MAX * 2 + 2];
};

/* Alerts on their way into a transaction. */
struct outgoing {
	struct arena *arena;
	struct VEC(struct store_alert) rows;
	uint64_t applied_seq; /* all effects up to here are in rows or durable */
};

struct batch {
	struct store_batch store;
	uint64_t number; /* 0: free */
	bool in_flight, carries_effects;
	struct arena *arena;
	struct VEC(const struct event *) events;
	struct VEC(struct store_event) rows;
	struct VEC(struct group *) owners; /* of each event */
	struct VEC(uint64_t) lines;        /* each event's, counted as its owner counts */
	struct VEC(struct group *) groups; /* distinct, that wait for it */
	struct idset ids;
	struct outgoing effects;
};

struct sink_mark {
	struct bytes name;
	uint64_t through;
	bool is_due;
};

struct intake {
	struct intake_setup setup;
	struct json_parser *parser;
	struct arena *scratch;
	struct text encoded; /* of the event that is being kept */
	struct attr_memo *memo;
	struct known *known;
	struct batch batches[BATCHES];
	struct batch *gathering; /* never NULL */
	unsigned in_flight;
	uint64_t batch_numbers, committed_seq, assigned_seq;
	/* effects */
	struct outgoing waiting;
	struct effects effects; /* of the batch being applied; the array is kept */
	bool effects_in_flight;
	uint64_t applied_seq, applied_durable;
	/* gathering */
	size_t awaited;       /* events that the senders at work had under way at the last completion */
	int64_t patience_us;  /* 0: nobody is waited for */
	int64_t awaited_until_us;
	int64_t due_us; /* when waiting effects go out alone, 0: nothing waits */
	struct sink_mark marks[SINK_MARKS_MAX];
	unsigned n_marks;
	uint64_t outbox_drop;
	/* state */
	bool is_held, is_paused, is_ticking; /* ticking: a tick is on its way */
	enum err failure; /* of the last commit; ERR_OK: it works */
	struct errbuf failure_text;
	enum err barred; /* by main; ERR_OK: it is not */
	struct errbuf barred_text;
	int64_t retry_us; /* while failing: not before */
	/* after bursts: memory of batches, and of the allocator, is not given back before */
	int64_t shrink_us, trim_us;
	bool is_trim_due;
	struct VEC(struct group *) answered;
	struct intake_stats stats;
};

/* groups */
void group_wait_for(struct group *g, struct batch *b);
void group_finish_if_done(struct intake *in, struct group *g);
void groups_answer(struct intake *in);
/* What the engine said of the owner's line. */
void group_note_ignored(struct group *g, uint64_t line, const struct effect *effect);
/* The number of the line that was offered last. */
uint64_t group_line(const struct group *g);
/* Index into intake_reasons. */
unsigned intake_reason_index(const char *reason);
/* NULL, or the reason's word with a text why this group may not state this. */
const char *intake_check(const struct intake *in, const struct group *g, const struct event *ev, struct errbuf *eb);

/* Into the gathering batch, unless its id is known. */
enum verdict_of_line intake_keep(struct intake *in, struct group *g, const struct event *ev);

/* batches */
void batch_reset(struct batch *b);
void batch_add(struct intake *in, struct batch *b, struct group *g, const struct event *ev);
/* Submits when something is due; false: nothing was, or the queue is full. */
bool batch_submit_due(struct intake *in, int64_t mono_us);
bool batch_has_due_mark(const struct intake *in);

/* ticks */
void tick_note_arrival(struct intake *in, const struct event *ev, int64_t arrived_ms);
/* bursts */
/* Gives back what batches hold beyond what senders of single events need, once nothing is under way and it is due. */
void burst_shrink(struct intake *in, int64_t mono_us);
/* When it is due; 0: nothing is to be given back. */
int64_t burst_due_us(const struct intake *in);

/* effects */
void outgoing_init(struct outgoing *o);
void outgoing_fini(struct outgoing *o);
void outgoing_add(struct outgoing *o, const struct effect *ef);
/* The failed one's rows come first again. */
void outgoing_return(struct outgoing *waiting, struct outgoing *failed);

#endif
