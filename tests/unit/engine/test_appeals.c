/* Appeals: an alert that is appealed stays until a verdict. */
#include "policy_bench.h"

#define RULE "id: p\ntitle: t\nstatus: stable\nlevel: medium\npolicy:\n  scope: link\n" \
	"  when: link.score >= possible and link.any_closed and not link.both_closed\n" \
	"  until: link.both_closed or not link.any_closed\n  deadline: 72h\n"

/* Two accounts on one device, and the first is closed. */
static void bench_closed(struct bench *t)
{
	bench_begin(t, RULE);
	happens(t, 0, "\"type\":\"login\",\"account\":\"ann\",\"device\":{\"id\":\"d\"}");
	happens(t, 0, "\"type\":\"login\",\"account\":\"bob\",\"device\":{\"id\":\"d\"}");
	happens(t, 1, "\"type\":\"closed\",\"account\":\"ann\"");
	assert_int_equal(standing(t), 1);
}

static const struct alert_view *told_last(const struct bench *t)
{
	size_t i = t->effects.n;
	while (effect_alert_word(t->effects.at[--i].type) == NULL)
		;
	return &t->effects.at[i].alert;
}

static void an_appeal_keeps_its_alert_until_a_verdict(void **state)
{
	struct bench t;
	bench_closed(&t);
	happens(&t, 2, "\"type\":\"appeal\",\"account\":\"bob\"");
	assert_int_equal(told_last(&t)->state, ALERT_APPEALED);
	assert_int_equal(told_last(&t)->appeal_round, 1);
	happens(&t, 3, "\"type\":\"closed\",\"account\":\"bob\"");
	happens(&t, 100, "\"type\":\"login\",\"account\":\"bob\",\"device\":{\"id\":\"d\"}");
	assert_int_equal(told_last(&t)->state, ALERT_APPEALED);
	assert_false(told_last(&t)->is_overdue);
	happens(&t, 101, "\"type\":\"verdict\",\"account\":\"bob\",\"value\":\"clean\",\"actor\":\"eve\",\"reason\":\"a customer\"");
	assert_int_equal(told_last(&t)->state, ALERT_RESOLVED);
	assert_true(bytes_is(told_last(&t)->resolution, "false_positive"));
	assert_int_equal(standing(&t), 0);
	bench_end(&t);
}

static void rounds_are_told_and_old_ones_are_not(void **state)
{
	struct bench t;
	bench_closed(&t);
	happens(&t, 2, "\"type\":\"appeal\",\"account\":\"bob\",\"round\":2");
	assert_int_equal(told_last(&t)->appeal_round, 2);
	size_t told = t.effects.n;
	happens(&t, 3, "\"type\":\"appeal\",\"account\":\"bob\",\"round\":1");
	assert_int_equal(t.effects.n, told);
	happens(&t, 4, "\"type\":\"appeal\",\"account\":\"bob\"");
	assert_int_equal(told_last(&t)->appeal_round, 3);
	happens(&t, 5, "\"type\":\"appeal\",\"account\":\"stranger\"");
	assert_int_equal(t.effects.n, told + 1);
	bench_end(&t);
}

static void an_appeal_may_name_its_own_alert_and_no_others(void **state)
{
	struct bench t;
	char line[200];
	bench_closed(&t);
	snprintf(line, sizeof line, "\"type\":\"appeal\",\"account\":\"stranger\",\"alert\":\"%.*s\"", BYTES_ARG(told_last(&t)->id));
	happens(&t, 2, line);
	assert_int_equal(told_last(&t)->state, ALERT_OPEN);
	snprintf(line, sizeof line, "\"type\":\"appeal\",\"account\":\"bob\",\"alert\":\"%.*s\"", BYTES_ARG(told_last(&t)->id));
	happens(&t, 3, line);
	assert_int_equal(told_last(&t)->state, ALERT_APPEALED);
	bench_end(&t);
}

static void an_alert_that_is_taken_on_stays_appealed(void **state)
{
	struct bench t;
	char line[200];
	bench_closed(&t);
	happens(&t, 2, "\"type\":\"appeal\",\"account\":\"ann\"");
	snprintf(line, sizeof line, "\"type\":\"ack\",\"account\":\"bob\",\"actor\":\"eve\",\"alert\":\"%.*s\"", BYTES_ARG(told_last(&t)->id));
	happens(&t, 3, line);
	assert_int_equal(told_last(&t)->state, ALERT_APPEALED);
	assert_true(bytes_is(told_last(&t)->actor, "eve"));
	bench_end(&t);
}

static void a_verdict_on_two_settles_what_is_about_both(void **state)
{
	struct bench t;
	bench_closed(&t);
	happens(&t, 2, "\"type\":\"appeal\",\"account\":\"ann\"");
	happens(&t, 3, "\"type\":\"verdict\",\"account\":\"ann\",\"with\":\"carl\",\"value\":\"not_same\",\"actor\":\"eve\"");
	assert_int_equal(standing(&t), 1);
	happens(&t, 4, "\"type\":\"verdict\",\"account\":\"ann\",\"with\":\"bob\",\"value\":\"not_same\",\"actor\":\"eve\"");
	assert_int_equal(standing(&t), 0);
	bench_end(&t);
}

static void a_reinstated_account_needs_no_verdict(void **state)
{
	struct bench t;
	bench_closed(&t);
	happens(&t, 2, "\"type\":\"appeal\",\"account\":\"ann\"");
	happens(&t, 3, "\"type\":\"reinstated\",\"account\":\"ann\"");
	assert_int_equal(standing(&t), 0);
	assert_true(bytes_is(told_last(&t)->resolution, "withdrawn"));
	bench_end(&t);
}

static void a_snapshot_keeps_what_is_appealed(void **state)
{
	struct bench t;
	bench_closed(&t);
	happens(&t, 2, "\"type\":\"appeal\",\"account\":\"ann\"");
	bench_save_and_load(&t);
	happens(&t, 3, "\"type\":\"closed\",\"account\":\"bob\"");
	assert_int_equal(standing(&t), 1);
	happens(&t, 4, "\"type\":\"appeal\",\"account\":\"ann\"");
	assert_int_equal(told_last(&t)->appeal_round, 2);
	bench_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_appeal_keeps_its_alert_until_a_verdict),
		cmocka_unit_test(rounds_are_told_and_old_ones_are_not),
		cmocka_unit_test(an_appeal_may_name_its_own_alert_and_no_others),
		cmocka_unit_test(an_alert_that_is_taken_on_stays_appealed),
		cmocka_unit_test(a_verdict_on_two_settles_what_is_about_both),
		cmocka_unit_test(a_reinstated_account_needs_no_verdict),
		cmocka_unit_test(a_snapshot_keeps_what_is_appealed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
