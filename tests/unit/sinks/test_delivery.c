/* What becomes of rows that go to another side: groups, refusals, a side that never answers. */
#include "delivery_bench.h"

static void rows_go_out_in_groups_and_the_place_follows(void **state)
{
	struct bench *b = *state;

	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 10);
	settle(b);
	assert_int_equal(far.rows, 10);
	assert_int_equal(far.calls, 3);
	assert_int_equal(far.largest, 4);
	assert_int_equal(b->drop, 10);
	assert_true(sinks_is_done(b->sinks));
}

static void side_that_never_answers_delays_no_other(void **state)
{
	struct bench *b = *state;

	far.hangs = true;
	open_sinks(b, &sink_far, &sink_file);
	add_alerts(b, 3);
	settle(b);
	add_alerts(b, 2);
	settle(b);
	assert_int_equal(file_rows, 5);
	assert_int_equal(far.calls, 1);
	assert_int_equal(b->drop, 0); /* the rows stay for it */
	assert_false(sinks_are_reading(b->sinks));
	sinks_stop(b->sinks);
	assert_int_equal(far.cancelled, 1);
	assert_true(sinks_is_idle(b->sinks));
}

static void take_out(struct bench *b, const uint64_t *numbers, size_t n)
{
	struct store_edits edits = { .outbox = numbers, .n_outbox = n };
	struct store_batch batch = { .edits = &edits };

	commit(b, &batch);
	sinks_read_anew(b->sinks);
}

static void refused_row_of_a_group_dies_alone(void **state)
{
	struct bench *b = *state;

	far.refused = 2;
	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 6);
	settle(b);
	assert_int_equal(far.rows, 5);
	assert_int_equal(far.last, 6);
	assert_int_equal(count_letters(b, "far"), 1);
	assert_string_equal(b->reason, "as it was told");
	assert_int_equal(b->drop, 6);
	take_out(b, &far.refused, 1);
	settle(b);
	assert_int_equal(count_letters(b, "far"), 0);
}

/* Rows look a hundred years old from the first: so a wall clock that jumped ahead would have them. */
static void told(void *arg, enum err result, const char *text)
{
	struct bench *b = arg;

	b->told.n++;
	b->told.result = result;
	snprintf(b->told.text, sizeof(b->told.text), "%s", text);
}

static void dead_letters_come_back_for_their_sink_alone(void **state)
{
	struct bench *b = *state;

	far.refused = 1;
	open_sinks(b, &sink_far, &sink_file);
	add_alerts(b, 2);
	settle(b);
	assert_int_equal(file_rows, 2);
	far.refused = 0;
	assert_int_equal(sinks_revive(b->sinks, BYTES_LIT("nobody"), told, b), ERR_NOTFOUND);
	assert_int_equal(sinks_revive(b->sinks, BYTES_LIT("far"), told, b), ERR_OK);
	for (int i = 0; i < 100 && (b->told.n == 0 || far.rows < 2); i++) /* a commit may take its time */
		settle(b);
	assert_int_equal(b->told.n, 1);
	assert_int_equal(count_letters(b, "far"), 0);
	assert_int_equal(far.rows, 2);
	assert_int_equal(file_rows, 2);
	assert_true(sinks_is_done(b->sinks));
}

static void rows_that_were_read_and_went_are_not_handed_over(void **state)
{
	static const uint64_t gone[] = { 6, 7, 8, 9 };
	struct bench *b = *state;

	far.hangs = true;
	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 10);
	settle(b);
	assert_int_equal(far.calls, 1); /* of four; all ten were read */
	far.hangs = false;
	take_out(b, gone, ARRAY_LEN(gone));
	far.hanging->answer(far.hanging, &(struct sink_outcome){ .result = SINK_TAKEN });
	settle(b);
	assert_int_equal(far.rows, 2); /* 5 and 10 */
	assert_int_equal(far.last, 10);
	assert_int_equal(b->drop, 10);
	assert_true(sinks_is_done(b->sinks));
}

static void rows_that_went_while_they_were_read_are_not_handed_over(void **state)
{
	static const uint64_t gone[] = { 1, 2 };
	struct bench *b = *state;

	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 3);
	b->us += sinks_turn(b->sinks, b->newest, b->us); /* rows gather */
	sinks_turn(b->sinks, b->newest, b->us);
	assert_true(sinks_are_reading(b->sinks));
	take_out(b, gone, ARRAY_LEN(gone));
	settle(b);
	assert_int_equal(far.rows, 1);
	assert_int_equal(far.last, 3);
}

/* A reload may have brought another secret, which the next piece must be signed with. */
static void reload_during_a_burial_comes_before_the_next_piece(void **state)
{
	struct bench *b = *state;

	far.refused = 1;
	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 2);
	b->us += sinks_turn(b->sinks, b->newest, b->us); /* rows gather */
	sinks_turn(b->sinks, b->newest, b->us);
	while (far.calls == 0) {
		take_completions(b);
		sinks_turn(b->sinks, b->newest, b->us);
	}
	assert_int_equal(far.calls, 2); /* both, then the first alone, whose dead letter is on its way */
	sinks_reopen(b->sinks);
	assert_int_equal(far.reopened, 0);
	settle(b);
	assert_int_equal(far.rows, 1);
	assert_int_equal(far.reopened, 1);
	assert_int_equal(far.reopened_before, 1);
}

static void what_stands_is_told_again_and_what_is_resolved_is_not(void **state)
{
	struct bench *b = *state;

	add_alert(b, "00000000000000aa", ALERT_OPEN);
	add_alert(b, "00000000000000bb", ALERT_OPEN);
	open_sinks(b, &sink_keeping, NULL);
	settle(b);
	assert_int_equal(far.resent, 2);
	add_alert(b, "00000000000000aa", ALERT_RESOLVED);
	settle(b);
	b->us += 61000000;
	settle(b);
	assert_int_equal(far.resent, 3);
	assert_int_equal(far.rows, 3 + 3);
}

static void rate_spreads_deliveries(void **state)
{
	struct bench *b = *state;
	struct sink_settings *limited = sink_settings_default(&sink_far);
	const struct sink *none[] = { NULL };
	struct sinks_setup setup = {
		.ports = { b, bench_ask, bench_mark, bench_submit, bench_wall_ms }, .types = none, .sink = { .state_dir = b->dir },
		.configured = &limited, .n_configured = 1,
	};

	limited->rate = 6;
	assert_int_equal(sinks_new(&setup, &b->sinks, NULL), ERR_OK);
	add_alerts(b, 10);
	assert_int_equal(settle(b), 10000000);
	assert_int_equal(far.calls, 1);
	b->us += 10000000;
	settle(b);
	assert_int_equal(far.calls, 2);
}

static void test_goes_past_a_queue_that_hangs(void **state)
{
	struct bench *b = *state;

	far.hangs = true;
	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 1);
	settle(b);
	far.hangs = false;
	assert_int_equal(sinks_test(b->sinks, BYTES_LIT("far"), told, b), ERR_OK);
	assert_int_equal(b->told.n, 1);
	assert_int_equal(b->told.result, ERR_OK);
	far.answer = SINK_FAILED;
	assert_int_equal(sinks_test(b->sinks, BYTES_LIT("far"), told, b), ERR_OK);
	assert_string_equal(b->told.text, "as it was told");
	assert_int_equal(far.opened, 3);
}

#define T(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(rows_go_out_in_groups_and_the_place_follows), T(side_that_never_answers_delays_no_other),
		T(refused_row_of_a_group_dies_alone),
		T(dead_letters_come_back_for_their_sink_alone),
		T(rows_that_were_read_and_went_are_not_handed_over), T(rows_that_went_while_they_were_read_are_not_handed_over),
		T(reload_during_a_burial_comes_before_the_next_piece),
		T(what_stands_is_told_again_and_what_is_resolved_is_not), T(rate_spreads_deliveries),
		T(test_goes_past_a_queue_that_hangs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
