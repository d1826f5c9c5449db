/* How long a verdict holds, what the last of several counts for, and what the history keeps of it. */
#include "engine_bench.h"
#include "tests/unit/snapshot_memory.h"

static struct link_view link_of(struct bench *t, const char *a, const char *b)
{
	struct why_view why;

	assert_int_equal(engine_why(t->engine, bytes_of(a), bytes_of(b), t->arena, &why), ERR_OK);
	return why.link;
}

static struct account_view account_of(struct bench *t, const char *name)
{
	struct account_view account;

	assert_int_equal(engine_account(t->engine, bytes_of(name), t->arena, &account), ERR_OK);
	return account;
}

static void judge(struct bench *t, const char *a, const char *b, const char *value)
{
	say(t, "\"type\":\"verdict\",\"account\":\"%s\",\"with\":\"%s\",\"value\":\"%s\",\"actor\":\"eve\",\"reason\":\"seen\"", a, b, value);
}

static void judge_account(struct bench *t, const char *a, const char *value)
{
	say(t, "\"type\":\"verdict\",\"account\":\"%s\",\"value\":\"%s\",\"actor\":\"eve\",\"reason\":\"seen\"", a, value);
}

#define DEVICE "\"device\":{\"id\":\"shared\"}"
#define SECOND "\"device\":{\"id\":\"second\"},\"identity\":{\"bank\":\"DE89370400440532013000\",\"phone\":\"+4930901820\"}"
#define CARD "\"identity\":{\"card\":\"4012888888881881\"}"
#define TAX "\"identity\":{\"tax_id\":\"DE811907980\",\"document\":\"passport-118\"}"

/* Ann and Bob share a device and a card. */
static int setup(void **state)
{
	struct bench *t = bench_new();

	use(t, "ann", DEVICE "," CARD);
	use(t, "bob", DEVICE "," CARD);
	assert_int_equal(link_of(t, "ann", "bob").state, LINK_SUSPECTED);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	bench_free(*state);
	return 0;
}

static void who_is_judged_was_not_seen_by_that(void **state)
{
	struct bench *t = *state;
	const struct account_view before = account_of(t, "ann");

	judge(t, "ann", "bob", "not_same");
	judge_account(t, "ann", "clean");
	assert_true(account_of(t, "ann").last_ms == before.last_ms && account_of(t, "ann").first_ms == before.first_ms);
	use(t, "ann", DEVICE);
	assert_true(account_of(t, "ann").last_ms > before.last_ms);
}

static void a_clean_link_stays_clean_while_nothing_new_comes(void **state)
{
	struct bench *t = *state;

	judge(t, "ann", "bob", "clean");
	assert_int_equal(link_of(t, "ann", "bob").state, LINK_CLEARED);
	assert_int_equal(account_of(t, "ann").cluster.len, 0);
	use(t, "ann", DEVICE "," CARD);
	use(t, "bob", DEVICE "," CARD);
	assert_int_equal(link_of(t, "ann", "bob").state, LINK_CLEARED);
	assert_text(link_of(t, "ann", "bob").reason, "judged clean by eve on 2026-01-01: seen");
}

static void new_evidence_reopens_a_clean_link_and_says_so(void **state)
{
	struct bench *t = *state;

	judge(t, "ann", "bob", "clean");
	use(t, "ann", TAX);
	use(t, "bob", TAX);
	struct link_view link = link_of(t, "ann", "bob");
	assert_int_equal(link.state, LINK_SUSPECTED);
	assert_true(account_of(t, "ann").cluster.len > 0);
	struct history_view history;
	assert_int_equal(engine_account_history(t->engine, BYTES_LIT("ann"), t->arena, &history), ERR_OK);
	bool is_told = false;
	for (unsigned i = 0; i < history.n_changes; i++)
		is_told = is_told || (history.changes[i].type == CHANGE_LINK_REOPENED && bytes_is(history.changes[i].account, "bob"));
	assert_true(is_told);
	assert_non_null(memmem(link.reason.ptr, link.reason.len, "reopened", 8));
	assert_true(bytes_is(link.because->statement, "verdict") && bytes_is(link.because->value, "clean") && bytes_is(link.because->actor, "eve"));
	assert_true(link.because->ts_ms > 0 && link.because->new_mb > 0);
}

static void not_same_holds_whatever_comes(void **state)
{
	struct bench *t = *state;

	judge(t, "ann", "bob", "not_same");
	use(t, "ann", TAX);
	use(t, "bob", TAX);
	assert_int_equal(link_of(t, "ann", "bob").state, LINK_CLEARED);
	use(t, "cid", DEVICE "," CARD);
	use(t, "cid", TAX);
	struct bytes a = account_of(t, "ann").cluster, b = account_of(t, "bob").cluster;
	assert_false(a.len > 0 && bytes_eq(a, b));
}

static void the_last_verdict_counts_and_the_history_has_all(void **state)
{
	struct bench *t = *state;
	struct history_view history;
	unsigned verdicts = 0;

	judge(t, "ann", "bob", "clean");
	judge(t, "bob", "ann", "confirmed");
	assert_int_equal(link_of(t, "ann", "bob").state, LINK_CONFIRMED);
	judge(t, "ann", "bob", "clean");
	assert_int_equal(link_of(t, "ann", "bob").state, LINK_CLEARED);
	judge(t, "ann", "bob", "confirmed");
	judge(t, "ann", "bob", "not_same");
	assert_int_equal(link_of(t, "ann", "bob").state, LINK_CLEARED);
	assert_int_equal(engine_account_history(t->engine, BYTES_LIT("bob"), t->arena, &history), ERR_OK);
	for (unsigned i = history.n_changes; i-- > 0;)
		if (history.changes[i].type == CHANGE_VERDICT && ++verdicts == 5)
			assert_text(history.changes[i].reason, "verdict not_same by eve: seen");
	assert_int_equal(verdicts, 5);
}

static void a_clean_account_holds_its_links_and_new_ones_come(void **state)
{
	struct bench *t = *state;

	judge_account(t, "ann", "clean");
	assert_int_equal(link_of(t, "ann", "bob").state, LINK_CLEARED);
	use(t, "ann", SECOND);
	use(t, "dora", SECOND);
	assert_int_equal(link_of(t, "ann", "dora").state, LINK_SUSPECTED);
	use(t, "ann", TAX);
	use(t, "bob", TAX);
	use(t, "bob", SECOND);
	assert_int_equal(link_of(t, "ann", "bob").state, LINK_SUSPECTED);
}

static void a_confirmed_account_releases_what_its_clean_verdict_held(void **state)
{
	struct bench *t = *state;

	judge_account(t, "ann", "clean");
	judge_account(t, "ann", "confirmed");
	assert_int_equal(link_of(t, "ann", "bob").state, LINK_SUSPECTED);
	judge_account(t, "ann", "clean");
	judge_account(t, "bob", "clean");
	judge_account(t, "ann", "confirmed");
	assert_int_equal(link_of(t, "ann", "bob").state, LINK_CLEARED); /* bob's still holds it */
}

static void a_verdict_about_a_pair_outlives_one_about_an_account(void **state)
{
	struct bench *t = *state;

	judge(t, "ann", "bob", "confirmed");
	judge_account(t, "ann", "clean");
	assert_int_equal(link_of(t, "ann", "bob").state, LINK_CONFIRMED);
}

static void a_value_that_everybody_holds_withdraws_the_link_and_is_named(void **state)
{
	struct bench *t = *state;

	for (unsigned i = 0; i < PEOPLE; i++)
		say(t, "\"type\":\"login\",\"account\":\"p%u\"," DEVICE "," CARD, i);
	use(t, "ann", DEVICE);
	struct link_view link = link_of(t, "ann", "bob");
	assert_int_equal(link.state, LINK_WITHDRAWN);
	assert_non_null(memmem(link.reason.ptr, link.reason.len, "is held by", 10));
	assert_string_equal(link.because->word, "value");
	assert_true(link.because->kind.len > 0 && link.because->holders > 0);
	struct account_view ann = account_of(t, "ann");
	assert_true(ann.n_links > 0 && ann.links[0].state == LINK_WITHDRAWN);
	assert_int_equal(ann.cluster.len, 0);
}

static void a_snapshot_keeps_verdicts_and_history(void **state)
{
	struct bench *t = *state;
	struct memory m = { 0 }, again = { 0 };
	struct engine *back = engine_new(t->rules, NULL), *third = engine_new(t->rules, NULL);
	struct history_view history;

	judge(t, "ann", "bob", "clean");
	judge_account(t, "p1", "clean");
	for (unsigned i = 0; i < 200; i++)
		judge(t, "p2", "p3", i % 2 ? "clean" : "confirmed");
	assert_int_equal(engine_save(t->engine, memory_write, &m), ERR_OK);
	assert_int_equal(engine_load(back, memory_read, &m), ERR_OK);
	assert_int_equal(engine_save(back, memory_write, &again), ERR_OK);
	assert_int_equal(engine_load(third, memory_read, &again), ERR_OK);
	m.n = 0; /* room of lists is in it and is tight in what was loaded */
	assert_int_equal(engine_save(third, memory_write, &m), ERR_OK);
	assert_int_equal(m.n, again.n);
	assert_memory_equal(m.at, again.at, m.n);
	engine_free(third);
	engine_free(t->engine);
	t->engine = back;
	assert_text(link_of(t, "ann", "bob").reason, "judged clean by eve on 2026-01-01: seen");
	assert_int_equal(engine_account_history(back, BYTES_LIT("p2"), t->arena, &history), ERR_OK);
	assert_int_equal(history.n_changes, 64);
	assert_true(history.total >= 400);
	free(m.at);
	free(again.at);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_is_judged_was_not_seen_by_that),
		TEST(a_clean_link_stays_clean_while_nothing_new_comes),
		TEST(new_evidence_reopens_a_clean_link_and_says_so),
		TEST(not_same_holds_whatever_comes),
		TEST(the_last_verdict_counts_and_the_history_has_all),
		TEST(a_clean_account_holds_its_links_and_new_ones_come),
		TEST(a_confirmed_account_releases_what_its_clean_verdict_held),
		TEST(a_verdict_about_a_pair_outlives_one_about_an_account),
		TEST(a_value_that_everybody_holds_withdraws_the_link_and_is_named),
		TEST(a_snapshot_keeps_verdicts_and_history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
