/* Events read with a memo are those read without one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/model/attr_memo.h"
#include "daemon/model/normalise.h"
#include "daemon/model/text_hash.h"

static struct kinds kinds;
static struct json_parser *parser;
static struct arena *arena;

static struct kind *add_kind(const char *path, const char *step)
{
	struct kind *k = &kinds.rows[kinds.n++];

	k->name = k->paths[k->n_paths++] = bytes_of(path);
	k->steps[k->n_steps++] = normaliser_find(bytes_of(step));
	return k;
}

static int setup(void **state)
{
	memset(&kinds, 0, sizeof kinds);
	parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
	arena = arena_new(4096);
	add_kind("user_agent", "user_agent");
	add_kind("device.os", "lower");
	add_kind("identity.name", "name_tokens")->is_set = true;
	add_kind("identity.email", "email")->privacy = PRIVACY_HASH;
	return kinds_prepare(&kinds, NULL);
}

static int teardown(void **state)
{
	json_parser_free(parser);
	arena_free(arena);
	return 0;
}

static void read_line(const char *line, struct attr_memo *memo, struct event *out)
{
	const struct event_context context = { .kinds = &kinds, .memo = memo };
	struct event_refusal why = { 0 };
	struct json_doc doc;

	assert_int_equal(json_parse(parser, bytes_of(line), &doc, NULL), ERR_OK);
	assert_int_equal(event_from_json(&context, &doc, arena, out, &why), ERR_OK);
}

static void assert_same(const struct event *a, const struct event *b)
{
	assert_int_equal(a->n_attrs, b->n_attrs);
	for (unsigned i = 0; i < a->n_attrs; i++) {
		assert_int_equal(a->attrs[i].kind, b->attrs[i].kind);
		assert_int_equal(a->attrs[i].key, b->attrs[i].key);
		assert_true(bytes_eq(a->attrs[i].shown, b->attrs[i].shown));
	}
}

static void write_line(char line[600], unsigned i)
{
	static const char *const names[] = { "Jo", "Ann Marie Lee", "", "Jo Jo", "A B C D E F G Hh Ii Jj Kk" };

	snprintf(line, 600, "{\"ts\":1767227241586,\"type\":\"login\",\"account\":\"a%u\",\"user_agent\":\"Mozilla/5.0 (X11; Linux x86_64; "
		 "rv:%u.0) Gecko/20100101 Firefox/%u.0\",\"device\":{\"os\":\"OS %u\"},\"identity\":{\"name\":\"%s\",\"email\":\"u%u@example.org\"}}",
		 i, 100 + i % 7, 100 + i % 7, i % 600, names[i % ARRAY_LEN(names)], i);
}

static void remembered_texts_give_the_same_attributes(void **state)
{
	struct attr_memo *memo = attr_memo_new();
	char line[600];

	for (unsigned i = 0; i < 5000; i++) {
		struct event with, without;

		write_line(line, i);
		read_line(line, memo, &with);
		read_line(line, NULL, &without);
		assert_true(without.n_attrs > 0);
		assert_same(&with, &without);
		arena_reset(arena);
	}
	attr_memo_free(memo);
}

static const struct attr_memo_entry *find(struct attr_memo *memo, unsigned kind, const char *text, struct attr_memo_place *place)
{
	const struct bytes part = bytes_of(text);
	const struct attr_memo_text whole = { &part, 1, hash_mix(0, text_hash(part, 0)) };

	return attr_memo_find(memo, kinds.rows[kind].source, &whole, place);
}

static void texts_are_found_again_and_private_ones_never(void **state)
{
	struct attr_memo *memo = attr_memo_new();
	struct attr_memo_place place;
	char line[600];
	struct event ev;

	write_line(line, 1);
	read_line(line, memo, &ev);
	assert_non_null(find(memo, 1, "OS 1", &place));
	assert_null(find(memo, 1, "OS 2", &place));
	assert_non_null(place.slot);
	assert_null(find(memo, 3, "u1@example.org", &place));
	assert_null(place.slot);
	attr_memo_free(memo);
}

static bool is_found(struct attr_memo *memo, unsigned kind, const char *text)
{
	const struct attr attr = { .kind = (uint16_t)kind, .key = 1, .shown = BYTES_LIT("shown") };
	struct attr_memo_place place;

	if (find(memo, kind, text, &place))
		return true;
	assert_non_null(place.slot);
	assert_non_null(attr_memo_put(&place, bytes_of(text), &attr, 1));
	return false;
}

static void texts_that_put_one_another_out_get_more_room(void **state)
{
	struct attr_memo *memo = attr_memo_new();
	unsigned found[3] = { 0 };
	char text[260];

	attr_memo_bind(memo, &kinds, false);
	for (unsigned round = 0; round < 12; round++)
		for (unsigned i = 0; i < 300; i++) {
			snprintf(text, sizeof text, "%0200u", i);
			found[round / 4] += is_found(memo, 1, text);
		}
	assert_true(found[2] > found[0]);
	assert_true(found[2] > 4 * 300 * 7 / 10);
	attr_memo_free(memo);
}

static void other_kinds_begin_with_nothing_remembered(void **state)
{
	struct attr_memo *memo = attr_memo_new();
	struct event before, after;
	char line[600];

	write_line(line, 1);
	read_line(line, memo, &before);
	kinds.rows[1].steps[0] = normaliser_find(bytes_of("digits"));
	assert_int_equal(kinds_prepare(&kinds, NULL), ERR_OK);
	read_line(line, memo, &after);
	assert_true(bytes_is(before.attrs[1].shown, "os 1"));
	assert_true(bytes_is(after.attrs[1].shown, "1"));
	attr_memo_free(memo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(remembered_texts_give_the_same_attributes, setup, teardown),
		cmocka_unit_test_setup_teardown(texts_are_found_again_and_private_ones_never, setup, teardown),
		cmocka_unit_test_setup_teardown(texts_that_put_one_another_out_get_more_room, setup, teardown),
		cmocka_unit_test_setup_teardown(other_kinds_begin_with_nothing_remembered, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
