/* The queue of lines that wait for their acknowledgement. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "daemon/ctl/send.h"

static void push(struct send_queue *q, uint64_t line)
{
	char text[40];

	snprintf(text, sizeof(text), "line %llu", (unsigned long long)line);
	send_queue_push(q, bytes_of(text), (struct line_source){ "f", line });
}

static void lines_keep_their_numbers_while_others_are_let_go(void **state)
{
	struct send_queue q = { 0 };

	for (uint64_t i = 0; i < 5; i++)
		push(&q, i + 1);
	send_queue_drop(&q, 2);
	assert_int_equal(send_queue_count(&q), 3);
	assert_true(bytes_is(send_queue_bytes(&q, 2, 2), "line 3\nline 4\n"));
	assert_true(bytes_is(send_queue_bytes(&q, 3, 100), "line 4\nline 5\n"));
	assert_int_equal(send_queue_bytes(&q, 5, 1).len, 0);
	assert_int_equal(send_queue_source(&q, 4).line, 5);
	assert_int_equal(send_queue_source(&q, 1).line, 0); /* gone */
	send_queue_drop(&q, 1); /* an old acknowledgement */
	assert_int_equal(send_queue_count(&q), 3);
	send_queue_drop(&q, 100);
	assert_int_equal(send_queue_count(&q), 0);
	assert_int_equal(q.first, 5);
	push(&q, 6);
	assert_true(bytes_is(send_queue_bytes(&q, 5, 1), "line 6\n"));
	send_queue_free(&q);
}

static void a_long_run_stays_small_and_right(void **state)
{
	struct send_queue q = { 0 };
	char wanted[40];

	for (uint64_t i = 0; i < 1000000; i++) {
		push(&q, i);
		if (send_queue_count(&q) > 1000)
			send_queue_drop(&q, q.first + 500);
	}
	snprintf(wanted, sizeof(wanted), "line %llu\n", (unsigned long long)q.first);
	assert_true(bytes_is(send_queue_bytes(&q, q.first, 1), wanted));
	assert_true(q.bytes.cap < 20 * 1024 * 1024);
	send_queue_free(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_keep_their_numbers_while_others_are_let_go),
		cmocka_unit_test(a_long_run_stays_small_and_right),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
