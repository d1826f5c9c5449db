/* What people say, applied to a pair that shares a device: verdicts, relations, closures, and what alerts tell of them. */
#include "engine_bench.h"

static struct alert_view alert_of(struct bench *t)
{
	struct alert_view alert;

	assert_int_equal(engine_alert(t->engine, bytes_of(t->alert), t->arena, &alert), ERR_OK);
	return alert;
}

static struct link_view link_of(struct bench *t)
{
	struct why_view why;

	assert_int_equal(engine_why(t->engine, BYTES_LIT("ann"), BYTES_LIT("bob"), t->arena, &why), ERR_OK);
	return why.link;
}

/* Ann and Bob share a device and a card, and an alert is open. */
static int setup(void **state)
{
	struct bench *t = bench_new();
	const struct alert_query open = { .state = ALERT_OPEN, .max = 10 };
	struct alert_view *alerts;
	unsigned n;

	say(t, "\"type\":\"login\",\"account\":\"ann\",\"device\":{\"id\":\"shared\"},\"identity\":{\"card\":\"4012888888881881\"}");
	say(t, "\"type\":\"login\",\"account\":\"bob\",\"device\":{\"id\":\"shared\"},\"identity\":{\"card\":\"4012888888881881\"}");
	assert_int_equal(engine_alerts(t->engine, &open, t->arena, &alerts, &n), ERR_OK);
	assert_int_equal(n, 1);
	snprintf(t->alert, sizeof(t->alert), "%.*s", BYTES_ARG(alerts[0].id));
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	bench_free(*state);
	return 0;
}

static void assert_resolved(struct bench *t, const char *resolution, const char *reason)
{
	struct alert_view alert = alert_of(t);
	char said[200];

	assert_int_equal(alert.state, ALERT_RESOLVED);
	assert_true(bytes_is(alert.resolution, resolution));
	snprintf(said, sizeof(said), "%.*s", BYTES_ARG(alert.reason));
	assert_string_equal(said, reason);
}

static void a_verdict_on_an_alert_is_one_on_its_link(void **state)
{
	struct bench *t = *state;

	say(t, "\"type\":\"verdict\",\"account\":\"ann\",\"alert\":\"%s\",\"value\":\"not_same\",\"actor\":\"eve\",\"reason\":\"two passports\"", t->alert);
	assert_resolved(t, "false_positive", "two passports");
	assert_int_equal(link_of(t).state, LINK_CLEARED);
}

static void a_confirming_verdict_on_an_alert_confirms_its_link(void **state)
{
	struct bench *t = *state;

	say(t, "\"type\":\"verdict\",\"account\":\"ann\",\"alert\":\"%s\",\"value\":\"confirmed\",\"actor\":\"eve\",\"reason\":\"said so\"", t->alert);
	assert_resolved(t, "confirmed", "said so");
	assert_int_equal(link_of(t).state, LINK_CONFIRMED);
}

static void a_verdict_of_two_withdraws_the_alert_and_says_so(void **state)
{
	struct bench *t = *state;

	say(t, "\"type\":\"verdict\",\"account\":\"bob\",\"with\":\"ann\",\"value\":\"not_same\",\"actor\":\"eve\",\"reason\":\"two passports\"");
	assert_resolved(t, "false_positive", "a verdict says that the two are not the same");
}

static void a_relation_withdraws_the_alert_and_is_named(void **state)
{
	struct bench *t = *state;

	say(t, "\"type\":\"relation\",\"account\":\"ann\",\"relation\":{\"kind\":\"household\",\"with\":\"bob\"}");
	assert_int_equal(alert_of(t).state, ALERT_OPEN);
	say(t, "\"type\":\"relation\",\"account\":\"bob\",\"relation\":{\"kind\":\"household\",\"with\":\"ann\"}");
	assert_resolved(t, "explained", "the two declared a relation: household");
}

static void a_closure_withdraws_the_alert_and_names_the_account(void **state)
{
	struct bench *t = *state;

	say(t, "\"type\":\"closed\",\"account\":\"bob\",\"reason\":\"fraud\"");
	assert_resolved(t, "withdrawn", "bob was closed");
}

static void a_score_that_fell_is_told_with_both_numbers(void **state)
{
	struct bench *t = *state;
	char said[200];

	/* Everybody uses the device, then the card. */
	for (unsigned i = 0; i < PEOPLE && alert_of(t).state == ALERT_OPEN; i++)
		say(t, "\"type\":\"login\",\"account\":\"p%u\",\"device\":{\"id\":\"shared\"},\"identity\":{\"card\":\"4012888888881881\"}", i);
	snprintf(said, sizeof(said), "%.*s", BYTES_ARG(alert_of(t).reason));
	assert_int_equal(alert_of(t).state, ALERT_RESOLVED);
	assert_non_null(strstr(said, "the score fell from "));
}

static void why_tells_the_score_that_lists_still_show(void **state)
{
	struct bench *t = *state;
	struct why_view why;
	int before = link_of(t).score;

	assert_int_equal(engine_why(t->engine, BYTES_LIT("ann"), BYTES_LIT("bob"), t->arena, &why), ERR_OK);
	assert_int_equal(why.listed, before);
	for (unsigned i = 0; i < 10 * PEOPLE; i++)
		say(t, "\"type\":\"login\",\"account\":\"q%u\",\"device\":{\"id\":\"e%u\"}", i, i);
	say(t, "\"type\":\"login\",\"account\":\"q1\",\"device\":{\"id\":\"shared\"},\"identity\":{\"card\":\"4012888888881881\"}");
	assert_int_equal(engine_why(t->engine, BYTES_LIT("ann"), BYTES_LIT("bob"), t->arena, &why), ERR_OK);
	assert_true(why.listed >= 0 && why.listed_ms >= START_MS);
	say(t, "\"type\":\"login\",\"account\":\"ann\",\"device\":{\"id\":\"shared\"}");
	assert_int_equal(engine_why(t->engine, BYTES_LIT("ann"), BYTES_LIT("bob"), t->arena, &why), ERR_OK);
	assert_int_equal(why.listed, why.link.score);
	assert_int_equal(engine_why(t->engine, BYTES_LIT("ann"), BYTES_LIT("q5"), t->arena, &why), ERR_OK);
	assert_int_equal(why.listed, -1);
}

static void snoozing_resolves_nothing(void **state)
{
	struct bench *t = *state;

	say(t, "\"type\":\"snooze\",\"account\":\"ann\",\"alert\":\"%s\",\"actor\":\"eve\",\"reason\":\"later\"", t->alert);
	assert_int_equal(alert_of(t).state, ALERT_OPEN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_verdict_on_an_alert_is_one_on_its_link),
		TEST(a_confirming_verdict_on_an_alert_confirms_its_link),
		TEST(a_verdict_of_two_withdraws_the_alert_and_says_so),
		TEST(a_relation_withdraws_the_alert_and_is_named),
		TEST(a_closure_withdraws_the_alert_and_names_the_account),
		TEST(a_score_that_fell_is_told_with_both_numbers),
		TEST(why_tells_the_score_that_lists_still_show),
		TEST(snoozing_resolves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
