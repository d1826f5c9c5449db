/* One rule test: a population, the events, then the expectations against links, evidence, clusters and alerts.
 * I1: every test has an engine of its own.  I2: a test says all its differences, not only the first. */
#include "rule_runner.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/engine/engine.h"
#include "rules/heads.h"

#define POPULATION_START_MS INT64_C(1735689600000) /* 2025-01-01 */

struct run {
	const struct ruleset *rules;
	const char *path;
	const struct rule_test *test;
	struct text *failures;
	unsigned n_failures;
	struct enrich *enrich;
	struct engine *engine;
	struct json_parser *parser;
	struct arena *arena;
	struct effects effects;
	uint64_t seq;
};

static void run_fail(struct run *run, unsigned line, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void run_fail(struct run *run, unsigned line, const char *fmt, ...)
{
	char what[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	run->n_failures++;
	text_addf(run->failures, "%s:%u: %.*s %s\n", run->path, line ? line : run->test->line, BYTES_ARG(run->test->name), what);
}

/* As many columns as the first line has: the last two are often left out. */
static const char *networks_header(const struct rule_test *test)
{
	static const char *const headers[] = { "cidr,asn,org,kind", "cidr,asn,org,kind,cgnat_block", "cidr,asn,org,kind,cgnat_block,country" };
	unsigned commas = 0;
	for (size_t i = 0; test->n_networks > 0 && i < test->networks[0].len; i++)
		commas += test->networks[0].ptr[i] == ',';
	return headers[commas <= 3 ? 0 : commas == 4 ? 1 : 2];
}

/* The lines in a file that only this process sees. */
static bool make_networks(struct run *run)
{
	struct errbuf eb = {0};
	char path[40];
	const char *files[1] = { path };
	struct enrich_setup setup = { .networks_files = files, .n_networks = run->test->n_networks > 0 };
	int fd = memfd_create("networks", MFD_CLOEXEC);
	bool is_written = fd >= 0;
	is_written = is_written && dprintf(fd, "%s\n", networks_header(run->test)) > 0;
	for (unsigned i = 0; is_written && i < run->test->n_networks; i++)
		is_written = dprintf(fd, "%.*s\n", BYTES_ARG(run->test->networks[i])) > 0;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (is_written)
		is_written = lseek(fd, 0, SEEK_SET) == 0 && enrich_new(&setup, &run->enrich, &eb) == ERR_OK;
	if (!is_written)
		run_fail(run, 0, "has networks that cannot be read: %s", eb.text);
	if (fd >= 0)
		close(fd);
	return is_written;
}

static void apply(struct run *run, struct event *event)
{
	event->seq = ++run->seq;
	const struct event *events[1] = { event };
	engine_apply(run->engine, events, 1, &run->effects);
}

/* at: where it stands in the file, 0: nowhere. */
static bool apply_line(struct run *run, struct bytes line, unsigned at)
{
	const struct event_context context = { .kinds = &run->rules->kinds, .default_site = BYTES_NONE };
	struct json_doc doc;
	struct errbuf eb = {0};
	struct event_refusal why = { .eb = &eb };
	struct event *event = ARENA_NEW(run->arena, struct event);
	if (json_parse(run->parser, line, &doc, &eb) || event_from_json(&context, &doc, run->arena, event, &why)) {
		run_fail(run, at, "has an event that is refused: %s", eb.text);
		return false;
	}
	apply(run, event);
	return true;
}

static bool apply_population(struct run *run)
{
	for (unsigned i = 0; i < run->test->population; i++) {
		char line[128];
		int n = snprintf(line, sizeof line, "{\"ts\":%lld,\"type\":\"login\",\"account\":\"population-%u\"}",
				 (long long)(POPULATION_START_MS + (int64_t)i * 1000), i);
		if (!apply_line(run, bytes_make(line, (size_t)n), 0))
			return false;
	}
	return true;
}

static bool apply_events(struct run *run)
{
	for (unsigned i = 0; i < run->test->n_events; i++)
		if (!apply_line(run, run->test->events[i], run->test->event_lines[i]))
			return false;
	return true;
}

/* Nothing happens any more until then. */
static bool pass_time(struct run *run)
{
	struct event *tick = ARENA_NEW(run->arena, struct event);
	if (run->test->now.len == 0)
		return true;
	*tick = event_tick(0);
	if (!time_parse_rfc3339(run->test->now, &tick->ts_ms)) {
		run_fail(run, 0, "has a time 'now' that is none: %.*s", BYTES_ARG(run->test->now));
		return false;
	}
	apply(run, tick);
	return true;
}

struct link_search {
	const struct test_pair *pair;
	struct link_view link;
	bool is_found;
};

static void look_at_link(void *arg, const struct link_view *link)
{
	struct link_search *search = arg;
	const struct test_pair *pair = search->pair;
	bool is_same = (bytes_eq(link->a, pair->a) && bytes_eq(link->b, pair->b)) ||
		       (bytes_eq(link->a, pair->b) && bytes_eq(link->b, pair->a));
	if (!is_same)
		return;
	search->link = *link;
	search->is_found = true;
}

static void check_link(struct run *run, const struct test_pair *pair)
{
	struct link_search search = { .pair = pair };
	engine_each_link(run->engine, 1, look_at_link, &search);
	int score = search.is_found ? search.link.score : 0;
	if (score < pair->min || score > pair->max)
		run_fail(run, pair->line, "- link of %.*s and %.*s: score %d is not within %d to %d", BYTES_ARG(pair->a), BYTES_ARG(pair->b),
			 score, pair->min, pair->max);
	const char *state = search.is_found ? link_state_names[search.link.state] : "absent";
	if (pair->state.len && !bytes_is(pair->state, state))
		run_fail(run, pair->line, "- link of %.*s and %.*s: it is %s, not %.*s", BYTES_ARG(pair->a), BYTES_ARG(pair->b), state,
			 BYTES_ARG(pair->state));
}

static void check_no_link(struct run *run, const struct test_pair *pair)
{
	struct link_search search = { .pair = pair };
	engine_each_link(run->engine, run->rules->scoring.score_bands[0], look_at_link, &search);
	if (search.is_found)
		run_fail(run, pair->line, "- no link of %.*s and %.*s was expected, there is one of %d", BYTES_ARG(pair->a),
			 BYTES_ARG(pair->b), search.link.score);
}

/* The item of the rule that counts, or NULL. What has bits from a table alone speaks whatever a fit made of it: a test says
 * when, and holds for the next table too. */
static const struct evidence_view *find_evidence(struct run *run, const struct test_pair *pair)
{
	struct why_view *why = ARENA_NEW(run->arena, struct why_view);
	if (engine_why(run->engine, pair->a, pair->b, run->arena, why))
		return NULL;
	int at = heads_find(run->rules, pair->rule);
	bool is_of_table = at >= 0 && heads_is_of_table(run->rules, (unsigned)at);
	for (unsigned i = 0; i < why->n_items; i++)
		if (bytes_eq(why->items[i].rule, pair->rule) && (is_of_table || why->items[i].counted_mb != 0))
			return &why->items[i];
	return NULL;
}

static void check_evidence(struct run *run, const struct test_pair *pair)
{
	const struct evidence_view *item = find_evidence(run, pair);
	if (!item)
		run_fail(run, pair->line, "- %.*s says nothing about %.*s and %.*s", BYTES_ARG(pair->rule), BYTES_ARG(pair->a),
			 BYTES_ARG(pair->b));
	else if (item->raw_mb < pair->min || item->raw_mb > pair->max)
		run_fail(run, pair->line, "- %.*s gives %.*s and %.*s %g bits, not within %g to %g", BYTES_ARG(pair->rule),
			 BYTES_ARG(pair->a), BYTES_ARG(pair->b), item->raw_mb / 1e3, pair->min / 1e3, pair->max / 1e3);
}

static void check_no_evidence(struct run *run, const struct test_pair *pair)
{
	const struct evidence_view *item = find_evidence(run, pair);
	if (item)
		run_fail(run, pair->line, "- %.*s should say nothing about %.*s and %.*s, it gives %g bits", BYTES_ARG(pair->rule),
			 BYTES_ARG(pair->a), BYTES_ARG(pair->b), item->counted_mb / 1e3);
}

static bool is_together(struct run *run, const struct test_pair *pair)
{
	struct account_view *a = ARENA_NEW(run->arena, struct account_view), *b = ARENA_NEW(run->arena, struct account_view);
	if (engine_account(run->engine, pair->a, run->arena, a) || engine_account(run->engine, pair->b, run->arena, b))
		return false;
	return a->cluster.len && bytes_eq(a->cluster, b->cluster);
}

static void check_together(struct run *run, const struct test_pair *pair)
{
	if (!is_together(run, pair))
		run_fail(run, pair->line, "- %.*s and %.*s are not in one cluster", BYTES_ARG(pair->a), BYTES_ARG(pair->b));
}

static void check_apart(struct run *run, const struct test_pair *pair)
{
	if (is_together(run, pair))
		run_fail(run, pair->line, "- %.*s and %.*s are in one cluster", BYTES_ARG(pair->a), BYTES_ARG(pair->b));
}

static bool alert_names(const struct alert_view *alert, struct bytes account)
{
	for (unsigned i = 0; i < alert->n_accounts; i++)
		if (bytes_eq(alert->accounts[i], account))
			return true;
	return false;
}

static bool alert_fits(const struct alert_view *alert, const struct test_alert *wanted)
{
	if (!bytes_eq(alert->rule, wanted->rule) || (wanted->level.len && !bytes_eq(alert->level, wanted->level)))
		return false;
	for (unsigned i = 0; i < wanted->n_accounts; i++)
		if (!alert_names(alert, wanted->accounts[i]))
			return false;
	if (!wanted->state.len)
		return alert->state != ALERT_RESOLVED;
	return bytes_is(wanted->state, alert_state_names[alert->state]);
}

static bool is_alert(enum effect_type type)
{
	return effect_alert_word(type) != NULL;
}

/* Is there a later effect on the same alert? */
static bool is_outdated(const struct effects *effects, size_t at)
{
	for (size_t i = at + 1; i < effects->n; i++)
		if (is_alert(effects->at[i].type) && bytes_eq(effects->at[i].alert.id, effects->at[at].alert.id))
			return true;
	return false;
}

static bool has_alert(const struct run *run, const struct test_alert *wanted)
{
	const struct effects *effects = &run->effects;
	for (size_t i = 0; i < effects->n; i++)
		if (is_alert(effects->at[i].type) && alert_fits(&effects->at[i].alert, wanted) && !is_outdated(effects, i))
			return true;
	return false;
}

/* What is expected of an account that no event names would hold whatever the rules say. */
static bool is_known(struct run *run, struct bytes account, unsigned line)
{
	struct account_view *view = ARENA_NEW(run->arena, struct account_view);
	if (engine_account(run->engine, account, run->arena, view) == ERR_OK)
		return true;
	run_fail(run, line, "- no event of the test is of an account '%.*s'", BYTES_ARG(account));
	return false;
}

static bool knows_all(struct run *run, const struct test_alert *alert)
{
	unsigned n = 0;
	while (n < alert->n_accounts && is_known(run, alert->accounts[n], alert->line))
		n++;
	return n == alert->n_accounts;
}

static void check_alerts(struct run *run)
{
	const struct rule_test *test = run->test;
	for (unsigned i = 0; i < test->alerts.n; i++)
		if (knows_all(run, &test->alerts.at[i]) && !has_alert(run, &test->alerts.at[i]))
			run_fail(run, test->alerts.at[i].line, "- the alert %.*s was not raised", BYTES_ARG(test->alerts.at[i].rule));
	for (unsigned i = 0; i < test->no_alerts.n; i++)
		if (knows_all(run, &test->no_alerts.at[i]) && has_alert(run, &test->no_alerts.at[i]))
			run_fail(run, test->no_alerts.at[i].line, "- the alert %.*s was raised", BYTES_ARG(test->no_alerts.at[i].rule));
}

typedef void pair_check(struct run *run, const struct test_pair *pair);

static void check_pairs(struct run *run, const struct test_pairs *pairs, pair_check *check)
{
	for (unsigned i = 0; i < pairs->n; i++)
		if (is_known(run, pairs->at[i].a, pairs->at[i].line) && is_known(run, pairs->at[i].b, pairs->at[i].line))
			check(run, &pairs->at[i]);
}

static void check_all(struct run *run)
{
	const struct rule_test *test = run->test;
	check_pairs(run, &test->links, check_link);
	check_pairs(run, &test->no_links, check_no_link);
	check_pairs(run, &test->evidence, check_evidence);
	check_pairs(run, &test->no_evidence, check_no_evidence);
	check_pairs(run, &test->together, check_together);
	check_pairs(run, &test->apart, check_apart);
	check_alerts(run);
}

bool rule_test_run(const struct ruleset *rules, const char *path, const struct rule_test *test, struct text *failures)
{
	struct ruleset plain = *rules;
	plain.table.is_given &= !test->by_formula;
	struct run run = { .rules = &plain, .path = path, .test = test, .failures = failures };
	run.arena = arena_new(256 * 1024);
	run.effects.arena = run.arena;
	if (make_networks(&run)) {
		run.parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
		run.engine = engine_new(&plain, run.enrich);
		if (apply_population(&run) && apply_events(&run) && pass_time(&run))
			check_all(&run);
		engine_free(run.engine);
		json_parser_free(run.parser);
	}
	enrich_free(run.enrich);
	free(run.effects.at);
	arena_free(run.arena);
	return run.n_failures == 0;
}
