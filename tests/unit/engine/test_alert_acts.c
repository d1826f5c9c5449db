/* What people do with alerts: it is kept, told, and ends when its time has come. */
#include "policy_bench.h"

#define RULE "id: p\ntitle: t\nstatus: stable\nlevel: medium\npolicy:\n  scope: link\n  when: link.score >= possible\n"
#define FORGETFUL RULE "  expires: 48h\n"
#define DOUBTED RULE "  until: link.state in [\"cleared\"]\n"
#define URGENT RULE "  deadline: 12h\n"

struct life {
	struct bench t;
	char id[17];
};

static struct alert_view now(struct life *l)
{
	struct alert_view alert;
	assert_int_equal(engine_alert(l->t.engine, bytes_of(l->id), l->t.arena, &alert), ERR_OK);
	return alert;
}

/* Ann and Bob share a device, and an alert is open. */
static void life_begin(struct life *l, const char *rule)
{
	struct alert_head *heads;
	bench_begin(&l->t, rule);
	happens(&l->t, 0, "\"type\":\"login\",\"account\":\"ann\",\"device\":{\"id\":\"d\"}");
	happens(&l->t, 0, "\"type\":\"login\",\"account\":\"bob\",\"device\":{\"id\":\"d\"}");
	assert_int_equal(engine_standing_alerts(l->t.engine, l->t.arena, &heads), 1);
	snprintf(l->id, sizeof(l->id), "%.*s", BYTES_ARG(heads[0].id));
}

static void does(struct life *l, int64_t at_hours, const char *type, const char *more)
{
	happens(&l->t, at_hours, arena_printf(l->t.arena, "\"type\":\"%s\",\"account\":\"ann\",\"alert\":\"%s\",\"actor\":\"jo\"%s", type, l->id, more));
}

static void passes(struct life *l, int64_t at_hours)
{
	happens(&l->t, at_hours, "\"type\":\"login\",\"account\":\"somebody\"");
}

static char *until(struct life *l, int64_t at_hours)
{
	return arena_printf(l->t.arena, ",\"reason\":\"later\",\"until\":%lld", (long long)(BENCH_START_MS + at_hours * HOUR_MS));
}

static unsigned told(const struct life *l)
{
	unsigned n = 0;
	for (size_t i = 0; i < l->t.effects.n; i++)
		n += effect_alert_word(l->t.effects.at[i].type) != NULL && l->t.effects.at[i].audience != AUDIENCE_NONE;
	return n;
}

static void assert_life(struct life *l, const char *words)
{
	struct history_view history;
	struct text all = { 0 };
	assert_int_equal(engine_alert_history(l->t.engine, bytes_of(l->id), l->t.arena, &history), ERR_OK);
	for (unsigned i = history.n_changes; i-- > 0;)
		text_addf(&all, "%s%s", all.len > 0 ? " " : "", change_type_names[history.changes[i].type] + strlen("alert_"));
	assert_string_equal(all.ptr, words);
	text_free(&all);
}

static void whoever_takes_an_alert_on_owns_it_until_it_is_given_away(void **state)
{
	struct life l;
	life_begin(&l, RULE);
	does(&l, 1, "ack", ",\"reason\":\"mine\"");
	assert_int_equal(now(&l).state, ALERT_ACKNOWLEDGED);
	assert_true(bytes_is(now(&l).owner, "jo"));
	does(&l, 2, "assign", ",\"value\":\"eve\",\"reason\":\"knows them\"");
	assert_true(bytes_is(now(&l).owner, "eve"));
	does(&l, 3, "ack", ",\"reason\":\"again\"");
	assert_true(bytes_is(now(&l).owner, "eve"));
	does(&l, 4, "assign", ",\"reason\":\"on leave\"");
	assert_int_equal(now(&l).owner.len, 0);
	assert_int_equal(told(&l), 5);
	assert_life(&l, "opened acknowledged assigned acknowledged assigned");
	bench_end(&l.t);
}

static void a_note_is_kept_with_its_author_and_told_to_no_sink(void **state)
{
	struct life l;
	struct history_view history;
	life_begin(&l, RULE);
	does(&l, 1, "note", ",\"reason\":\"wrote to them\"");
	does(&l, 2, "resolve", ",\"value\":\"confirmed\",\"reason\":\"they said so\"");
	does(&l, 3, "note", ",\"reason\":\"closed by hand\"");
	assert_int_equal(now(&l).n_notes, 2);
	assert_int_equal(told(&l), 2);
	assert_int_equal(engine_alert_history(l.t.engine, bytes_of(l.id), l.t.arena, &history), ERR_OK);
	assert_true(bytes_is(history.changes[2].actor, "jo") && bytes_is(history.changes[2].reason, "wrote to them"));
	assert_true(bytes_is(history.changes[1].value, "confirmed") && bytes_is(history.changes[1].reason, "they said so"));
	bench_end(&l.t);
}

static void a_snoozed_alert_is_quiet_and_comes_back_at_its_time(void **state)
{
	struct life l;
	life_begin(&l, RULE);
	does(&l, 1, "snooze", until(&l, 24));
	assert_int_equal(now(&l).snoozed_until_ms, BENCH_START_MS + 24 * HOUR_MS);
	assert_int_equal(told(&l), 2);
	passes(&l, 23);
	assert_int_equal(told(&l), 2);
	passes(&l, 25);
	assert_int_equal(now(&l).snoozed_until_ms, 0);
	assert_int_equal(now(&l).updated_ms, BENCH_START_MS + 24 * HOUR_MS);
	assert_int_equal(told(&l), 3);
	assert_life(&l, "opened snoozed woken");
	bench_end(&l.t);
}

static void a_deadline_ends_a_snooze_and_so_does_a_person(void **state)
{
	struct life l;
	life_begin(&l, URGENT);
	does(&l, 1, "snooze", until(&l, 48));
	passes(&l, 13);
	assert_int_equal(now(&l).snoozed_until_ms, 0);
	assert_true(now(&l).is_overdue);
	does(&l, 14, "snooze", until(&l, 48));
	does(&l, 15, "snooze", ",\"reason\":\"they came\"");
	assert_int_equal(now(&l).snoozed_until_ms, 0);
	passes(&l, 50);
	assert_life(&l, "opened snoozed escalated snoozed woken");
	bench_end(&l.t);
}

static void what_nobody_took_on_expires_and_what_somebody_did_does_not(void **state)
{
	static const char *const acts[] = { NULL, "ack", "assign" };
	for (unsigned i = 0; i < ARRAY_LEN(acts); i++) {
		struct life l;
		life_begin(&l, FORGETFUL);
		if (acts[i] != NULL)
			does(&l, 1, acts[i], ",\"value\":\"eve\",\"reason\":\"r\"");
		passes(&l, 49);
		assert_int_equal(now(&l).state == ALERT_RESOLVED, acts[i] == NULL);
		if (acts[i] == NULL)
			assert_true(bytes_is(now(&l).resolution, "expired") && bytes_is(now(&l).reason, "nobody took it on in 2 d"));
		happens(&l.t, 50, "\"type\":\"login\",\"account\":\"bob\",\"device\":{\"id\":\"d\"}");
		assert_int_equal(standing(&l.t), acts[i] != NULL);
		bench_end(&l.t);
	}
}

static void a_resolved_alert_is_opened_again_and_others_are_not(void **state)
{
	struct life l;
	life_begin(&l, RULE);
	does(&l, 1, "reopen", ",\"reason\":\"r\"");
	assert_life(&l, "opened");
	does(&l, 1, "resolve", ",\"value\":\"explained\",\"reason\":\"sisters\"");
	does(&l, 2, "ack", ",\"reason\":\"too late\"");
	assert_int_equal(now(&l).state, ALERT_RESOLVED);
	does(&l, 3, "reopen", ",\"reason\":\"they are none\"");
	assert_int_equal(now(&l).state, ALERT_OPEN);
	assert_int_equal(now(&l).resolution.len, 0);
	assert_int_equal(l.t.effects.at[l.t.effects.n - 1].type, EFFECT_ALERT_OPENED);
	assert_int_equal(standing(&l.t), 1);
	bench_end(&l.t);
}

static void what_rests_on_nothing_is_not_opened_again(void **state)
{
	struct life l;
	life_begin(&l, DOUBTED);
	assert_false(engine_alert_is_gone(l.t.engine, bytes_of(l.id)));
	happens(&l.t, 1, "\"type\":\"verdict\",\"account\":\"ann\",\"with\":\"bob\",\"value\":\"not_same\",\"actor\":\"jo\",\"reason\":\"passports\"");
	assert_life(&l, "opened resolved");
	assert_true(engine_alert_is_gone(l.t.engine, bytes_of(l.id)));
	unsigned before = told(&l);
	does(&l, 2, "reopen", ",\"reason\":\"no\"");
	assert_life(&l, "opened resolved");
	assert_int_equal(told(&l), before);
	assert_int_equal(now(&l).actor.len, 0);
	bench_end(&l.t);
}

static void what_is_opened_again_has_its_time_anew(void **state)
{
	struct life l;
	life_begin(&l, FORGETFUL);
	does(&l, 1, "resolve", ",\"value\":\"explained\",\"reason\":\"sisters\"");
	does(&l, 100, "reopen", ",\"reason\":\"they are none\"");
	passes(&l, 147);
	assert_int_equal(now(&l).state, ALERT_OPEN);
	passes(&l, 149);
	assert_int_equal(now(&l).state, ALERT_RESOLVED);
	assert_true(bytes_is(now(&l).resolution, "expired"));
	assert_int_equal(now(&l).updated_ms, BENCH_START_MS + 148 * HOUR_MS);
	bench_end(&l.t);
}

static void an_alert_ends_with_its_accounts_and_comes_back_with_one(void **state)
{
	struct life l;
	life_begin(&l, RULE);
	happens(&l.t, 1, "\"type\":\"closed\",\"account\":\"ann\"");
	assert_int_equal(now(&l).state, ALERT_OPEN);
	happens(&l.t, 2, "\"type\":\"closed\",\"account\":\"bob\"");
	assert_int_equal(now(&l).state, ALERT_RESOLVED);
	assert_true(bytes_is(now(&l).reason, "all its accounts are closed"));
	happens(&l.t, 3, "\"type\":\"login\",\"account\":\"ann\",\"device\":{\"id\":\"d\"}");
	assert_int_equal(standing(&l.t), 0);
	happens(&l.t, 4, "\"type\":\"reinstated\",\"account\":\"bob\"");
	assert_int_equal(standing(&l.t), 1);
	bench_end(&l.t);
}

static void a_snapshot_keeps_all_of_it(void **state)
{
	struct life l;
	life_begin(&l, RULE);
	does(&l, 1, "assign", ",\"value\":\"eve\",\"reason\":\"knows them\"");
	does(&l, 2, "note", ",\"reason\":\"n\"");
	does(&l, 3, "snooze", until(&l, 24));
	bench_save_and_load(&l.t);
	assert_true(bytes_is(now(&l).owner, "eve"));
	assert_int_equal(now(&l).n_notes, 1);
	assert_life(&l, "opened assigned noted snoozed");
	passes(&l, 25);
	assert_life(&l, "opened assigned noted snoozed woken");
	bench_end(&l.t);
}

static void related_alerts_are_about_the_same_accounts(void **state)
{
	struct life l;
	struct alert_list related;
	life_begin(&l, RULE);
	happens(&l.t, 1, "\"type\":\"login\",\"account\":\"ann\",\"device\":{\"id\":\"e\"}");
	happens(&l.t, 1, "\"type\":\"login\",\"account\":\"cat\",\"device\":{\"id\":\"e\"}");
	happens(&l.t, 1, "\"type\":\"login\",\"account\":\"xi\",\"device\":{\"id\":\"x\"}");
	happens(&l.t, 1, "\"type\":\"login\",\"account\":\"yo\",\"device\":{\"id\":\"x\"}");
	assert_int_equal(standing(&l.t), 3);
	assert_int_equal(engine_alert_related(l.t.engine, bytes_of(l.id), 10, l.t.arena, &related), ERR_OK);
	assert_int_equal(related.n, 1);
	assert_true(bytes_is(related.at[0].accounts[0], "ann") && bytes_is(related.at[0].accounts[1], "cat"));
	bench_end(&l.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_takes_an_alert_on_owns_it_until_it_is_given_away),
		cmocka_unit_test(a_note_is_kept_with_its_author_and_told_to_no_sink),
		cmocka_unit_test(a_snoozed_alert_is_quiet_and_comes_back_at_its_time),
		cmocka_unit_test(a_deadline_ends_a_snooze_and_so_does_a_person),
		cmocka_unit_test(what_nobody_took_on_expires_and_what_somebody_did_does_not),
		cmocka_unit_test(a_resolved_alert_is_opened_again_and_others_are_not),
		cmocka_unit_test(what_rests_on_nothing_is_not_opened_again),
		cmocka_unit_test(what_is_opened_again_has_its_time_anew),
		cmocka_unit_test(an_alert_ends_with_its_accounts_and_comes_back_with_one),
		cmocka_unit_test(a_snapshot_keeps_all_of_it),
		cmocka_unit_test(related_alerts_are_about_the_same_accounts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
