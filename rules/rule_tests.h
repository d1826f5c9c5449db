/* The tests beside rules (NAME.test.yaml): events in, links, evidence and alerts out. Parsed here, run by assocctl. */
#ifndef ASSOCD_RULES_RULE_TESTS_H
#define ASSOCD_RULES_RULE_TESTS_H

#include "builder.h"

#define TESTS_MAX 200        /* in one file */
#define TEST_EVENTS_MAX 5000 /* in one test */

/* Something expected of two accounts. */
struct test_pair {
	struct bytes a, b;
	struct bytes rule;       /* of evidence; else empty */
	int32_t min, max;        /* score of a link; bits in thousandths of evidence */
	struct bytes state;      /* of a link; empty: any */
	unsigned line;
};

struct test_alert {
	struct bytes rule;
	const struct bytes *accounts; /* all of them are named by the alert */
	unsigned n_accounts;
	struct bytes state; /* empty: any that is not resolved */
	struct bytes level; /* empty: any */
	unsigned line;
};

struct test_pairs { const struct test_pair *at; unsigned n; };
struct test_alerts { const struct test_alert *at; unsigned n; };

struct rule_test {
	struct bytes name;
	unsigned line;
	bool by_formula;             /* judged by the formula, table.yaml left aside */
	unsigned population;         /* unrelated accounts that are there first */
	const struct bytes *networks; /* lines of a networks file */
	unsigned n_networks;
	const struct bytes *events;  /* JSON objects */
	const unsigned *event_lines; /* where each stands */
	unsigned n_events;
	struct bytes now;            /* time at the end, RFC 3339; empty: that of the last event */
	struct test_pairs links, no_links, evidence, no_evidence, together, apart;
	struct test_alerts alerts, no_alerts;
};

struct rule_tests {
	const struct rule_test *at;
	unsigned n;
};

/* Texts and arrays live in the arena; problems are collected. Rules that `set` does not know are problems. */
bool rule_tests_load(const struct ruleset *set, const char *path, struct arena *a, struct rule_tests *out,
		     struct problems *problems);
/* Does the test expect the rule to speak, or to be silent? */
bool rule_test_fires(const struct rule_test *test, struct bytes rule);
bool rule_test_holds_back(const struct rule_test *test, struct bytes rule);
/* Reads the tests beside every rule; when required, a stable rule without one of each kind is a problem. */
void rule_tests_check(struct builder *b, bool require_tests);

extern const struct key_row test_keys[]; /* of one test, for the reference */

/* A YAML node as JSON: plain true, false, null and numbers as such, everything else as text. */
void node_to_json(const struct yaml_node *at, struct text *out);

#endif
