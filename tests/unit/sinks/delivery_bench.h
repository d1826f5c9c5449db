/* Sinks that deliver as far as they can, and what they left. */
#ifndef ASSOCD_TESTS_DELIVERY_BENCH_H
#define ASSOCD_TESTS_DELIVERY_BENCH_H

#include "delivery_store.h"

static inline void take_completions(struct bench *b)
{
	struct pollfd p = { .fd = store_wake_fd(b->store), .events = POLLIN };
	struct store_batch *batch;
	struct store_query *q;

	poll(&p, 1, 20);
	while ((batch = store_completed(b->store)))
		batch->done(batch);
	while ((q = store_completed_query(b->store)))
		q->done(q);
}

/* Turns until nothing is on its way but what hangs; the wait that the last turn asked for. */
static inline int64_t settle(struct bench *b)
{
	int64_t wait = sinks_turn(b->sinks, b->newest, b->us);

	for (int quiet = 0; quiet < 2; quiet++) {
		if (wait == 100000) { /* rows gather */
			b->us += wait;
			quiet = 0;
		}
		take_completions(b);
		wait = sinks_turn(b->sinks, b->newest, b->us);
		if (sinks_are_reading(b->sinks))
			quiet = -1;
	}
	return wait;
}

static inline enum err note_letter(void *arg, const struct store_letter *letter)
{
	struct bench *b = arg;

	b->letters++;
	snprintf(b->reason, sizeof(b->reason), "%.*s", BYTES_ARG(letter->reason));
	return ERR_OK;
}

/* Of which the statistics say the same. */
static inline unsigned count_letters(struct bench *b, const char *sink)
{
	struct sink_stats stats[SINKS_MAX];
	unsigned n = sinks_stats(b->sinks, stats, SINKS_MAX);

	b->letters = 0;
	assert_int_equal(store_read_dead(b->dir, bytes_of(sink), note_letter, b, NULL), ERR_OK);
	for (unsigned i = 0; i < n; i++)
		if (strcmp(stats[i].name, sink) == 0)
			assert_int_equal(stats[i].dead, b->letters);
	return b->letters;
}

#endif
