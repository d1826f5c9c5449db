/* Intake over a store and an engine made of memory. */
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
	int64_t us;
	/* answers */
	unsigned answered;
	enum err result;
	uint64_t accepted, duplicate, refused, last_seq;
	char error[16], detail[200], account[64];
	uint64_t error_line;
};

static int64_t bench_wall(void *arg)
{
	return NOW;
}

static const struct event_context *bench_context(void *arg)
{
	return &((struct bench *)arg)->context;
}

static enum err bench_submit(void *arg, struct store_batch *b)
{
	struct bench *t = arg;

	if (t->refuse_submits)
		return ERR_FULL;
	VEC_PUSH(&t->queue, b);
	return ERR_OK;
}

static void bench_apply(void *arg, const struct event *const *events, size_t n, struct effects *effects)
{
	struct bench *t = arg;

	effects->at = vec_reserve(effects->at, &effects->cap, n * t->alerts_per_event + 1, sizeof(struct effect));
	for (size_t i = 0; i < n; i++) {
		VEC_PUSH(&t->applied, events[i]->seq);
		for (unsigned k = 0; k < t->alerts_per_event; k++)
			effects->at[effects->n++] = (struct effect){
				.type = EFFECT_ALERT_OPENED, .seq = events[i]->seq,
				.alert = { .id = bytes_of(arena_printf(effects->arena, "al%d", (int)events[i]->seq)),
					   .rule = BYTES_LIT("r"), .subject_kind = BYTES_LIT("account") },
			};
	}
}

static int bench_setup(void **state)
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

static int bench_teardown(void **state)
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

static void note_answer(struct intake_group *g, void *arg)
{
	struct bench *t = arg;

	t->answered++;
	t->result = g->result;
	t->accepted = g->accepted;
	t->duplicate = g->duplicate;
	t->refused = g->refused;
	t->last_seq = g->last_seq;
	snprintf(t->account, sizeof(t->account), "%.*s", (int)g->account.len, g->account.ptr);
	if (g->n_refusals == 0)
		return;
	snprintf(t->error, sizeof(t->error), "%s", g->refusals[0].error);
	snprintf(t->detail, sizeof(t->detail), "%s", g->refusals[0].detail);
	t->error_line = g->refusals[0].line;
}

static struct intake_group *group(struct bench *t, bool is_trusted)
{
	struct intake_group g = { .source = SOURCE_HTTP, .is_trusted = is_trusted, .done = note_answer, .arg = t };

	return intake_open(t->in, &g);
}

static enum verdict_of_line offer(struct bench *t, struct intake_group *g, const char *line)
{
	return intake_offer(t->in, g, bytes_of(line));
}

static enum verdict_of_line offer_id(struct bench *t, struct intake_group *g, unsigned id)
{
	char line[200];

	snprintf(line, sizeof(line), "{\"id\":\"e%u\",\"ts\":%lld,\"type\":\"login\",\"account\":\"a%u\"}", id, NOW, id);
	return offer(t, g, line);
}

static int64_t turn(struct bench *t)
{
	return intake_turn(t->in, t->us);
}

/* Completes the oldest batch. */
static void complete(struct bench *t, enum err result)
{
	struct store_batch *b = t->queue.at[0];

	memmove(t->queue.at, t->queue.at + 1, --t->queue.n * sizeof(b));
	b->result = result;
	for (size_t i = 0; result == ERR_OK && i < b->n_events; i++)
		VEC_PUSH(&t->durable, b->events[i].id_hash);
	for (size_t i = 0; result == ERR_OK && i < b->n_alerts; i++) {
		VEC_PUSH(&t->alerts, strndup(b->alerts[i].id.ptr, b->alerts[i].id.len));
		assert_non_null(strstr(b->alerts[i].json.ptr, "\"schema\":\"assocd.alert/1\""));
	}
	if (result == ERR_OK && b->applied_seq > t->applied_durable)
		t->applied_durable = b->applied_seq;
	if (result == ERR_OK && b->sink.len > 0)
		t->sink_through = b->sink_through;
	intake_completed(t->in, b);
}

/* What a lone sender sees: one group of one line, committed. */
static void send_line(struct bench *t, const char *line, bool is_trusted)
{
	struct intake_group *g = group(t, is_trusted);
	unsigned before = t->answered;

	t->error[0] = '\0';
	offer(t, g, line);
	intake_seal(t->in, g);
	turn(t);
	while (t->queue.n > 0)
		complete(t, ERR_OK);
	turn(t);
	assert_int_equal(t->answered, before + 1);
}

static void answer_comes_after_commit_and_apply(void **state)
{
	struct bench *t = *state;
	struct intake_group *g = group(t, false);

	assert_int_equal(offer_id(t, g, 1), LINE_ACCEPTED);
	intake_seal(t->in, g);
	turn(t);
	assert_int_equal(t->answered, 0);
	assert_int_equal(t->applied.n, 0);
	assert_int_equal(t->queue.n, 1);
	complete(t, ERR_OK);
	assert_int_equal(t->applied.n, 1);
	assert_int_equal(t->answered, 0);
	turn(t);
	assert_int_equal(t->answered, 1);
	assert_int_equal(t->result, ERR_OK);
	assert_int_equal(t->accepted, 1);
	assert_int_equal(t->last_seq, 1);
	assert_string_equal(t->account, "a1");
}

static void same_event_twice_is_once(void **state)
{
	struct bench *t = *state;
	const char *line = "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a\"}";

	send_line(t, line, false);
	assert_int_equal(t->accepted, 1);
	send_line(t, line, false);
	assert_int_equal(t->duplicate, 1);
	assert_int_equal(t->accepted, 0);
	assert_string_equal(t->account, "a");
	assert_int_equal(t->durable.n, 1);
}

static void duplicate_of_uncommitted_event_waits_for_its_commit(void **state)
{
	struct bench *t = *state;
	struct intake_group *first = group(t, false), *second;

	offer_id(t, first, 1);
	intake_seal(t->in, first);
	turn(t);
	second = group(t, false);
	assert_int_equal(offer_id(t, second, 1), LINE_DUPLICATE);
	intake_seal(t->in, second);
	turn(t);
	assert_int_equal(t->answered, 0);
	complete(t, ERR_OK);
	turn(t);
	assert_int_equal(t->answered, 2);
	assert_int_equal(t->duplicate, 1);
}

static void failed_commit_refuses_original_and_duplicate_alike(void **state)
{
	struct bench *t = *state;
	struct intake_group *first = group(t, false), *second;

	offer_id(t, first, 1);
	intake_seal(t->in, first);
	turn(t);
	second = group(t, false);
	offer_id(t, second, 1);
	intake_seal(t->in, second);
	complete(t, ERR_FULL);
	turn(t);
	assert_int_equal(t->answered, 2);
	assert_int_equal(t->result, ERR_FULL);
	assert_int_equal(t->applied.n, 0);
	assert_true(intake_is_congested(t->in));
	/* The id is not known: the sender's next attempt is accepted, under the same sequence number. */
	t->us += 1100000;
	turn(t);
	complete(t, ERR_OK);
	assert_false(intake_is_congested(t->in));
	send_line(t, "{\"id\":\"e1\",\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a1\"}", false);
	assert_int_equal(t->accepted, 1);
	assert_int_equal(t->last_seq, 1);
}

static void probe_goes_out_once_a_second_while_failing(void **state)
{
	struct bench *t = *state;
	struct intake_group *g = group(t, false);

	offer_id(t, g, 1);
	intake_seal(t->in, g);
	turn(t);
	complete(t, ERR_FULL);
	assert_int_equal(turn(t), 1000000);
	assert_int_equal(t->queue.n, 0);
	t->us += 999999;
	turn(t);
	assert_int_equal(t->queue.n, 0);
	t->us += 1;
	turn(t);
	assert_int_equal(t->queue.n, 1);
	complete(t, ERR_FULL);
	assert_true(intake_is_congested(t->in));
	turn(t);
	assert_int_equal(t->queue.n, 0);
}

static void queue_that_refuses_is_a_failed_commit(void **state)
{
	struct bench *t = *state;
	struct intake_group *g = group(t, false);

	t->refuse_submits = 1;
	offer_id(t, g, 1);
	intake_seal(t->in, g);
	turn(t);
	turn(t);
	assert_int_equal(t->answered, 1);
	assert_int_equal(t->result, ERR_FULL);
}

static void events_gather_while_a_commit_is_in_flight(void **state)
{
	struct bench *t = *state;
	struct intake_group *g[4];

	for (unsigned i = 0; i < 4; i++) {
		g[i] = group(t, false);
		offer_id(t, g[i], i);
		intake_seal(t->in, g[i]);
		turn(t);
	}
	assert_int_equal(t->queue.n, 1);
	complete(t, ERR_OK);
	turn(t);
	assert_int_equal(t->answered, 1);
	assert_int_equal(t->queue.n, 1);
	assert_int_equal(t->queue.at[0]->n_events, 3);
	complete(t, ERR_OK);
	turn(t);
	assert_int_equal(t->answered, 4);
}

static void full_batch_goes_out_beside_another_but_not_a_third(void **state)
{
	struct bench *t = *state;
	struct intake_group *g = group(t, false);

	for (unsigned i = 0; i < 500; i++) {
		offer_id(t, g, i);
		turn(t);
	}
	assert_int_equal(t->queue.n, 2);
	assert_int_equal(t->queue.at[1]->n_events, 100);
	assert_true(intake_is_congested(t->in));
	intake_seal(t->in, g);
	while (t->queue.n > 0) {
		complete(t, ERR_OK);
		turn(t);
	}
	assert_int_equal(t->accepted, 500);
	assert_int_equal(t->last_seq, 500);
	for (uint64_t i = 0; i < 500; i++)
		assert_int_equal(t->applied.at[i], i + 1);
}

static void group_over_two_batches_fails_when_one_fails(void **state)
{
	struct bench *t = *state;
	struct intake_group *g = group(t, false);

	offer_id(t, g, 1);
	turn(t);
	offer_id(t, g, 2);
	intake_seal(t->in, g);
	complete(t, ERR_OK);
	turn(t);
	complete(t, ERR_IO);
	turn(t);
	assert_int_equal(t->answered, 1);
	assert_int_equal(t->result, ERR_IO);
}

static void effects_go_into_the_next_batch(void **state)
{
	struct bench *t = *state;
	struct intake_group *g = group(t, false);

	t->alerts_per_event = 1;
	offer_id(t, g, 1);
	turn(t);
	offer_id(t, g, 2);
	complete(t, ERR_OK);
	turn(t);
	assert_int_equal(t->queue.at[0]->n_alerts, 1);
	assert_int_equal(t->queue.at[0]->applied_seq, 1);
	complete(t, ERR_OK);
	intake_seal(t->in, g);
	turn(t);
	assert_string_equal(t->alerts.at[0], "al1");
}

static void effects_go_out_alone_after_50_ms(void **state)
{
	struct bench *t = *state;

	t->alerts_per_event = 2;
	send_line(t, "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a\"}", false);
	assert_int_equal(t->alerts.n, 0);
	assert_false(intake_is_settled(t->in));
	t->us += 50000;
	assert_int_equal(turn(t), -1);
	assert_int_equal(t->queue.n, 1);
	complete(t, ERR_OK);
	assert_int_equal(t->alerts.n, 2);
	assert_int_equal(t->applied_durable, 1);
	assert_true(intake_is_settled(t->in));
}

static void effects_of_failed_batch_come_again_in_order(void **state)
{
	struct bench *t = *state;

	t->alerts_per_event = 1;
	send_line(t, "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a\"}", false);
	t->us += 50000;
	turn(t);
	complete(t, ERR_FULL);
	turn(t);
	t->us += 1000000;
	turn(t);
	complete(t, ERR_OK);
	send_line(t, "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"b\"}", false);
	t->us += 50000;
	turn(t);
	complete(t, ERR_OK);
	assert_int_equal(t->alerts.n, 2);
	assert_string_equal(t->alerts.at[0], "al1");
	assert_string_equal(t->alerts.at[1], "al2");
}

static void held_intake_settles_with_lines_gathered(void **state)
{
	struct bench *t = *state;
	struct intake_group *g = group(t, false);

	offer_id(t, g, 1);
	turn(t);
	intake_hold(t->in, true);
	offer_id(t, g, 2);
	complete(t, ERR_OK);
	turn(t);
	assert_int_equal(t->queue.n, 1); /* applied becomes durable */
	assert_int_equal(t->queue.at[0]->n_events, 0);
	complete(t, ERR_OK);
	turn(t);
	assert_true(intake_is_settled(t->in));
	assert_false(intake_is_empty(t->in));
	assert_int_equal(t->queue.n, 0);
	intake_hold(t->in, false);
	turn(t);
	assert_int_equal(t->queue.n, 1);
	complete(t, ERR_OK);
	intake_seal(t->in, g);
	turn(t);
	assert_int_equal(t->accepted, 2);
}

static void sink_mark_rides_with_a_batch_or_goes_alone(void **state)
{
	struct bench *t = *state;

	intake_mark_sink(t->in, BYTES_LIT("log"), 7, 0);
	turn(t);
	assert_int_equal(t->queue.n, 0);
	t->us += 50000;
	turn(t);
	complete(t, ERR_OK);
	assert_int_equal(t->sink_through, 7);
}

static void refused_line_is_named_and_counted(void **state)
{
	struct bench *t = *state;
	struct intake_group g0 = { .source = SOURCE_STREAM, .first_line = 41, .done = note_answer, .arg = t };
	struct intake_group *g = intake_open(t->in, &g0);
	struct intake_stats stats;

	assert_int_equal(offer_id(t, g, 1), LINE_ACCEPTED);
	assert_int_equal(offer(t, g, "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a\",\"emial\":1}"), LINE_REFUSED);
	assert_int_equal(offer(t, g, "nonsense"), LINE_REFUSED);
	assert_int_equal(offer(t, g, "   "), LINE_ACCEPTED);
	intake_seal(t->in, g);
	turn(t);
	complete(t, ERR_OK);
	turn(t);
	assert_int_equal(t->accepted, 1);
	assert_int_equal(t->refused, 2);
	assert_string_equal(t->error, "key");
	assert_int_equal(t->error_line, 42);
	assert_non_null(strstr(t->detail, "emial"));
	intake_stats(t->in, &stats);
	assert_int_equal(stats.refused[0], 1);
	assert_int_equal(stats.refused[1], 1);
	assert_int_equal(stats.lines[SOURCE_STREAM], 4);
}

static void group_without_accepted_lines_is_answered_at_the_next_turn(void **state)
{
	struct bench *t = *state;
	struct intake_group *g = group(t, false);

	intake_seal(t->in, g);
	assert_int_equal(t->answered, 0);
	turn(t);
	assert_int_equal(t->answered, 1);
	assert_int_equal(t->queue.n, 0);
}

static void absurd_times_are_refused(void **state)
{
	struct bench *t = *state;
	struct intake_group g0 = { .source = SOURCE_HTTP, .is_backfill = true, .done = note_answer, .arg = t };
	struct intake_group *g;

	send_line(t, "{\"ts\":\"1970-01-01T00:00:00Z\",\"type\":\"login\",\"account\":\"a\"}", false);
	assert_string_equal(t->error, "ts");
	send_line(t, "{\"ts\":\"2100-01-01T00:00:00Z\",\"type\":\"login\",\"account\":\"a\"}", false);
	assert_string_equal(t->error, "ts");
	send_line(t, "{\"ts\":1767226200001,\"type\":\"login\",\"account\":\"a\"}", false);
	assert_string_equal(t->error, "future");
	assert_non_null(strstr(t->detail, "600 s"));
	send_line(t, "{\"ts\":1767226200000,\"type\":\"login\",\"account\":\"a\"}", false);
	assert_int_equal(t->accepted, 1);
	g = intake_open(t->in, &g0);
	assert_int_equal(offer(t, g, "{\"ts\":\"2099-12-31T23:59:59Z\",\"type\":\"login\",\"account\":\"a\"}"), LINE_ACCEPTED);
	intake_seal(t->in, g);
	turn(t);
	assert_int_equal(t->queue.at[0]->events[0].flags, STORE_BACKFILL);
	complete(t, ERR_OK);
	turn(t);
}

static void statements_need_trust(void **state)
{
	struct bench *t = *state;
	const char *closed = "{\"ts\":1767225600000,\"type\":\"closed\",\"account\":\"a\",\"reason\":\"fraud\"}";

	send_line(t, closed, false);
	assert_string_equal(t->error, "trust");
	assert_int_equal(t->accepted, 0);
	send_line(t, closed, true);
	assert_int_equal(t->accepted, 1);
	send_line(t, "{\"ts\":1767225600000,\"type\":\"relation\",\"account\":\"a\",\"relation\":{\"kind\":\"agency\",\"group\":\"g\"}}",
		  false);
	assert_string_equal(t->error, "trust");
}

static void long_line_is_refused_by_size(void **state)
{
	struct bench *t = *state;
	char *line = malloc(EVENT_LINE_MAX + 3);

	memset(line, 'x', EVENT_LINE_MAX + 2);
	line[EVENT_LINE_MAX + 2] = '\0';
	send_line(t, line, false);
	assert_string_equal(t->error, "size");
	free(line);
}

static void ids_of_the_journal_are_known(void **state)
{
	struct bench *t = *state;
	struct intake_group *g;

	send_line(t, "{\"id\":\"e1\",\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a1\"}", false);
	uint64_t hash = t->durable.at[0];
	bench_teardown(state);
	bench_setup(state);
	t = *state;
	intake_know(t->in, hash, NOW);
	g = group(t, false);
	assert_int_equal(offer_id(t, g, 1), LINE_DUPLICATE);
	intake_seal(t->in, g);
	turn(t);
	assert_int_equal(t->answered, 1);
}

static void backfill_tells_no_sink(void **state)
{
	struct bench *t = *state;
	struct intake_group g0 = { .source = SOURCE_HTTP, .is_backfill = true, .done = note_answer, .arg = t };
	struct intake_group *g = intake_open(t->in, &g0);

	t->alerts_per_event = 1;
	offer_id(t, g, 1);
	intake_seal(t->in, g);
	turn(t);
	complete(t, ERR_OK);
	turn(t);
	t->us += 50000;
	turn(t);
	assert_int_equal(t->queue.at[0]->n_alerts, 1);
	assert_true(t->queue.at[0]->alerts[0].is_quiet);
	complete(t, ERR_OK);
}

#define T(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(answer_comes_after_commit_and_apply), T(same_event_twice_is_once),
		T(duplicate_of_uncommitted_event_waits_for_its_commit), T(failed_commit_refuses_original_and_duplicate_alike),
		T(probe_goes_out_once_a_second_while_failing), T(queue_that_refuses_is_a_failed_commit),
		T(events_gather_while_a_commit_is_in_flight), T(full_batch_goes_out_beside_another_but_not_a_third),
		T(group_over_two_batches_fails_when_one_fails), T(effects_go_into_the_next_batch),
		T(effects_go_out_alone_after_50_ms), T(effects_of_failed_batch_come_again_in_order),
		T(held_intake_settles_with_lines_gathered), T(sink_mark_rides_with_a_batch_or_goes_alone),
		T(refused_line_is_named_and_counted), T(group_without_accepted_lines_is_answered_at_the_next_turn),
		T(absurd_times_are_refused), T(statements_need_trust), T(long_line_is_refused_by_size),
		T(ids_of_the_journal_are_known), T(backfill_tells_no_sink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
