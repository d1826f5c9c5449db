/* One policy of a test's own over an engine, and what happens to accounts hour by hour. Included by one test program each. */
#ifndef ASSOCD_TESTS_POLICY_BENCH_H
#define ASSOCD_TESTS_POLICY_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "daemon/base/text.h"
#include "daemon/engine/engine.h"
#include "rules/builder.h"
#include "tests/unit/snapshot_memory.h"

#define BENCH_START_MS INT64_C(1767225600000)
#define HOUR_MS INT64_C(3600000)

struct bench {
	struct builder *builder;
	struct engine *engine;
	struct json_parser *parser;
	struct arena *arena;
	struct effects effects; /* of all that happened */
	uint64_t seq;
};

/* A device that two accounts share is a strong link, and a probable one where they list other items. */
/* How many others one expects of an operator: more, and a value that several hold says enough. */
#ifndef BENCH_PRIOR
#define BENCH_PRIOR "0.6"
#endif
#ifndef BENCH_HUB_CAP
#define BENCH_HUB_CAP "12"
#endif
static const char bench_scoring[] = "scoring: {prior: " BENCH_PRIOR "}\nfamilies: [device]\nrelations: {joint: {joint: true}}\n";
static const char bench_attributes[] =
	"attributes:\n  - {kind: device.id, title: device, path: device.id, hub_cap: " BENCH_HUB_CAP "}\n"
	"  - {kind: items, title: items, path: items, set: true}\n";
static const char bench_signal[] =
	"id: shared-device\ntitle: t\nstatus: stable\n"
	"signal: {attribute: device.id, family: device, m: 1, strangers: 0.001, max_bits: 12}\n";
static const char bench_compare[] = "id: items-differ\ntitle: t\nstatus: stable\ncompare: {attribute: items, differ: -3.5}\n";

/* other: NULL, or another policy. */
static inline void bench_begin_two(struct bench *t, const char *rule, const char *other)
{
	struct text report = { 0 };
	*t = (struct bench){ .builder = builder_new(&report, NULL), .arena = arena_new(1 << 16) };
	decode_rule_file(t->builder, FORM_SCORING, bytes_of(bench_scoring));
	decode_rule_file(t->builder, FORM_ATTRIBUTES, bytes_of(bench_attributes));
	attributes_finish(t->builder);
	decode_rule_file(t->builder, FORM_RULE, bytes_of(bench_signal));
	decode_rule_file(t->builder, FORM_RULE, bytes_of(bench_compare));
	decode_rule_file(t->builder, FORM_RULE, bytes_of(rule));
	if (other != NULL)
		decode_rule_file(t->builder, FORM_RULE, bytes_of(other));
	builder_seal(t->builder);
	if (t->builder->problems.n > 0)
		fail_msg("%s", report.ptr);
	text_free(&report);
	t->engine = engine_new(&t->builder->set, NULL);
	t->parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
	t->effects.arena = t->arena;
}

static inline void bench_begin(struct bench *t, const char *rule)
{
	bench_begin_two(t, rule, NULL);
}

static void bench_end(struct bench *t)
{
	engine_free(t->engine);
	builder_free(t->builder);
	json_parser_free(t->parser);
	free(t->effects.at);
	arena_free(t->arena);
}

static const struct event *bench_event(struct bench *t, int64_t at_hours, const char *members)
{
	struct event_context context = { .kinds = &t->builder->set.kinds };
	struct event *ev = ARENA_NEW(t->arena, struct event);
	struct errbuf eb = { "" };
	struct event_refusal why = { .eb = &eb };
	struct json_doc doc;
	struct bytes line = bytes_of(arena_printf(t->arena, "{\"ts\":%lld,%s}", (long long)(BENCH_START_MS + at_hours * HOUR_MS), members));
	assert_int_equal(json_parse(t->parser, line, &doc, &eb), ERR_OK);
	if (event_from_json(&context, &doc, t->arena, ev, &why) != ERR_OK)
		fail_msg("%.*s: %s", BYTES_ARG(line), eb.text);
	ev->seq = ++t->seq;
	return ev;
}

static void happens(struct bench *t, int64_t at_hours, const char *members)
{
	const struct event *ev = bench_event(t, at_hours, members);
	engine_apply(t->engine, &ev, 1, &t->effects);
}

/* Alerts that stand. */
static inline unsigned standing(struct bench *t)
{
	struct alert_head *heads;
	return engine_standing_alerts(t->engine, t->arena, &heads);
}

/* Another engine, loaded from what this one saves; the first is gone. */
static inline void bench_save_and_load(struct bench *t)
{
	struct memory bytes = { 0 };
	assert_int_equal(engine_save(t->engine, memory_write, &bytes), ERR_OK);
	engine_free(t->engine);
	t->engine = engine_new(&t->builder->set, NULL);
	assert_int_equal(engine_load(t->engine, memory_read, &bytes), ERR_OK);
	assert_int_equal(bytes.read, bytes.n);
	free(bytes.at);
}

#endif
