/* Contagion: what carries it and what does not, and that it equals the best of all paths after any statements. */
#include "engine_bench.h"

static struct account_view account_of(struct bench *t, const char *name)
{
	struct account_view account;

	assert_int_equal(engine_account(t->engine, bytes_of(name), t->arena, &account), ERR_OK);
	return account;
}

/* The two share a device, a card, a tax number and a document of their own: a strong link under any table. */
static void link_strongly(struct bench *t, const char *a, const char *b)
{
	const char *names[2] = { a, b };
	unsigned long long card = 4000000000000000ull + bytes_hash(bytes_of(a), 1) % 1000000 * 1000000 + bytes_hash(bytes_of(b), 1) % 1000000;
	char digits[20];

	/* A card number with the digit that its check wants. */
	for (unsigned last = 0; last < 10; last++) {
		unsigned sum = 0;

		snprintf(digits, sizeof(digits), "%llu", card / 10 * 10 + last);
		for (unsigned i = 0; i < 16; i++) {
			unsigned digit = (unsigned)(digits[i] - '0') * (i % 2 == 0 ? 2 : 1);
			sum += digit > 9 ? digit - 9 : digit;
		}
		if (sum % 10 == 0)
			break;
	}
	for (unsigned i = 0; i < 2; i++)
		say(t, "\"type\":\"login\",\"account\":\"%s\",\"device\":{\"id\":\"%s-%s\"},"
		       "\"identity\":{\"card\":\"%s\",\"tax_id\":\"TUS%s\",\"document\":\"%s+%s\"}", names[i], a, b, digits, digits, a, b);
}

static void state_of(struct bench *t, const char *type, const char *account)
{
	say(t, "\"type\":\"%s\",\"account\":\"%s\",\"actor\":\"eve\",\"reason\":\"counterfeit goods\"", type, account);
}

static void judge(struct bench *t, const char *a, const char *value)
{
	say(t, "\"type\":\"verdict\",\"account\":\"%s\",\"value\":\"%s\",\"actor\":\"eve\",\"reason\":\"seen\"", a, value);
}

static void relate(struct bench *t, const char *kind, const char *a, const char *b)
{
	say(t, "\"type\":\"relation\",\"account\":\"%s\",\"relation\":{\"kind\":\"%s\",\"with\":\"%s\"}", a, kind, b);
	say(t, "\"type\":\"relation\",\"account\":\"%s\",\"relation\":{\"kind\":\"%s\",\"with\":\"%s\"}", b, kind, a);
}

/* A chain: ann - bob - cid - dan - eva. */
static int setup(void **state)
{
	struct bench *t = bench_new();

	link_strongly(t, "ann", "bob");
	link_strongly(t, "bob", "cid");
	link_strongly(t, "cid", "dan");
	link_strongly(t, "dan", "eva");
	assert_int_equal(account_of(t, "ann").contagion, 0);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	bench_free(*state);
	return 0;
}

static void it_comes_over_three_links_and_the_path_is_told(void **state)
{
	struct bench *t = *state;

	state_of(t, "closed", "eva");
	struct account_view bob = account_of(t, "bob");
	assert_int_equal(bob.n_contagion_path, 3);
	assert_true(bob.contagion > 300 && bob.contagion <= 343);
	assert_text(bob.contagion_path[0].b, "cid");
	assert_text(bob.contagion_path[2].b, "eva");
	assert_text(bob.contagion_cause, "closed");
	assert_int_equal(account_of(t, "ann").contagion, 0);
	assert_int_equal(account_of(t, "eva").contagion, 0);
	assert_true(account_of(t, "dan").risk >= account_of(t, "dan").contagion);
}

static void a_reinstatement_takes_it_back(void **state)
{
	struct bench *t = *state;
	struct history_view history;

	state_of(t, "closed", "eva");
	state_of(t, "closed", "eva"); /* again: nothing more happens */
	state_of(t, "reinstated", "eva");
	assert_int_equal(account_of(t, "bob").contagion, 0);
	assert_int_equal(account_of(t, "dan").contagion, 0);
	assert_int_equal(engine_account_history(t->engine, BYTES_LIT("bob"), t->arena, &history), ERR_OK);
	assert_int_equal(history.changes[0].type == CHANGE_CONTAGION_WENT || history.changes[1].type == CHANGE_CONTAGION_WENT, 1);
	assert_int_equal(engine_account_history(t->engine, BYTES_LIT("eva"), t->arena, &history), ERR_OK);
	unsigned closures = 0;
	for (unsigned i = 0; i < history.n_changes; i++)
		closures += history.changes[i].type == CHANGE_CLOSED;
	assert_int_equal(closures, 1);
}

static void a_confirmed_account_passes_it_on_too(void **state)
{
	struct bench *t = *state;

	judge(t, "eva", "confirmed");
	assert_true(account_of(t, "dan").contagion > 600);
	assert_text(account_of(t, "dan").contagion_cause, "confirmed");
	judge(t, "eva", "clean");
	assert_int_equal(account_of(t, "dan").contagion, 0);
}

static void a_declared_agency_carries_nothing(void **state)
{
	struct bench *t = *state;

	state_of(t, "closed", "eva");
	assert_true(account_of(t, "dan").contagion > 0);
	relate(t, "agency", "dan", "eva");
	assert_int_equal(account_of(t, "dan").contagion, 0);
	assert_int_equal(account_of(t, "cid").contagion, 0);
}

static void a_joint_link_is_passed_as_certain_and_named(void **state)
{
	struct bench *t = *state;

	relate(t, "joint", "fay", "eva");
	state_of(t, "closed", "fay");
	assert_int_equal(account_of(t, "eva").contagion, 700);
	struct account_view dan = account_of(t, "dan");
	assert_int_equal(dan.n_contagion_path, 2);
	assert_int_equal(dan.contagion_path[1].state, LINK_JOINT);
}

static void an_account_that_was_judged_clean_carries_nothing(void **state)
{
	struct bench *t = *state;

	state_of(t, "closed", "eva");
	judge(t, "dan", "clean");
	assert_int_equal(account_of(t, "dan").contagion, 0);
	assert_int_equal(account_of(t, "cid").contagion, 0);
}

static void a_value_that_everybody_holds_takes_its_path_back(void **state)
{
	struct bench *t = *state;

#define SHARED "\"device\":{\"id\":\"gus-hal\"},\"identity\":{\"card\":\"4012888888881881\",\"document\":\"gus+hal\"}"
	say(t, "\"type\":\"login\",\"account\":\"gus\"," SHARED);
	say(t, "\"type\":\"login\",\"account\":\"hal\"," SHARED);
	state_of(t, "closed", "hal");
	assert_true(account_of(t, "gus").contagion > 0);
	for (unsigned i = 0; i < PEOPLE; i++)
		say(t, "\"type\":\"login\",\"account\":\"p%u\"," SHARED, i);
#undef SHARED
	struct account_view gus = account_of(t, "gus");
	assert_true(gus.n_links == 0 || gus.links[0].score < 800);
	assert_int_equal(gus.contagion, 0);
}

static void the_strongest_path_between_two_is_told(void **state)
{
	struct bench *t = *state;
	struct why_view why;

	assert_int_equal(engine_why(t->engine, BYTES_LIT("ann"), BYTES_LIT("eva"), t->arena, &why), ERR_OK);
	assert_int_equal(why.n_path, 4);
	assert_text(why.path[0].a, "ann");
	assert_text(why.path[1].a, "bob");
	assert_text(why.path[3].b, "eva");
	assert_int_equal(engine_why(t->engine, BYTES_LIT("ann"), BYTES_LIT("bob"), t->arena, &why), ERR_OK);
	assert_int_equal(why.n_path, 0); /* their own link is the strongest */
	assert_int_equal(engine_why(t->engine, BYTES_LIT("ann"), BYTES_LIT("p1"), t->arena, &why), ERR_OK);
	assert_int_equal(why.n_path, 0);
}

/* ---- the property ---- */

#define NODES 9
static const char *const names[NODES] = { "ann", "bob", "cid", "dan", "eva", "fay", "gus", "hal", "ida" };

static unsigned number_of(struct bytes name)
{
	for (unsigned i = 0; i < NODES; i++)
		if (bytes_is(name, names[i]))
			return i;
	fail();
	return 0;
}

/* Every path of at most `left` links, by what the views say of links and accounts. */
static uint32_t best_of_all(const struct account_view *accounts, unsigned at, unsigned left, unsigned passed)
{
	uint32_t best = 0;

	if (bytes_is(accounts[at].verdict, "clean"))
		return 0;
	if (accounts[at].is_closed || bytes_is(accounts[at].verdict, "confirmed"))
		return 1000000;
	for (unsigned i = 0; i < accounts[at].n_links && left > 0; i++) {
		const struct link_view *link = &accounts[at].links[i];
		bool is_sure = link->state == LINK_JOINT || link->state == LINK_CONFIRMED;
		unsigned other = number_of(link->b);

		if ((!is_sure && (link->state != LINK_SUSPECTED || link->score < 800)) || passed >> other & 1)
			continue;
		uint64_t share = (uint64_t)(is_sure ? 1000 : link->score) * 700;
		uint32_t here = (uint32_t)(share * best_of_all(accounts, other, left - 1, passed | 1u << other) / 1000000);
		best = here > best ? here : best;
	}
	return best;
}

/* How many have any. */
static unsigned assert_best_paths(struct bench *t)
{
	struct account_view accounts[NODES];
	unsigned reached = 0;

	for (unsigned i = 0; i < NODES; i++)
		accounts[i] = account_of(t, names[i]);
	for (unsigned i = 0; i < NODES; i++) {
		bool is_bad = accounts[i].is_closed || bytes_is(accounts[i].verdict, "confirmed");
		uint32_t want = is_bad ? 0 : best_of_all(accounts, i, 3, 1u << i);
		assert_int_equal(accounts[i].contagion, want / 1000);
		assert_int_equal(accounts[i].n_contagion_path > 0, want > 0);
		reached += want > 0;
	}
	return reached;
}

static uint32_t random_next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(*seed >> 33);
}

static void state_something(struct bench *t, uint64_t *seed)
{
	static const char *const verdicts[] = { "clean", "confirmed", "not_same" };
	uint32_t what = random_next(seed) % 8, a = random_next(seed) % NODES, b = random_next(seed) % NODES;

	if (what == 0)
		state_of(t, "closed", names[a]);
	else if (what == 1)
		state_of(t, "reinstated", names[a]);
	else if (what == 2)
		judge(t, names[a], verdicts[random_next(seed) % 2]);
	else if (a == b)
		return;
	else if (what == 3)
		say(t, "\"type\":\"verdict\",\"account\":\"%s\",\"with\":\"%s\",\"value\":\"%s\",\"actor\":\"eve\",\"reason\":\"seen\"", names[a],
		    names[b], verdicts[random_next(seed) % 3]);
	else if (what == 4 && random_next(seed) % 4 == 0)
		relate(t, random_next(seed) % 2 ? "joint" : "household", names[a], names[b]);
	else if (what > 4)
		link_strongly(t, names[a < b ? a : b], names[a < b ? b : a]);
}

static void after_any_statements_it_is_the_best_of_all_paths(void **state)
{
	struct bench *t = *state;
	uint64_t seed = 7;
	unsigned reached = 0;

	for (unsigned i = 0; i < NODES; i++)
		say(t, "\"type\":\"login\",\"account\":\"%s\"", names[i]);
	for (unsigned step = 0; step < 400; step++) {
		state_something(t, &seed);
		reached += assert_best_paths(t);
		arena_reset(t->arena);
	}
	assert_true(reached > 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_comes_over_three_links_and_the_path_is_told),
		TEST(a_reinstatement_takes_it_back),
		TEST(a_confirmed_account_passes_it_on_too),
		TEST(a_declared_agency_carries_nothing),
		TEST(a_joint_link_is_passed_as_certain_and_named),
		TEST(an_account_that_was_judged_clean_carries_nothing),
		TEST(a_value_that_everybody_holds_takes_its_path_back),
		TEST(the_strongest_path_between_two_is_told),
		TEST(after_any_statements_it_is_the_best_of_all_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
