/* Texts as events of a set of kinds, for the tests of the event reader. */
#ifndef ASSOCD_TESTS_EVENT_BENCH_H
#define ASSOCD_TESTS_EVENT_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/model/event.h"

static struct json_parser *parser;
static struct arena *arena;
static struct kinds kinds;
static struct event_context context = { .kinds = &kinds };

static enum err read_event(const char *text, struct event *e, const char **reason, struct errbuf *eb)
{
	struct event_refusal why = { .eb = eb };
	struct json_doc doc;
	enum err err;

	errbuf_clear(eb);
	if (json_parse(parser, bytes_of(text), &doc, eb))
		fail_msg("%s: %s", text, eb->text);
	err = event_from_json(&context, &doc, arena, e, &why);
	*reason = why.reason;
	return err;
}

static struct event event_of(const char *text)
{
	const char *reason = "";
	struct errbuf eb;
	struct event e;

	if (read_event(text, &e, &reason, &eb))
		fail_msg("%s: %s: %s", text, reason, eb.text);
	return e;
}

static void assert_refused(const char *text, const char *expected, const char *why)
{
	const char *reason = "";
	struct errbuf eb;
	struct event e;

	if (read_event(text, &e, &reason, &eb) != ERR_INPUT)
		fail_msg("%s is accepted", text);
	if (strcmp(reason, expected) != 0 || strstr(eb.text, why) == NULL)
		fail_msg("%s: reason %s, \"%s\"", text, reason, eb.text);
}

static const struct attr *__attribute__((unused)) attr_of(const struct event *e, unsigned kind)
{
	for (unsigned i = 0; i < e->n_attrs; i++)
		if (e->attrs[i].kind == kind)
			return &e->attrs[i];
	return NULL;
}

static bool __attribute__((unused)) shows(const struct event *e, unsigned kind, const char *shown)
{
	const struct attr *a = attr_of(e, kind);

	return a && bytes_is(a->shown, shown);
}

#endif
