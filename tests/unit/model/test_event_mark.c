/* What a mark may be on. */
#include "event_bench.h"

#include "daemon/model/normalise.h"
#include "daemon/vendor/crypto.h"

static int setup(void **state)
{
	parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
	arena = arena_new(4096);
	memset(&kinds, 0, sizeof(kinds));
	kinds.n = 3;
	kinds.rows[0] = (struct kind){ .name = BYTES_LIT("ip"), .paths = { BYTES_LIT("ip") }, .n_paths = 1, .n_steps = 1, .steps = { normaliser_find(BYTES_LIT("ip")) } };
	kinds.rows[1] = (struct kind){ .name = BYTES_LIT("identity.card"), .paths = { BYTES_LIT("identity.card") }, .n_paths = 1, .n_steps = 1,
				       .steps = { normaliser_find(BYTES_LIT("card")) }, .privacy = PRIVACY_HASH, .mask_tail = 4 };
	kinds.rows[2] = (struct kind){ .name = BYTES_LIT("secret"), .paths = { BYTES_LIT("identity.document") }, .n_paths = 1, .privacy = PRIVACY_DROP };
	return kinds_prepare(&kinds, NULL);
}

static int teardown(void **state)
{
	json_parser_free(parser);
	arena_free(arena);
	return 0;
}

static void a_mark_is_on_a_value_in_normal_form_or_on_a_range(void **state)
{
	struct event value = event_of("{\"ts\":1,\"type\":\"mark\",\"mark\":{\"kind\":\"ip\",\"value\":\" 10.9.1.7 \"},\"value\":\"shared\"}");
	struct event use = event_of("{\"ts\":1,\"type\":\"login\",\"account\":\"a\",\"ip\":\"10.9.1.7\"}");
	struct event by_key = event_of("{\"ts\":1,\"type\":\"mark\",\"mark\":{\"kind\":\"ip\",\"key\":\"00000000000000ff\"},\"value\":\"none\"}");
	struct event range = event_of("{\"ts\":1,\"type\":\"mark\",\"mark\":{\"range\":\"2001:DB8:0::/32\"},\"value\":\"generic\"}");

	assert_int_equal(value.account.len, 0);
	assert_int_equal(value.n_attrs, 1);
	assert_int_equal(value.attrs[0].key, use.attrs[0].key);
	assert_int_equal(by_key.attrs[0].key, 255);
	assert_true(bytes_is(range.range, "2001:db8::/32"));
	assert_int_equal(range.n_attrs, 0);
}

static void a_mark_on_nothing_or_on_too_much_is_refused(void **state)
{
	static const struct { const char *mark, *says, *why; } rows[] = {
		{ "{}", "shared", "has \"kind\" and \"value\"" },
		{ "{\"kind\":\"ip\"}", "shared", "has \"kind\" and \"value\"" },
		{ "{\"kind\":\"ip\",\"value\":\"10.9.1.7\",\"range\":\"10.0.0.0/8\"}", "shared", "has \"kind\" and \"value\"" },
		{ "{\"kind\":\"pi\",\"value\":\"10.9.1.7\"}", "shared", "there is no kind pi" },
		{ "{\"kind\":\"ip\",\"value\":\"zz\"}", "shared", "is no value of kind ip" },
		{ "{\"kind\":\"ip\",\"value\":\"0.0.0.0\"}", "shared", "never matches" },
		{ "{\"kind\":\"ip\",\"key\":\"12\"}", "shared", "16 hexadecimal digits" },
		{ "{\"kind\":\"ip\",\"valeu\":\"12\"}", "shared", "unknown key \"mark.valeu\"; did you mean \"mark.value\"" },
		{ "{\"range\":\"10.0.0.1/8\"}", "shared", "is no range" },
		{ "{\"range\":\"10.0.0.1/32\"}", "shared", "is one address" },
		{ "{\"range\":\"10.0.0.0/8\"}", "mine", "shared, generic, none or note" },
		{ "{\"range\":\"10.0.0.0/8\"}", "note", "needs \"reason\"" },
		{ "[]", "shared", "must be an object" },
	};
	char text[300];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(text, sizeof(text), "{\"ts\":1,\"type\":\"mark\",\"mark\":%s,\"value\":\"%s\"}", rows[i].mark, rows[i].says);
		assert_refused(text, strstr(text, "valeu") ? "key" : "value", rows[i].why);
	}
	assert_refused("{\"ts\":1,\"type\":\"mark\",\"value\":\"shared\"}", "value", "needs \"mark\"");
	assert_refused("{\"ts\":1,\"type\":\"mark\",\"account\":\"a\",\"mark\":{\"range\":\"10.0.0.0/8\"},\"value\":\"shared\"}", "account", "not about an account");
	assert_refused("{\"ts\":1,\"type\":\"login\",\"account\":\"a\",\"mark\":{\"range\":\"10.0.0.0/8\"}}", "value", "belongs to type \"mark\"");
}

static void a_mark_by_a_key_that_is_being_changed_is_refused_and_one_by_the_value_has_both(void **state)
{
	struct hmac_key *now = hmac_key_new(BYTES_LIT("now")), *next = hmac_key_new(BYTES_LIT("next"));

	context.hash_key = now;
	context.next_key = next;
	struct event value = event_of("{\"ts\":1,\"type\":\"mark\",\"mark\":{\"kind\":\"identity.card\",\"value\":\"4012888888881881\"},\"value\":\"shared\"}");
	assert_true(value.attrs[0].next != 0 && value.attrs[0].next != value.attrs[0].key);
	assert_true(bytes_ends(value.attrs[0].shown, BYTES_LIT("1881")));
	assert_int_equal(bytes_find(value.attrs[0].shown, BYTES_LIT("4012")), -1);
	assert_refused("{\"ts\":1,\"type\":\"mark\",\"mark\":{\"kind\":\"identity.card\",\"key\":\"00000000000000ff\"},\"value\":\"shared\"}", "value", "is being changed");
	assert_refused("{\"ts\":1,\"type\":\"mark\",\"mark\":{\"kind\":\"secret\",\"value\":\"x\"},\"value\":\"shared\"}", "value", "nothing is kept");
	context.hash_key = context.next_key = NULL;
	hmac_key_free(now);
	hmac_key_free(next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mark_is_on_a_value_in_normal_form_or_on_a_range),
		cmocka_unit_test(a_mark_on_nothing_or_on_too_much_is_refused),
		cmocka_unit_test(a_mark_by_a_key_that_is_being_changed_is_refused_and_one_by_the_value_has_both),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
