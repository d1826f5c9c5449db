/* What packets said of an event's connection becomes part of the event, unless its sender knows better. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/model/event.h"
#include "daemon/model/network.h"
#include "daemon/model/normalise.h"

enum { K_JA4, K_KEY, K_TCP, K_TRAITS };

struct answers {
	struct network_facts facts;
	struct network_ask asked;
	unsigned n_asked;
};

static bool find(void *arg, const struct network_ask *ask, struct network_facts *out)
{
	struct answers *answers = arg;

	answers->asked = *ask;
	answers->n_asked++;
	*out = answers->facts;
	return answers->facts.ja4.len > 0;
}

struct fixture {
	struct kinds kinds;
	struct arena *arena;
	struct json_parser *parser;
	struct answers answers;
	struct network_source source;
};

static void add_kind(struct kinds *k, const char *name, const char *path)
{
	struct kind *row = &k->rows[k->n++];

	row->name = row->title = bytes_of(name);
	row->paths[row->n_paths++] = bytes_of(path);
	row->required[0] = true;
	row->steps[row->n_steps++] = normaliser_find(BYTES_LIT("trim"));
}

static int make(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	add_kind(&f->kinds, "tls.ja4", "ja4");
	add_kind(&f->kinds, "tls.key", "tls_key");
	add_kind(&f->kinds, "tcp.syn", "tcp");
	add_kind(&f->kinds, "tls.traits", "tls_traits");
	assert_int_equal(kinds_prepare(&f->kinds, NULL), ERR_OK);
	f->arena = arena_new(16384);
	f->parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
	f->answers.facts = (struct network_facts){ BYTES_LIT("t13"), BYTES_LIT("key"), BYTES_LIT("grease"), BYTES_LIT("64:1:2:mss") };
	f->source = (struct network_source){ &f->answers, find, NULL };
	*state = f;
	return 0;
}

static int discard(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	json_parser_free(f->parser);
	free(f);
	return 0;
}

static struct event event_of(struct fixture *f, const char *text)
{
	const struct event_context context = { .kinds = &f->kinds, .default_site = BYTES_LIT("shop"), .network = &f->source };
	struct event_refusal why = { .eb = NULL };
	struct json_doc doc;
	struct event e;

	assert_int_equal(json_parse(f->parser, bytes_of(text), &doc, NULL), ERR_OK);
	assert_int_equal(event_from_json(&context, &doc, f->arena, &e, &why), ERR_OK);
	return e;
}

static const char *shown(const struct event *e, unsigned kind)
{
	for (unsigned i = 0; i < e->n_attrs; i++)
		if (e->attrs[i].kind == kind)
			return e->attrs[i].shown.ptr;
	return "";
}

#define LOGIN "{\"ts\":1700000000000,\"type\":\"login\",\"account\":\"a\""

static void what_was_found_is_part_of_the_event(void **state)
{
	struct fixture *f = *state;
	struct event e = event_of(f, LOGIN ",\"ip\":\"10.9.0.1\",\"port\":5000,\"user_agent\":\"curl/7\"}");

	assert_int_equal(e.n_attrs, 4);
	assert_string_equal(shown(&e, K_JA4), "t13");
	assert_string_equal(shown(&e, K_KEY), "key");
	assert_string_equal(shown(&e, K_TRAITS), "grease");
	assert_string_equal(shown(&e, K_TCP), "64:1:2:mss");
	assert_true(f->answers.asked.has_port && f->answers.asked.port == 5000);
	assert_true(bytes_is(f->answers.asked.account, "shop/a") && bytes_is(f->answers.asked.user_agent, "curl/7"));
}

static void the_id_is_that_of_what_was_sent(void **state)
{
	struct fixture *f = *state;
	struct event with = event_of(f, LOGIN ",\"ip\":\"10.9.0.1\"}"), without;

	f->answers.facts = (struct network_facts){ BYTES_NONE, BYTES_NONE, BYTES_NONE, BYTES_NONE };
	without = event_of(f, LOGIN ",\"ip\":\"10.9.0.1\"}");
	assert_int_equal(with.n_attrs, 4);
	assert_int_equal(without.n_attrs, 0);
	assert_true(with.id_hash == without.id_hash);
}

static void the_senders_own_words_go_first(void **state)
{
	struct fixture *f = *state;
	struct event e = event_of(f, LOGIN ",\"ip\":\"10.9.0.1\",\"ja4\":\"own\"}");

	assert_string_equal(shown(&e, K_JA4), "own");
	assert_string_equal(shown(&e, K_TCP), "64:1:2:mss");
}

static void nobody_is_asked_about_statements_and_events_without_an_address(void **state)
{
	struct fixture *f = *state;

	event_of(f, LOGIN "}");
	event_of(f, "{\"ts\":1700000000000,\"type\":\"closed\",\"account\":\"a\",\"ip\":\"10.9.0.1\"}");
	event_of(f, "{\"ts\":1700000000000,\"type\":\"network\",\"account\":\"a\",\"ip\":\"10.9.0.1\"}");
	event_of(f, LOGIN ",\"ip\":\"10.9.0.1\",\"ja4\":\"own\",\"tcp\":\"64:1:2:mss\"}");
	assert_int_equal(f->answers.n_asked, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_found_is_part_of_the_event, make, discard),
		cmocka_unit_test_setup_teardown(the_id_is_that_of_what_was_sent, make, discard),
		cmocka_unit_test_setup_teardown(the_senders_own_words_go_first, make, discard),
		cmocka_unit_test_setup_teardown(nobody_is_asked_about_statements_and_events_without_an_address, make, discard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
