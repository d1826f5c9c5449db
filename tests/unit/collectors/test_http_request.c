/* Heads of requests: whole, on their way, and things that only look like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "collectors/packets/http_request.h"
#include "daemon/base/err.h"

#define REQUEST "GET /a?b HTTP/1.1\r\nHost: x\r\nuser-AGENT:  A b \r\nX-Y: 1\r\n folded\r\nAccept: */*\r\n\r\n"

static void head_gives_order_of_names_and_agent(void **state)
{
	struct http_request r;

	assert_int_equal(decode_http_request(BYTES_LIT(REQUEST "body"), &r), HTTP_WHOLE);
	assert_true(bytes_is(r.method, "GET") && bytes_is(r.version, "1.1") && bytes_is(r.user_agent, "A b"));
	assert_string_equal(r.names, "Host,user-AGENT,X-Y,Accept");
}

static void bare_line_feeds_end_lines(void **state)
{
	struct http_request r;

	assert_int_equal(decode_http_request(BYTES_LIT("M-SEARCH * HTTP/1.0\nHost: x\n\n"), &r), HTTP_WHOLE);
	assert_true(bytes_is(r.method, "M-SEARCH") && bytes_is(r.version, "1.0"));
	assert_int_equal(decode_http_request(BYTES_LIT("GET / HTTP/1.0\n\n"), &r), HTTP_WHOLE);
	assert_string_equal(r.names, "");
}

static void empty_lines_in_front_are_passed_over(void **state)
{
	struct http_request r;

	assert_int_equal(decode_http_request(BYTES_LIT("\r\n\r\n" REQUEST), &r), HTTP_WHOLE);
	assert_true(bytes_is(r.method, "GET"));
	assert_int_equal(decode_http_request(BYTES_LIT("\r\n"), &r), HTTP_MORE);
}

static void every_part_of_a_head_is_a_head_on_its_way(void **state)
{
	struct http_request r;

	for (size_t n = 0; n < sizeof(REQUEST) - 1; n++)
		assert_int_equal(decode_http_request(bytes_make(REQUEST, n), &r), HTTP_MORE);
}

static void other_protocols_are_none(void **state)
{
	static const char *const texts[] = {
		"GET / HTTP/2.0\r\n\r\n", "GET /\r\n", "HTTP/1.1 200 OK\r\n", "SSH-2.0-x\r\n", "EHLO x\r\n", "get / HTTP/1.1\r\n", "GE / HTTP/1.1\r\n",
		"GET / HTTP/1.x\r\n", "ABCDEFGHIJKLMNOPQRSTUVWXYZ / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nno colon\r\n", "GET / HTTP/1.1\r\n: x\r\n",
		"GET / HTTP/1.1\r\na b: x\r\n", "\x16\x03\x01", "USER x\r\n", "PRI * HTTP/2.0\r\n",
	};
	struct http_request r;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (decode_http_request(bytes_of(texts[i]), &r) != HTTP_NONE)
			fail_msg("%s", texts[i]);
}

static void head_without_end_is_given_up(void **state)
{
	char *large = malloc(HTTP_HEAD_MAX + 100);
	struct http_request r;
	size_t n = 0;

	memset(large, 'a', HTTP_HEAD_MAX + 100);
	memcpy(large, "GET /", 5);
	assert_int_equal(decode_http_request(bytes_make(large, HTTP_HEAD_MAX + 50), &r), HTTP_NONE);
	memcpy(large, "GET / HTTP/1.1\r\n", 16);
	for (n = 16; n + 6 < HTTP_HEAD_MAX + 50; n += 6)
		memcpy(large + n, "a: b\r\n", 6);
	assert_int_equal(decode_http_request(bytes_make(large, n), &r), HTTP_NONE);
	memcpy(large + 10000, "\r\n\r\n", 4); /* what is behind the end does not count */
	assert_int_equal(decode_http_request(bytes_make(large, n), &r), HTTP_WHOLE);
	free(large);
}

static void names_that_do_not_fit_are_left_out(void **state)
{
	char head[4096] = "GET / HTTP/1.1\r\n";
	struct http_request r;

	for (int i = 0; i < 300; i++)
		strcat(head, "Abcd: 1\r\n");
	strcat(head, "\r\n");
	assert_int_equal(decode_http_request(bytes_of(head), &r), HTTP_WHOLE);
	assert_in_range(strlen(r.names), HTTP_NAMES_SIZE - 10, HTTP_NAMES_SIZE - 1);
	/* Nor does anything behind one of them follow what stands before it. */
	strcpy(head, "GET / HTTP/1.1\r\nHost: x\r\n");
	memset(head + strlen(head), 'A', HTTP_NAMES_SIZE);
	strcpy(head + strlen("GET / HTTP/1.1\r\nHost: x\r\n") + HTTP_NAMES_SIZE, ": 1\r\nAccept: 1\r\n\r\n");
	assert_int_equal(decode_http_request(bytes_of(head), &r), HTTP_WHOLE);
	assert_string_equal(r.names, "Host");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(head_gives_order_of_names_and_agent),
		cmocka_unit_test(bare_line_feeds_end_lines),
		cmocka_unit_test(empty_lines_in_front_are_passed_over),
		cmocka_unit_test(every_part_of_a_head_is_a_head_on_its_way),
		cmocka_unit_test(other_protocols_are_none),
		cmocka_unit_test(head_without_end_is_given_up),
		cmocka_unit_test(names_that_do_not_fit_are_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
