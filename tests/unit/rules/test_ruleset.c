/* Whole rule files and folders: what loads, what it becomes, and how each mistake is told. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/model/normalise.h"
#include "rules/builder.h"
#include "rules/rule_tests.h"
#include "rule_folder.h"

#define HEAD "id: r\ntitle: t\n"
#define SIGNAL HEAD "signal: {attribute: ip, family: household, m: 0.75, strangers: 2.5"

struct loaded {
	struct builder *b;
	struct text report;
};

static void load(struct loaded *l, enum file_form form, const char *content)
{
	*l = (struct loaded){0};
	l->b = builder_new(NULL, NULL);
	l->b->problems.report = &l->report;
	decode_rule_file(l->b, FORM_SCORING, bytes_of(scoring));
	decode_rule_file(l->b, FORM_ATTRIBUTES, bytes_of(attributes));
	assert_int_equal(l->b->problems.n, 0);
	decode_rule_file(l->b, form, bytes_of(content));
	attributes_finish(l->b);
	builder_seal(l->b);
}

static void release(struct loaded *l)
{
	text_free(&l->report);
	builder_free(l->b);
}

static void a_signal_becomes_integers(void **state)
{
	struct loaded l;
	load(&l, FORM_RULE, SIGNAL ", half_life: 7d, max_decay: 8, network: {isp: 1, mobile: 0.5, tor: 0}, max_bits: 13.5,"
			    " recycled: {networks: [hosting, vpn], gap: 7d}}\nstatus: stable\nlevel: low\n");
	assert_int_equal(l.b->problems.n, 0);
	assert_int_equal(l.b->set.n_signals, 1);
	const struct signal_rule *s = l.b->set.signals;
	assert_int_equal(s->m_milli, 750);
	assert_int_equal(s->strangers_milli, 2500);
	assert_int_equal(s->half_life_ms, INT64_C(7) * 86400000);
	assert_int_equal(s->max_decay_mb, 8000);
	assert_int_equal(s->max_mb, 13500);
	assert_int_equal(s->network_mb[NET_ISP], 0);
	assert_int_equal(s->network_mb[NET_MOBILE], -1000);
	assert_int_equal(s->network_mb[NET_TOR], NETWORK_IGNORE);
	assert_int_equal(s->network_mb[NET_VPN], 0);
	assert_int_equal(s->recycled_nets, 1u << NET_HOSTING | 1u << NET_VPN);
	assert_int_equal(s->explained_by, 2);
	assert_int_equal(s->head.status, RULE_STABLE);
	assert_int_equal(s->head.level, LEVEL_LOW);
	assert_true(l.b->set.kinds.rows[s->kind].is_indexed);
	assert_false(l.b->set.kinds.rows[kinds_find(&l.b->set.kinds, BYTES_LIT("device.id"))].is_indexed);
	release(&l);
}

static void a_comparison_keeps_its_kind_as_a_fact(void **state)
{
	struct loaded l;
	load(&l, FORM_RULE, HEAD "compare: {attribute: timezone, differ: -1, overlap: -0.5, equal: 4, needs_positive: true}\n");
	assert_int_equal(l.b->set.n_compares, 1);
	const struct compare_rule *c = l.b->set.compares;
	assert_int_equal(c->differ_mb, -1000);
	assert_int_equal(c->overlap_mb, -500);
	assert_int_equal(c->equal_mb, 4000);
	assert_int_equal(c->family, -1);
	assert_true(c->needs_positive);
	assert_int_equal(c->head.status, RULE_EXPERIMENTAL);
	assert_true(l.b->set.kinds.rows[c->kind].is_fact);
	release(&l);
}

static void a_disabled_rule_is_checked_and_left_out(void **state)
{
	struct loaded l;
	load(&l, FORM_RULE, SIGNAL "}\nstatus: disabled\n");
	assert_int_equal(l.b->problems.n, 0);
	assert_int_equal(l.b->set.n_signals, 0);
	release(&l);
	load(&l, FORM_RULE, SIGNAL ", colour: red}\nstatus: disabled\n");
	assert_int_equal(l.b->problems.n, 1);
	release(&l);
}

static void every_mistake_in_a_rule_is_told(void **state)
{
	static const struct { const char *yaml, *wanted; } cases[] = {
		{ "title: t\nsignal: {attribute: ip, family: household, m: 1, strangers: 1}\n", "input:1:1: key 'id' is missing" },
		{ HEAD, "input:1:1: a rule has exactly one of" },
		{ HEAD "signal: {}\ncompare: {}\n", "input:1:1: a rule has exactly one of" },
		{ SIGNAL "}\nlevle: low\n", "input:4:1: unknown key 'levle' (did you mean 'level'?)" },
		{ SIGNAL "}\nlevel: lo\n", "input:4:8: level cannot be 'lo' (did you mean 'low'?)" },
		{ SIGNAL ", half_life: 10ms}\n", "is out of range" },
		{ SIGNAL ", half_life: 200000d}\n", "is out of range" },
		{ SIGNAL ", half_lief: 7d}\n", "unknown key 'half_lief' (did you mean 'half_life'?)" },
		{ SIGNAL ", network: {moblie: 1}}\n", "no kind of network 'moblie' (did you mean 'mobile'?)" },
		{ SIGNAL ", network: {isp: 5}}\n", "'5' is out of range: 0 to 4" },
		{ SIGNAL ", recycled: {gap: 7d}}\n", "key 'networks' is missing" },
		{ HEAD "signal: {attribute: ipp, family: household, m: 1, strangers: 1}\n", "input:3:21: no attribute kind 'ipp' (did you mean 'ip'?)" },
		{ HEAD "signal: {attribute: ip, family: hosehold, m: 1, strangers: 1}\n", "no family 'hosehold' in scoring.yaml (did you mean 'household'?)" },
		{ HEAD "signal: {attribute: timezone, family: device, m: 1, strangers: 1}\n", "kind 'timezone' has hub_cap 0" },
		{ HEAD "signal: {attribute: ip, family: household, m: 0, strangers: 1}\n", "'0' is out of range: 0.001 to 1" },
		{ HEAD "signal: {attribute: ip, family: household, m: 1}\n", "key 'strangers' is missing" },
		{ SIGNAL "}\nexplained_by: [agnecy]\n", "input:4:16: no relation 'agnecy' in scoring.yaml (did you mean 'agency'?)" },
		{ SIGNAL "}\nexplained_by: agency\n", "expected a list, found a single value" },
		{ HEAD "compare: {attribute: timezone, differ: -1}\nexplained_by: [agency]\n", "explained_by belongs to signal rules" },
		{ SIGNAL "}\nexplain: '{a} has {vlaue}'\n", "nothing fills in {vlaue} (did you mean 'value'?)" },
		{ SIGNAL "}\nexplain: '{a} has {value'\n", "a '{' is not closed" },
		{ HEAD "policy: {scope: lnik, when: link.same_site}\n", "scope cannot be 'lnik' (did you mean 'link'?)" },
		{ HEAD "policy: {scope: link, when: link.same_sit}\n", "input:3:29: no field 'link.same_sit' (did you mean 'link.same_site'?)" },
		{ HEAD "policy: {scope: link}\n", "key 'when' is missing" },
		{ HEAD "policy: {scope: link, when: link.same_site, until: account.risk > 1}\n", "the field 'account.risk' is of an event or an account; here a link is asked about" },
		{ HEAD "policy: {scope: link, when: shared(timezone) > 0}\n", "kind 'timezone' has hub_cap 0: no two accounts ever share a value of it" },
		{ HEAD "policy: {scope: link, when: value(ip) == '1'}\n", "'value(...)' is asked of an event; here a link is asked about" },
		{ HEAD "policy: {scope: account, windows: {w: {take: count, where: value(timezone) == '1', timespan: 1h}}, when: window.w > 1}\n",
		  "'timezone' is not kept in the clear (class: plain)" },
		{ HEAD "policy: {scope: link, when: link.same_site}\nexplain: x\n", "explain belongs to" },
		{ SIGNAL "}\n---\nid: q\n", "one document a file" },
		{ "", "the file is empty" },
		{ "- id: r\n", "expected a mapping of keys, found a list" },
		{ "id: r\nid: q\n", "input:2:1:" },
		{ "id: &x r\n", "input:1:5:" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct loaded l;
		load(&l, FORM_RULE, cases[i].yaml);
		if (!l.b->problems.n || !strstr(l.report.ptr, cases[i].wanted))
			fail_msg("%s gives: %s", cases[i].yaml, l.report.ptr ? l.report.ptr : "nothing");
		release(&l);
	}
}

static void every_mistake_in_a_window_is_told(void **state)
{
	static const struct { const char *yaml, *wanted; } cases[] = {
#define WINDOW(text) HEAD "policy: {scope: account, when: window.w > 1, windows: {w: {" text "}}}\n"
		{ WINDOW("take: count, timespan: 0"), "'0' is out of range: 1s to 36525d" },
		{ WINDOW("take: count, timespan: 365000d"), "'365000d' is out of range: 1s to 36525d" },
		{ WINDOW("take: count"), "key 'timespan' is missing" },
		{ WINDOW("take: cuont, timespan: 1d"), "take cannot be 'cuont' (did you mean 'count'?)" },
		{ WINDOW("take: sum, timespan: 1d"), "sum needs a field" },
		{ WINDOW("take: count, of: event.value, timespan: 1d"), "count takes no field" },
		{ WINDOW("take: sum, of: event.ip, timespan: 1d"), "sum needs a number, 'event.ip' is none" },
		{ WINDOW("take: sum, of: event.vlaue, timespan: 1d"), "no field 'event.vlaue' of the event (did you mean 'event.value'?)" },
		{ WINDOW("take: sum, of: account.risk, timespan: 1d"), "no field 'account.risk' of the event" },
		{ WINDOW("take: time_below, of: event.value, timespan: 1d"), "time_below needs a number: bound" },
		{ WINDOW("take: count, bound: 5, timespan: 1d"), "bound belongs to time_below" },
		{ WINDOW("take: count, where: event.tpye == 'x', timespan: 1d"), "no field 'event.tpye' (did you mean 'event.type'?)" },
		{ WINDOW("take: count, where: window.w > 1, timespan: 1d"), "no field 'window.w'" },
		{ WINDOW("take: count, where: claimants(ip) > 1, timespan: 1d"), "'ip' is not a counted kind, such as tls.claim" },
		{ WINDOW("take: count, timspan: 1d"), "unknown key 'timspan' (did you mean 'timespan'?)" },
		{ WINDOW("take: since_first, timespan: 1d"), "'>' does not go with a duration and a number" },
		{ HEAD "policy: {scope: account, when: window.pionts > 1, windows: {points: {take: count, timespan: 1d}}}\n",
		  "input:3:32: no field 'window.pionts' (did you mean 'window.points'?)" },
		{ HEAD "policy: {scope: account, when: window.W > 1, windows: {W: {take: count, timespan: 1d}}}\n", "a window is named by" },
		{ HEAD "policy: {scope: link, when: window.w > 1d, windows: {w: {take: time_below, of: event.value, bound: 1, timespan: 1d}}}\n",
		  "time_below is of one account; the scope of this policy is another" },
		{ HEAD "policy: {scope: account, when: account.age > 365000d}\n", "'365000d' is longer than 100 years (36525d)" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct loaded l;
		load(&l, FORM_RULE, cases[i].yaml);
		if (!l.b->problems.n || !strstr(l.report.ptr, cases[i].wanted))
			fail_msg("%s gives: %s", cases[i].yaml, l.report.ptr ? l.report.ptr : "nothing");
		release(&l);
	}
}

static void every_mistake_in_an_escalation_is_told(void **state)
{
#define STEPS(text) HEAD "level: medium\npolicy: {scope: account, when: account.is_closed, deadline: 72h, escalate: [" text "]}\n"
	static const struct { const char *yaml, *wanted; } cases[] = {
		{ STEPS("{after: 0, level: high}"), "'0' is out of range: 1s to 87660h" },
		{ STEPS("{after: 365000d, level: high}"), "'365000d' is out of range: 1s to 87660h" },
		{ STEPS("{level: high}"), "key 'after' is missing" },
		{ STEPS("{after: 1h}"), "a step says a level, a recommendation, or both" },
		{ STEPS("{after: 1h, level: hgih}"), "level cannot be 'hgih' (did you mean 'high'?)" },
		{ STEPS("{after: 1h, level: low}"), "a step never lowers the level: it is medium already" },
		{ STEPS("{after: 1h, level: critical}, {after: 2h, level: high}"), "a step never lowers the level: it is critical already" },
		{ STEPS("{after: 2h, level: high}, {after: 1h, level: high}"), "steps stand in order of time" },
		{ STEPS("{after: 1h, level: high, when: account.is_clsoed}"), "(did you mean 'account.is_closed'?)" },
		{ STEPS("{after: 1h, level: high, recommendation: '{newer}'}"), "nothing fills in {newer}" },
		{ STEPS("{afetr: 1h, level: high}"), "unknown key 'afetr' (did you mean 'after'?)" },
		{ HEAD "policy: {scope: account, when: account.is_closed, escalate: 1h}\n", "expected a list, found a single value" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct loaded l;
		load(&l, FORM_RULE, cases[i].yaml);
		if (!l.b->problems.n || !strstr(l.report.ptr, cases[i].wanted))
			fail_msg("%s gives: %s", cases[i].yaml, l.report.ptr ? l.report.ptr : "nothing");
		release(&l);
	}
}

static void a_deadline_is_a_step_among_the_others(void **state)
{
	struct loaded l;
	load(&l, FORM_RULE, STEPS("{after: 48h, level: high}, {after: 80h, level: critical}"));
	assert_int_equal(l.b->set.policies[0].n_steps, 3);
	assert_int_equal(l.b->set.policies[0].steps[1].after_ms, 72 * 3600000);
	assert_int_equal(l.b->set.policies[0].steps[1].level, LEVELS);
	release(&l);
	load(&l, FORM_RULE, STEPS("{after: 72h, level: high}"));
	assert_int_equal(l.b->set.policies[0].n_steps, 1);
	release(&l);
}

static void every_mistake_in_the_attributes_is_told(void **state)
{
	static const struct { const char *yaml, *wanted; } cases[] = {
		{ "attributes: [{kind: a, title: t}]", "kind 'a' needs path, paths or joins" },
		{ "attributes: [{kind: a, title: t, joins: [ip, b]}]", "no kind 'b' stands above" },
		{ "attributes: [{kind: a, title: t, joins: [ip]}, {kind: b, title: t, joins: [ip, a]}]", "kind 'a' has no path of its own" },
		{ "attributes: [{kind: a, title: t, path: ip, joins: [ip]}]", "kind 'a' has a path or joins kinds, not both" },
		{ "attributes: [{kind: a, title: t, path: device}]", "'device' is no place in an event" },
		{ "attributes: [{kind: a, title: t, path: user_agnet}]", "(did you mean 'user_agent'?)" },
		{ "attributes: [{kind: a, title: t, path: ip, normalise: [emial]}]", "no normaliser step 'emial' (did you mean 'email'?)" },
		{ "attributes: [{kind: a, title: t, path: ip, class: secret}]", "class cannot be 'secret'" },
		{ "attributes: [{kind: A B, title: t, path: ip}]", "is not made of a-z" },
		{ "attributes: [{kind: ip, title: t, path: ip}]", "kind 'ip' is defined twice" },
		{ "attributes: [{kind: a, title: t, path: ip, class: drop, hub_cap: 3}]", "is dropped and cannot be evidence" },
		{ "attributes: [{kind: a, title: t, path: ip, hub_cap: 1000000}]", "is out of range: 0 to 100000" },
		{ "attributes: [{kind: a, title: t, path: ip, placeholders: generci}]", "no list 'generci' under lists/" },
		{ "attributes: [{kind: a, title: t, path: ip, normalise: [address], words: generci}]", "no list 'generci' under lists/" },
		{ "attributes: [{kind: a, title: t, path: ip, normalise: [trim], words: [street = st]}]", "no step of kind 'a' asks for words" },
		{ "attributes: [{kind: a, title: t, path: ip, normalise: [address], words: [street = st, Street = str]}]",
		  "'street' is to become both 'str' and 'st'" },
		{ "attributes: {kind: a}", "expected a list, found a mapping of keys" },
		{ "attribute: []", "unknown key 'attribute' (did you mean 'attributes'?)" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct loaded l;
		load(&l, FORM_ATTRIBUTES, cases[i].yaml);
		if (!l.b->problems.n || !strstr(l.report.ptr, cases[i].wanted))
			fail_msg("%s gives: %s", cases[i].yaml, l.report.ptr ? l.report.ptr : "nothing");
		release(&l);
	}
}

static void every_mistake_in_the_scoring_is_told(void **state)
{
	static const struct { const char *yaml, *wanted; } cases[] = {
		{ "scoring: {priro: 1}\nfamilies: [a]", "unknown key 'priro' (did you mean 'prior'?)" },
		{ "scoring: {}", "key 'families' is missing" },
		{ "scoring: {bands: {possible: 900}}\nfamilies: [a]", "bands must rise: possible 900, probable 800, strong 950" },
		{ "scoring: {}\nfamilies: [a, a]", "family 'a' is named twice" },
		{ "scoring: {}\nfamilies: [a]\nrelations: {x: {joint: true, explains: true}}", "is either joint or explains, not both" },
		{ "scoring: {holders_kept: 100000}\nfamilies: [a]", "is out of range: 2 to 64" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct text report = {0};
		struct builder *b = builder_new(&report, NULL);
		decode_rule_file(b, FORM_SCORING, bytes_of(cases[i].yaml));
		if (!b->problems.n || !strstr(report.ptr, cases[i].wanted))
			fail_msg("%s gives: %s", cases[i].yaml, report.ptr ? report.ptr : "nothing");
		text_free(&report);
		builder_free(b);
	}
}

static uint64_t hash_of(const char *rule)
{
	struct loaded l;
	load(&l, FORM_RULE, rule);
	uint64_t hash = l.b->set.hash;
	assert_int_equal(l.b->problems.n, 0);
	release(&l);
	return hash;
}

static void the_hash_follows_what_judges_and_not_the_prose(void **state)
{
	uint64_t plain = hash_of(SIGNAL "}\n");
	assert_true(plain == hash_of("# a comment\n" SIGNAL "}\ndescription: words\nfalsepositives: [a family]\n"));
	assert_true(plain == hash_of("id: r\ntitle: another\n\nsignal: {attribute: ip, family: household, m: 0.75, strangers: 2.5}\n"));
	assert_true(plain != hash_of(SIGNAL ", max_bits: 9}\n"));
	assert_true(plain != hash_of(SIGNAL "}\nstatus: stable\n"));
}

/* The words may stand before the steps that give them their form. */
static void words_belong_to_their_kind(void **state)
{
	struct loaded l;
	struct normalised out;
	load(&l, FORM_ATTRIBUTES,
	     "attributes: [{words: [street = st, '*strasse = *str', the], kind: home, title: home, path: identity.address,"
	     " normalise: [address], placeholders: [the Street 1]}]");
	assert_int_equal(l.b->problems.n, 0);
	const struct kind *k = &l.b->set.kinds.rows[kinds_find(&l.b->set.kinds, bytes_of("home"))];
	kind_normalise(k, l.b->arena, bytes_of("The Hauptstraße, 5 Street"), &out);
	assert_true(bytes_is(out.text[0], "5 hauptstr st"));
	kind_normalise(k, l.b->arena, bytes_of("1 St"), &out);
	assert_int_equal(out.n, 0);
	uint64_t version = l.b->set.kinds.version;
	release(&l);
	load(&l, FORM_ATTRIBUTES,
	     "attributes: [{words: [street = str, '*strasse = *str', the], kind: home, title: home, path: identity.address,"
	     " normalise: [address], placeholders: [the Street 1]}]");
	assert_true(l.b->set.kinds.version != version);
	release(&l);
}

static void placeholders_match_in_normal_form_too(void **state)
{
	struct loaded l;
	load(&l, FORM_ATTRIBUTES,
	     "attributes: [{kind: identity.card, title: card, path: identity.card, normalise: [card], placeholders: [4000 0000 0000 0002]}]");
	int kind = kinds_find(&l.b->set.kinds, BYTES_LIT("identity.card"));
	const struct kind *k = &l.b->set.kinds.rows[kind];
	assert_int_equal(k->n_placeholders, 2);
	assert_true(bytes_is(k->placeholders[0], "4000 0000 0000 0002"));
	assert_true(bytes_is(k->placeholders[1], "4000000000000002"));
	release(&l);
	load(&l, FORM_ATTRIBUTES, "attributes: [{kind: a, title: t, path: ip, normalise: [trim], placeholders: [NULL, '[object Object]']}]");
	k = &l.b->set.kinds.rows[kinds_find(&l.b->set.kinds, BYTES_LIT("a"))];
	assert_true(bytes_is(k->placeholders[0], "[object object]"));
	assert_true(bytes_is(k->placeholders[1], "null"));
	release(&l);
}

/* ---- folders ---- */

static void folder_gives(const char *dir, const char *wanted)
{
	struct ruleset *rules = NULL;
	struct text report = {0};
	struct errbuf eb = {0};
	enum err err = ruleset_load(dir, true, &rules, &report, &eb);
	if (wanted) {
		assert_int_equal(err, ERR_INPUT);
		assert_null(rules);
		if (!strstr(report.ptr, wanted))
			fail_msg("wanted %s, got %s", wanted, report.ptr);
		assert_memory_equal(eb.text, report.ptr, strcspn(eb.text, "\n"));
	} else {
		if (err)
			fail_msg("%s", report.ptr);
		assert_int_equal(report.len, 0);
	}
	ruleset_free(rules);
	text_free(&report);
}

static void a_stable_rule_needs_a_test_of_either_kind(void **state)
{
	static const char event[] = "    events: [{ts: 1, type: login, account: a}]\n";
	char dir[64], tests[1024];
	make_folder(dir);
	write_file(dir, "r.yaml", SIGNAL "}\nstatus: stable\n");
	folder_gives(dir, "has no test that fires");
	snprintf(tests, sizeof tests, "tests:\n  - name: n\n%s    expect: {evidence: [{a: x, b: y, rule: r}]}\n", event);
	write_file(dir, "r.test.yaml", tests);
	folder_gives(dir, "has no test in which it must not fire");
	snprintf(tests, sizeof tests, "tests:\n  - name: n\n%s    expect: {no_evidence: [{a: x, b: y, rule: r}]}\n", event);
	write_file(dir, "r.test.yaml", tests);
	folder_gives(dir, "has no test that fires");
	snprintf(tests, sizeof tests, "tests:\n  - name: n\n%s    expect: {evidence: [{a: x, b: y, rule: r}], no_evidence: [{a: x, b: z, rule: r}]}\n", event);
	write_file(dir, "r.test.yaml", tests);
	folder_gives(dir, NULL);
	snprintf(tests, sizeof tests, "tests:\n  - name: n\n%s    expect: {evidence: [{a: x, b: y, rule: rr}]}\n", event);
	write_file(dir, "r.test.yaml", tests);
	folder_gives(dir, "no rule 'rr' in this folder");
	write_file(dir, "r.test.yaml", "tests:\n  - name: n\n    event: []\n    expect: {}\n");
	folder_gives(dir, "unknown key 'event' (did you mean 'events'?)");
	remove_folder(dir);
}

static void a_folder_with_mistakes_tells_all_of_them(void **state)
{
	char dir[64];
	make_folder(dir);
	write_file(dir, "q.yaml", "id: r\ntitle: t\ncompare: {attribute: timezone, difer: -1}\n");
	write_file(dir, "r.yaml", SIGNAL ", colour: red}\n");
	folder_gives(dir, "r.yaml:3:");
	folder_gives(dir, "q.yaml:3:");
	folder_gives(dir, "the id 'r' is taken by the rule in ");
	remove_folder(dir);
	folder_gives(dir, "cannot read the folder");
}

static void a_table_keeps_the_lines_of_a_disabled_rule(void **state)
{
	char dir[64];
	make_folder(dir);
	write_file(dir, "r.yaml", "id: r\ntitle: t\nstatus: disabled\n"
		   "signal: {attribute: ip, family: household, m: 0.75, strangers: 2.5, by: [{of: value.holders, at: [3]}]}\n");
	write_file(dir, "table.yaml", "bias: 0\nbits: {\"r:<3\": 1}\n");
	folder_gives(dir, NULL);
	write_file(dir, "table.yaml", "bias: 0\nbits: {\"rr:<3\": 1}\n");
	folder_gives(dir, "no rule makes the token 'rr:<3'");
	remove_folder(dir);
}

static void a_rule_file_that_cannot_be_read_is_not_held_against_the_table(void **state)
{
	char dir[64];
	struct ruleset *rules = NULL;
	struct text report = {0};
	struct errbuf eb = {0};
	make_folder(dir);
	write_file(dir, "r.yaml", "id: r\n : : x\n");
	write_file(dir, "table.yaml", "bias: 0\nbits: {\"r:<3\": 1}\n");
	assert_int_equal(ruleset_load(dir, false, &rules, &report, &eb), ERR_INPUT);
	assert_true(strstr(report.ptr, "r.yaml:") != NULL && strstr(report.ptr, "table.yaml") == NULL);
	text_free(&report);
	remove_folder(dir);
}

static void lists_in_another_encoding_and_crowded_folders_are_refused(void **state)
{
	char dir[64], name[80];
	make_folder(dir);
	snprintf(name, sizeof name, "%s/lists", dir);
	assert_int_equal(mkdir(name, 0700), 0);
	write_file(dir, "lists/odd.txt", "\xff\xfe" "a");
	folder_gives(dir, "odd.txt: is not UTF-8");
	for (unsigned i = 0; i < 2049; i++) {
		snprintf(name, sizeof(name), "note-%u", i);
		write_file(dir, name, "");
	}
	folder_gives(dir, "more than 2048 files");
	remove_folder(dir);
}

static void the_shipped_rules_load_with_their_tests(void **state)
{
	struct ruleset *rules = NULL;
	struct text report = {0};
	struct errbuf eb = {0};
	if (ruleset_load(SOURCE_DIR "/rules/default", true, &rules, &report, &eb))
		fail_msg("%s", report.ptr);
	assert_true(rules->n_signals >= 10);
	assert_true(rules->n_policies >= 5);
	assert_true(rules->n_tests >= 2 * (rules->n_signals + rules->n_compares + rules->n_policies));
	for (unsigned i = 1; i < rules->n_signals; i++)
		assert_true(rules->signals[i - 1].kind <= rules->signals[i].kind);
	struct ruleset *again = NULL;
	assert_int_equal(ruleset_load(SOURCE_DIR "/rules/default", false, &again, &report, &eb), ERR_OK);
	assert_true(rules->hash == again->hash);
	assert_true(rules->kinds.version == again->kinds.version);
	ruleset_free(rules);
	ruleset_free(again);
	text_free(&report);
}

static void yaml_events_become_the_json_that_senders_write(void **state)
{
	static const char yaml[] = "{ts: 12, ok: false, account: a b, card: \"4000\", phone: +49, hash: 0123, x: -1.5, e: 1e3, list: [1, null, \"\"]}";
	struct yaml_doc *doc = NULL;
	struct errbuf eb = {0};
	struct text json = {0};
	assert_int_equal(yaml_parse(bytes_of(yaml), "x", &doc, &eb), ERR_OK);
	node_to_json(yaml_root(doc), &json);
	assert_string_equal(json.ptr, "{\"ts\":12,\"ok\":false,\"account\":\"a b\",\"card\":\"4000\",\"phone\":\"+49\",\"hash\":\"0123\","
				      "\"x\":-1.5,\"e\":\"1e3\",\"list\":[1,null,\"\"]}");
	text_free(&json);
	yaml_doc_free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_becomes_integers),
		cmocka_unit_test(a_comparison_keeps_its_kind_as_a_fact),
		cmocka_unit_test(a_disabled_rule_is_checked_and_left_out),
		cmocka_unit_test(every_mistake_in_a_rule_is_told),
		cmocka_unit_test(every_mistake_in_a_window_is_told),
		cmocka_unit_test(every_mistake_in_an_escalation_is_told),
		cmocka_unit_test(a_deadline_is_a_step_among_the_others),
		cmocka_unit_test(every_mistake_in_the_attributes_is_told),
		cmocka_unit_test(every_mistake_in_the_scoring_is_told),
		cmocka_unit_test(the_hash_follows_what_judges_and_not_the_prose),
		cmocka_unit_test(words_belong_to_their_kind),
		cmocka_unit_test(placeholders_match_in_normal_form_too),
		cmocka_unit_test(a_stable_rule_needs_a_test_of_either_kind),
		cmocka_unit_test(a_folder_with_mistakes_tells_all_of_them),
		cmocka_unit_test(a_table_keeps_the_lines_of_a_disabled_rule),
		cmocka_unit_test(a_rule_file_that_cannot_be_read_is_not_held_against_the_table),
		cmocka_unit_test(lists_in_another_encoding_and_crowded_folders_are_refused),
		cmocka_unit_test(the_shipped_rules_load_with_their_tests),
		cmocka_unit_test(yaml_events_become_the_json_that_senders_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
