/* Matching of paths, and the table itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "daemon/api/router.h"

static void a_parameter_takes_one_segment_with_its_escapes(void **state)
{
	struct bytes params[API_PARAMS_MAX];

	assert_true(route_match("/v1/links/{a}/{b}", BYTES_LIT("/v1/links/s%2Fx/y"), params));
	assert_true(bytes_is(params[0], "s%2Fx"));
	assert_true(bytes_is(params[1], "y"));
	assert_false(route_match("/v1/links/{a}/{b}", BYTES_LIT("/v1/links/s/x/y"), params));
	assert_false(route_match("/v1/links/{a}/{b}", BYTES_LIT("/v1/links/s/"), params));
	assert_false(route_match("/v1/links/{a}/{b}", BYTES_LIT("/v1/links/s"), params));
	assert_false(route_match("/v1/links/{a}/{b}", BYTES_LIT("/v1/links//y"), params));
	assert_true(route_match("/", BYTES_LIT("/"), params));
	assert_false(route_match("/", BYTES_LIT("/x"), params));
	assert_false(route_match("/v1/alerts", BYTES_LIT("/v1/alerts/"), params));
	assert_false(route_match("/v1/alerts", BYTES_LIT("*"), params));
	assert_false(route_match("/v1/alerts", BYTES_LIT("/v1//alerts"), params));
}

static void parameters_are_decoded_after_matching(void **state)
{
	struct arena *a = arena_new(1024);
	struct bytes params[API_PARAMS_MAX] = { BYTES_LIT("s%2fx+y"), BYTES_LIT("%") };

	assert_false(route_decode(params, a));
	params[0] = BYTES_LIT("s%2fx+y");
	params[1] = BYTES_NONE;
	assert_true(route_decode(params, a));
	assert_true(bytes_is(params[0], "s/x+y"));
	arena_free(a);
}

static void head_is_get_and_a_wrong_method_is_told_from_a_wrong_path(void **state)
{
	struct route_choice choice;
	struct text allowed = { 0 };

	route_choose(api_routes, "HEAD", BYTES_LIT("/v1/status"), &choice);
	assert_non_null(choice.route);
	route_choose(api_routes, "DELETE", BYTES_LIT("/v1/status"), &choice);
	assert_null(choice.route);
	assert_non_null(choice.other);
	route_choose(api_routes, "GET", BYTES_LIT("/v1/nothing"), &choice);
	assert_null(choice.route);
	assert_null(choice.other);
	route_allowed(api_routes, BYTES_LIT("/v1/events"), &allowed);
	assert_string_equal(allowed.ptr, "POST");
	text_free(&allowed);
}

static void every_row_of_the_table_is_whole_and_no_two_are_the_same(void **state)
{
	for (const struct route *r = api_routes; r->method; r++) {
		assert_non_null(r->fn);
		assert_true(r->pattern[0] == '/' && r->summary[0] != '\0');
		assert_true(strcmp(r->method, "GET") == 0 || strcmp(r->method, "POST") == 0);
		assert_true(strcmp(r->method, "POST") != 0 || r->roles != 0);
		for (const struct route *other = r + 1; other->method; other++)
			assert_false(strcmp(r->method, other->method) == 0 && strcmp(r->pattern, other->pattern) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parameter_takes_one_segment_with_its_escapes),
		cmocka_unit_test(parameters_are_decoded_after_matching),
		cmocka_unit_test(head_is_get_and_a_wrong_method_is_told_from_a_wrong_path),
		cmocka_unit_test(every_row_of_the_table_is_whole_and_no_two_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
