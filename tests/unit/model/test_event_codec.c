#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/base/text.h"
#include "daemon/model/event.h"

static struct arena *arena;

static int setup(void **state)
{
	arena = arena_new(4096);
	return 0;
}

static int teardown(void **state)
{
	arena_free(arena);
	return 0;
}

static void assert_bytes(struct bytes a, struct bytes b)
{
	assert_true(bytes_eq(a, b));
}

static void assert_same_event(const struct event *a, const struct event *b)
{
	assert_true(a->ts_ms == b->ts_ms && a->type == b->type && a->is_failed == b->is_failed && a->id_hash == b->id_hash);
	assert_true(a->has_ip == b->has_ip && a->has_port == b->has_port && a->port == b->port && a->until_ms == b->until_ms);
	assert_true(a->is_ip_cut == b->is_ip_cut);
	assert_memory_equal(&a->ip, &b->ip, sizeof a->ip);
	assert_bytes(a->id, b->id);
	assert_bytes(a->account, b->account);
	assert_bytes(a->word, b->word);
	assert_bytes(a->session, b->session);
	assert_bytes(a->relation_kind, b->relation_kind);
	assert_bytes(a->relation_group, b->relation_group);
	assert_bytes(a->relation_with, b->relation_with);
	assert_bytes(a->relation_proof, b->relation_proof);
	assert_bytes(a->actor, b->actor);
	assert_bytes(a->with, b->with);
	assert_bytes(a->alert, b->alert);
	assert_bytes(a->reason, b->reason);
	assert_bytes(a->value, b->value);
	assert_bytes(a->kind, b->kind);
	assert_bytes(a->round, b->round);
	assert_bytes(a->range, b->range);
	assert_int_equal(a->n_attrs, b->n_attrs);
	for (unsigned i = 0; i < a->n_attrs; i++) {
		assert_true(a->attrs[i].kind == b->attrs[i].kind && a->attrs[i].key == b->attrs[i].key && a->attrs[i].next == b->attrs[i].next);
		assert_bytes(a->attrs[i].shown, b->attrs[i].shown);
	}
}

#define EMPTY(...) .id = NONE, .session = NONE, .relation_kind = NONE, .relation_group = NONE, .relation_with = NONE, \
	.relation_proof = NONE, .actor = NONE, .with = NONE, .alert = NONE, .reason = NONE, .value = NONE, .kind = NONE, .round = NONE, .range = NONE, __VA_ARGS__
#define NONE { "", 0 }
#define TEXT(s) { s, sizeof(s) - 1 }

static const struct attr attrs[] = {
	{ 1, TEXT("11.1.2.3"), 0, 0 }, { UINT64_MAX, TEXT("...9193"), 4, 0 }, { 0, NONE, 4, 0 }, { 7, TEXT("x"), KINDS_MAX - 1, 0 },
};
static const struct attr attrs_of_two_keys[] = {
	{ 1, TEXT("11.1.2.3"), 0, 0 }, { 8, TEXT("...9193"), 4, UINT64_MAX }, { 9, NONE, KINDS_MAX - 1, 1 },
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct event kept_events[] = {
	{ EMPTY(.ts_ms = 1767227241586, .type = EVENT_LOGIN, .word = TEXT("login"), .account = TEXT("ann")) },
	{ EMPTY(.ts_ms = 1, .type = EVENT_LOGIN, .word = TEXT("login"), .account = TEXT("us/ann"), .id = TEXT("e"), .id_hash = UINT64_MAX,
		.session = TEXT("s"), .is_failed = true, .has_ip = true, .ip = { { [10] = 0xff, [11] = 0xff, [15] = 9 } }, .has_port = true,
		.port = 65535, .attrs = attrs, .n_attrs = 4) },
	{ EMPTY(.ts_ms = -5, .type = EVENT_ACTIVITY, .word = TEXT("page"), .account = TEXT("/a/b"), .has_ip = true,
		.ip = { { 0x2a, 1, [15] = 1 } }, .attrs = attrs + 1, .n_attrs = 2) },
	{ EMPTY(.ts_ms = 1, .type = EVENT_RELATION, .word = TEXT("relation"), .account = TEXT("a"), .relation_kind = TEXT("joint"),
		.relation_with = TEXT("b"), .relation_proof = TEXT("p"), .actor = TEXT("k")) },
	{ EMPTY(.ts_ms = INT64_MAX, .type = EVENT_SNOOZE, .word = TEXT("snooze"), .account = TEXT("a"), .alert = TEXT("x"), .until_ms = INT64_MIN,
		.reason = TEXT("r"), .with = TEXT("b"), .value = TEXT("v"), .kind = TEXT("points"), .round = TEXT("2"), .range = TEXT("10.0.0.0/8"), .relation_group = TEXT("g")) },
	{ EMPTY(.ts_ms = 9, .type = EVENT_LOGIN, .word = TEXT("login"), .account = TEXT("us/ann"), .is_ip_cut = true,
		.ip = { { [10] = 0xff, [11] = 0xff, [12] = 81, [13] = 9, [14] = 7 } }, .attrs = attrs_of_two_keys, .n_attrs = 3) },
	{ EMPTY(.ts_ms = 9, .type = EVENT_LOGIN, .word = TEXT("login"), .account = TEXT("ann"), .is_ip_cut = true,
		.ip = { { 0x2a, 1, 2, 3, 4, 5 } }) },
};
#pragma GCC diagnostic pop

static void the_journals_form_gives_the_event_back(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(kept_events); i++) {
		struct event e = kept_events[i], back;
		struct text once = { 0 }, twice = { 0 };

		event_encode(&e, &once);
		assert_int_equal(decode_event(text_bytes(&once), arena, &back), ERR_OK);
		assert_same_event(&e, &back);
		event_encode(&back, &twice);
		assert_bytes(text_bytes(&once), text_bytes(&twice));
		text_free(&once);
		text_free(&twice);
	}
}

static void a_damaged_row_is_refused_or_still_canonical(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(kept_events); i++) {
		struct event e = kept_events[i], back;
		struct text once = { 0 }, twice = { 0 };

		event_encode(&e, &once);
		for (size_t n = 0; n < once.len; n++)
			assert_int_equal(decode_event(bytes_make(once.ptr, n), arena, &back), ERR_CORRUPT);
		for (size_t n = 0; n < once.len * 8; n++) {
			once.ptr[n / 8] ^= (char)(1 << n % 8);
			if (decode_event(text_bytes(&once), arena, &back) == ERR_OK) {
				text_clear(&twice);
				event_encode(&back, &twice);
				assert_bytes(text_bytes(&once), text_bytes(&twice));
			}
			once.ptr[n / 8] ^= (char)(1 << n % 8);
		}
		text_addc(&once, '\0');
		assert_int_equal(decode_event(text_bytes(&once), arena, &back), ERR_CORRUPT);
		once.ptr[0] = 3;
		assert_int_equal(decode_event(text_bytes(&once), arena, &back), ERR_VERSION);
		text_free(&once);
		text_free(&twice);
	}
}

static void a_row_says_by_its_version_what_it_needs(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(kept_events); i++) {
		struct event e = kept_events[i], back;
		struct text row = { 0 };

		event_encode(&e, &row);
		assert_int_equal(row.ptr[0], i < 5 ? 1 : 2);
		row.ptr[0] = (char)(3 - row.ptr[0]);
		assert_int_equal(decode_event(text_bytes(&row), arena, &back), ERR_CORRUPT);
		text_free(&row);
	}
}

static void an_address_is_cut_to_its_network(void **state)
{
	struct event e = kept_events[1];

	e.ip = (struct ip){ { [10] = 0xff, [11] = 0xff, [12] = 81, [13] = 9, [14] = 7, [15] = 200 } };
	event_cut_ip(&e);
	assert_true(e.is_ip_cut && !e.has_ip && !e.has_port && e.port == 0);
	assert_memory_equal(e.ip.b + 12, ((uint8_t[]){ 81, 9, 7, 0 }), 4);
	e = kept_events[2];
	e.ip = (struct ip){ { 0x2a, 1, 2, 3, 4, 5, 6, 7, 8, 9 } };
	event_cut_ip(&e);
	assert_memory_equal(e.ip.b, ((uint8_t[16]){ 0x2a, 1, 2, 3, 4, 5 }), 16);
	e = kept_events[0];
	event_cut_ip(&e);
	assert_false(e.is_ip_cut);
}

static void a_tick_survives_the_journal(void **state)
{
	struct event tick = event_tick(77), back;
	struct text row = { 0 };

	event_encode(&tick, &row);
	assert_int_equal(decode_event(text_bytes(&row), arena, &back), ERR_OK);
	assert_int_equal(back.type, EVENT_TICK);
	assert_true(back.ts_ms == 77 && back.n_attrs == 0);
	text_free(&row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_journals_form_gives_the_event_back),
		cmocka_unit_test(a_damaged_row_is_refused_or_still_canonical),
		cmocka_unit_test(a_row_says_by_its_version_what_it_needs), cmocka_unit_test(an_address_is_cut_to_its_network),
		cmocka_unit_test(a_tick_survives_the_journal),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
