/* What a backtest says: coincidences expected from frequencies, who is one person, and what two engines say differently. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/ctl/coincidence.h"
#include "daemon/ctl/comparison.h"
#include "rules/alone.h"

/* ---- the formula ---- */

static struct people_counts strangers(uint64_t n)
{
	return (struct people_counts){ .persons = n, .pairs = n * (n - 1) / 2 };
}

/* Ten of 100 strangers hold one value: 45 of their 4,950 pairs share it, and so many are expected. */
static void strangers_are_expected_to_share_what_they_share(void **state)
{
	struct coincidence_sums sums = { 0 };
	coincidence_add(&sums, 10, false);
	assert_int_equal(sums.values, 1);
	assert_int_equal(sums.ordered, 90);
	assert_true(coincidence_expected(strangers(100), sums.ordered) == 45.0);
}

static void values_of_one_person_are_no_coincidence(void **state)
{
	struct coincidence_sums sums = { 0 };
	coincidence_add(&sums, 1, true);
	coincidence_add(&sums, 0, true);
	assert_int_equal(sums.values, 0);
	assert_int_equal(sums.ordered, 0);
	assert_true(coincidence_expected(strangers(100), sums.ordered) == 0);
}

static void values_add_up_and_those_that_link_alone_are_counted_apart(void **state)
{
	struct coincidence_sums sums = { 0 };
	coincidence_add(&sums, 2, true);
	coincidence_add(&sums, 3, true);
	coincidence_add(&sums, 40, false);
	assert_int_equal(sums.values, 3);
	assert_int_equal(sums.ordered, 2 + 6 + 1560);
	assert_int_equal(sums.linking, 8);
}

/* 50 persons of two accounts each: 100 * 99 / 2 - 50 = 4,900 pairs of strangers. Two persons of 50 hold the value, a pair
 * of persons in 1,225: 4,900 / 1,225 pairs of accounts. */
static void accounts_of_one_person_multiply_what_persons_share(void **state)
{
	struct people_counts people = { .persons = 50, .pairs = 4900 };
	double expected = coincidence_expected(people, 2);
	assert_true(expected > 3.999 && expected < 4.001);
}

static void nobody_has_no_coincidences(void **state)
{
	assert_true(coincidence_expected((struct people_counts){ 0, 0 }, 0) == 0);
	assert_true(coincidence_expected((struct people_counts){ 1, 0 }, 2) == 0);
}

static void large_populations_do_not_overflow(void **state)
{
	struct people_counts people = strangers(UINT64_C(4000000000));
	double expected = coincidence_expected(people, UINT64_C(1) << 50);
	assert_true(expected > 5.6e14 && expected < 5.7e14);
}

/* ---- what one value says alone ---- */

static void a_signal_alone_says_what_the_formula_says(void **state)
{
	struct signal_rule s = { .m_milli = 500, .strangers_milli = 1000, .growth_milli = 1000, .max_mb = 20000 };
	struct scoring scoring = { .prior_milli = 1000, .accounts_min = 16, .scale_a_milli = 1000 };
	assert_int_equal(alone_population(&scoring, 3), 16);
	assert_int_equal(alone_population(&scoring, 1024), 1024);
	assert_int_equal(alone_bits(&s, 2, 1024), 9000);  /* log2(.5 * 1024 / 1) */
	assert_int_equal(alone_bits(&s, 5, 1024), 7000);  /* log2(.5 * 1024 / 4) */
	assert_int_equal(alone_score(&scoring, 10000, 1024), 500);
	s.max_mb = 6000;
	assert_int_equal(alone_bits(&s, 2, 1024), 6000);
}

/* ---- engines ---- */

struct fed {
	struct engine *engine;
	struct json_parser *parser;
	struct arena *arena;
	uint64_t seq;
};

static struct ruleset *shipped(void)
{
	struct ruleset *rules = NULL;
	assert_int_equal(ruleset_load(SOURCE_DIR "/rules/default", false, &rules, NULL, NULL), ERR_OK);
	return rules;
}

static void feed(struct fed *f, const struct ruleset *rules, const char *account, const char *rest)
{
	const struct event_context context = { .kinds = &rules->kinds, .default_site = BYTES_NONE };
	struct event_refusal why = { 0 };
	struct json_doc doc;
	struct event *ev = ARENA_NEW(f->arena, struct event);
	char line[512];
	int n = snprintf(line, sizeof(line), "{\"ts\":%llu,\"type\":\"login\",\"account\":\"%s\"%s}",
			 1700000000000ull + f->seq * 1000, account, rest);
	assert_int_equal(json_parse(f->parser, bytes_make(line, (size_t)n), &doc, NULL), ERR_OK);
	assert_int_equal(event_from_json(&context, &doc, f->arena, ev, &why), ERR_OK);
	ev->seq = ++f->seq;
	const struct event *events[1] = { ev };
	engine_apply(f->engine, events, 1, NULL);
}

static void fed_init(struct fed *f, const struct ruleset *rules)
{
	*f = (struct fed){ .engine = engine_new(rules, NULL), .parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX),
			   .arena = arena_new(64 * 1024) };
	for (unsigned i = 0; i < 400; i++) {
		char name[32];
		snprintf(name, sizeof(name), "other-%u", i);
		feed(f, rules, name, "");
	}
}

static void fed_fini(struct fed *f)
{
	engine_free(f->engine);
	json_parser_free(f->parser);
	arena_free(f->arena);
}

/* A device and a card in common, and a tax number: one operator. */
#define ONE ",\"device\":{\"id\":\"f84914ca3226e846\"},\"identity\":{\"tax_id\":\"TUS623537003\",\"bank\":\"DE02120300000000202051\"}"

static void members_of_a_cluster_are_one_person(void **state)
{
	struct ruleset *rules = shipped();
	struct fed f;
	fed_init(&f, rules);
	feed(&f, rules, "a", ONE);
	feed(&f, rules, "b", ONE);
	struct people *people = people_new(f.engine);
	struct people_counts counts = people_counts(people, 402);
	assert_int_equal(counts.persons, 401);
	assert_int_equal(counts.pairs, 402 * 401 / 2 - 1);
	struct holder_view holders[3] = { { .account = BYTES_LIT("a") }, { .account = BYTES_LIT("other-1") }, { .account = BYTES_LIT("b") } };
	struct value_holders_view value = { .holders = 3, .latest = holders, .n_latest = 3 };
	assert_int_equal(people_holding(people, &value), 2);
	value.holders = 7; /* four are remembered no longer */
	assert_int_equal(people_holding(people, &value), 6);
	people_free(people);
	fed_fini(&f);
	ruleset_free(rules);
}

static void the_same_rules_say_the_same(void **state)
{
	struct ruleset *rules = shipped();
	struct fed f;
	struct diff d;
	fed_init(&f, rules);
	feed(&f, rules, "a", ONE);
	feed(&f, rules, "b", ONE);
	diff_make(&d, f.engine, f.engine, -1);
	assert_int_equal(d.links.n + d.alerts.n + d.clusters.n, 0);
	assert_int_equal(d.totals[0].n_links, 1);
	assert_int_equal(d.totals[1].clusters, 1);
	diff_free(&d);
	fed_fini(&f);
	ruleset_free(rules);
}

static void what_appears_is_a_link_a_cluster_and_an_alert(void **state)
{
	struct ruleset *rules = shipped();
	struct fed before, after;
	struct diff d;
	fed_init(&before, rules);
	fed_init(&after, rules);
	feed(&after, rules, "a", ONE);
	feed(&after, rules, "b", ONE);
	diff_make(&d, before.engine, after.engine, -1);
	assert_int_equal(d.links.n, 1);
	assert_int_equal(d.links.at[0].change, DIFF_APPEARS);
	assert_true(bytes_is(d.links.at[0].a, "a"));
	assert_int_equal(d.links.at[0].band[0], BAND_NONE);
	assert_int_equal(d.clusters.n, 1);
	assert_string_equal(d.clusters.at[0].what, "forms");
	assert_int_equal(d.clusters.at[0].size[1], 2);
	assert_int_equal(d.alerts.n, d.totals[1].alerts);
	diff_free(&d);
	diff_make(&d, after.engine, before.engine, -1);
	assert_int_equal(d.links.at[0].change, DIFF_DISAPPEARS);
	assert_string_equal(d.clusters.at[0].what, "dissolves");
	diff_free(&d);
	fed_fini(&before);
	fed_fini(&after);
	ruleset_free(rules);
}

static void clusters_that_grow_and_merge_are_told_apart(void **state)
{
	static const char two[] = ",\"device\":{\"id\":\"99f914ca3226e846\"},\"identity\":{\"tax_id\":\"TUS623537999\",\"bank\":\"DE02300209000106531065\"}";
	struct ruleset *rules = shipped();
	struct fed before, after;
	struct diff d;
	fed_init(&before, rules);
	fed_init(&after, rules);
	for (unsigned i = 0; i < 2; i++) {
		struct fed *f = i == 0 ? &before : &after;
		feed(f, rules, "a", ONE);
		feed(f, rules, "b", ONE);
		feed(f, rules, "c", two);
		feed(f, rules, "d", two);
	}
	feed(&after, rules, "e", ONE);
	diff_make(&d, before.engine, after.engine, -1);
	assert_int_equal(d.clusters.n, 1);
	assert_string_equal(d.clusters.at[0].what, "grows");
	assert_int_equal(d.clusters.at[0].size[0], 2);
	assert_int_equal(d.clusters.at[0].size[1], 3);
	diff_free(&d);
	feed(&after, rules, "c", ONE);
	feed(&after, rules, "d", ONE);
	diff_make(&d, before.engine, after.engine, -1);
	assert_int_equal(d.clusters.n, 1);
	assert_string_equal(d.clusters.at[0].what, "merges");
	assert_int_equal(d.clusters.at[0].parts, 2);
	diff_free(&d);
	diff_make(&d, after.engine, before.engine, -1);
	assert_string_equal(d.clusters.at[0].what, "splits");
	diff_free(&d);
	fed_fini(&before);
	fed_fini(&after);
	ruleset_free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strangers_are_expected_to_share_what_they_share),
		cmocka_unit_test(values_of_one_person_are_no_coincidence),
		cmocka_unit_test(values_add_up_and_those_that_link_alone_are_counted_apart),
		cmocka_unit_test(accounts_of_one_person_multiply_what_persons_share),
		cmocka_unit_test(nobody_has_no_coincidences),
		cmocka_unit_test(large_populations_do_not_overflow),
		cmocka_unit_test(a_signal_alone_says_what_the_formula_says),
		cmocka_unit_test(members_of_a_cluster_are_one_person),
		cmocka_unit_test(the_same_rules_say_the_same),
		cmocka_unit_test(what_appears_is_a_link_a_cluster_and_an_alert),
		cmocka_unit_test(clusters_that_grow_and_merge_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
