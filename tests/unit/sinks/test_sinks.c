/* Delivery of the outbox over a real store, with a sink that fails on command; and the alert log's file. */
#include "daemon/sinks/sinks.h"
#include "daemon/store/edits.h"

#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <setjmp.h>
#include <cmocka.h>

struct bench {
	char dir[64], log[80], moved[80];
	struct store *store;
	struct sinks *sinks;
	struct store_query *asked;
	uint64_t newest, marked, drop;
	int64_t us;
};

/* What the failing sink was told; a row has no place for it, so the test keeps one. */
static struct { unsigned failures_left, calls; uint64_t last; unsigned rows; bool is_wrong; } fake;

static enum err fake_open(const struct sink_setup *setup, void **out, struct errbuf *eb)
{
	*out = &fake;
	return ERR_OK;
}

static enum err fake_deliver(void *self, const struct sink_row *rows, size_t n, struct errbuf *eb)
{
	fake.calls++;
	if (fake.failures_left > 0) {
		fake.failures_left--;
		return errbuf_set(eb, ERR_IO, "the other end is away");
	}
	fake.rows += (unsigned)n;
	fake.last = rows[n - 1].number;
	return ERR_OK;
}

static void fake_nothing(void *self)
{
}

static enum err fake_reopen(void *self, struct errbuf *eb)
{
	return fake.is_wrong ? errbuf_set(eb, ERR_INPUT, "secrets:1: is no secret") : ERR_OK;
}

static const struct sink sink_fake = {
	.name = "fake", .help = "Fails on command.", .audience = AUDIENCE_ALL, .open = fake_open, .deliver = fake_deliver,
	.reopen = fake_reopen, .close = fake_nothing, .is_blind = true,
};

static enum err bench_ask(void *arg, struct store_query *q)
{
	return store_ask(((struct bench *)arg)->store, q);
}

static void bench_mark(void *arg, struct bytes name, uint64_t through, uint64_t drop)
{
	struct bench *b = arg;

	b->marked = through;
	b->drop = drop;
}

static enum err bench_submit(void *arg, struct store_batch *batch)
{
	return store_submit(((struct bench *)arg)->store, batch);
}

static int64_t bench_wall_ms(void *arg)
{
	return ((struct bench *)arg)->us / 1000;
}

static int bench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct errbuf eb = { "" };

	strcpy(b->dir, "/tmp/assocd-test-XXXXXX");
	if (!mkdtemp(b->dir) || store_open(b->dir, &b->store, &eb))
		return -1;
	snprintf(b->log, sizeof(b->log), "%s/alerts.jsonl", b->dir);
	snprintf(b->moved, sizeof(b->moved), "%s/alerts.1", b->dir);
	memset(&fake, 0, sizeof(fake));
	*state = b;
	return 0;
}

static int bench_teardown(void **state)
{
	struct bench *b = *state;
	char command[128];

	sinks_free(b->sinks);
	store_close(b->store);
	snprintf(command, sizeof(command), "rm -rf %s", b->dir);
	free(b);
	return system(command);
}

static enum err open_sinks(struct bench *b, const struct sink *one, struct errbuf *eb)
{
	const struct sink *rows[] = { one, NULL };
	struct sinks_setup setup = {
		.ports = { b, bench_ask, bench_mark, bench_submit, bench_wall_ms }, .types = rows,
		.sink = { .state_dir = b->dir, .alert_log = b->log }, .newest = b->newest,
	};

	return sinks_new(&setup, &b->sinks, eb);
}

static void wait_store(struct bench *b)
{
	struct pollfd p = { .fd = store_wake_fd(b->store), .events = POLLIN };

	poll(&p, 1, 1000);
}

static void add_alerts_for(struct bench *b, unsigned n, enum audience audience)
{
	struct store_alert row = { BYTES_LIT("a"), BYTES_LIT("r"), BYTES_LIT("open"), BYTES_LIT("{\"id\":\"a\"}"), 1, 1, audience };
	struct store_alert *all = calloc(n, sizeof(row));
	struct store_batch batch = { .alerts = all, .n_alerts = n };

	for (unsigned i = 0; i < n; i++)
		all[i] = row;
	assert_int_equal(store_submit(b->store, &batch), ERR_OK);
	while (!store_completed(b->store))
		wait_store(b);
	assert_int_equal(batch.result, ERR_OK);
	if (batch.outbox_last > b->newest)
		b->newest = batch.outbox_last;
	free(all);
}

static void add_alerts(struct bench *b, unsigned n)
{
	add_alerts_for(b, n, AUDIENCE_ALL);
}

/* Turns until nothing is on its way; the wait that the last turn asked for. */
static int64_t settle(struct bench *b)
{
	int64_t wait = sinks_turn(b->sinks, b->newest, b->us);

	if (wait == 100000) { /* rows gather */
		b->us += wait;
		wait = sinks_turn(b->sinks, b->newest, b->us);
	}
	while (!sinks_is_idle(b->sinks)) {
		struct store_query *q;

		wait_store(b);
		(void)store_completed(b->store);
		while ((q = store_completed_query(b->store)))
			q->done(q);
		wait = sinks_turn(b->sinks, b->newest, b->us);
	}
	return wait;
}

static unsigned count_lines(const char *path)
{
	FILE *f = fopen(path, "r");
	unsigned n = 0;
	int c;

	while (f && (c = fgetc(f)) != EOF)
		n += c == '\n';
	if (f)
		fclose(f);
	return n;
}

static void alerts_become_lines_and_the_place_is_marked(void **state)
{
	struct bench *b = *state;

	assert_int_equal(open_sinks(b, &sink_log, NULL), ERR_OK);
	assert_true(sinks_is_done(b->sinks));
	add_alerts(b, 3);
	settle(b);
	assert_int_equal(count_lines(b->log), 3);
	assert_int_equal(b->marked, 3);
	assert_int_equal(b->drop, 3);
	assert_true(sinks_is_done(b->sinks));
}

static void more_rows_than_one_delivery_holds_all_arrive(void **state)
{
	struct bench *b = *state;

	assert_int_equal(open_sinks(b, &sink_log, NULL), ERR_OK);
	add_alerts(b, 2500);
	settle(b);
	assert_int_equal(count_lines(b->log), 2500);
	assert_int_equal(b->marked, 2500);
}

static void rows_of_before_the_start_are_delivered(void **state)
{
	struct bench *b = *state;

	add_alerts(b, 4);
	assert_int_equal(open_sinks(b, &sink_log, NULL), ERR_OK);
	assert_false(sinks_is_done(b->sinks));
	settle(b);
	assert_int_equal(count_lines(b->log), 4);
}

static void place_of_before_the_start_is_kept(void **state)
{
	struct bench *b = *state;
	struct store_batch mark = { .sink = BYTES_LIT("log"), .sink_through = 3 };

	add_alerts(b, 4);
	assert_int_equal(store_submit(b->store, &mark), ERR_OK);
	while (!store_completed(b->store))
		wait_store(b);
	assert_int_equal(open_sinks(b, &sink_log, NULL), ERR_OK);
	settle(b);
	assert_int_equal(count_lines(b->log), 1);
}

static void failed_delivery_is_repeated_whole_with_growing_pauses(void **state)
{
	struct bench *b = *state;
	struct sink_stats stats;

	fake.failures_left = 2;
	assert_int_equal(open_sinks(b, &sink_fake, NULL), ERR_OK);
	add_alerts(b, 3);
	assert_int_equal(settle(b), 1000000);
	assert_int_equal(b->marked, 0);
	assert_int_equal(sinks_stats(b->sinks, &stats, 1), 1);
	assert_true(stats.is_failing);
	b->us += 1000000;
	assert_int_equal(settle(b), 2000000);
	b->us += 2000000;
	settle(b);
	assert_int_equal(fake.rows, 3);
	assert_int_equal(b->marked, 3);
	sinks_stats(b->sinks, &stats, 1);
	assert_false(stats.is_failing);
	assert_int_equal(stats.failures, 2);
}

static void moved_log_is_left_alone_after_reopen(void **state)
{
	struct bench *b = *state;

	assert_int_equal(open_sinks(b, &sink_log, NULL), ERR_OK);
	add_alerts(b, 2);
	settle(b);
	assert_int_equal(rename(b->log, b->moved), 0);
	sinks_reopen(b->sinks);
	add_alerts(b, 1);
	settle(b);
	assert_int_equal(count_lines(b->moved), 2);
	assert_int_equal(count_lines(b->log), 1);
}

static void refusals_assert(struct bench *b, const char *expected)
{
	struct text said = { 0 };

	sinks_refusals(b->sinks, &said);
	assert_string_equal(said.ptr ? said.ptr : "", expected);
	text_free(&said);
}

static void what_is_refused_when_read_again_is_told_until_it_is_taken(void **state)
{
	struct bench *b = *state;

	assert_int_equal(open_sinks(b, &sink_fake, NULL), ERR_OK);
	refusals_assert(b, "");
	fake.is_wrong = true;
	sinks_reopen(b->sinks);
	refusals_assert(b, "sink fake: secrets:1: is no secret");
	add_alerts(b, 1);
	settle(b);
	assert_int_equal(fake.rows, 1);
	refusals_assert(b, "sink fake: secrets:1: is no secret");
	fake.is_wrong = false;
	sinks_reopen(b->sinks);
	refusals_assert(b, "");
}

static void log_that_cannot_be_opened_is_named(void **state)
{
	struct bench *b = *state;
	struct errbuf eb = { "" };

	assert_int_equal(mkdir(b->log, 0700), 0);
	assert_int_equal(open_sinks(b, &sink_log, &eb), ERR_IO);
	assert_non_null(strstr(eb.text, b->log));
}

static void full_device_holds_alerts_back_until_there_is_room(void **state)
{
	struct bench *b = *state;
	struct sink_stats stats;

	assert_int_equal(symlink("/dev/full", b->log), 0);
	assert_int_equal(open_sinks(b, &sink_log, NULL), ERR_OK);
	add_alerts(b, 2);
	settle(b);
	sinks_stats(b->sinks, &stats, 1);
	assert_true(stats.is_failing);
	assert_int_equal(b->marked, 0);
	unlink(b->log);
	b->us += 1000000;
	settle(b);
	assert_int_equal(count_lines(b->log), 2);
	assert_int_equal(b->marked, 2);
}

static void sink_passes_over_what_is_not_meant_for_it(void **state)
{
	struct bench *b = *state;

	assert_int_equal(open_sinks(b, &sink_fake, NULL), ERR_OK);
	add_alerts_for(b, 3, AUDIENCE_LOG);
	add_alerts_for(b, 2, AUDIENCE_NONE);
	settle(b);
	assert_int_equal(fake.calls, 0);
	assert_int_equal(b->marked, 3);
	assert_true(sinks_is_done(b->sinks));
	add_alerts_for(b, 1, AUDIENCE_ALL);
	add_alerts_for(b, 1, AUDIENCE_LOG);
	settle(b);
	assert_int_equal(fake.rows, 1);
	assert_int_equal(b->marked, 5);
}

static void alert_log_is_told_what_is_meant_for_the_log(void **state)
{
	struct bench *b = *state;

	assert_int_equal(open_sinks(b, &sink_log, NULL), ERR_OK);
	add_alerts_for(b, 3, AUDIENCE_LOG);
	add_alerts_for(b, 2, AUDIENCE_NONE);
	settle(b);
	assert_int_equal(count_lines(b->log), 3);
	assert_true(sinks_is_done(b->sinks));
}

static void take_out_of_outbox(struct bench *b, const uint64_t *numbers, size_t n)
{
	struct store_edits edits = { .outbox = numbers, .n_outbox = n };
	struct store_batch batch = { .edits = &edits };

	assert_int_equal(store_submit(b->store, &batch), ERR_OK);
	while (!store_completed(b->store))
		wait_store(b);
	assert_int_equal(batch.result, ERR_OK);
}

/* Its place moves past rows that were taken out, and past nothing that came while it looked for them. */
static void row_that_comes_behind_removed_ones_during_a_reading_is_delivered(void **state)
{
	struct bench *b = *state;
	struct store_query *reading;

	assert_int_equal(open_sinks(b, &sink_fake, NULL), ERR_OK);
	add_alerts(b, 2);
	take_out_of_outbox(b, (const uint64_t[]){ 1, 2 }, 2);
	sinks_turn(b->sinks, b->newest, b->us);
	b->us += 100000; /* rows gather */
	sinks_turn(b->sinks, b->newest, b->us);
	while (!(reading = store_completed_query(b->store)))
		wait_store(b);
	add_alerts(b, 1);
	sinks_turn(b->sinks, b->newest, b->us);
	reading->done(reading);
	settle(b);
	assert_int_equal(fake.rows, 1);
	assert_int_equal(fake.last, 3);
	assert_true(sinks_is_done(b->sinks));
}

#define T(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(alerts_become_lines_and_the_place_is_marked), T(more_rows_than_one_delivery_holds_all_arrive),
		T(rows_of_before_the_start_are_delivered), T(place_of_before_the_start_is_kept),
		T(failed_delivery_is_repeated_whole_with_growing_pauses), T(moved_log_is_left_alone_after_reopen),
		T(what_is_refused_when_read_again_is_told_until_it_is_taken),
		T(sink_passes_over_what_is_not_meant_for_it), T(alert_log_is_told_what_is_meant_for_the_log),
		T(row_that_comes_behind_removed_ones_during_a_reading_is_delivered), T(log_that_cannot_be_opened_is_named),
		T(full_device_holds_alerts_back_until_there_is_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
