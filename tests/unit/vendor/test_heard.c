/* What is kept of what the other side says, and where it is cut off. */
#include "daemon/vendor/heard.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void body_is_kept_to_4_kib_and_read_to_64(void **state)
{
	static char block[1024];
	struct heard h = { 0 };

	(void)state;
	for (int i = 0; i < 64; i++)
		assert_true(heard_body(&h, bytes_make(block, sizeof(block))));
	assert_int_equal(h.body.len, 4096);
	assert_false(heard_body(&h, bytes_make(block, 1)));
	heard_fini(&h);
}

static void head_is_read_to_64_kib(void **state)
{
	static char block[1024];
	struct heard h = { 0 };

	(void)state;
	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 64; i++)
		assert_true(heard_line(&h, bytes_make(block, sizeof(block)), 200));
	assert_int_equal(h.line.len, 200);
	assert_false(heard_line(&h, BYTES_LIT("x"), 200));
	heard_fini(&h);
}

static void head_ends_with_an_empty_line_behind_a_final_status(void **state)
{
	struct heard h = { 0 };

	(void)state;
	assert_true(heard_line(&h, BYTES_LIT("HTTP/1.1 100 Continue\r\n"), 100));
	assert_true(heard_line(&h, BYTES_LIT("\r\n"), 100));
	assert_false(h.has_head);
	assert_true(heard_line(&h, BYTES_LIT("HTTP/1.1 204 No Content\r\n"), 204));
	assert_false(h.has_head);
	assert_true(heard_line(&h, BYTES_LIT("\r\n"), 204));
	assert_true(h.has_head);
	heard_fini(&h);
}

static void goodbye_of_a_mail_server_does_not_hide_what_it_said_before(void **state)
{
	struct heard h = { 0 };

	(void)state;
	assert_int_equal(heard_reply_code(&h), 0);
	assert_true(heard_line(&h, BYTES_LIT("552 too large\r\n"), 552));
	assert_true(heard_line(&h, BYTES_LIT("221 bye\r\n"), 221));
	assert_int_equal(heard_reply_code(&h), 552);
	assert_true(bytes_is(text_bytes(&h.line), "552 too large"));
	assert_true(heard_line(&h, BYTES_LIT("what?\r\n"), 0));
	assert_int_equal(heard_reply_code(&h), 0);
	heard_fini(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(body_is_kept_to_4_kib_and_read_to_64),
		cmocka_unit_test(head_is_read_to_64_kib),
		cmocka_unit_test(head_ends_with_an_empty_line_behind_a_final_status),
		cmocka_unit_test(goodbye_of_a_mail_server_does_not_hide_what_it_said_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
