/* Experimental rules: asked and weighed beside the others, counted, and told to nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/base/text.h"
#include "daemon/engine/engine.h"
#include "daemon/model/event.h"
#include "rules/heads.h"
#include "tests/unit/snapshot_memory.h"

#define START_MS 1767225600000ll
#define PEOPLE 300
#define TRIED "second-account-on-site"

struct bench {
	struct ruleset *rules;
	struct engine *engine;
	struct json_parser *parser;
	struct arena *arena;
	struct effects effects;
	uint64_t seq;
};

static void say(struct bench *t, const char *members)
{
	struct event_context context = { .kinds = &t->rules->kinds };
	struct event *ev = ARENA_NEW(t->arena, struct event);
	struct event_refusal why = { 0 };
	struct json_doc doc;
	struct bytes line = bytes_of(arena_printf(t->arena, "{\"ts\":%lld,%s}", START_MS + (long long)t->seq * 60000, members));
	assert_int_equal(json_parse(t->parser, line, &doc, NULL), ERR_OK);
	assert_int_equal(event_from_json(&context, &doc, t->arena, ev, &why), ERR_OK);
	ev->seq = ++t->seq;
	engine_apply(t->engine, (const struct event *const *)&ev, 1, &t->effects);
}

/* Every rule is stable but the tried one, whose status is given. */
static struct bench *bench_trying(const char *rule, enum rule_status status)
{
	struct bench *t = calloc(1, sizeof(*t));
	assert_int_equal(ruleset_load(SOURCE_DIR "/rules/default", false, &t->rules, NULL, NULL), ERR_OK);
	int at = heads_find(t->rules, bytes_of(rule));
	((struct rule_head *)heads_at(t->rules, (unsigned)at))->status = status;
	t->engine = engine_new(t->rules, NULL);
	engine_try_rules(t->engine);
	t->parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
	t->arena = arena_new(1 << 16);
	t->effects.arena = t->arena;
	for (unsigned i = 0; i < PEOPLE; i++)
		say(t, arena_printf(t->arena, "\"type\":\"login\",\"account\":\"p%u\",\"device\":{\"id\":\"d%u\"}", i, i));
	for (unsigned i = 0; i < 2; i++)
		say(t, arena_printf(t->arena, "\"type\":\"login\",\"account\":\"%s\",\"device\":{\"id\":\"shared\"},\"identity\":"
					      "{\"card\":\"4012888888881881\",\"tax_id\":\"TUS623537003\"}", i == 0 ? "ann" : "bob"));
	return t;
}

static struct bench *bench_new(enum rule_status status)
{
	return bench_trying(TRIED, status);
}

static void bench_free(struct bench *t)
{
	engine_free(t->engine);
	ruleset_free(t->rules);
	json_parser_free(t->parser);
	arena_free(t->arena);
	free(t->effects.at);
	free(t);
}

static struct rule_view rule_in(const struct engine *e, struct arena *a, const char *id)
{
	struct rules_view rules;
	engine_rules(e, 100, a, &rules);
	for (unsigned i = 0; i < rules.n; i++)
		if (bytes_is(rules.at[i].rule, id))
			return rules.at[i];
	fail_msg("no rule %s", id);
	return (struct rule_view){ .links = 0 };
}

static unsigned alerts_in(const struct bench *t)
{
	const struct alert_query all = { .state = -1, .max = 100 };
	struct alert_view *alerts;
	unsigned n;
	assert_int_equal(engine_alerts(t->engine, &all, t->arena, &alerts, &n), ERR_OK);
	return n;
}

static unsigned alert_effects(const struct bench *t)
{
	unsigned n = 0;
	for (size_t i = 0; i < t->effects.n; i++)
		n += effect_alert_word(t->effects.at[i].type) != NULL;
	return n;
}

static void a_stable_policy_alerts(void **state)
{
	struct bench *t = bench_new(RULE_STABLE);
	assert_int_equal(alerts_in(t), 1);
	assert_int_equal(alert_effects(t), 1);
	assert_int_equal(rule_in(t->engine, t->arena, TRIED).opened, 1);
	bench_free(t);
}

static void an_experimental_policy_is_counted_and_nobody_is_told(void **state)
{
	struct bench *t = bench_new(RULE_EXPERIMENTAL);
	struct rule_view rule = rule_in(t->engine, t->arena, TRIED);
	struct account_view ann;
	struct alert_head *standing;
	struct engine_stats stats;
	assert_int_equal(rule.opened, 1);
	assert_int_equal(rule.standing, 1);
	assert_true(bytes_is(rule.status, "experimental"));
	assert_int_equal(alerts_in(t), 0);
	assert_int_equal(alert_effects(t), 0);
	assert_int_equal(engine_standing_alerts(t->engine, t->arena, &standing), 0);
	assert_int_equal(engine_account(t->engine, BYTES_LIT("ann"), t->arena, &ann), ERR_OK);
	assert_int_equal(ann.n_alerts, 0);
	engine_stats(t->engine, &stats);
	assert_int_equal(stats.alerts[ALERT_OPEN], 0);
	bench_free(t);
}

/* The id is what it would be if the policy were stable; a person who knows it changes nothing. */
static void nobody_acknowledges_what_was_not_raised(void **state)
{
	struct bench *stable = bench_new(RULE_STABLE), *t = bench_new(RULE_EXPERIMENTAL);
	const struct alert_query all = { .state = -1, .max = 1 };
	struct alert_view *alerts, none;
	unsigned n;
	assert_int_equal(engine_alerts(stable->engine, &all, stable->arena, &alerts, &n), ERR_OK);
	assert_int_equal(engine_alert(t->engine, alerts[0].id, t->arena, &none), ERR_NOTFOUND);
	say(t, arena_printf(t->arena, "\"type\":\"resolve\",\"account\":\"ann\",\"alert\":\"%.*s\",\"value\":\"confirmed\",\"actor\":\"x\",\"reason\":\"y\"",
			    BYTES_ARG(alerts[0].id)));
	assert_int_equal(rule_in(t->engine, t->arena, TRIED).standing, 1);
	bench_free(stable);
	bench_free(t);
}

static void it_resolves_as_the_condition_ends(void **state)
{
	struct bench *t = bench_new(RULE_EXPERIMENTAL);
	say(t, "\"type\":\"verdict\",\"account\":\"ann\",\"with\":\"bob\",\"value\":\"not_same\",\"actor\":\"x\",\"reason\":\"y\"");
	struct rule_view rule = rule_in(t->engine, t->arena, TRIED);
	assert_int_equal(rule.opened, 1);
	assert_int_equal(rule.standing, 0);
	assert_int_equal(alert_effects(t), 0);
	bench_free(t);
}

static void rules_are_counted_by_the_links_they_speak_in(void **state)
{
	struct bench *t = bench_new(RULE_STABLE);
	struct rules_view rules;
	engine_rules(t->engine, 100, t->arena, &rules);
	assert_int_equal(rules.n, heads_count(t->rules));
	assert_int_equal(rules.links, 1);
	assert_int_equal(rules.links_read, 1);
	assert_int_equal(rule_in(t->engine, t->arena, "shared-tax-id").links, 1);
	assert_int_equal(rule_in(t->engine, t->arena, "shared-email").links, 0);
	engine_rules(t->engine, 0, t->arena, &rules);
	assert_int_equal(rules.links, 1);
	assert_int_equal(rules.links_read, 0);
	bench_free(t);
}

/* ---- evidence ---- */

static int score_of(struct bench *t)
{
	struct why_view why;
	assert_int_equal(engine_why(t->engine, BYTES_LIT("ann"), BYTES_LIT("bob"), t->arena, &why), ERR_OK);
	return why.link.score;
}

static void evidence_that_is_tried_is_weighed_and_counts_for_nothing(void **state)
{
	struct bench *stable = bench_trying("shared-card", RULE_STABLE), *t = bench_trying("shared-card", RULE_EXPERIMENTAL);
	struct rule_view rule = rule_in(t->engine, t->arena, "shared-card");
	assert_true(score_of(t) <= score_of(stable));
	assert_true(rule.is_tried);
	assert_true(rule.read > 0);
	assert_true(rule.counts > 0 && rule.counts <= rule.read);
	assert_int_equal(rule.links, 0);
	assert_false(rule_in(stable->engine, stable->arena, "shared-card").is_tried);
	assert_int_equal(rule_in(stable->engine, stable->arena, "shared-card").links, 1);
	bench_free(stable);
	bench_free(t);
}

/* A comparison that speaks against: promoted, it would lower what stands. */
static void what_would_change_its_band_is_counted_by_direction(void **state)
{
	struct bench *t = bench_trying("tax-id-differs", RULE_EXPERIMENTAL);
	for (unsigned i = 0; i < 2; i++)
		say(t, arena_printf(t->arena, "\"type\":\"login\",\"account\":\"%s\",\"device\":{\"id\":\"of-%u\"},\"identity\":"
					      "{\"phone\":\"+4930901820\",\"card\":\"4012888888881881\",\"tax_id\":\"TUS62353700%u\"}", i == 0 ? "eve" : "fay", i, i));
	struct rule_view rule = rule_in(t->engine, t->arena, "tax-id-differs");
	assert_true(rule.counts > 0);
	assert_true(rule.lowered > 0);
	assert_int_equal(rule.raised, 0);
	bench_free(t);
}

/* ---- a snapshot has them too ---- */

static void a_snapshot_keeps_what_is_tried(void **state)
{
	struct bench *t = bench_new(RULE_EXPERIMENTAL);
	struct memory saved = { 0 };
	assert_int_equal(engine_save(t->engine, memory_write, &saved), ERR_OK);
	struct engine *loaded = engine_new(t->rules, NULL);
	assert_int_equal(engine_load(loaded, memory_read, &saved), ERR_OK);
	assert_int_equal(rule_in(loaded, t->arena, TRIED).opened, 1);
	assert_int_equal(rule_in(loaded, t->arena, TRIED).standing, 1);
	engine_free(loaded);
	free(saved.at);
	bench_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stable_policy_alerts),
		cmocka_unit_test(an_experimental_policy_is_counted_and_nobody_is_told),
		cmocka_unit_test(nobody_acknowledges_what_was_not_raised),
		cmocka_unit_test(it_resolves_as_the_condition_ends),
		cmocka_unit_test(rules_are_counted_by_the_links_they_speak_in),
		cmocka_unit_test(evidence_that_is_tried_is_weighed_and_counts_for_nothing),
		cmocka_unit_test(what_would_change_its_band_is_counted_by_direction),
		cmocka_unit_test(a_snapshot_keeps_what_is_tried),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
