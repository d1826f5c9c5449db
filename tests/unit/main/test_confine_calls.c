/* What the daemon asks of the kernel now and then is allowed by its table of calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/main/confine_calls.h"

enum outcome { ANSWERED, NOT_CONFINED, REFUSED };

static enum outcome ask_what_is_unsent(int fd)
{
	struct errbuf eb = { "" };
	int held = 0;

	if (sandbox_no_new_privileges(&eb) || sandbox_restrict_calls(confine_calls, confine_calls_n, &eb))
		return NOT_CONFINED;
	return ioctl(fd, TIOCOUTQ, &held) == 0 && held > 0 ? ANSWERED : REFUSED;
}

/* Else a peer on a slow line, which takes what the kernel holds, looks like one that takes nothing (loop_stream_untaken). */
static void what_a_peer_has_not_taken_is_known(void **state)
{
	int ends[2], status;
	pid_t child;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(write(ends[0], "unread", 6), 6);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit((int)ask_what_is_unsent(ends[0]));
	assert_int_equal(waitpid(child, &status, 0), child);
	close(ends[0]);
	close(ends[1]);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NOT_CONFINED)
		skip();
	assert_int_equal(WEXITSTATUS(status), ANSWERED);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_a_peer_has_not_taken_is_known) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
