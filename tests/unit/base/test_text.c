#include "base_test.h"

#include "daemon/base/text.h"

static void text_grows_and_stays_terminated(void **state)
{
	struct text t = { 0 };
	assert_int_equal(text_bytes(&t).len, 0);
	for (int i = 0; i < 1000; i++) {
		text_addf(&t, "%d,", i);
		assert_int_equal(t.ptr[t.len], '\0');
	}
	assert_int_equal(t.len, strlen(t.ptr));
	text_clear(&t);
	assert_bytes(text_bytes(&t), "");
	text_free(&t);
	assert_null(t.ptr);
}

static void formatted_text_longer_than_the_room_is_whole(void **state)
{
	struct text t = { 0 };
	char want[3001];
	memset(want, 'y', 3000);
	want[3000] = '\0';
	text_addf(&t, "%s", want);
	assert_string_equal(t.ptr, want);
	text_free(&t);
}

static void numbers_are_written_to_their_limits(void **state)
{
	struct text t = { 0 };
	text_addi(&t, INT64_MIN);
	text_addc(&t, ' ');
	text_addu(&t, UINT64_MAX);
	text_addc(&t, ' ');
	text_addi(&t, 0);
	assert_string_equal(t.ptr, "-9223372036854775808 18446744073709551615 0");
	text_free(&t);
}

static void json_commas_are_where_they_belong(void **state)
{
	struct text t = { 0 };
	json_open_object(&t);
	json_member_int(&t, "a", 1);
	json_key(&t, "b");
	json_open_array(&t);
	json_int(&t, 1);
	json_open_object(&t);
	json_close_object(&t);
	json_open_array(&t);
	json_close_array(&t);
	json_null(&t);
	json_close_array(&t);
	json_member_bool(&t, "c", false);
	json_key(&t, "d");
	json_raw(&t, BYTES_LIT("{\"x\":1}"));
	json_member_bool(&t, "e", true);
	json_close_object(&t);
	assert_string_equal(t.ptr, "{\"a\":1,\"b\":[1,{},[],null],\"c\":false,\"d\":{\"x\":1},\"e\":true}");
	text_free(&t);
}

static void json_documents_follow_one_another_without_comma(void **state)
{
	struct text t = { 0 };
	for (int i = 0; i < 2; i++) {
		json_open_object(&t);
		json_member_int(&t, "n", i);
		json_close_object(&t);
		text_addc(&t, '\n');
	}
	assert_string_equal(t.ptr, "{\"n\":0}\n{\"n\":1}\n");
	text_free(&t);
}

static void json_string_escapes_what_must_be(void **state)
{
	struct text t = { 0 };
	json_string(&t, BYTES_LIT("a\"\\\n\r\t\b\f\x01\0\x7f/\xc3\xa4\xf0\x9f\x98\x80"));
	assert_string_equal(t.ptr, "\"a\\\"\\\\\\n\\r\\t\\b\\f\\u0001\\u0000\\u007f/\xc3\xa4\xf0\x9f\x98\x80\"");
	text_free(&t);
}

static void json_string_replaces_invalid_utf8(void **state)
{
	struct text t = { 0 };
	json_string(&t, BYTES_LIT("\xff" "a\xc3"));
	assert_string_equal(t.ptr, "\"\xef\xbf\xbd" "a\xef\xbf\xbd\"");
	text_free(&t);
}

static void json_milli_has_three_decimals(void **state)
{
	struct text t = { 0 };
	json_open_array(&t);
	json_milli(&t, 12345);
	json_milli(&t, -5);
	json_milli(&t, 0);
	json_milli(&t, INT64_MIN);
	json_close_array(&t);
	assert_string_equal(t.ptr, "[12.345,-0.005,0.000,-9223372036854775.808]");
	text_free(&t);
}

static void json_members_name_their_values(void **state)
{
	struct text t = { 0 };
	json_open_object(&t);
	json_member_string(&t, "s", BYTES_LIT("x"));
	json_member_milli(&t, "m", 1500);
	json_member_time(&t, "t", 0);
	json_close_object(&t);
	assert_string_equal(t.ptr, "{\"s\":\"x\",\"m\":1.500,\"t\":\"1970-01-01T00:00:00.000Z\"}");
	text_free(&t);
}

static void json_takes_63_levels(void **state)
{
	struct text t = { 0 };
	for (int i = 0; i < 63; i++)
		json_open_array(&t);
	for (int i = 0; i < 63; i++)
		json_close_array(&t);
	assert_int_equal(t.len, 126);
	assert_null(strchr(t.ptr, ','));
	text_free(&t);
}

static void csv_fields_are_quoted_where_needed(void **state)
{
	struct text t = { 0 };
	csv_field(&t, BYTES_LIT("plain"), true);
	csv_field(&t, BYTES_LIT("a,b"), false);
	csv_field(&t, BYTES_LIT("say \"hi\""), false);
	csv_field(&t, BYTES_NONE, false);
	csv_field(&t, BYTES_LIT("x\ny"), false);
	assert_string_equal(t.ptr, "plain,\"a,b\",\"say \"\"hi\"\"\",,\"x\ny\"");
	text_free(&t);
}

static void visible_text_cannot_move_the_cursor_or_turn_the_line(void **state)
{
	struct text t = { 0 };
	text_add_visible(&t, BYTES_LIT("ok\x1b[2J\n\xff\xe2\x80\xae" "evil\xc2\x85\xc3\xa4"));
	assert_string_equal(t.ptr, "ok\\x1b[2J\\x0a\\xff\\u{202e}evil\\u{85}\xc3\xa4");
	text_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_grows_and_stays_terminated),
		cmocka_unit_test(formatted_text_longer_than_the_room_is_whole),
		cmocka_unit_test(numbers_are_written_to_their_limits),
		cmocka_unit_test(json_commas_are_where_they_belong),
		cmocka_unit_test(json_documents_follow_one_another_without_comma),
		cmocka_unit_test(json_string_escapes_what_must_be),
		cmocka_unit_test(json_string_replaces_invalid_utf8),
		cmocka_unit_test(json_milli_has_three_decimals),
		cmocka_unit_test(json_members_name_their_values),
		cmocka_unit_test(json_takes_63_levels),
		cmocka_unit_test(csv_fields_are_quoted_where_needed),
		cmocka_unit_test(visible_text_cannot_move_the_cursor_or_turn_the_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
