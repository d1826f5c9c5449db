/* When a batch goes out, what its commit or failure means to those who wait, and where its effects go. */
#include "intake_senders.h"

static void answer_comes_after_commit_and_apply(void **state)
{
	struct bench *t = *state;
	struct intake_group *g = group(t, VOICE_PLAIN);

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

static void duplicate_of_uncommitted_event_waits_for_its_commit(void **state)
{
	struct bench *t = *state;
	struct intake_group *first = group(t, VOICE_PLAIN), *second;

	offer_id(t, first, 1);
	intake_seal(t->in, first);
	turn(t);
	second = group(t, VOICE_PLAIN);
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
	struct intake_group *first = group(t, VOICE_PLAIN), *second;

	offer_id(t, first, 1);
	intake_seal(t->in, first);
	turn(t);
	second = group(t, VOICE_PLAIN);
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
	send_line(t, "{\"id\":\"e1\",\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a1\"}", VOICE_PLAIN);
	assert_int_equal(t->accepted, 1);
	assert_int_equal(t->last_seq, 1);
}

static void probe_goes_out_once_a_second_while_failing(void **state)
{
	struct bench *t = *state;
	struct intake_group *g = group(t, VOICE_PLAIN);

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
	struct intake_group *g = group(t, VOICE_PLAIN);

	t->refuse_submits = 1;
	offer_id(t, g, 1);
	intake_seal(t->in, g);
	turn(t);
	turn(t);
	assert_int_equal(t->answered, 1);
	assert_int_equal(t->result, ERR_FULL);
}

static void writer_that_fails_before_the_submit_returns_is_believed(void **state)
{
	struct bench *t = *state;
	struct intake_group *g = group(t, false);

	t->early_result = ERR_FULL;
	offer_id(t, g, 1);
	intake_seal(t->in, g);
	turn(t);
	complete(t, t->queue.at[0]->result);
	turn(t);
	assert_int_equal(t->result, ERR_FULL);
	assert_int_equal(t->applied.n, 0);
	assert_true(intake_is_congested(t->in));
}

static void events_gather_while_a_commit_is_in_flight(void **state)
{
	struct bench *t = *state;
	struct intake_group *g[4];

	for (unsigned i = 0; i < 4; i++) {
		g[i] = group(t, VOICE_PLAIN);
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

static void offer_ids(struct bench *t, unsigned from, unsigned n)
{
	struct intake_group *g = group(t, VOICE_PLAIN);

	for (unsigned i = 0; i < n; i++)
		offer_id(t, g, from + i);
	intake_seal(t->in, g);
	turn(t);
}

static void disk_is_at_work_on_the_next_party_while_the_engine_is_on_the_last(void **state)
{
	struct bench *t = *state;

	offer_ids(t, 1, 30);
	offer_ids(t, 101, 16);
	assert_int_equal(t->queue.n, 1);
	complete(t, ERR_OK);
	assert_int_equal(t->queued_at_apply, 1);
	assert_int_equal(t->applied.n, 30);
	offer_ids(t, 201, 4); /* a few stragglers are no party */
	complete(t, ERR_OK);
	assert_int_equal(t->queued_at_apply, 0);
	turn(t);
	complete(t, ERR_OK);
	turn(t);
	assert_int_equal(t->answered, 3);
	for (uint64_t i = 0; i < 50; i++)
		assert_int_equal(t->applied.at[i], i + 1);
}

static void party_that_went_out_early_and_failed_comes_again(void **state)
{
	struct bench *t = *state;

	offer_ids(t, 1, 20);
	offer_ids(t, 101, 20);
	complete(t, ERR_OK);
	complete(t, ERR_FULL);
	turn(t);
	assert_int_equal(t->answered, 2);
	assert_int_equal(t->result, ERR_FULL);
	t->us += 1100000;
	turn(t);
	complete(t, ERR_OK);
	offer_ids(t, 101, 20);
	complete(t, ERR_OK);
	turn(t);
	assert_int_equal(t->answered, 3);
	assert_int_equal(t->accepted, 20);
	assert_int_equal(t->last_seq, 40);
}

static void full_batch_goes_out_beside_another_but_not_a_third(void **state)
{
	struct bench *t = *state;
	struct intake_group *g = group(t, VOICE_PLAIN);

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
	struct intake_group *g = group(t, VOICE_PLAIN);

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
	struct intake_group *g = group(t, VOICE_PLAIN);

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
	send_line(t, "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a\"}", VOICE_PLAIN);
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
	send_line(t, "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a\"}", VOICE_PLAIN);
	t->us += 50000;
	turn(t);
	complete(t, ERR_FULL);
	turn(t);
	t->us += 1000000;
	turn(t);
	complete(t, ERR_OK);
	send_line(t, "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"b\"}", VOICE_PLAIN);
	t->us += 50000;
	turn(t);
	complete(t, ERR_OK);
	assert_int_equal(t->alerts.n, 2);
	assert_string_equal(t->alerts.at[0], "al1");
	assert_string_equal(t->alerts.at[1], "al2");
}

static void effects_that_come_without_an_event_go_out_though_held(void **state)
{
	struct bench *t = *state;
	struct effect one = { .type = EFFECT_ALERT_RESOLVED, .alert = { .id = BYTES_LIT("a"), .rule = BYTES_LIT("r") } };
	struct effects effects = { &one, 1, 1, NULL };

	intake_hold(t->in, true);
	intake_take_effects(t->in, &effects, 0);
	assert_false(intake_is_settled(t->in));
	turn(t);
	assert_int_equal(t->queue.n, 1);
	assert_int_equal(t->queue.at[0]->n_alerts, 1);
	complete(t, ERR_OK);
	assert_true(intake_is_settled(t->in));
}

static void held_intake_settles_with_lines_gathered(void **state)
{
	struct bench *t = *state;
	struct intake_group *g = group(t, VOICE_PLAIN);

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

/* One event is in flight, one gathers, and the commit of the first took 8 ms. */
static void two_senders(struct bench *t)
{
	for (unsigned id = 1; id <= 2; id++) {
		struct intake_group *g = group(t, VOICE_PLAIN);

		offer_id(t, g, id);
		intake_seal(t->in, g);
		turn(t);
	}
	t->queue.at[0]->commit_us = 8000;
	complete(t, ERR_OK);
}

static void batch_waits_for_the_senders_just_answered(void **state)
{
	struct bench *t = *state;
	struct intake_group *g;

	two_senders(t);
	assert_in_range(turn(t), 1, 1000);
	assert_int_equal(t->queue.n, 0);
	g = group(t, VOICE_PLAIN);
	offer_id(t, g, 3);
	intake_seal(t->in, g);
	turn(t);
	assert_int_equal(t->queue.n, 1);
	assert_int_equal(t->queue.at[0]->n_events, 2);
	complete(t, ERR_OK);
}

static void batch_waits_an_eighth_of_the_last_commit_at_most(void **state)
{
	struct bench *t = *state;

	two_senders(t);
	turn(t);
	t->us += 999;
	turn(t);
	assert_int_equal(t->queue.n, 0);
	t->us += 1;
	turn(t);
	assert_int_equal(t->queue.n, 1);
	assert_int_equal(t->queue.at[0]->n_events, 1);
	complete(t, ERR_OK);
}

static size_t batch_memory(struct bench *t)
{
	struct intake_stats stats;

	intake_stats(t->in, &stats);
	return stats.batch_memory;
}

static void memory_of_a_burst_is_given_back_when_nothing_is_under_way(void **state)
{
	struct bench *t = *state;
	struct intake_group *g = group(t, VOICE_PLAIN);
	size_t quiet = batch_memory(t), full;

	for (unsigned id = 1; id <= 3000; id++)
		offer_id(t, g, id);
	intake_seal(t->in, g);
	turn(t);
	full = batch_memory(t);
	assert_true(full > 3 * quiet);
	offer_id(t, g = group(t, VOICE_PLAIN), 3001);
	intake_seal(t->in, g);
	complete(t, ERR_OK);
	turn(t);
	assert_int_equal(batch_memory(t), full);
	complete(t, ERR_OK);
	turn(t);
	assert_int_equal(batch_memory(t), quiet);
	assert_int_equal(t->answered, 2);
	assert_int_equal(t->applied.n, 3001);
	offer_id(t, g = group(t, VOICE_PLAIN), 3002);
	intake_seal(t->in, g);
	turn(t);
	complete(t, ERR_OK);
	turn(t);
	assert_int_equal(t->applied.n, 3002);
}

/* Giving back has a hundredth of the time: two bursts in a row may share one. */
static void memory_of_a_burst_waits_when_the_last_was_just_given_back(void **state)
{
	struct bench *t = *state;
	size_t quiet = batch_memory(t);
	int64_t wait_us = 0;

	for (unsigned burst = 0; burst < 2; burst++) {
		struct intake_group *g = group(t, VOICE_PLAIN);

		for (unsigned id = 1; id <= 3000; id++)
			offer_id(t, g, burst * 3000 + id);
		intake_seal(t->in, g);
		turn(t);
		complete(t, ERR_OK);
		wait_us = turn(t);
	}
	if (wait_us > 0)
		assert_true(batch_memory(t) > quiet);
	t->us += 60000000;
	turn(t);
	assert_int_equal(batch_memory(t), quiet);
	assert_int_equal(turn(t), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(answer_comes_after_commit_and_apply),
		WITH_BENCH(duplicate_of_uncommitted_event_waits_for_its_commit),
		WITH_BENCH(failed_commit_refuses_original_and_duplicate_alike),
		WITH_BENCH(probe_goes_out_once_a_second_while_failing),
		WITH_BENCH(queue_that_refuses_is_a_failed_commit),
		WITH_BENCH(writer_that_fails_before_the_submit_returns_is_believed),
		WITH_BENCH(events_gather_while_a_commit_is_in_flight),
		WITH_BENCH(disk_is_at_work_on_the_next_party_while_the_engine_is_on_the_last),
		WITH_BENCH(party_that_went_out_early_and_failed_comes_again),
		WITH_BENCH(full_batch_goes_out_beside_another_but_not_a_third),
		WITH_BENCH(group_over_two_batches_fails_when_one_fails),
		WITH_BENCH(effects_go_into_the_next_batch),
		WITH_BENCH(effects_go_out_alone_after_50_ms),
		WITH_BENCH(effects_of_failed_batch_come_again_in_order),
		WITH_BENCH(effects_that_come_without_an_event_go_out_though_held),
		WITH_BENCH(held_intake_settles_with_lines_gathered),
		WITH_BENCH(sink_mark_rides_with_a_batch_or_goes_alone),
		WITH_BENCH(batch_waits_for_the_senders_just_answered),
		WITH_BENCH(batch_waits_an_eighth_of_the_last_commit_at_most),
		WITH_BENCH(memory_of_a_burst_is_given_back_when_nothing_is_under_way),
		WITH_BENCH(memory_of_a_burst_waits_when_the_last_was_just_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
