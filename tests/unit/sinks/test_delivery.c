/* What becomes of rows that go to another side: groups, refusals, a day without an answer, a side that never answers. Over a
 * real store, with a sink that does as it is told. */
#include "daemon/sinks/sinks.h"

#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#include "daemon/model/alert_json.h"
#include "daemon/store/edits.h"

#define DAY_MS INT64_C(86400000)

struct bench {
	char dir[64];
	struct store *store;
	struct sinks *sinks;
	uint64_t newest, drop;
	int64_t us, wall_ms; /* two clocks */
	unsigned letters;
	char reason[256];
	struct { enum err result; char text[200]; unsigned n; } told;
};

/* What the sink that is sent to shall answer, and what it was told. */
static struct {
	enum sink_result answer;
	bool hangs;
	int64_t not_before_ms;
	unsigned calls, rows, resent, largest, opened, cancelled;
	uint64_t refused; /* this row, however it comes */
	uint64_t last;
	struct sink_call *hanging;
} far;
static unsigned file_rows;

static enum err far_open(const struct sink_setup *setup, void **out, struct errbuf *eb)
{
	far.opened++;
	*out = &far;
	return ERR_OK;
}

static bool holds_refused(const struct sink_call *call)
{
	for (size_t i = 0; i < call->n; i++)
		if (call->rows[i].number == far.refused && far.refused)
			return true;
	return false;
}

static void far_send(void *self, struct sink_call *call)
{
	enum sink_result result = holds_refused(call) ? SINK_REFUSED : far.answer;

	far.calls++;
	far.largest = call->n > far.largest ? (unsigned)call->n : far.largest;
	if (far.hangs) {
		far.hanging = call;
		return;
	}
	if (result == SINK_TAKEN) {
		far.rows += (unsigned)call->n;
		far.resent += call->rows[0].event.len == 0 ? (unsigned)call->n : 0;
		far.last = call->rows[call->n - 1].number;
	}
	call->answer(call, &(struct sink_outcome){ result, far.not_before_ms, "as it was told" });
}

static void far_cancel(void *self)
{
	far.cancelled++;
}

static enum err file_open(const struct sink_setup *setup, void **out, struct errbuf *eb)
{
	*out = NULL;
	return ERR_OK;
}

static enum err file_deliver(void *self, const struct sink_row *rows, size_t n, struct errbuf *eb)
{
	file_rows += (unsigned)n;
	return ERR_OK;
}

static void nothing(void *self)
{
}

static const struct sink sink_far = {
	.name = "far", .help = "Does as it is told.", .audience = AUDIENCE_ALL, .open = far_open, .reopen = nothing, .close = nothing,
	.send = far_send, .cancel = far_cancel, .group = 4,
};
static const struct sink sink_keeping = {
	.name = "keeping", .help = "Is told again of what stands.", .audience = AUDIENCE_ALL, .open = far_open, .reopen = nothing,
	.close = nothing, .send = far_send, .cancel = far_cancel, .group = 4, .keeps_told = true,
};
static const struct sink sink_file = {
	.name = "file", .help = "Takes rows.", .audience = AUDIENCE_ALL, .open = file_open, .deliver = file_deliver, .reopen = nothing,
	.close = nothing, .is_blind = true,
};

static enum err bench_ask(void *arg, struct store_query *q) { return store_ask(((struct bench *)arg)->store, q); }
static enum err bench_submit(void *arg, struct store_batch *b) { return store_submit(((struct bench *)arg)->store, b); }
static int64_t bench_wall_ms(void *arg) { return ((struct bench *)arg)->wall_ms; }
static void bench_mark(void *arg, struct bytes name, uint64_t through, uint64_t drop) { ((struct bench *)arg)->drop = drop; }

static int bench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	strcpy(b->dir, "/tmp/assocd-test-XXXXXX");
	if (!mkdtemp(b->dir) || store_open(b->dir, &b->store, NULL))
		return -1;
	memset(&far, 0, sizeof(far));
	file_rows = 0;
	b->us = 1000000;
	b->wall_ms = INT64_C(4000000000000); /* later than whenever rows are written */
	*state = b;
	return 0;
}

static int bench_teardown(void **state)
{
	struct bench *b = *state;
	char command[128];

	sinks_stop(b->sinks);
	sinks_free(b->sinks);
	store_close(b->store);
	snprintf(command, sizeof(command), "rm -rf %s", b->dir);
	free(b);
	return system(command);
}

static void open_sinks(struct bench *b, const struct sink *one, const struct sink *two)
{
	const struct sink *types[] = { one, two, NULL };
	struct sinks_setup setup = {
		.ports = { b, bench_ask, bench_mark, bench_submit, bench_wall_ms }, .types = types, .sink = { .state_dir = b->dir },
		.newest = b->newest,
	};

	assert_int_equal(sinks_new(&setup, &b->sinks, NULL), ERR_OK);
}

static void commit(struct bench *b, struct store_batch *batch)
{
	struct pollfd p = { .fd = store_wake_fd(b->store), .events = POLLIN };

	assert_int_equal(store_submit(b->store, batch), ERR_OK);
	while (!store_completed(b->store))
		poll(&p, 1, 1000);
	assert_int_equal(batch->result, ERR_OK);
}

static void add_alert(struct bench *b, const char *id, enum alert_state state)
{
	struct bytes account = BYTES_LIT("shop/a");
	struct alert_view al = { .id = bytes_of(id), .rule = BYTES_LIT("r"), .title = BYTES_LIT("t"), .level = BYTES_LIT("high"),
				 .subject_kind = BYTES_LIT("account"), .accounts = &account, .n_accounts = 1, .state = state };
	struct text json = { 0 };

	alert_json(&json, &al, state == ALERT_RESOLVED ? "resolved" : "opened");
	struct store_alert row = { al.id, al.rule, bytes_of(alert_state_names[state]), text_bytes(&json), 1, 1, AUDIENCE_ALL };
	struct store_batch batch = { .alerts = &row, .n_alerts = 1 };

	commit(b, &batch);
	b->newest = batch.outbox_last;
	text_free(&json);
}

static void add_alerts(struct bench *b, unsigned n)
{
	char id[17];

	for (unsigned i = 0; i < n; i++) {
		snprintf(id, sizeof(id), "%016llx", (unsigned long long)b->newest + 1);
		add_alert(b, id, ALERT_OPEN);
	}
}

static void take_completions(struct bench *b)
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
static int64_t settle(struct bench *b)
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

static enum err note_letter(void *arg, const struct store_letter *letter)
{
	struct bench *b = arg;

	b->letters++;
	snprintf(b->reason, sizeof(b->reason), "%.*s", BYTES_ARG(letter->reason));
	return ERR_OK;
}

/* Of which the statistics say the same. */
static unsigned count_letters(struct bench *b, const char *sink)
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

static void failures_are_tried_again_with_growing_spread_pauses(void **state)
{
	struct bench *b = *state;
	int64_t least = 750000;

	far.answer = SINK_FAILED;
	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 3);
	for (unsigned i = 0; i < 12; i++, least = least < 450000000 ? least * 2 : least) {
		int64_t wait = settle(b);

		assert_int_equal(far.calls, i + 1);
		assert_true(wait >= (least < 450000000 ? least : 450000000) && wait <= 750000000);
		b->us += wait;
	}
	far.answer = SINK_TAKEN;
	settle(b);
	assert_int_equal(far.rows, 3);
	assert_int_equal(count_letters(b, "far"), 0);
}

static void other_side_may_ask_for_time(void **state)
{
	struct bench *b = *state;

	far.answer = SINK_FAILED;
	far.not_before_ms = 120000;
	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 1);
	assert_int_equal(settle(b), 120000000);
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

static void a_day_without_success_makes_dead_letters(void **state)
{
	struct bench *b = *state;

	far.answer = SINK_FAILED;
	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 2);
	settle(b);
	assert_int_equal(count_letters(b, "far"), 0);
	b->us += DAY_MS * 1000;
	settle(b);
	assert_int_equal(count_letters(b, "far"), 2);
	assert_int_equal(far.rows, 0);
}

/* Rows look a hundred years old from the first: so a wall clock that jumped ahead would have them. */
static void clock_that_jumps_ahead_kills_nothing(void **state)
{
	struct bench *b = *state;

	far.answer = SINK_FAILED;
	open_sinks(b, &sink_far, NULL);
	add_alerts(b, 2);
	for (int i = 0; i < 5; i++)
		b->us += settle(b);
	b->wall_ms += DAY_MS * 2;
	b->us += settle(b);
	assert_int_equal(count_letters(b, "far"), 0);
}

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
	settle(b);
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
	far.hanging->answer(far.hanging, &(struct sink_outcome){ SINK_TAKEN, 0, "" });
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
		T(failures_are_tried_again_with_growing_spread_pauses), T(other_side_may_ask_for_time),
		T(refused_row_of_a_group_dies_alone), T(a_day_without_success_makes_dead_letters),
		T(clock_that_jumps_ahead_kills_nothing), T(dead_letters_come_back_for_their_sink_alone),
		T(rows_that_were_read_and_went_are_not_handed_over), T(rows_that_went_while_they_were_read_are_not_handed_over),
		T(what_stands_is_told_again_and_what_is_resolved_is_not), T(rate_spreads_deliveries),
		T(test_goes_past_a_queue_that_hangs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
