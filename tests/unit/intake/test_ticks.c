/* Ticks: when a deadline goes into the journal by itself, and when events pass the time. */
#include "intake_senders.h"

#define MINUTE 60000
#define DAY (24 * 60 * MINUTE)

/* What the journal was given last. */
static struct event last_row(struct bench *t, struct arena *a)
{
	const struct store_batch *b = t->queue.at[t->queue.n - 1];
	struct event ev;

	assert_int_equal(decode_event(b->events[b->n_events - 1].payload, a, &ev), ERR_OK);
	return ev;
}

static void write_all(struct bench *t)
{
	turn(t);
	complete(t, ERR_OK);
	turn(t);
}

static void send_one(struct bench *t, enum audience audience)
{
	static unsigned id;
	struct intake_group g0 = { .source = SOURCE_HTTP, .audience = audience, .done = note_answer, .arg = t };
	struct intake_group *g = intake_open(t->in, &g0);

	offer_id(t, g, ++id);
	intake_seal(t->in, g);
	write_all(t);
}

static void a_deadline_without_traffic_becomes_a_tick_of_its_time(void **state)
{
	struct bench *t = *state;
	struct arena *a = arena_new(4096);

	send_one(t, AUDIENCE_ALL);
	t->wall_later_ms = 5 * MINUTE;
	assert_true(intake_tick(t->in, NOW + 3 * MINUTE, NOW));
	assert_false(intake_tick(t->in, NOW + 3 * MINUTE, NOW));
	turn(t);
	struct event tick = last_row(t, a);
	assert_int_equal(tick.type, EVENT_TICK);
	assert_int_equal(tick.ts_ms, NOW + 3 * MINUTE);
	assert_int_equal(tick.account.len, 0);
	complete(t, ERR_OK);
	turn(t);
	assert_int_equal(t->applied.n, 2);
	/* The same moment falls due for another alert. */
	assert_true(intake_tick(t->in, NOW + 3 * MINUTE, NOW + 3 * MINUTE));
	write_all(t);
	assert_int_equal(t->applied.n, 3);
	struct intake_stats stats;
	intake_stats(t->in, &stats);
	assert_int_equal(stats.ticks, 2);
	assert_int_equal(stats.accepted, 1);
	arena_free(a);
}

static void no_tick_while_history_comes_in(void **state)
{
	struct bench *t = *state;

	send_one(t, AUDIENCE_NONE);
	t->wall_later_ms = MINUTE - 1;
	assert_false(intake_tick(t->in, NOW, NOW));
	t->wall_later_ms = MINUTE;
	assert_true(intake_tick(t->in, NOW, NOW));
	write_all(t);
}

static void no_tick_while_what_comes_in_lags_a_day(void **state)
{
	struct bench *t = *state;

	send_one(t, AUDIENCE_ALL);
	assert_false(intake_tick(t->in, NOW - DAY, NOW - DAY - 1));
	assert_true(intake_tick(t->in, NOW - DAY, NOW - DAY));
	write_all(t);
	/* The tick itself is no event that came in. */
	t->wall_later_ms = MINUTE;
	assert_true(intake_tick(t->in, NOW - DAY, NOW - DAY - 1));
	write_all(t);
}

static void a_tick_that_was_not_written_is_made_again(void **state)
{
	struct bench *t = *state;

	assert_true(intake_tick(t->in, NOW, NOW));
	turn(t);
	complete(t, ERR_FULL);
	turn(t);
	assert_false(intake_tick(t->in, NOW, NOW));
	assert_int_equal(t->applied.n, 0);
	t->us += 2000000;
	turn(t);
	complete(t, ERR_OK);
	turn(t);
	assert_true(intake_tick(t->in, NOW, NOW));
	write_all(t);
	assert_int_equal(t->applied.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(a_deadline_without_traffic_becomes_a_tick_of_its_time),
		WITH_BENCH(no_tick_while_history_comes_in),
		WITH_BENCH(no_tick_while_what_comes_in_lags_a_day),
		WITH_BENCH(a_tick_that_was_not_written_is_made_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
