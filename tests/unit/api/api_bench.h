/* A whole door over memory: engine with the shipped rules, intake whose journal is a list, and a raw client. */
#ifndef TESTS_UNIT_API_BENCH_H
#define TESTS_UNIT_API_BENCH_H

#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/api/api.h"
#include "daemon/base/vec.h"
#include "daemon/engine/engine.h"
#include "daemon/intake/setup.h"
#include "daemon/vendor/crypto.h"

#define NOW 1767225600000LL /* 2026-01-01 */
#define ANSWER_MAX (1 << 20)

struct bench {
	struct loop *loop;
	struct loop_timer *tick;
	struct ruleset *rules;
	struct enrich *enrich;
	struct engine *engine;
	struct hmac_key *key;
	struct event_context context;
	struct intake *in;
	struct VEC(struct store_batch *) queue;
	enum err commit_result;
	bool holds_commits;
	unsigned release_after_ticks;
	struct api *api;
	char dir[64], admin[80];
	bool has_engine, is_ready;
	int64_t us;
	int done[2];
	struct loop_watch *done_watch;
	struct text request;
	char *answer;
	size_t n_answer;
	unsigned ticks;
	int status; /* of the last answer */
};

static int64_t bench_wall(void *arg)
{
	return NOW;
}

static const struct event_context *bench_context(void *arg)
{
	return &((struct bench *)arg)->context;
}

static void bench_ignore(struct intake_group *g, void *arg)
{
}

static enum err bench_submit(void *arg, struct store_batch *batch)
{
	struct bench *b = arg;

	VEC_PUSH(&b->queue, batch);
	return ERR_OK;
}

static void bench_apply(void *arg, const struct event *const *events, size_t n, struct effects *effects)
{
	engine_apply(((struct bench *)arg)->engine, events, n, effects);
}

static struct engine *bench_engine(void *arg)
{
	struct bench *b = arg;

	return b->has_engine ? b->engine : NULL;
}

static const struct ruleset *bench_rules(void *arg)
{
	return ((struct bench *)arg)->rules;
}

static bool bench_is_ready(void *arg, struct text *reasons)
{
	struct bench *b = arg;

	if (!b->is_ready)
		text_adds(reasons, "the disk is full\n");
	return b->is_ready;
}

static void bench_turn(void *arg)
{
	struct bench *b = arg;

	intake_turn(b->in, b->us += 100000);
	if (b->holds_commits && b->release_after_ticks && b->ticks > b->release_after_ticks)
		b->holds_commits = false;
	if (b->holds_commits)
		return;
	for (size_t i = 0; i < b->queue.n; i++) {
		b->queue.at[i]->result = b->commit_result;
		intake_completed(b->in, b->queue.at[i]);
	}
	b->queue.n = 0;
	intake_turn(b->in, b->us += 100000);
}

#endif
