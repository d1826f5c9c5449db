/* Support in rounds, who is an independent witness, and conditions that nothing shared can meet. */
#include "engine_bench.h"

#include "daemon/engine/accounts.h"
#include "daemon/engine/needs.h"
#include "daemon/engine/profile.h"
#include "daemon/engine/state.h"
#include "daemon/engine/support.h"
#include "daemon/engine/weigh.h"

#define A "\"identity\":{\"tax_id\":\"DE811907980\",\"document\":\"passport-118\"}"
#define B "\"identity\":{\"card\":\"4012888888881881\",\"bank\":\"DE89370400440532013000\",\"phone\":\"+4930901820\"}"
#define C "\"identity\":{\"email\":\"ring@one-mail.example\",\"document\":\"passport-731\"}"

static void use(struct bench *t, const char *account, const char *what)
{
	say(t, "\"type\":\"login\",\"account\":\"%s\",%s", account, what);
}

static uint32_t id_of(struct bench *t, const char *account)
{
	uint32_t id = account_find(t->engine, bytes_of(account));
	assert_true(id != NONE);
	return id;
}

static struct support_facts facts_of(struct bench *t, enum pass pass, const char *a, const char *b)
{
	struct support_facts facts;
	support_read(t->engine, pass, id_of(t, a), id_of(t, b), &facts);
	return facts;
}

static void three_who_hold_one_value_are_one_witness(void **state)
{
	struct bench *t = bench_new();

	use(t, "ann", A);
	use(t, "bob", A);
	use(t, "cid", A);
	use(t, "ann", A);
	assert_int_equal(facts_of(t, PASS_SUPPORT, "ann", "bob").common, 1);
	assert_int_equal(facts_of(t, PASS_SUPPORT, "ann", "bob").independent, 0);
	bench_free(t);
}

static void a_witness_to_whom_each_is_linked_by_something_else_is_independent(void **state)
{
	struct bench *t = bench_new();

	use(t, "ann", A);
	use(t, "cid", A);
	use(t, "cid", B);
	use(t, "bob", B);
	assert_int_equal(facts_of(t, PASS_SUPPORT, "ann", "bob").common, 1);
	assert_int_equal(facts_of(t, PASS_SUPPORT, "ann", "bob").independent, 1);
	bench_free(t);
}

static void rounds_have_lists_of_their_own_and_forget_together(void **state)
{
	struct bench *t = bench_new();
	uint32_t a = id_of(t, "p1"), b = id_of(t, "p2"), c = id_of(t, "p3");

	support_set(t->engine, PASS_SUPPORT, a, c, &(struct near){ .strength_mb = 3000, .value = NONE });
	support_set(t->engine, PASS_AGAIN, a, c, &(struct near){ .strength_mb = 5000, .value = NONE });
	support_set(t->engine, PASS_AGAIN, c, b, &(struct near){ .strength_mb = 4000, .value = NONE });
	assert_false(facts_of(t, PASS_SUPPORT, "p1", "p2").has_path);
	assert_int_equal(facts_of(t, PASS_AGAIN, "p1", "p2").best_mb, 4000);
	assert_int_equal(support_strength_mb(t->engine, PASS_SUPPORT, a, c), 3000);
	support_forget(t->engine, a, c);
	assert_false(facts_of(t, PASS_AGAIN, "p1", "p2").has_path);
	assert_int_equal(support_strength_mb(t->engine, PASS_SUPPORT, a, c), t->rules->scoring.neighbour_from_mb);
	bench_free(t);
}

static const struct interaction_rule *interaction(const struct bench *t, const char *id)
{
	for (unsigned i = 0; i < t->rules->n_interactions; i++)
		if (bytes_is(t->rules->interactions[i].head.id, id))
			return &t->rules->interactions[i];
	fail_msg("no interaction %s", id);
	return NULL;
}

static bool needs_only(const struct bench *t, const char *rule, const char *kind)
{
	int wanted = kinds_find(&t->rules->kinds, bytes_of(kind));
	struct kind_set needs, only = { { 0 } };

	assert_true(wanted >= 0);
	only = kind_set_of((unsigned)wanted);
	needs_of(&t->engine->plan, t->rules, interaction(t, rule)->when, &needs);
	return memcmp(&needs, &only, sizeof(needs)) == 0;
}

static void what_must_be_shared_is_read_off_a_condition(void **state)
{
	struct bench *t = bench_new();
	struct kind_set needs;

	assert_true(needs_only(t, "device-coverage", "device.id"));
	assert_true(needs_only(t, "no-common-device", "ip"));
	assert_false(needs_only(t, "kinds-of-evidence", "device.id"));
	needs_of(&t->engine->plan, t->rules, interaction(t, "returned")->when, &needs);
	assert_true(needs.bits[0] == 0 && needs.bits[1] == 0);
	bench_free(t);
}

/* Each pair of a few who share this and that weighs the same where nothing is passed over. */
static void what_is_passed_over_would_have_said_nothing(void **state)
{
	struct bench *t = bench_new();
	const char *const who[] = { "ann", "bob", "cid", "dora", "p1", "p2" };
	const char *const what[] = { A, B, C, "\"device\":{\"id\":\"one\"}", "\"ip\":\"10.1.2.3\",\"device\":{\"id\":\"two\"}" };
	struct weighing with, without;

	for (unsigned i = 0; i < 60; i++)
		use(t, who[i * 7 % ARRAY_LEN(who)], what[i * i % ARRAY_LEN(what)]);
	for (unsigned i = 0; i < ARRAY_LEN(who); i++)
		for (unsigned k = i + 1; k < ARRAY_LEN(who); k++) {
			uint32_t a = id_of(t, who[i]), b = id_of(t, who[k]);
			struct kind_set *needs = t->engine->plan.needs, none[256] = { { { 0 } } };
			assert_true(t->rules->n_interactions < ARRAY_LEN(none));
			weigh_fully(t->engine, a < b ? a : b, a < b ? b : a, &with);
			t->engine->plan.needs = none;
			weigh_fully(t->engine, a < b ? a : b, a < b ? b : a, &without);
			t->engine->plan.needs = needs;
			assert_int_equal(with.n, without.n);
			assert_int_equal(with.strength_mb, without.strength_mb);
		}
	bench_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_who_hold_one_value_are_one_witness),
		cmocka_unit_test(a_witness_to_whom_each_is_linked_by_something_else_is_independent),
		cmocka_unit_test(rounds_have_lists_of_their_own_and_forget_together),
		cmocka_unit_test(what_must_be_shared_is_read_off_a_condition),
		cmocka_unit_test(what_is_passed_over_would_have_said_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
