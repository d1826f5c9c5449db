/* An engine under the shipped rules, and events said to it line by line, a minute apart. */
#ifndef ASSOCD_TESTS_ENGINE_BENCH_H
#define ASSOCD_TESTS_ENGINE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "daemon/base/text.h"
#include "daemon/engine/engine.h"
#include "daemon/model/event.h"

#define START_MS 1767225600000ll
#define PEOPLE 300

struct bench {
	struct ruleset *rules;
	struct engine *engine;
	struct json_parser *parser;
	struct arena *arena;
	uint64_t seq;
	char alert[20]; /* test_statements: the one that stands at first */
};

static void say(struct bench *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void __attribute__((unused)) say(struct bench *t, const char *fmt, ...)
{
	struct event_context context = { .kinds = &t->rules->kinds };
	struct event *ev = ARENA_NEW(t->arena, struct event);
	struct errbuf eb = { "" };
	struct event_refusal why = { .eb = &eb };
	struct json_doc doc;
	char members[300];
	va_list args;

	va_start(args, fmt);
	vsnprintf(members, sizeof(members), fmt, args);
	va_end(args);
	struct bytes line = bytes_of(arena_printf(t->arena, "{\"ts\":%lld,%s}", START_MS + (long long)t->seq * 60000, members));
	assert_int_equal(json_parse(t->parser, line, &doc, &eb), ERR_OK);
	if (event_from_json(&context, &doc, t->arena, ev, &why) != ERR_OK)
		fail_msg("%.*s: %s", BYTES_ARG(line), eb.text);
	ev->seq = ++t->seq;
	engine_apply(t->engine, (const struct event *const *)&ev, 1, NULL);
}

static void __attribute__((unused)) use(struct bench *t, const char *account, const char *members)
{
	say(t, "\"type\":\"login\",\"account\":\"%s\",%s", account, members);
}

/* PEOPLE accounts that have nothing to do with each other. */
static struct bench *__attribute__((unused)) bench_new(void)
{
	struct bench *t = calloc(1, sizeof(*t));
	struct errbuf eb = { "" };

	assert_int_equal(ruleset_load(SOURCE_DIR "/rules/default", false, &t->rules, NULL, &eb), ERR_OK);
	t->engine = engine_new(t->rules, NULL);
	t->parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
	t->arena = arena_new(1 << 16);
	for (unsigned i = 0; i < PEOPLE; i++)
		say(t, "\"type\":\"login\",\"account\":\"p%u\",\"device\":{\"id\":\"d%u\"}", i, i);
	return t;
}

static void __attribute__((unused)) bench_free(struct bench *t)
{
	engine_free(t->engine);
	ruleset_free(t->rules);
	json_parser_free(t->parser);
	arena_free(t->arena);
	free(t);
}

#define assert_text(got, wanted) \
	do { \
		struct bytes at_ = (got); \
		char text_[400]; \
		snprintf(text_, sizeof(text_), "%.*s", BYTES_ARG(at_)); \
		assert_string_equal(text_, wanted); \
	} while (0)

#endif
