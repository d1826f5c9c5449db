/* The last look of an erasure when the system has no memory or no process left for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "daemon/main/erasure_parts.h"
#include "failing_calls.h"

FAILING(void *, mmap, flags & MAP_SHARED, (void *at, size_t n, int protection, int flags, int fd, off_t offset), at, n, protection, flags, fd, offset)
FAILING(pid_t, fork, true, (void), )

static void assert_fails(struct erasure *e, int at_call, int code, const char *why)
{
	fault_arm(at_call, code, false);
	e->stage = ERASURE_LOOKS;
	e->result = ERR_OK;
	errbuf_clear(&e->error);
	assert_int_equal(erasing_look(e), 0);
	assert_true(fault_disarm());
	assert_int_not_equal(e->result, ERR_OK);
	assert_non_null(strstr(e->error.text, why));
	assert_int_equal(e->stage, ERASURE_LOOKS);
	assert_int_equal(e->child, 0);
}

static void a_search_that_cannot_begin_is_an_error_and_no_crash(void **state)
{
	struct erasure e = { 0 };

	assert_fails(&e, 1, ENOMEM, "no memory to share: Cannot allocate memory");
	erasing_found_free(&e);
	assert_fails(&e, 2, EAGAIN, "no process could be started: Resource temporarily unavailable");
	erasing_look_end(&e);
	erasing_found_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_search_that_cannot_begin_is_an_error_and_no_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
