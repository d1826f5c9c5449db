/* Conditions on events, asked of the same values again and again and of others between. */
#include "engine_bench.h"

#include "daemon/engine/fields/event_condition.h"
#include "daemon/engine/state/state.h"

static const struct timing_rule *timing(const struct bench *t, const char *id)
{
	for (unsigned i = 0; i < t->rules->n_timings; i++)
		if (bytes_is(t->rules->timings[i].head.id, id))
			return &t->rules->timings[i];
	fail_msg("no timing rule %s", id);
	return NULL;
}

static const char *const stacks[] = { "windows", "apple", "linux", NULL }, *const systems[] = { "windows", "macos", "ios", "android", NULL };

static unsigned add_value(const struct bench *t, const char *kind, const char *text, struct attr *out)
{
	int number = kinds_find(&t->rules->kinds, bytes_of(kind));
	assert_true(number >= 0);
	if (text == NULL)
		return 0;
	*out = (struct attr){ .kind = (uint16_t)number, .key = bytes_hash(bytes_of(text), (uint64_t)number), .shown = bytes_of(text) };
	return 1;
}

static enum tri evaluated(struct bench *t, const struct expr *when)
{
	struct field_subject subject = { t->engine, NONE, NONE, NONE, NULL };
	return expr_test(when, field_answer, &subject);
}

static void an_answer_is_what_evaluation_says_however_often_it_is_asked(void **state)
{
	struct bench *t = bench_new();
	const struct expr *when = timing(t, "proxied-in-turn")->among;
	struct event_condition *c = event_condition_new(when);
	const struct field_subject subject = { t->engine, NONE, NONE, NONE, NULL };
	unsigned holds = 0;

	for (unsigned i = 0; i < 3 * ARRAY_LEN(stacks) * ARRAY_LEN(systems); i++) {
		struct attr attrs[2];
		unsigned n = add_value(t, "tcp.stack", stacks[i % ARRAY_LEN(stacks)], attrs);
		n += add_value(t, "user_agent.os", systems[i / ARRAY_LEN(stacks) % ARRAY_LEN(systems)], attrs + n);
		const struct event ev = { .attrs = attrs, .n_attrs = n };
		t->engine->event = &ev;
		assert_int_equal(event_condition_holds(c, &subject), evaluated(t, when) == YES);
		holds += event_condition_holds(c, &subject);
	}
	t->engine->event = NULL;
	assert_true(holds > 0 && holds % 3 == 0);
	event_condition_free(c);
	bench_free(t);
}

/* A count grows from one event to the next that has the same values. */
static void a_condition_on_more_than_the_event_is_evaluated_each_time(void **state)
{
	struct bench *t = bench_new();
	const struct expr events = { .op = EXPR_FIELD, .type = VALUE_NUMBER, .field = field_find(BYTES_LIT("account.events")) };
	const struct expr two = { .op = EXPR_CONST, .type = VALUE_NUMBER, .constant = { .type = VALUE_NUMBER, .num = 2000 } };
	const struct expr when = { .op = EXPR_GE, .type = VALUE_BOOL, .left = &events, .right = &two };
	struct event_condition *c = event_condition_new(&when);

	say(t, "\"type\":\"login\",\"account\":\"ann\"");
	const struct field_subject subject = { t->engine, strtab_find(t->engine->names, BYTES_LIT("ann")), NONE, NONE, NULL };
	const struct event ev = { .ts_ms = 1 };
	t->engine->event = &ev;
	assert_false(event_condition_holds(c, &subject));
	t->engine->accounts.at[subject.account].events++;
	assert_true(event_condition_holds(c, &subject));
	t->engine->event = NULL;
	event_condition_free(c);
	bench_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_what_evaluation_says_however_often_it_is_asked),
		cmocka_unit_test(a_condition_on_more_than_the_event_is_evaluated_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
