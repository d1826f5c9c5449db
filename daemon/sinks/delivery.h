/* Shared by the files that drive sinks: one instance and what is on its way to it. */
#ifndef ASSOCD_SINKS_DELIVERY_H
#define ASSOCD_SINKS_DELIVERY_H

#include "daemon/base/arena.h"
#include "daemon/base/vec.h"
#include "daemon/vendor/json.h"
#include "sinks.h"

#define ROWS_MAX 1000
#define PAUSE_MIN_US 1000000
#define PAUSE_MAX_FILE_US 3000000 /* a disk that has room again is not waited for */
#define PAUSE_MAX_US 600000000
#define GIVE_UP_MS 86400000
#define ALERT_JSON_MAX (16 << 20)
#define TRIALS_MAX 4

struct trial;

/* What is on its way to a sink: one thing at a time. */
enum delivery_state {
	DELIVERY_IDLE,    /* nothing; what was read may wait for its time */
	DELIVERY_READING, /* rows, by the reader thread, which alone touches the sink meanwhile */
	DELIVERY_SENDING, /* `call`, which the sink has */
	DELIVERY_BURYING, /* `dead`, to the database */
};

struct delivery {
	struct store_query query;
	struct sinks *sinks;
	const struct sink *sink;
	struct sink_settings *settings; /* owned */
	void *self;
	uint64_t through; /* durable or on its way to be */
	/* what was read; a sink with send is handed it piece by piece */
	enum delivery_state state;
	bool is_telling;   /* what was read are alerts that stand, no rows of the outbox */
	bool wants_reopen; /* as soon as it is idle */
	bool is_stale;     /* rows went from the outbox while it was reading or burying */
	uint64_t reached;
	uint64_t newest;   /* row of the outbox as the reading was asked for: what comes meanwhile may be behind what it sees */
	struct VEC(struct sink_row) rows;
	size_t next_row;   /* of rows: the first that is not handed over */
	struct arena *arena;
	struct json_parser *parser;
	enum err result;
	struct errbuf error;   /* of a reading, or of a dead letter on its way */
	struct errbuf failure; /* the last, while it fails: an attempt that is on its way does not hide it */
	struct errbuf refusal; /* of what was read again last; "": it was taken */
	struct sink_call call; /* the piece that is handed over, or was last */
	size_t again_n;        /* after a failure the same rows go together: the receiver may have them */
	uint64_t single_until; /* a group with rows up to here was refused: one by one */
	struct store_batch dead_batch;
	struct store_dead dead;
	struct VEC(uint64_t) dead_numbers;
	/* time */
	int64_t gather_us, rate_us, tell_us; /* not before; gather_us 0: nothing waits */
	int64_t pause_us, retry_us, failing_since_us;
	uint64_t delivered, failures, n_died, n_dead, tries;
};

struct sinks {
	struct sinks_ports ports;
	struct sink_setup sink;
	struct delivery at[SINKS_MAX];
	unsigned n;
	uint64_t newest;
	int64_t mono_us; /* of the last turn */
	bool is_stopped;
	struct trial *trials[TRIALS_MAX]; /* tests that somebody asked for */
	unsigned n_trials;
	struct letters { /* letters.c */
		struct store_query query;
		bool is_wanted, is_out;
		uint64_t n[SINKS_MAX];
		enum err result;
	} letters;
};
/* letters.c: counts the dead letters again when something may have changed them. */
void letters_turn(struct sinks *s);
/* test_alert.c */
void trials_stop(struct sinks *s);

struct delivery *sinks_find(const struct sinks *s, struct bytes name);

/* reading.c, on the reader thread: fills rows; of a sink with deliver also hands them over. */
void delivery_read(struct store_query *q, const char *dir);
/* JSON of an alert to a row, all in the arena. False: it cannot be read. */
bool delivery_parse(struct delivery *d, struct bytes json, struct sink_row *row);

/* delivery.c */
void delivery_done(struct store_query *q);
/* The next piece of what was read, when it is due. */
void delivery_next_piece(struct delivery *d);
/* At once, or when it is idle. */
void delivery_reopen(struct delivery *d);
/* Of what was read and not handed over the first n stay; the rest is read anew. */
void delivery_cut(struct delivery *d, size_t n);
bool delivery_has_piece(const struct delivery *d);
/* A place moved: into the next transaction, with what every sink is through with. */
void delivery_mark(struct delivery *d);
uint64_t sinks_least_through(const struct sinks *s);

#endif
