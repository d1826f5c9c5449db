/* What a signal is foreseen to say by itself is what the engine says when two accounts meet so. */
#include "engine_bench.h"

#include "daemon/engine/lone.h"

struct meeting { const char *rule, *members; };

static const struct meeting meetings[] = {
	{ "shared-device", "\"device\":{\"id\":\"one\"}" },
	{ "shared-card", "\"identity\":{\"card\":\"4012888888881881\"}" },
	{ "shared-phone", "\"identity\":{\"phone\":\"+1 212 555 0177\"}" },
};

static int32_t bits_of(const struct why_view *why, const char *rule)
{
	for (unsigned i = 0; i < why->n_items; i++)
		if (bytes_is(why->items[i].rule, rule))
			return why->items[i].counted_mb;
	fail_msg("%s says nothing", rule);
	return 0;
}

static unsigned signal_named(const struct ruleset *rules, const char *id)
{
	for (unsigned i = 0; i < rules->n_signals; i++)
		if (bytes_is(rules->signals[i].head.id, id))
			return i;
	fail_msg("no signal %s", id);
	return 0;
}

/* So many accounts use the value, a minute apart, and nothing else. */
static void assert_foreseen(struct bench *t, const struct meeting *m, unsigned holders)
{
	struct why_view why;
	struct lone_link link;
	struct lone *lone;

	for (unsigned i = 0; i < holders; i++)
		say(t, "\"type\":\"login\",\"account\":\"x%u\",%s", i, m->members);
	lone = lone_new(t->rules, PEOPLE + holders);
	assert_true(lone_link(lone, signal_named(t->rules, m->rule), holders, NET_UNKNOWN, &link));
	lone_free(lone);
	assert_int_equal(engine_why(t->engine, BYTES_LIT("x0"), BYTES_LIT("x1"), t->arena, &why), ERR_OK);
	assert_int_equal(link.mb, bits_of(&why, m->rule));
	assert_int_equal(link.score, why.link.score);
}

static void by_the_table_it_is_foreseen_what_comes(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(meetings); i++) {
		struct bench *t = bench_new();
		assert_foreseen(t, &meetings[i], 2);
		bench_free(t);
	}
}

static void beyond_the_hub_cap_there_is_no_evidence(void **state)
{
	struct bench *t = bench_new();
	struct lone *lone = lone_new(t->rules, PEOPLE);
	struct lone_link link;
	unsigned card = signal_named(t->rules, "shared-card");

	assert_true(lone_link(lone, card, t->rules->kinds.rows[t->rules->signals[card].kind].hub_cap, NET_UNKNOWN, &link));
	assert_false(lone_link(lone, card, t->rules->kinds.rows[t->rules->signals[card].kind].hub_cap + 1, NET_UNKNOWN, &link));
	lone_free(lone);
	bench_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_the_table_it_is_foreseen_what_comes),
		cmocka_unit_test(beyond_the_hub_cap_there_is_no_evidence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
