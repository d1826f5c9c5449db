/* What a trial is put together from: its state, the thread that reads for it, the child that judges. */
#ifndef ASSOCD_MAIN_TRIAL_PARTS_H
#define ASSOCD_MAIN_TRIAL_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "daemon.h"
#include "daemon/base/text.h"

enum trial_stage { TRIAL_LOADS, TRIAL_RUNS, TRIAL_IS_OVER };

struct trial {
	/* the loop thread's */
	enum trial_stage stage;
	pthread_t thread; /* until TRIAL_IS_OVER */
	pid_t child;      /* while TRIAL_RUNS */
	int64_t started_us, took_us;
	bool is_cancelled, is_late;

	/* looked at from both sides */
	atomic_bool is_back;       /* the thread has ended */
	atomic_uint_fast64_t seq;  /* handed to the child so far */

	/* the thread's, and the loop thread's before it begins and after it was joined */
	const struct config *config;
	struct text file, content;
	uint64_t until; /* the newest event that the engine in force had applied at the fork */
	struct ruleset *rules;
	struct enrich *enrich;
	struct journal_map *journal;
	int to_child, from_child; /* -1: closed */
	struct text difference;   /* JSON */
	struct text report;       /* of rules that do not load: every error a line */
	enum err err;
	struct errbuf error;
};

/* Threads: pthread_create's. The first reads rules, networks and the journal's lists of kinds; the second hands the journal
 * to the child and takes the result from it. */
void *trial_load(void *trial);
void *trial_feed(void *trial);

/* In the child: applies what comes in by the descriptor to an engine under the trial's rules, and writes the difference as a
 * JSON object. The status to end with. */
int trial_run(struct trial *t, const struct engine *now, int from_parent, int to_parent);

/* One event on its way to the child: this, then its payload. Both ends are one program. */
struct trial_row { uint64_t seq; int64_t ts_ms; uint64_t id_hash; uint32_t audience, len; };

/* Members: links that appear, disappear and change their band, the first of them; by rule what is counted and raised. */
void trial_render_difference(const struct engine *now, const struct engine *next, struct text *json);

#endif
