/* Tests beside rules.
 * I1: an expectation names only rules that exist.  I2: a stable rule has a test that fires and one that must not. */
#include "rule_tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "heads.h"

static void check_rule(struct reader *r, const struct yaml_node *at, struct bytes id)
{
	if (id.len && heads_find(&r->builder->set, id) < 0)
		problem_at(r, at, "no rule '%.*s' in this folder", BYTES_ARG(id));
}

#define FIELD(name) .offset = offsetof(struct test_pair, name)

static const struct key_row link_keys[] = {
	{ "a", KEY_TEXT, .is_required = true, FIELD(a), .help = "One account." },
	{ "b", KEY_TEXT, .is_required = true, FIELD(b), .help = "The other." },
	{ "min", KEY_COUNT, FIELD(min), RANGE(0, 1000), .otherwise = "0", .help = "Score at least." },
	{ "max", KEY_COUNT, FIELD(max), RANGE(0, 1000), .otherwise = "1000", .help = "Score at most." },
	{ "state", KEY_TEXT, FIELD(state), .help = "suspected, explained, joint, confirmed, cleared or withdrawn." },
	{ 0 },
};

static const struct key_row evidence_keys[] = {
	{ "a", KEY_TEXT, .is_required = true, FIELD(a), .help = "One account." },
	{ "b", KEY_TEXT, .is_required = true, FIELD(b), .help = "The other." },
	{ "rule", KEY_TEXT, .is_required = true, FIELD(rule), .help = "The rule that speaks." },
	{ "min", KEY_BITS, FIELD(min), RANGE(-60000, 60000), .otherwise = "-60", .help = "Bits at least." },
	{ "max", KEY_BITS, FIELD(max), RANGE(-60000, 60000), .otherwise = "60", .help = "Bits at most." },
	{ 0 },
};

/* [a, b] in short. */
static bool read_short_pair(struct reader *r, const struct yaml_node *at, struct test_pair *pair)
{
	if (node_children(at) != 2) {
		problem_at(r, at, "a pair has two accounts: [a, b]");
		return false;
	}
	return node_text(r, at->child, &pair->a) && node_text(r, at->child->next, &pair->b);
}

static void read_pairs(struct reader *r, const struct yaml_node *at, const struct key_row *rows, struct test_pairs *out)
{
	if (!node_is(r, at, YAML_SEQUENCE))
		return;
	struct test_pair *pairs = ARENA_ARRAY(r->arena, struct test_pair, node_children(at) + 1);
	for (const struct yaml_node *c = at->child; c; c = c->next) {
		struct test_pair *pair = &pairs[out->n];
		if (c->type == YAML_SEQUENCE && rows == link_keys) {
			keys_defaults(r, rows, pair);
			if (!read_short_pair(r, c, pair))
				continue;
		} else {
			keys_read(r, c, rows, pair);
		}
		check_rule(r, c, pair->rule);
		pair->line = c->line;
		out->n++;
	}
	out->at = pairs;
}

#define PAIRS(name, rows) \
	static void read_##name(struct reader *r, const struct yaml_node *at, void *into) \
	{ \
		read_pairs(r, at, rows, &((struct rule_test *)into)->name); \
	}
PAIRS(links, link_keys)
PAIRS(no_links, link_keys)
PAIRS(together, link_keys)
PAIRS(apart, link_keys)
PAIRS(evidence, evidence_keys)
PAIRS(no_evidence, evidence_keys)

static void read_accounts(struct reader *r, const struct yaml_node *at, void *into)
{
	struct test_alert *alert = into;
	if (!node_is(r, at, YAML_SEQUENCE))
		return;
	struct bytes *accounts = ARENA_ARRAY(r->arena, struct bytes, node_children(at) + 1);
	for (const struct yaml_node *c = at->child; c; c = c->next)
		if (node_text(r, c, &accounts[alert->n_accounts]))
			alert->n_accounts++;
	alert->accounts = accounts;
}

static const struct key_row alert_keys[] = {
	{ "rule", KEY_TEXT, .is_required = true, .offset = offsetof(struct test_alert, rule), .help = "The policy." },
	{ "accounts", KEY_SPECIAL, .read = read_accounts, .takes = "list of accounts", .help = "Accounts that the alert names." },
	{ "state", KEY_TEXT, .offset = offsetof(struct test_alert, state), .help = "open, acknowledged, appealed or resolved." },
	{ "level", KEY_TEXT, .offset = offsetof(struct test_alert, level), .help = "info, low, medium, high or critical." },
	{ 0 },
};

static void read_alert_list(struct reader *r, const struct yaml_node *at, struct test_alerts *out)
{
	if (!node_is(r, at, YAML_SEQUENCE))
		return;
	struct test_alert *alerts = ARENA_ARRAY(r->arena, struct test_alert, node_children(at) + 1);
	for (const struct yaml_node *c = at->child; c; c = c->next) {
		struct test_alert *alert = &alerts[out->n];
		if (c->type == YAML_SCALAR)
			(void)node_text(r, c, &alert->rule);
		else
			keys_read(r, c, alert_keys, alert);
		check_rule(r, c, alert->rule);
		alert->line = c->line;
		out->n++;
	}
	out->at = alerts;
}

static void read_alerts(struct reader *r, const struct yaml_node *at, void *into)
{
	read_alert_list(r, at, &((struct rule_test *)into)->alerts);
}

static void read_no_alerts(struct reader *r, const struct yaml_node *at, void *into)
{
	read_alert_list(r, at, &((struct rule_test *)into)->no_alerts);
}

static void read_events(struct reader *r, const struct yaml_node *at, void *into)
{
	struct rule_test *test = into;
	if (!node_is(r, at, YAML_SEQUENCE))
		return;
	if (node_children(at) > TEST_EVENTS_MAX) {
		problem_at(r, at, "more than %d events", TEST_EVENTS_MAX);
		return;
	}
	struct bytes *events = ARENA_ARRAY(r->arena, struct bytes, node_children(at) + 1);
	unsigned *lines = ARENA_ARRAY(r->arena, unsigned, node_children(at) + 1);
	struct text line = {0};
	for (const struct yaml_node *c = at->child; c; c = c->next) {
		text_clear(&line);
		if (!node_is(r, c, YAML_MAPPING))
			continue;
		node_to_json(c, &line);
		lines[test->n_events] = c->line;
		events[test->n_events++] = arena_bytes(r->arena, text_bytes(&line));
	}
	text_free(&line);
	test->events = events;
	test->event_lines = lines;
}

static void read_networks(struct reader *r, const struct yaml_node *at, void *into)
{
	struct rule_test *test = into;
	if (!node_is(r, at, YAML_SEQUENCE))
		return;
	struct bytes *lines = ARENA_ARRAY(r->arena, struct bytes, node_children(at) + 1);
	for (const struct yaml_node *c = at->child; c; c = c->next)
		if (node_text(r, c, &lines[test->n_networks]))
			test->n_networks++;
	test->networks = lines;
}

static const struct key_row expect_keys[] = {
	{ "links", KEY_SPECIAL, .read = read_links, .table = link_keys, .inside = "[].", .takes = "list of links",
	  .help = "Links that are there; [a, b] is short for {a: a, b: b}." },
	{ "no_links", KEY_SPECIAL, .read = read_no_links, .takes = "list of links", .help = "Pairs that have no link that is shown." },
	{ "evidence", KEY_SPECIAL, .read = read_evidence, .table = evidence_keys, .inside = "[].", .takes = "list of evidence",
	  .help = "Rules that speak about a pair." },
	{ "no_evidence", KEY_SPECIAL, .read = read_no_evidence, .takes = "list of evidence",
	  .help = "Rules that say nothing about a pair." },
	{ "together", KEY_SPECIAL, .read = read_together, .takes = "list of links", .help = "Pairs in one cluster." },
	{ "apart", KEY_SPECIAL, .read = read_apart, .takes = "list of links", .help = "Pairs not in one cluster." },
	{ "alerts", KEY_SPECIAL, .read = read_alerts, .table = alert_keys, .inside = "[].", .takes = "list of alerts",
	  .help = "Alerts that are raised; a name alone is the rule." },
	{ "no_alerts", KEY_SPECIAL, .read = read_no_alerts, .takes = "list of alerts", .help = "Alerts that must not be." },
	{ 0 },
};

const struct key_row test_keys[] = {
	{ "name", KEY_TEXT, .is_required = true, .offset = offsetof(struct rule_test, name),
	  .help = "A sentence that says what holds." },
	{ "population", KEY_COUNT, .offset = offsetof(struct rule_test, population), RANGE(0, 100000), .otherwise = "0",
	  .help = "Unrelated accounts that are there first." },
	{ "by_formula", KEY_BOOL, .offset = offsetof(struct rule_test, by_formula),
	  .help = "Judged by the formula of scoring.yaml, table.yaml left aside." },
	{ "networks", KEY_SPECIAL, .read = read_networks, .takes = "list of texts",
	  .help = "Lines of a networks file: cidr,asn,org,kind[,cgnat_block[,country]], all with as many columns." },
	{ "events", KEY_SPECIAL, .is_required = true, .read = read_events, .takes = "list of mappings",
	  .help = "Events, in order, written as YAML." },
	{ "now", KEY_TEXT, .offset = offsetof(struct rule_test, now),
	  .help = "Time at the end, RFC 3339: what falls due up to then does; absent: that of the last event." },
	{ "expect", KEY_TABLE, .is_required = true, .table = expect_keys, .help = "What comes out." },
	{ 0 },
};

static void read_tests(struct reader *r, const struct yaml_node *list, struct rule_tests *out)
{
	if (!node_is(r, list, YAML_SEQUENCE))
		return;
	if (node_children(list) > TESTS_MAX) {
		problem_at(r, list, "more than %d tests", TESTS_MAX);
		return;
	}
	struct rule_test *tests = ARENA_ARRAY(r->arena, struct rule_test, node_children(list) + 1);
	for (const struct yaml_node *c = list->child; c; c = c->next) {
		keys_read(r, c, test_keys, &tests[out->n]);
		tests[out->n++].line = c->line;
	}
	out->at = tests;
}

bool rule_tests_load(const struct ruleset *set, const char *path, struct arena *a, struct rule_tests *out,
		     struct problems *problems)
{
	static const struct key_row rows[] = { { "tests", KEY_NODE, .is_required = true, .takes = "list of mappings", .help = "The list of tests." }, { 0 } };
	struct { const struct yaml_node *list; } top = { NULL };
	struct yaml_doc *doc = NULL;
	struct errbuf eb = {0};
	unsigned before = problems->n;
	*out = (struct rule_tests){0};
	if (yaml_load(path, &doc, &eb)) {
		problem_plain(problems, "%s", eb.text);
		return false;
	}
	struct reader r = { .problems = problems, .doc = doc, .arena = a, .builder = (struct builder *)set };
	if (yaml_root(doc))
		keys_read(&r, yaml_root(doc), rows, &top);
	if (top.list)
		read_tests(&r, top.list, out);
	else if (problems->n == before)
		problem_at(&r, NULL, "the file is empty");
	yaml_doc_free(doc);
	return problems->n == before;
}

static bool names_rule(const struct test_pairs *pairs, struct bytes rule)
{
	for (unsigned i = 0; i < pairs->n; i++)
		if (bytes_eq(pairs->at[i].rule, rule))
			return true;
	return false;
}

static bool alerts_name_rule(const struct test_alerts *alerts, struct bytes rule)
{
	for (unsigned i = 0; i < alerts->n; i++)
		if (bytes_eq(alerts->at[i].rule, rule))
			return true;
	return false;
}

bool rule_test_fires(const struct rule_test *test, struct bytes rule)
{
	return names_rule(&test->evidence, rule) || alerts_name_rule(&test->alerts, rule);
}

bool rule_test_holds_back(const struct rule_test *test, struct bytes rule)
{
	return names_rule(&test->no_evidence, rule) || alerts_name_rule(&test->no_alerts, rule);
}

static void check_rule_tests(struct builder *b, const struct rule_head *head)
{
	struct bytes stem = bytes_slice(head->file, 0, head->file.len - strlen(".yaml"));
	char *path = arena_printf(b->arena, "%.*s.test.yaml", BYTES_ARG(stem));
	struct arena *a = arena_new(64 * 1024);
	struct rule_tests tests = {0};
	bool fires = false, holds_back = false, is_missing = access(path, F_OK) != 0;
	bool is_read = !is_missing && rule_tests_load(&b->set, path, a, &tests, &b->problems);
	for (unsigned i = 0; i < tests.n; i++) {
		fires |= rule_test_fires(&tests.at[i], head->id);
		holds_back |= rule_test_holds_back(&tests.at[i], head->id);
	}
	b->set.n_tests += tests.n;
	bool is_bound = head->status == RULE_STABLE && (is_missing || is_read);
	if (is_bound && !fires)
		problem_plain(&b->problems, "%.*s:%u: stable rule '%.*s' has no test that fires in %s", BYTES_ARG(head->file),
			      head->line, BYTES_ARG(head->id), path);
	if (is_bound && !holds_back)
		problem_plain(&b->problems, "%.*s:%u: stable rule '%.*s' has no test in which it must not fire in %s",
			      BYTES_ARG(head->file), head->line, BYTES_ARG(head->id), path);
	arena_free(a);
}

void rule_tests_check(struct builder *b, bool require_tests)
{
	for (unsigned i = 0; require_tests && i < heads_count(&b->set); i++)
		check_rule_tests(b, heads_at(&b->set, i));
}
