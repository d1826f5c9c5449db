/* Intake over a store and an engine made of memory, for the tests of intake. */
#ifndef TESTS_UNIT_INTAKE_BENCH_H
#define TESTS_UNIT_INTAKE_BENCH_H

#include "daemon/base/vec.h"
#include "daemon/intake/setup.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#define NOW 1767225600000LL /* 2026-01-01 */

struct bench {
	struct kinds kinds;
	struct event_context context;
	struct intake *in;
	struct VEC(struct store_batch *) queue;
	struct VEC(uint64_t) durable; /* id hashes */
	struct VEC(uint64_t) applied; /* seqs */
	struct VEC(char *) alerts;
	uint64_t applied_durable, sink_through;
	unsigned alerts_per_event, refuse_submits;
	uint64_t ignored_seq; /* the engine ignores this event; 0: none */
	size_t queued_at_apply; /* batches that the writer had meanwhile */
	enum err early_result; /* of a writer that is done before the submit returns */
	int64_t us, wall_later_ms; /* than NOW */
	/* answers */
	unsigned answered;
	enum err result;
	uint64_t accepted, duplicate, refused, ignored, last_seq;
	char error[16], detail[200], account[64];
	uint64_t error_line;
};

static inline int64_t bench_wall(void *arg)
{
	return NOW + ((const struct bench *)arg)->wall_later_ms;
}

static inline const struct event_context *bench_context(void *arg)
{
	return &((struct bench *)arg)->context;
}

static inline enum err bench_submit(void *arg, struct store_batch *b)
{
	struct bench *t = arg;

	if (t->refuse_submits)
		return ERR_FULL;
	VEC_PUSH(&t->queue, b);
	b->result = t->early_result;
	return ERR_OK;
}

static inline void bench_apply(void *arg, const struct event *const *events, size_t n, struct effects *effects)
{
	struct bench *t = arg;

	t->queued_at_apply = t->queue.n;
	effects->at = vec_reserve(effects->at, &effects->cap, n * (t->alerts_per_event + 1) + 1, sizeof(struct effect));
	for (size_t i = 0; i < n; i++) {
		VEC_PUSH(&t->applied, events[i]->seq);
		if (events[i]->seq == t->ignored_seq)
			effects->at[effects->n++] = (struct effect){
				.type = EFFECT_STATEMENT_IGNORED, .seq = t->ignored_seq, .ignored = IGNORED_REPEATED, .what = BYTES_LIT("so already"),
			};
		for (unsigned k = 0; k < t->alerts_per_event; k++)
			effects->at[effects->n++] = (struct effect){
				.type = EFFECT_ALERT_OPENED, .seq = events[i]->seq, .audience = events[i]->audience,
				.alert = { .id = bytes_of(arena_printf(effects->arena, "al%d", (int)events[i]->seq)),
					   .rule = BYTES_LIT("r"), .subject_kind = BYTES_LIT("account") },
			};
	}
}

static inline int bench_setup(void **state)
{
	struct bench *t = calloc(1, sizeof(*t));
	struct intake_setup setup = {
		.ports = { t, bench_wall, bench_context, bench_submit, bench_apply },
		.future_limit_ms = 600000, .batch_events = 100, .known_ids = 1000,
	};

	assert_int_equal(kinds_prepare(&t->kinds, NULL), ERR_OK);
	t->context.kinds = &t->kinds;
	t->in = intake_new(&setup);
	t->us = 1000000;
	*state = t;
	return 0;
}

static inline int bench_teardown(void **state)
{
	struct bench *t = *state;

	intake_free(t->in);
	for (size_t i = 0; i < t->alerts.n; i++)
		free(t->alerts.at[i]);
	VEC_FREE(&t->queue);
	VEC_FREE(&t->durable);
	VEC_FREE(&t->applied);
	VEC_FREE(&t->alerts);
	free(t);
	return 0;
}

#define WITH_BENCH(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

#endif
