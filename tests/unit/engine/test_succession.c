/* An engine that takes another's place says in its histories what is different, and why. */
#include "engine_bench.h"

#include "daemon/engine/succession.h"

#define SHARED "\"device\":{\"id\":\"one\"},\"identity\":{\"card\":\"4012888888881881\",\"tax_id\":\"TUS623537003\"}"

/* Ann, Bob and Cid are one operator's; without Cid where he is left out. */
static struct bench *bench_of_three(bool has_cid)
{
	struct bench *t = bench_new();

	say(t, "\"type\":\"login\",\"account\":\"ann\"," SHARED);
	say(t, "\"type\":\"login\",\"account\":\"bob\"," SHARED);
	say(t, "\"type\":\"login\",\"account\":\"%s\",%s", has_cid ? "cid" : "dan", has_cid ? SHARED : "\"device\":{\"id\":\"two\"}");
	return t;
}

static void succeed(struct bench *now, struct bench *before, enum succession_cause cause)
{
	struct succession *s = succession_new(now->engine, before->engine, cause);

	while (!succession_step(s, 3))
		;
	succession_free(s);
}

/* The newest row of the type, or fails. */
static struct change_view row_of(struct bench *t, const char *account, enum change_type type, uint64_t *total)
{
	struct history_view history;

	assert_int_equal(engine_account_history(t->engine, bytes_of(account), t->arena, &history), ERR_OK);
	*total = history.total;
	for (unsigned i = 0; i < history.n_changes; i++)
		if (history.changes[i].type == type)
			return history.changes[i];
	fail_msg("%s has no such row", account);
	return history.changes[0];
}

static void other_rules_withdraw_a_link_and_say_so(void **state)
{
	struct bench *before = bench_of_three(true), *now = bench_new();
	struct change_view row;
	uint64_t total;

	now->rules->table.bias_mb[PASS_OWN] -= 60000; /* nobody is linked any more */
	say(now, "\"type\":\"login\",\"account\":\"ann\"," SHARED);
	say(now, "\"type\":\"login\",\"account\":\"bob\"," SHARED);
	say(now, "\"type\":\"login\",\"account\":\"cid\"," SHARED);
	succeed(now, before, SUCCESSION_RULES);
	row = row_of(now, "bob", CHANGE_LINK_WITHDRAWN, &total);
	assert_text(row.reason, "the rules or networks changed");
	assert_true(row.before >= 950 && row.after < 500);
	row = row_of(now, "bob", CHANGE_CLUSTER_LEFT, &total);
	assert_text(row.reason, "the rules or networks changed");
	assert_int_equal(total, 3); /* from ann, from cid, from the cluster */
	bench_free(before);
	bench_free(now);
}

static void a_link_that_new_rules_make_appears(void **state)
{
	struct bench *before = bench_new(), *now = bench_of_three(true);
	struct change_view row;
	uint64_t total;

	before->rules->table.bias_mb[PASS_OWN] -= 60000;
	say(before, "\"type\":\"login\",\"account\":\"ann\"," SHARED);
	say(before, "\"type\":\"login\",\"account\":\"bob\"," SHARED);
	say(before, "\"type\":\"login\",\"account\":\"cid\"," SHARED);
	succeed(now, before, SUCCESSION_RULES);
	row = row_of(now, "cid", CHANGE_LINK_APPEARED, &total);
	assert_text(row.reason, "the rules or networks changed");
	assert_int_equal(row.before, 0);
	row = row_of(now, "cid", CHANGE_CLUSTER_JOINED, &total);
	assert_text(row.reason, "the rules or networks changed");
	bench_free(before);
	bench_free(now);
}

static void who_was_taken_out_is_not_named(void **state)
{
	struct bench *before = bench_of_three(true), *now = bench_of_three(false);
	struct history_view history;
	uint64_t total;

	succeed(now, before, SUCCESSION_EVENTS_OUT);
	struct change_view row = row_of(now, "ann", CHANGE_LINK_WITHDRAWN, &total);
	assert_int_equal(row.account.len, 0);
	assert_text(row.reason, "events were taken out");
	assert_int_equal(engine_account_history(now->engine, BYTES_LIT("cid"), now->arena, &history), ERR_NOTFOUND);
	bench_free(before);
	bench_free(now);
}

static void the_same_again_adds_nothing(void **state)
{
	struct bench *before = bench_of_three(true), *now = bench_of_three(true);
	struct history_view history;

	assert_int_equal(engine_account_history(now->engine, BYTES_LIT("ann"), now->arena, &history), ERR_OK);
	uint64_t total = history.total;
	succeed(now, before, SUCCESSION_RULES);
	assert_int_equal(engine_account_history(now->engine, BYTES_LIT("ann"), now->arena, &history), ERR_OK);
	assert_int_equal(history.total, total);
	bench_free(before);
	bench_free(now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_rules_withdraw_a_link_and_say_so),
		cmocka_unit_test(a_link_that_new_rules_make_appears),
		cmocka_unit_test(who_was_taken_out_is_not_named),
		cmocka_unit_test(the_same_again_adds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
