/* What falls due by time: escalation and deadlines, with traffic and without. */
#include "policy_bench.h"

#include "daemon/engine/state/state.h"

#define RULE "id: p\ntitle: t\nstatus: stable\nlevel: medium\npolicy:\n  scope: account\n" \
	"  windows: {answers: {take: count, where: event.type == \"contact\", timespan: 10d}, " \
	"gone: {take: since_latest, where: event.kind == \"problem\", timespan: 100h}}\n" \
	"  when: event.kind == \"problem\"\n  until: account.is_closed or not has(window.gone)\n  deadline: 72h\n  recommendation: Wait.\n" \
	"  escalate:\n    - {after: 48h, level: high, recommendation: Call.}\n" \
	"    - {after: 66h, level: critical, when: window.answers < 1}\n" \
	"    - {after: 80h, level: critical}\n"

static const char problem[] = "\"type\":\"health\",\"account\":\"a\",\"kind\":\"problem\"";
static const char elsewhere[] = "\"type\":\"login\",\"account\":\"z\"";

static void tick(struct bench *t, int64_t at_hours)
{
	struct event *ev = ARENA_NEW(t->arena, struct event);
	*ev = event_tick(BENCH_START_MS + at_hours * HOUR_MS);
	ev->seq = ++t->seq;
	engine_apply(t->engine, (const struct event *const *)&ev, 1, &t->effects);
}

/* Hours after the start; -1: nothing will fall due. */
static int64_t next_due(const struct bench *t)
{
	int64_t at_ms;
	return engine_next_due(t->engine, &at_ms) ? (at_ms - BENCH_START_MS) / HOUR_MS : -1;
}

static const struct effect *last_effect(const struct bench *t)
{
	assert_true(t->effects.n > 0);
	return &t->effects.at[t->effects.n - 1];
}

static void assert_told(const struct bench *t, size_t n, int64_t at_hours, const char *level)
{
	const struct effect *last = last_effect(t);
	assert_int_equal(t->effects.n, n);
	assert_int_equal(last->ts_ms, BENCH_START_MS + at_hours * HOUR_MS);
	assert_int_equal(last->alert.updated_ms, last->ts_ms);
	assert_int_equal(last->seq, t->seq);
	assert_true(bytes_is(last->alert.level, level));
}

static void ticks_take_each_step_at_its_time(void **state)
{
	struct bench t;
	bench_begin(&t, RULE);
	assert_int_equal(next_due(&t), -1);
	happens(&t, 0, problem);
	assert_told(&t, 1, 0, "medium");
	assert_int_equal(next_due(&t), 48);
	tick(&t, 48);
	assert_told(&t, 2, 48, "high");
	assert_true(bytes_is(last_effect(&t)->alert.recommendation, "Call."));
	assert_int_equal(next_due(&t), 66);
	tick(&t, 66);
	assert_told(&t, 3, 66, "critical");
	assert_false(last_effect(&t)->alert.is_overdue);
	assert_int_equal(next_due(&t), 72);
	tick(&t, 72);
	assert_told(&t, 4, 72, "critical");
	assert_true(last_effect(&t)->alert.is_overdue);
	tick(&t, 80);
	assert_int_equal(next_due(&t), -1);
	bench_end(&t);
}

static void a_tick_that_comes_twice_or_too_early_changes_nothing(void **state)
{
	struct bench t;
	bench_begin(&t, RULE);
	happens(&t, 0, problem);
	tick(&t, 47);
	assert_int_equal(t.effects.n, 1);
	tick(&t, 48);
	tick(&t, 48);
	assert_int_equal(t.effects.n, 2);
	bench_end(&t);
}

static void traffic_takes_the_steps_that_it_finds_due(void **state)
{
	struct bench t;
	bench_begin(&t, RULE);
	happens(&t, 0, problem);
	happens(&t, 1, "\"type\":\"health\",\"account\":\"b\",\"kind\":\"problem\"");
	happens(&t, 70, elsewhere);
	assert_int_equal(t.effects.n, 6);
	static const struct { int64_t at_hours; const char *account; } wanted[] = { { 48, "a" }, { 49, "b" }, { 66, "a" }, { 67, "b" } };
	for (unsigned i = 0; i < ARRAY_LEN(wanted); i++) {
		const struct effect *effect = &t.effects.at[i + 2];
		assert_int_equal(effect->ts_ms, BENCH_START_MS + wanted[i].at_hours * HOUR_MS);
		assert_true(bytes_is(effect->alert.accounts[0], wanted[i].account));
	}
	bench_end(&t);
}

static void a_step_asks_its_condition_when_it_is_due(void **state)
{
	struct bench t;
	bench_begin(&t, RULE);
	happens(&t, 0, problem);
	happens(&t, 50, "\"type\":\"contact\",\"account\":\"a\"");
	assert_told(&t, 2, 48, "high");
	tick(&t, 66);
	assert_int_equal(t.effects.n, 2);
	bench_end(&t);
}

static void a_resolved_alert_falls_due_no_more(void **state)
{
	struct bench t;
	bench_begin(&t, RULE);
	happens(&t, 0, problem);
	happens(&t, 10, "\"type\":\"closed\",\"account\":\"a\"");
	assert_int_equal(next_due(&t), -1);
	happens(&t, 100, elsewhere);
	assert_int_equal(t.effects.n, 2);
	happens(&t, 101, "\"type\":\"closed\",\"account\":\"a\"");
	assert_int_equal(t.effects.n, 3);
	assert_int_equal(last_effect(&t)->type, EFFECT_STATEMENT_IGNORED);
	bench_end(&t);
}

/* Its moment stands behind the other's, and is skipped when that comes. */
static void a_resolved_alert_takes_no_step_behind_one_that_stands(void **state)
{
	struct bench t;
	bench_begin(&t, RULE);
	happens(&t, 0, "\"type\":\"health\",\"account\":\"b\",\"kind\":\"problem\"");
	happens(&t, 1, problem);
	happens(&t, 10, "\"type\":\"closed\",\"account\":\"a\"");
	happens(&t, 60, elsewhere);
	assert_int_equal(t.engine->alerts.n, 2);
	assert_int_equal(t.engine->alerts.at[0].steps, 1);
	assert_int_equal(t.engine->alerts.at[1].steps, 0);
	bench_end(&t);
}

/* The window that `until` asks has slid by then. */
static void what_time_resolves_is_resolved_at_the_next_step(void **state)
{
	struct bench t;
	bench_begin(&t, "id: p\ntitle: t\nstatus: stable\npolicy:\n  scope: account\n"
			"  windows: {orders: {take: count, where: event.type == \"order\", timespan: 1d}}\n"
			"  when: window.orders >= 1\n  escalate: [{after: 2d, level: high}]\n");
	happens(&t, 0, "\"type\":\"order\",\"account\":\"a\"");
	tick(&t, 48);
	assert_int_equal(last_effect(&t)->type, EFFECT_ALERT_RESOLVED);
	assert_true(bytes_is(last_effect(&t)->alert.level, "info"));
	bench_end(&t);
}

static void a_snapshot_keeps_what_will_fall_due(void **state)
{
	struct bench t;
	bench_begin(&t, RULE);
	happens(&t, 0, problem);
	tick(&t, 48);
	bench_save_and_load(&t);
	assert_int_equal(next_due(&t), 66);
	tick(&t, 66);
	assert_told(&t, 3, 66, "critical");
	assert_true(bytes_is(last_effect(&t)->alert.recommendation, "Call."));
	bench_end(&t);
}

static void history_that_nobody_was_told_of_escalates_in_silence(void **state)
{
	struct bench t;
	bench_begin(&t, RULE);
	struct event *ev = (struct event *)bench_event(&t, 0, problem);
	ev->audience = AUDIENCE_NONE;
	engine_apply(t.engine, (const struct event *const *)&ev, 1, &t.effects);
	tick(&t, 48);
	assert_int_equal(last_effect(&t)->audience, AUDIENCE_NONE);
	bench_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ticks_take_each_step_at_its_time),
		cmocka_unit_test(a_tick_that_comes_twice_or_too_early_changes_nothing),
		cmocka_unit_test(traffic_takes_the_steps_that_it_finds_due),
		cmocka_unit_test(a_step_asks_its_condition_when_it_is_due),
		cmocka_unit_test(a_resolved_alert_falls_due_no_more),
		cmocka_unit_test(a_resolved_alert_takes_no_step_behind_one_that_stands),
		cmocka_unit_test(what_time_resolves_is_resolved_at_the_next_step),
		cmocka_unit_test(a_snapshot_keeps_what_will_fall_due),
		cmocka_unit_test(history_that_nobody_was_told_of_escalates_in_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
