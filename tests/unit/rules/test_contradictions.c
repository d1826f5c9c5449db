/* Rules that could never do anything are refused with their place, and what is merely odd loads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rules/contradictions.h"

static const char scoring[] = "scoring: {}\nfamilies: [household, device]\nrelations: {joint: {joint: true}, agency: {explains: true}}\n";
static const char attributes[] =
	"attributes:\n"
	"  - {kind: ip, title: address, path: ip, normalise: [ip], class: plain, hub_cap: 40, network: true}\n"
	"  - {kind: device.id, title: device, path: device.id, hub_cap: 12}\n"
	"  - {kind: timezone, title: time zone, path: timezone}\n";
#define HEAD "id: r\ntitle: t\n"
#define SIGNAL HEAD "signal: {attribute: ip, family: household, m: 0.75, strangers: 2.5"
#define POLICY(when) HEAD "policy: {scope: link, when: '" when "'}\n"
#define MORE "id: s\ntitle: t\nstatus: stable\n"

/* What is said of up to two rules; the text is the caller's. */
static void said_of(const char *rule, const char *other, struct text *report)
{
	struct builder *b = builder_new(NULL, NULL);
	b->problems.report = report;
	decode_rule_file(b, FORM_SCORING, bytes_of(scoring));
	decode_rule_file(b, FORM_ATTRIBUTES, bytes_of(attributes));
	attributes_finish(b);
	decode_rule_file(b, FORM_RULE, bytes_of(rule));
	if (other)
		decode_rule_file(b, FORM_RULE, bytes_of(other));
	if (b->problems.n == 0) { /* as a folder is loaded */
		builder_seal(b);
		contradictions_check(b, "rules");
	}
	builder_free(b);
}

static void what_could_never_count_is_refused(void **state)
{
	static const struct { const char *rule, *other, *wanted; } cases[] = {
		{ SIGNAL ", max_bits: 0}\n", NULL, "input:1: rule 'r' has max_bits 0 and could never count" },
		{ SIGNAL ", half_life: 7d, max_decay: 0}\n", NULL, "has a half_life and max_decay 0" },
		{ SIGNAL ", requires: ip}\n", NULL, "requires the kind that it weighs ('ip')" },
		{ SIGNAL ", requires: timezone}\n", NULL, "requires 'timezone', which has hub_cap 0" },
		{ SIGNAL ", network: {isp: 0, mobile: 0, business: 0, education: 0, hosting: 0, vpn: 0, tor: 0, relay: 0, public: 0, unknown: 0}}\n",
		  NULL, "ignores every kind of network" },
		{ HEAD "compare: {attribute: timezone}\n", NULL, "says nothing: give one of equal, overlap and differ" },
		{ HEAD "status: stable\ncompare: {attribute: timezone, equal: 1}\n", MORE "compare: {attribute: timezone, equal: -1}\n",
		  "rule 's' contradicts rule 'r'" },
		{ HEAD "limit: {family: device, max_bits: 3, with: [ip], unless: [ip, device.id]}\n", NULL,
		  "could never hold: every kind of 'with' is also in 'unless'" },
		{ HEAD "limit: {family: device, max_bits: 3, without: [device]}\n", NULL, "it caps family 'device' and holds only without it" },
		{ POLICY("link.score > 1000"), NULL, "has a 'when' that can never be true" },
		{ HEAD "policy: {scope: link, when: link.score > 900, until: link.score > 900}\n", NULL,
		  "has the same condition for 'when' and 'until'" },
		{ HEAD "policy: {scope: link, when: link.score > 900, until: link.score > 500}\n", NULL,
		  "has an 'until' that is true whenever 'when' is" },
		{ HEAD "policy: {scope: link, when: link.score > 900 and link.any_closed, until: link.any_closed or link.score < 300}\n", NULL,
		  "has an 'until' that is true whenever 'when' is" },
		{ POLICY("link.state in [\"joint\"] and link.state in [\"explained\", \"cleared\"]"), NULL, "exclude each other" },
		{ POLICY("link.state in [\"joint\", \"explained\"] and link.state == \"cleared\""), NULL, "exclude each other" },
		{ POLICY("link.evidence contains \"shared-crad\""), NULL, "asks link.evidence for 'shared-crad': there is no such rule" },
		{ POLICY("\"identiy\" in link.families"), NULL, "asks link.families for 'identiy': there is no such family" },
		{ POLICY("link.explained_by contains \"agnecy\""), NULL, "asks link.explained_by for 'agnecy': there is no such relation" },
		{ POLICY("link.state == \"suspectd\""), NULL, "there is no such state of a link" },
		{ POLICY("not link.band in [\"strong\", \"weak\"]"), NULL, "asks link.band for 'weak': there is no such band" },
		{ POLICY("event.country in [\"DE\", \"fr\"]"), NULL, "asks event.country for 'fr': there is no such country; it is two capital letters" },
		{ POLICY("event.network == \"moblie\""), NULL, "there is no such kind of network" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct text report = { 0 };
		said_of(cases[i].rule, cases[i].other, &report);
		if (!report.len || !strstr(report.ptr, cases[i].wanted))
			fail_msg("%s gives: %s", cases[i].rule, report.len ? report.ptr : "nothing");
		text_free(&report);
	}
}

static void what_may_count_loads(void **state)
{
	static const struct { const char *rule, *other; } cases[] = {
		{ SIGNAL ", half_life: 0, max_decay: 0}\n", NULL },
		{ SIGNAL ", network: {isp: 0, mobile: 0.1}}\n", NULL },
		{ SIGNAL ", requires: device.id}\n", NULL },
		{ HEAD "status: stable\ncompare: {attribute: timezone, equal: 1}\n", MORE "compare: {attribute: timezone, differ: -1}\n" },
		{ HEAD "compare: {attribute: timezone, equal: 1}\n", MORE "compare: {attribute: timezone, equal: -1}\n" },
		{ HEAD "limit: {family: device, max_bits: 3, with: [ip], unless: [device.id]}\n", NULL },
		{ POLICY("link.score > 100 and link.score < 900"), NULL },
		{ POLICY("link.evidence contains \"r\" or link.evidence contains \"s\""), "id: s\ntitle: t\nstatus: disabled\ncompare: {attribute: timezone, differ: -1}\n" },
		{ POLICY("\"own-word\" in link.relation"), NULL },
		{ POLICY("event.type == \"anything\" and event.account contains \"x\""), NULL },
		{ HEAD "policy: {scope: link, when: link.score > 900, until: link.score < 800}\n", NULL },
		{ HEAD "policy: {scope: link, when: link.score > 900, until: link.score > 500 and link.any_closed}\n", NULL },
		{ HEAD "policy: {scope: link, when: link.score > 900, until: link.gap_since_closure >= 0s}\n", NULL },
		{ HEAD "policy: {scope: link, when: link.score > 900 or link.any_closed, until: link.any_closed}\n", NULL },
		{ POLICY("link.state in [\"joint\", \"explained\"] and link.state in [\"explained\", \"cleared\"]"), NULL },
		{ POLICY("event.ip in [\"10.0.0.0/8\"] and event.ip in [\"10.1.0.0/16\"]"), NULL },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct text report = { 0 };
		said_of(cases[i].rule, cases[i].other, &report);
		if (report.len)
			fail_msg("%s gives: %s", cases[i].rule, report.ptr);
	}
}

static void demands_that_exclude_each_other_are_impossible(void **state)
{
	static const struct { const char *when; bool is_impossible; } cases[] = {
		{ "link.score >= 500 and link.score <= 500", false }, { "link.score > 500 and link.score <= 500", true },
		{ "link.score > 1000", true }, { "link.score >= 1000", false }, { "link.score < 0", true },
		{ "500 < link.score and 400 > link.score", true }, { "link.score == 3 and link.score == 4", true },
		{ "link.score > 10 and link.score in [3, 4]", true }, { "link.score > 10 and link.score in [3, 14]", false },
		{ "link.score > 900 or link.score < 100", false }, { "link.same_site and (link.score > 900 and link.score < 5)", true },
		{ "link.score > 900 and not link.score < 100", false }, { "link.family_count < 0", true },
		{ "link.gap_since_closure < 1d and link.gap_since_closure > 2d", true }, { "link.score > link.computed", false },
		{ "link.score != 3 and link.score == 3", true }, { "link.any_closed and not (link.any_closed or link.both_closed)", true },
		{ "link.any_closed or not link.any_closed", false }, { "not (link.score < 500 or link.score >= 500)", true }, { "false", true }, { "true", false },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct text rule = { 0 }, report = { 0 };
		text_addf(&rule, HEAD "policy: {scope: link, when: '%s'}\n", cases[i].when);
		said_of(rule.ptr, NULL, &report);
		if ((report.len > 0) != cases[i].is_impossible)
			fail_msg("%s: %s", cases[i].when, report.len > 0 ? report.ptr : "is taken");
		text_free(&rule);
		text_free(&report);
	}
}

static void scoring_that_hides_its_own_links_is_refused(void **state)
{
	static const struct { const char *yaml, *wanted; } cases[] = {
		{ "scoring: {clusters: {link: 990}}\nfamilies: [a]\n", "rules/scoring.yaml: clusters.link 990 is above clusters.strong 950" },
		{ "scoring: {floor: 0}\nfamilies: [a]\n", "the floor is score 500: links from bands.possible 500 on" },
		{ "scoring: {floor: -1, bands: {possible: 300}}\nfamilies: [a]\n", "the floor is score 333: links from bands.possible 300 on" },
		{ "scoring: {floor: -1}\nfamilies: [a]\n", NULL },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct text report = { 0 };
		struct builder *b = builder_new(&report, NULL);
		decode_rule_file(b, FORM_SCORING, bytes_of(cases[i].yaml));
		builder_seal(b);
		contradictions_check(b, "rules");
		if (cases[i].wanted ? !report.len || !strstr(report.ptr, cases[i].wanted) : report.len > 0)
			fail_msg("%s gives: %s", cases[i].yaml, report.len ? report.ptr : "nothing");
		text_free(&report);
		builder_free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_could_never_count_is_refused),
		cmocka_unit_test(what_may_count_loads),
		cmocka_unit_test(demands_that_exclude_each_other_are_impossible),
		cmocka_unit_test(scoring_that_hides_its_own_links_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
