/* Support in rounds, who is an independent witness, and what of rules is settled before they are asked. */
#include "engine_bench.h"

#include "daemon/engine/state/accounts.h"
#include "daemon/engine/state/foresee.h"
#include "daemon/engine/pairs/neighbours.h"
#include "daemon/engine/pairs/pairs.h"
#include "daemon/engine/evidence/profile.h"
#include "daemon/engine/state/state.h"
#include "daemon/engine/evidence/support.h"
#include "daemon/engine/evidence/tokens.h"
#include "daemon/engine/evidence/weigh.h"

#define A "\"identity\":{\"tax_id\":\"DE811907980\",\"document\":\"passport-118\"}"
#define B "\"identity\":{\"card\":\"4012888888881881\",\"bank\":\"DE89370400440532013000\",\"phone\":\"+4930901820\"}"
#define C "\"identity\":{\"email\":\"ring@one-mail.example\",\"document\":\"passport-731\"}"

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

/* Many accounts have one session only: what their neighbours know must not wait for the next. */
static void neighbours_of_a_new_neighbour_are_read_in_the_same_event(void **state)
{
	struct bench *t = bench_new();
	uint64_t before;

	use(t, "bob", B);
	use(t, "cid", B);
	use(t, "cid", A);
	before = t->engine->rescored;
	use(t, "ann", A);
	assert_true(support_strength_mb(t->engine, PASS_AGAIN, id_of(t, "ann"), id_of(t, "cid")) > 0);
	assert_in_range(t->engine->rescored - before, 2, 3); /* and one that waits */
	assert_int_equal(facts_of(t, PASS_AGAIN, "ann", "bob").common, 1);
	bench_free(t);
}

static void rounds_have_lists_of_their_own_and_forget_together(void **state)
{
	struct bench *t = bench_new();
	uint32_t a = id_of(t, "p1"), b = id_of(t, "p2"), c = id_of(t, "p3");

	neighbours_set(t->engine, PASS_SUPPORT, a, c, &(struct near){ .strength_mb = 3000, .value = NONE });
	neighbours_set(t->engine, PASS_AGAIN, a, c, &(struct near){ .strength_mb = 5000, .value = NONE });
	neighbours_set(t->engine, PASS_AGAIN, c, b, &(struct near){ .strength_mb = 4000, .value = NONE });
	assert_false(facts_of(t, PASS_SUPPORT, "p1", "p2").has_path);
	assert_int_equal(facts_of(t, PASS_AGAIN, "p1", "p2").best_mb, 4000);
	assert_int_equal(support_strength_mb(t->engine, PASS_SUPPORT, a, c), 3000);
	neighbours_forget(t->engine, a, c);
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

static struct kind_set kinds_of(const struct bench *t, const char *first, const char *second)
{
	struct kind_set set = { { 0 } };
	const char *const names[] = { first, second };

	for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
		int kind = names[i] != NULL ? kinds_find(&t->rules->kinds, bytes_of(names[i])) : -1;
		assert_true(names[i] == NULL || kind >= 0);
		if (kind >= 0)
			kind_set_add(&set, (unsigned)kind);
	}
	return set;
}

static const char *const few[] = { "ann", "bob", "cid", "dora", "p1", "p2" };

enum { SETTLED_OUT, ASKED, HOLDS };

static int foreseen_after(const struct bench *t, const char *rule, const struct kind_set *shares, bool has_closure)
{
	const struct foreseen *known = foresee(t->engine->plan.foresight, shares, has_closure);

	for (unsigned i = 0; i < known->n_interactions; i++)
		if (known->interactions[i].rule == interaction(t, rule))
			return known->interactions[i].when != NULL ? ASKED : HOLDS;
	return SETTLED_OUT;
}

static int foreseen_of(const struct bench *t, const char *rule, const char *first, const char *second)
{
	struct kind_set shares = kinds_of(t, first, second);
	return foreseen_after(t, rule, &shares, false);
}

static void what_is_shared_settles_conditions(void **state)
{
	struct bench *t = bench_new();

	assert_int_equal(foreseen_of(t, "device-coverage", "device.id", "ip"), HOLDS);
	assert_int_equal(foreseen_of(t, "device-coverage", "ip", NULL), SETTLED_OUT);
	assert_int_equal(foreseen_of(t, "no-common-device", "ip", NULL), ASKED); /* whose devices are known */
	assert_int_equal(foreseen_of(t, "no-common-device", "ip", "device.id"), SETTLED_OUT);
	assert_int_equal(foreseen_of(t, "kinds-of-evidence", "identity.card", NULL), HOLDS);
	assert_int_equal(foreseen_of(t, "kinds-of-evidence", "device.hardware", NULL), ASKED);
	assert_int_equal(foreseen_of(t, "kinds-of-evidence", NULL, NULL), SETTLED_OUT);
	bench_free(t);
}

static void only_a_closure_has_a_time_since(void **state)
{
	struct bench *t = bench_new();
	struct kind_set shares = kinds_of(t, "ip", NULL);

	assert_int_equal(foreseen_after(t, "returned", &shares, false), SETTLED_OUT);
	assert_int_equal(foreseen_after(t, "returned", &shares, true), ASKED);
	bench_free(t);
}

static unsigned bin_by_evaluation(const struct token_axis *axis, struct profile *p)
{
	struct value v = expr_value(axis->of, pair_answer, p);
	unsigned bin = 1;

	if (v.type == VALUE_MISSING)
		return 0;
	if (v.type == VALUE_BOOL)
		return v.num ? 2 : 1;
	while (bin <= axis->n && (v.type == VALUE_TEXT ? !bytes_eq(axis->labels[bin - 1], v.text) : v.num >= axis->cuts[bin - 1]))
		bin++;
	return bin;
}

static uint32_t token_by_evaluation(const struct token_set *set, struct profile *p)
{
	uint32_t at = 0;

	for (unsigned i = 0; i < set->n_axes; i++)
		at = at * set->axes[i].bins + bin_by_evaluation(&set->axes[i], p);
	return set->first + at;
}

/* Each condition and each axis of a pass, evaluated. */
static void same_rules_by_evaluation(const struct bench *t, enum pass pass, const struct foreseen_rule *rules, unsigned n,
				     struct profile *p)
{
	unsigned at = 0;

	for (unsigned i = pass == PASS_OWN ? 0 : t->rules->interactions_end[pass - 1]; i < t->rules->interactions_end[pass]; i++) {
		const struct interaction_rule *rule = &t->rules->interactions[i];
		const struct foreseen_rule *row = at < n && rules[at].rule == rule ? &rules[at++] : NULL;
		enum tri truth = rule->when != NULL ? expr_test(rule->when, pair_answer, p) : YES;
		assert_true(row != NULL ? truth == YES || row->when != NULL : truth != YES);
		if (truth == YES)
			assert_int_equal(token_complete(&row->token, p), token_by_evaluation(&rule->tokens, p));
	}
	assert_int_equal(at, n);
}

static void same_by_evaluation(struct bench *t, uint32_t a, uint32_t b)
{
	const struct foresight *f = t->engine->plan.foresight;
	struct profile p;
	profile_make(&p, t->engine, a, b, NONE);
	const struct foreseen *known = foresee(t->engine->plan.foresight, &p.shares, profile_older(&p)->is_closed);

	same_rules_by_evaluation(t, PASS_OWN, known->interactions, known->n_interactions, &p);
	for (int pass = PASS_SUPPORT; pass < PASSES; pass++) {
		struct support_facts facts;
		support_read(t->engine, (enum pass)pass, a, b, &facts);
		facts.direct_mb = -5000;
		p.support = &facts;
		const struct foreseen_support *support = foresee_support(f, (enum pass)pass, support_witnesses(&facts));
		same_rules_by_evaluation(t, (enum pass)pass, support->rules, support->n, &p);
	}
}

/* With each sort of witnesses, what the rounds add is at most what was foreseen. */
static void no_round_adds_more_than_was_foreseen(void **state)
{
	struct bench *t = bench_new();
	static const struct support_facts sorts[] = {
		{ 0 }, { .degree_high = 3 }, { .degree_low = 2, .degree_high = 3 },
		{ .degree_low = 2, .degree_high = 3, .has_path = true, .best_mb = -300 },
		{ .degree_low = 2, .degree_high = 3, .has_path = true, .best_mb = 7000, .common = 2, .independent = 1 },
	};

	for (unsigned i = 0; i < ARRAY_LEN(sorts); i++)
		for (int pass = PASS_SUPPORT; pass < PASSES; pass++)
			for (int32_t direct_mb = -12000; direct_mb < 12000; direct_mb += 700) {
				struct support_facts facts = sorts[i];
				struct profile p = { .e = t->engine, .a = 0, .b = 1, .support = &facts };
				struct weighing w;
				weigh_begin(&w, 0, 1, direct_mb);
				facts.direct_mb = direct_mb;
				assert_int_equal(support_witnesses(&facts), i);
				tokens_support(&p, (enum pass)pass, NULL, &w);
				assert_true(w.strength_mb - direct_mb <= foresee_most_mb(t->engine->plan.foresight, (enum pass)pass, i));
			}
	bench_free(t);
}

/* Pairs of a few who share this and that. */
static void use_this_and_that(struct bench *t, unsigned from, unsigned to)
{
	const char *const what[] = { A, B, C, "\"device\":{\"id\":\"one\"}", "\"ip\":\"10.1.2.3\",\"device\":{\"id\":\"two\"}" };

	for (unsigned i = from; i < to; i++)
		use(t, few[i * 7 % ARRAY_LEN(few)], what[i * i % ARRAY_LEN(what)]);
}

static void what_is_foreseen_is_what_evaluation_says(void **state)
{
	struct bench *t = bench_new();

	use_this_and_that(t, 0, 60);
	say(t, "\"type\":\"closed\",\"account\":\"ann\"");
	for (unsigned i = 0; i < ARRAY_LEN(few); i++)
		for (unsigned k = i + 1; k < ARRAY_LEN(few); k++) {
			uint32_t a = id_of(t, few[i]), b = id_of(t, few[k]);
			same_by_evaluation(t, a < b ? a : b, a < b ? b : a);
		}
	bench_free(t);
}

/* Whoever is marked as having heard these lists would come to the same if it heard them again. */
static unsigned assert_heard(const struct bench *t)
{
	unsigned n = 0;

	for (size_t i = 0; i < t->engine->pairs.n; i++) {
		const struct pair *pair = &t->engine->pairs.at[i];
		struct weighing w;
		if (pair->a == NONE || pair->heard != support_version(t->engine, pair->a, pair->b))
			continue;
		weigh_begin(&w, pair->a, pair->b, pair->direct_mb);
		assert_true(weigh_support(t->engine, &w, INT32_MIN));
		assert_int_equal(w.strength_mb, pair->strength_mb);
		assert_int_equal(w.computed, pair->computed);
		n++;
	}
	return n;
}

static void neighbours_that_did_not_change_need_not_be_heard_again(void **state)
{
	struct bench *t = bench_new();
	unsigned heard = 0;

	for (unsigned i = 0; i < 120; i++) {
		use_this_and_that(t, i, i + 1);
		heard += assert_heard(t);
	}
	assert_true(heard > 100);
	bench_free(t);
}

static const struct graph_tie *tie_of(const struct bench *t, const struct pair *pair)
{
	const struct graph_edge *edges;
	unsigned n = graph_edges(t->engine->graph, pair->a, &edges);

	for (unsigned i = 0; i < n; i++)
		if (edges[i].other == pair->b)
			return &edges[i].tie;
	return NULL;
}

/* Ties of pairs that others alone have linked are not direct, and become so with evidence of their own. */
static void a_tie_is_direct_while_own_evidence_makes_the_link_likely(void **state)
{
	struct bench *t = bench_new();
	unsigned direct = 0, heard = 0;

	for (unsigned i = 0; i < 120; i++) {
		use_this_and_that(t, i, i + 1);
		for (size_t k = 0; k < t->engine->pairs.n; k++) {
			const struct pair *pair = &t->engine->pairs.at[k];
			const struct graph_tie *tie = pair->a != NONE ? tie_of(t, pair) : NULL;
			if (tie == NULL)
				continue;
			assert_int_equal(tie->is_direct, pair->direct_mb >= 0);
			direct += tie->is_direct;
			heard += !tie->is_direct;
		}
	}
	assert_true(direct > 0 && heard > 0);
	bench_free(t);
}

/* A score that stays as it is touches no pair. */
static void a_tie_follows_own_evidence_alone(void **state)
{
	struct bench *t = bench_new();
	struct pair *pair;

	use(t, "ann", A);
	use(t, "bob", A);
	pair = pair_find(t->engine, id_of(t, "ann"), id_of(t, "bob"));
	assert_true(tie_of(t, pair)->is_direct);
	pair_set_direct(t->engine, pair, -1);
	assert_false(tie_of(t, pair)->is_direct);
	pair_set_direct(t->engine, pair, 0);
	assert_true(tie_of(t, pair)->is_direct);
	bench_free(t);
}

/* Is the pair one of strangers? Then its bound is none too low, and too low to matter; else it is weighed as in full. */
static bool is_stranger(const struct bench *t, uint32_t a, uint32_t b)
{
	struct weighing left, whole;
	bool is_whole = weigh_pair(t->engine, a, b, false, &left);

	assert_true(weigh_pair(t->engine, a, b, true, &whole));
	assert_true(whole.strength_mb <= left.strength_mb);
	if (is_whole)
		assert_int_equal(whole.strength_mb, left.strength_mb);
	else
		assert_true(left.strength_mb < t->rules->scoring.floor_mb && left.strength_mb < t->rules->scoring.neighbour_from_mb);
	return !is_whole;
}

static void strangers_are_left_with_a_bound_that_holds(void **state)
{
	struct bench *t = bench_new();
	uint32_t n;
	unsigned strangers = 0;

	use_this_and_that(t, 0, 60);
	for (unsigned i = 0; i < 6; i++)
		say(t, "\"type\":\"login\",\"account\":\"x%u\",\"ip\":\"10.9.%u.1\",\"timezone\":\"Europe/%s\"", i, i % 4,
		    i % 2 ? "Rome" : "Oslo");
	n = (uint32_t)t->engine->accounts.n;
	for (uint32_t a = 0; a < n; a++)
		for (uint32_t b = a + 1; b < n; b++)
			strangers += is_stranger(t, a, b);
	assert_in_range(strangers, 10, n * (n - 1) / 2 - 10);
	bench_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_who_hold_one_value_are_one_witness),
		cmocka_unit_test(a_witness_to_whom_each_is_linked_by_something_else_is_independent),
		cmocka_unit_test(neighbours_of_a_new_neighbour_are_read_in_the_same_event),
		cmocka_unit_test(rounds_have_lists_of_their_own_and_forget_together),
		cmocka_unit_test(what_is_shared_settles_conditions),
		cmocka_unit_test(only_a_closure_has_a_time_since),
		cmocka_unit_test(what_is_foreseen_is_what_evaluation_says),
		cmocka_unit_test(no_round_adds_more_than_was_foreseen),
		cmocka_unit_test(neighbours_that_did_not_change_need_not_be_heard_again),
		cmocka_unit_test(a_tie_is_direct_while_own_evidence_makes_the_link_likely),
		cmocka_unit_test(a_tie_follows_own_evidence_alone),
		cmocka_unit_test(strangers_are_left_with_a_bound_that_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
