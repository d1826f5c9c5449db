/* Statements that change nothing: the sender hears why. */
#include "policy_bench.h"

#define RULE "id: p\ntitle: t\nstatus: stable\nlevel: medium\npolicy:\n  scope: link\n" \
	"  when: link.score >= possible and link.any_closed\n"

static char alert[24];

/* Two accounts on one device, and the first is closed: an alert stands. */
static void bench_closed(struct bench *t)
{
	bench_begin(t, RULE);
	happens(t, 0, "\"type\":\"login\",\"account\":\"ann\",\"device\":{\"id\":\"d\"}");
	happens(t, 0, "\"type\":\"login\",\"account\":\"bob\",\"device\":{\"id\":\"d\"}");
	happens(t, 0, "\"type\":\"login\",\"account\":\"carl\",\"device\":{\"id\":\"e\"}");
	happens(t, 1, "\"type\":\"closed\",\"account\":\"ann\"");
	assert_int_equal(standing(t), 1);
	for (size_t i = 0; i < t->effects.n; i++)
		if (t->effects.at[i].type == EFFECT_ALERT_OPENED)
			snprintf(alert, sizeof(alert), "%.*s", BYTES_ARG(t->effects.at[i].alert.id));
}

/* What the engine said of the event: the one word, or NULL when it took effect. "ALERT" in members is the alert's id. */
static const char *heard(struct bench *t, const char *members)
{
	char line[400];
	const char *place = strstr(members, "ALERT"), *word = NULL;

	if (place)
		snprintf(line, sizeof(line), "%.*s%s%s", (int)(place - members), members, alert, place + 5);
	else
		snprintf(line, sizeof(line), "%s", members);
	t->effects.n = 0;
	happens(t, (int64_t)t->seq, line);
	for (size_t i = 0; i < t->effects.n; i++) {
		if (t->effects.at[i].type != EFFECT_STATEMENT_IGNORED)
			continue;
		assert_null(word);
		assert_int_equal(t->effects.at[i].seq, t->seq);
		assert_true(t->effects.at[i].what.len > 0);
		word = ignored_words[t->effects.at[i].ignored];
	}
	return word;
}

#define assert_heard(t, wanted, members) assert_string_equal(heard(t, members), wanted)

static void what_is_said_of_an_unknown_alert_is_ignored(void **state)
{
	struct bench t;
	bench_closed(&t);
	assert_heard(&t, "unknown", "\"type\":\"appeal\",\"account\":\"bob\",\"alert\":\"00\"");
	assert_heard(&t, "unknown", "\"type\":\"ack\",\"account\":\"bob\",\"alert\":\"00\"");
	assert_heard(&t, "unknown", "\"type\":\"note\",\"account\":\"bob\",\"alert\":\"00\",\"reason\":\"r\"");
	assert_heard(&t, "unknown", "\"type\":\"verdict\",\"account\":\"bob\",\"alert\":\"00\",\"value\":\"clean\"");
	assert_int_equal(standing(&t), 1);
	bench_end(&t);
}

static void an_appeal_is_ignored_of_others_alerts_and_of_rounds_that_were(void **state)
{
	struct bench t;
	bench_closed(&t);
	assert_heard(&t, "foreign", "\"type\":\"appeal\",\"account\":\"carl\",\"alert\":\"ALERT\"");
	assert_null(heard(&t, "\"type\":\"appeal\",\"account\":\"bob\",\"alert\":\"ALERT\",\"round\":2"));
	assert_heard(&t, "repeated", "\"type\":\"appeal\",\"account\":\"bob\",\"alert\":\"ALERT\",\"round\":2");
	assert_null(heard(&t, "\"type\":\"appeal\",\"account\":\"carl\"")); /* no alert stands about him; his document is evidence */
	bench_end(&t);
}

static void an_act_on_an_alert_that_is_otherwise_is_ignored(void **state)
{
	struct bench t;
	bench_closed(&t);
	assert_heard(&t, "state", "\"type\":\"reopen\",\"account\":\"bob\",\"alert\":\"ALERT\"");
	assert_heard(&t, "state", "\"type\":\"snooze\",\"account\":\"bob\",\"alert\":\"ALERT\"");
	assert_null(heard(&t, "\"type\":\"ack\",\"account\":\"bob\",\"alert\":\"ALERT\""));
	assert_null(heard(&t, "\"type\":\"resolve\",\"account\":\"bob\",\"alert\":\"ALERT\",\"value\":\"explained\""));
	assert_heard(&t, "state", "\"type\":\"resolve\",\"account\":\"bob\",\"alert\":\"ALERT\",\"value\":\"explained\"");
	assert_heard(&t, "state", "\"type\":\"appeal\",\"account\":\"bob\",\"alert\":\"ALERT\"");
	assert_null(heard(&t, "\"type\":\"note\",\"account\":\"bob\",\"alert\":\"ALERT\",\"reason\":\"r\""));
	/* Of the two accounts it says something all the same. */
	assert_null(heard(&t, "\"type\":\"verdict\",\"account\":\"bob\",\"alert\":\"ALERT\",\"value\":\"clean\""));
	bench_end(&t);
}

static void what_is_so_already_is_ignored(void **state)
{
	struct bench t;
	bench_closed(&t);
	assert_heard(&t, "repeated", "\"type\":\"closed\",\"account\":\"ann\"");
	assert_heard(&t, "repeated", "\"type\":\"reinstated\",\"account\":\"bob\"");
	assert_null(heard(&t, "\"type\":\"reinstated\",\"account\":\"ann\""));
	assert_null(heard(&t, "\"type\":\"relation\",\"account\":\"bob\",\"relation\":{\"kind\":\"joint\",\"group\":\"g\"}"));
	assert_heard(&t, "repeated", "\"type\":\"relation\",\"account\":\"bob\",\"relation\":{\"kind\":\"joint\",\"group\":\"g\"}");
	bench_end(&t);
}

static void what_finds_no_room_is_ignored(void **state)
{
	struct bench t;
	char line[200];
	bench_closed(&t);
	for (unsigned i = 0; i <= 64; i++) {
		snprintf(line, sizeof(line), "\"type\":\"relation\",\"account\":\"bob\",\"relation\":{\"kind\":\"own\",\"group\":\"g%u\"}", i);
		const char *word = heard(&t, line);
		if (i < 64)
			assert_null(word);
		else
			assert_string_equal(word, "limit");
	}
	assert_true(bytes_eq(t.effects.at[t.effects.n - 1].what, BYTES_LIT("an account has 64 relations at most")));
	for (unsigned i = 0; i <= 64; i++) {
		snprintf(line, sizeof(line), "\"type\":\"relation\",\"account\":\"j%u\",\"relation\":{\"kind\":\"joint\",\"group\":\"g\"}", i);
		const char *word = heard(&t, line);
		if (i < 64)
			assert_null(word);
		else
			assert_string_equal(word, "limit");
	}
	bench_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_of_an_unknown_alert_is_ignored),
		cmocka_unit_test(an_appeal_is_ignored_of_others_alerts_and_of_rounds_that_were),
		cmocka_unit_test(an_act_on_an_alert_that_is_otherwise_is_ignored),
		cmocka_unit_test(what_is_so_already_is_ignored),
		cmocka_unit_test(what_finds_no_room_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
