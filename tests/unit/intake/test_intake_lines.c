/* What becomes of a line: accepted, known already, or refused by name and counted. */
#include "intake_senders.h"

#include "daemon/model/network.h"

static void same_event_twice_is_once(void **state)
{
	struct bench *t = *state;
	const char *line = "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a\"}";

	send_line(t, line, VOICE_PLAIN);
	assert_int_equal(t->accepted, 1);
	send_line(t, line, VOICE_PLAIN);
	assert_int_equal(t->duplicate, 1);
	assert_int_equal(t->accepted, 0);
	assert_string_equal(t->account, "a");
	assert_int_equal(t->durable.n, 1);
}

static unsigned reason_index(const char *reason)
{
	unsigned i = 0;

	while (strcmp(intake_reasons[i], reason) != 0)
		i++;
	return i;
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
	assert_int_equal(offer(t, g, "{\"account\":\"a\xff\"}"), LINE_REFUSED);
	assert_int_equal(offer(t, g, "   "), LINE_ACCEPTED);
	intake_seal(t->in, g);
	turn(t);
	complete(t, ERR_OK);
	turn(t);
	assert_int_equal(t->accepted, 1);
	assert_int_equal(t->refused, 3);
	assert_string_equal(t->error, "key");
	assert_int_equal(t->error_line, 42);
	assert_non_null(strstr(t->detail, "emial"));
	intake_stats(t->in, &stats);
	assert_int_equal(stats.refused[reason_index("json")], 1);
	assert_int_equal(stats.refused[reason_index("utf8")], 1);
	assert_int_equal(stats.refused[reason_index("key")], 1);
	assert_int_equal(stats.lines[SOURCE_STREAM], 5);
}

static void group_without_accepted_lines_is_answered_at_the_next_turn(void **state)
{
	struct bench *t = *state;
	struct intake_group *g = group(t, VOICE_PLAIN);

	intake_seal(t->in, g);
	assert_int_equal(t->answered, 0);
	turn(t);
	assert_int_equal(t->answered, 1);
	assert_int_equal(t->queue.n, 0);
}

static bool find_nothing(void *arg, const struct network_ask *ask, struct network_facts *out)
{
	return false;
}

static void count_accepted(void *arg)
{
	++*(unsigned *)arg;
}

static void what_was_refused_waits_for_no_packets(void **state)
{
	struct bench *t = *state;
	unsigned waiting = 0;
	const struct network_source packets = { &waiting, find_nothing, count_accepted };

	t->context.network = &packets;
	send_line(t, "{\"ts\":\"2099-01-01T00:00:00Z\",\"type\":\"login\",\"account\":\"a\",\"ip\":\"10.9.0.1\"}", VOICE_PLAIN);
	assert_string_equal(t->error, "future");
	send_line(t, "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"b\"}", VOICE_PLAIN);
	assert_int_equal(t->accepted, 1);
	assert_int_equal(waiting, 0);
	send_line(t, "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"c\",\"ip\":\"10.9.0.1\"}", VOICE_PLAIN);
	assert_int_equal(waiting, 1);
	t->context.network = NULL;
}

static void absurd_times_are_refused(void **state)
{
	struct bench *t = *state;
	struct intake_group g0 = { .source = SOURCE_HTTP, .audience = AUDIENCE_NONE, .done = note_answer, .arg = t };
	struct intake_group *g;

	send_line(t, "{\"ts\":\"1970-01-01T00:00:00Z\",\"type\":\"login\",\"account\":\"a\"}", VOICE_PLAIN);
	assert_string_equal(t->error, "ts");
	send_line(t, "{\"ts\":1767225600,\"type\":\"login\",\"account\":\"a\"}", VOICE_PLAIN);
	assert_string_equal(t->error, "ts");
	assert_non_null(strstr(t->detail, "looks like seconds"));
	send_line(t, "{\"ts\":\"2100-01-01T00:00:00Z\",\"type\":\"login\",\"account\":\"a\"}", VOICE_PLAIN);
	assert_string_equal(t->error, "ts");
	send_line(t, "{\"ts\":1767226200001,\"type\":\"login\",\"account\":\"a\"}", VOICE_PLAIN);
	assert_string_equal(t->error, "future");
	assert_non_null(strstr(t->detail, "10 min ahead of this machine's clock (`future_limit` is 10m)"));
	send_line(t, "{\"ts\":1767226200000,\"type\":\"login\",\"account\":\"a\"}", VOICE_PLAIN);
	assert_int_equal(t->accepted, 1);
	g = intake_open(t->in, &g0);
	assert_int_equal(offer(t, g, "{\"ts\":\"2099-12-31T23:59:59Z\",\"type\":\"login\",\"account\":\"a\"}"), LINE_ACCEPTED);
	intake_seal(t->in, g);
	turn(t);
	assert_int_equal(t->queue.at[0]->events[0].audience, AUDIENCE_NONE);
	complete(t, ERR_OK);
	turn(t);
}

static void statements_need_trust(void **state)
{
	struct bench *t = *state;
	const char *closed = "{\"ts\":1767225600000,\"type\":\"closed\",\"account\":\"a\",\"reason\":\"fraud\"}";

	send_line(t, closed, VOICE_PLAIN);
	assert_string_equal(t->error, "trust");
	assert_int_equal(t->accepted, 0);
	send_line(t, closed, VOICE_TRUSTED);
	assert_int_equal(t->accepted, 1);
	send_line(t, "{\"ts\":1767225600000,\"type\":\"relation\",\"account\":\"a\",\"relation\":{\"kind\":\"agency\",\"group\":\"g\"}}",
		  VOICE_PLAIN);
	assert_string_equal(t->error, "trust");
}

static void verdicts_need_an_analyst(void **state)
{
	struct bench *t = *state;
	static const char *const spoken[] = {
		"{\"ts\":1767225600000,\"type\":\"verdict\",\"account\":\"a\",\"with\":\"b\",\"value\":\"not_same\",\"reason\":\"r\"}",
		"{\"ts\":1767225600000,\"type\":\"ack\",\"account\":\"a\",\"alert\":\"00ab\",\"reason\":\"r\"}",
		"{\"ts\":1767225600000,\"type\":\"resolve\",\"account\":\"a\",\"alert\":\"00ab\",\"value\":\"confirmed\",\"reason\":\"r\"}",
	};

	for (size_t i = 0; i < ARRAY_LEN(spoken); i++) {
		send_line(t, spoken[i], VOICE_TRUSTED);
		assert_string_equal(t->error, "trust");
		assert_non_null(strstr(t->detail, "needs the role analyst"));
		send_line(t, spoken[i], VOICE_ANALYST);
		assert_int_equal(t->accepted, 1);
	}
}

static void long_line_is_refused_by_size(void **state)
{
	struct bench *t = *state;
	char *line = malloc(EVENT_LINE_MAX + 3);

	memset(line, 'x', EVENT_LINE_MAX + 2);
	line[EVENT_LINE_MAX + 2] = '\0';
	send_line(t, line, VOICE_PLAIN);
	assert_string_equal(t->error, "size");
	free(line);
}

static void ids_of_the_journal_are_known(void **state)
{
	struct bench *t = *state;
	struct intake_group *g;

	send_line(t, "{\"id\":\"e1\",\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a1\"}", VOICE_PLAIN);
	uint64_t hash = t->durable.at[0];
	bench_teardown(state);
	bench_setup(state);
	t = *state;
	intake_know(t->in, hash, NOW);
	g = group(t, VOICE_PLAIN);
	assert_int_equal(offer_id(t, g, 1), LINE_DUPLICATE);
	intake_seal(t->in, g);
	turn(t);
	assert_int_equal(t->answered, 1);
}

static void audience_of_a_group_goes_with_its_alerts(void **state)
{
	struct bench *t = *state;
	struct intake_group g0 = { .source = SOURCE_HTTP, .audience = AUDIENCE_LOG, .done = note_answer, .arg = t };
	struct intake_group *g = intake_open(t->in, &g0);

	t->alerts_per_event = 1;
	offer_id(t, g, 1);
	intake_seal(t->in, g);
	turn(t);
	assert_int_equal(t->queue.at[0]->events[0].audience, AUDIENCE_LOG);
	complete(t, ERR_OK);
	turn(t);
	t->us += 50000;
	turn(t);
	assert_int_equal(t->queue.at[0]->n_alerts, 1);
	assert_int_equal(t->queue.at[0]->alerts[0].audience, AUDIENCE_LOG);
	complete(t, ERR_OK);
}

static void what_the_engine_ignored_is_told_to_the_one_who_sent_it(void **state)
{
	struct bench *t = *state;
	struct intake_group *first = group(t, VOICE_PLAIN), *second = group(t, VOICE_PLAIN);
	struct intake_stats stats;

	offer_id(t, first, 1);
	intake_seal(t->in, first);
	offer_id(t, second, 2);
	offer(t, second, "no event");
	offer(t, second, "");
	offer_id(t, second, 3);
	intake_seal(t->in, second);
	t->ignored_seq = 3;
	turn(t);
	complete(t, ERR_OK);
	turn(t);
	assert_int_equal(t->answered, 2);
	assert_int_equal(t->ignored, 1);
	assert_int_equal(t->accepted, 2);
	intake_stats(t->in, &stats);
	assert_int_equal(stats.ignored[IGNORED_REPEATED], 1);
	assert_int_equal(stats.ignored[IGNORED_UNKNOWN], 0);
}

static void an_ignored_line_is_named_by_its_number(void **state)
{
	struct bench *t = *state;
	struct intake_group setup = { .source = SOURCE_STREAM, .first_line = 101, .done = note_answer, .arg = t };
	struct intake_group *g = intake_open(t->in, &setup);

	offer_id(t, g, 1);
	offer(t, g, "");
	offer_id(t, g, 2);
	intake_seal(t->in, g);
	t->ignored_seq = 2;
	turn(t);
	complete(t, ERR_OK);
	turn(t);
	assert_string_equal(t->detail, "{\"refused\":[],\"ignored\":[{\"line\":103,\"error\":\"repeated\",\"detail\":\"so already\"}]}");
}

static void duplicates_alone_never_congest(void **state)
{
	struct bench *t = *state;
	char line[4500], long_text[4000];
	struct intake_group *g;

	memset(long_text, 'r', sizeof(long_text));
	snprintf(line, sizeof(line), "{\"id\":\"e1\",\"ts\":%lld,\"type\":\"login\",\"account\":\"a\",\"reason\":\"%.*s\"}", NOW,
		 (int)sizeof(long_text), long_text);
	send_line(t, line, VOICE_PLAIN);
	assert_int_equal(t->accepted, 1);
	g = group(t, VOICE_PLAIN);
	for (unsigned i = 0; i < 20000; i++)
		assert_int_equal(offer(t, g, line), LINE_DUPLICATE);
	assert_false(intake_is_congested(t->in));
	intake_seal(t->in, g);
	turn(t);
	assert_int_equal(t->duplicate, 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(same_event_twice_is_once),
		WITH_BENCH(refused_line_is_named_and_counted),
		WITH_BENCH(group_without_accepted_lines_is_answered_at_the_next_turn),
		WITH_BENCH(what_was_refused_waits_for_no_packets),
		WITH_BENCH(absurd_times_are_refused),
		WITH_BENCH(statements_need_trust),
		WITH_BENCH(verdicts_need_an_analyst),
		WITH_BENCH(long_line_is_refused_by_size),
		WITH_BENCH(ids_of_the_journal_are_known),
		WITH_BENCH(what_the_engine_ignored_is_told_to_the_one_who_sent_it),
		WITH_BENCH(an_ignored_line_is_named_by_its_number),
		WITH_BENCH(duplicates_alone_never_congest),
		WITH_BENCH(audience_of_a_group_goes_with_its_alerts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
