/* Declared relations: acceptance, proof, operators, and statements that go too far. */
#include "engine_bench.h"

static struct account_view account_of(struct bench *t, const char *name)
{
	struct account_view account;

	assert_int_equal(engine_account(t->engine, bytes_of(name), t->arena, &account), ERR_OK);
	return account;
}

static enum link_state state_of(struct bench *t, const char *a, const char *b)
{
	struct why_view why;

	assert_int_equal(engine_why(t->engine, bytes_of(a), bytes_of(b), t->arena, &why), ERR_OK);
	return why.link.state;
}

static void relate(struct bench *t, const char *kind, const char *a, const char *b)
{
	say(t, "\"type\":\"relation\",\"account\":\"%s\",\"actor\":\"owner of %s\",\"relation\":{\"kind\":\"%s\",\"with\":\"%s\",\"proof\":\"paper 7\"}", a, a,
	    kind, b);
}

static void join(struct bench *t, const char *kind, const char *account, const char *group)
{
	say(t, "\"type\":\"relation\",\"account\":\"%s\",\"relation\":{\"kind\":\"%s\",\"group\":\"%s\"}", account, kind, group);
}

/* Three accounts on one device. */
static int setup(void **state)
{
	static const char *const names[] = { "ann", "bob", "desk" };
	struct bench *t = bench_new();

	for (unsigned i = 0; i < 3; i++)
		say(t, "\"type\":\"login\",\"account\":\"%s\",\"device\":{\"id\":\"shared\"}", names[i]);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	bench_free(*state);
	return 0;
}

static void proof_and_acceptance_are_kept(void **state)
{
	struct bench *t = *state;

	relate(t, "household", "ann", "bob");
	struct account_view ann = account_of(t, "ann");
	assert_int_equal(ann.n_relations, 1);
	assert_text(ann.declared[0].with, "bob");
	assert_text(ann.declared[0].proof, "paper 7");
	assert_text(ann.declared[0].actor, "owner of ann");
	assert_false(ann.declared[0].is_accepted);
	assert_int_equal(state_of(t, "ann", "bob"), LINK_SUSPECTED);
	relate(t, "household", "bob", "ann");
	assert_true(account_of(t, "ann").declared[0].is_accepted);
	assert_int_equal(state_of(t, "ann", "bob"), LINK_EXPLAINED);
}

static void what_is_declared_twice_counts_once(void **state)
{
	struct bench *t = *state;
	struct history_view history;
	unsigned relations = 0;

	for (unsigned i = 0; i < 3; i++)
		relate(t, "household", "ann", "bob");
	assert_int_equal(account_of(t, "ann").n_relations, 1);
	assert_int_equal(engine_account_history(t->engine, BYTES_LIT("ann"), t->arena, &history), ERR_OK);
	for (unsigned i = 0; i < history.n_changes; i++)
		relations += history.changes[i].type == CHANGE_RELATION;
	assert_int_equal(relations, 1);
	assert_int_equal(state_of(t, "ann", "bob"), LINK_SUSPECTED);
}

static void a_relation_may_come_before_its_accounts(void **state)
{
	struct bench *t = *state;

	relate(t, "household", "new", "newer");
	assert_text(account_of(t, "new").declared[0].with, "newer");
	relate(t, "household", "newer", "new");
	say(t, "\"type\":\"login\",\"account\":\"new\",\"device\":{\"id\":\"home\"}");
	say(t, "\"type\":\"login\",\"account\":\"newer\",\"device\":{\"id\":\"home\"}");
	assert_int_equal(state_of(t, "new", "newer"), LINK_EXPLAINED);
}

static void clients_of_one_account_are_related_through_it_once_it_accepts_both(void **state)
{
	struct bench *t = *state;

	relate(t, "agency", "ann", "desk");
	relate(t, "agency", "bob", "desk");
	relate(t, "agency", "desk", "ann");
	assert_int_equal(state_of(t, "ann", "bob"), LINK_SUSPECTED);
	relate(t, "agency", "desk", "bob");
	assert_int_equal(state_of(t, "ann", "bob"), LINK_EXPLAINED);
	struct account_view ann = account_of(t, "ann");
	for (unsigned i = 0; i < ann.n_links; i++)
		assert_int_equal(ann.links[i].state, LINK_EXPLAINED); /* as listed, at once */
}

static void a_household_with_a_common_third_is_none(void **state)
{
	struct bench *t = *state;

	relate(t, "household", "ann", "desk");
	relate(t, "household", "desk", "ann");
	relate(t, "household", "bob", "desk");
	relate(t, "household", "desk", "bob");
	assert_int_equal(state_of(t, "ann", "bob"), LINK_SUSPECTED);
}

static void an_account_has_so_many_relations_and_hears_of_the_rest(void **state)
{
	struct bench *t = *state;
	struct history_view history;
	char group[20];

	for (unsigned i = 0; i < 70; i++) {
		snprintf(group, sizeof(group), "g%u", i);
		join(t, "household", "ann", group);
	}
	assert_int_equal(account_of(t, "ann").n_relations, 64);
	assert_int_equal(engine_account_history(t->engine, BYTES_LIT("ann"), t->arena, &history), ERR_OK);
	assert_int_equal(history.changes[0].type, CHANGE_RELATION_IGNORED);
	assert_text(history.changes[0].relation, "household g69");
	assert_text(history.changes[0].reason, "an account has 64 relations at most: relation");
	assert_string_equal(history.changes[0].because->limit, "account");
	assert_int_equal(history.changes[0].because->most, 64);
}

static void ten_thousand_accounts_may_join_one_group(void **state)
{
	struct bench *t = *state;
	char name[20];

	join(t, "agency", "ann", "crowd");
	for (unsigned i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "crowd-%u", i);
		join(t, "agency", name, "crowd");
		arena_reset(t->arena);
	}
	join(t, "agency", "bob", "crowd");
	assert_int_equal(account_of(t, "bob").declared[0].members, 10002);
	assert_int_equal(state_of(t, "ann", "bob"), LINK_EXPLAINED);
}

static void a_joint_group_has_an_end_and_says_so(void **state)
{
	struct bench *t = *state;
	struct history_view history;
	char name[20];

	for (unsigned i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "crowd-%u", i);
		join(t, "joint", name, "crowd");
	}
	assert_int_equal(account_of(t, "crowd-63").n_links, 63);
	assert_int_equal(account_of(t, "crowd-64").n_relations, 0);
	assert_int_equal(engine_account_history(t->engine, BYTES_LIT("crowd-64"), t->arena, &history), ERR_OK);
	assert_int_equal(history.changes[0].type, CHANGE_RELATION_IGNORED);
	assert_text(history.changes[0].reason, "a joint group has 64 accounts at most: relation");
	assert_string_equal(history.changes[0].because->limit, "joint");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(proof_and_acceptance_are_kept),
		TEST(what_is_declared_twice_counts_once),
		TEST(a_relation_may_come_before_its_accounts),
		TEST(clients_of_one_account_are_related_through_it_once_it_accepts_both),
		TEST(a_household_with_a_common_third_is_none),
		TEST(an_account_has_so_many_relations_and_hears_of_the_rest),
		TEST(ten_thousand_accounts_may_join_one_group),
		TEST(a_joint_group_has_an_end_and_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
