/* Taking connections from a listening socket, and resting when there is no descriptor for one.
 * I1: while it rests nothing watches the socket: the connection that waits would make the loop spin. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "loop.h"

#define ACCEPT_BATCH 64
#define ACCEPT_RETRY_MS 100

struct loop_acceptor {
	struct loop *loop;
	int fd;
	struct loop_watch *watch; /* NULL: it rests */
	struct loop_timer *retry;
	loop_accepted_fn *fn;
	void *arg;
	struct log_pace failures;
	bool is_freed;
};

static void accept_failed(struct loop_acceptor *a)
{
	uint64_t n;

	if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
		return;
	if (log_is_due(&a->failures, clock_mono_us(), 1, &n))
		log_warn("loop", "cannot accept a connection: %m (%llu times); trying again shortly", (unsigned long long)n);
	loop_watch_free(a->watch);
	a->watch = NULL; /* I1 */
	loop_timer_set(a->retry, ACCEPT_RETRY_MS);
}

static void on_accept(void *arg)
{
	struct loop_acceptor *a = arg;

	for (int i = 0; i < ACCEPT_BATCH && !a->is_freed; i++) {
		struct sockaddr_storage ss = { 0 };
		socklen_t n = sizeof(ss);
		int fd = accept4(a->fd, (struct sockaddr *)&ss, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0) {
			accept_failed(a);
			return;
		}
		a->fn(a->arg, fd, &ss);
	}
}

static void on_accept_retry(void *arg)
{
	struct loop_acceptor *a = arg;

	a->watch = loop_watch_new(a->loop, a->fd, on_accept, a);
}

struct loop_acceptor *loop_acceptor_new(struct loop *l, int fd, loop_accepted_fn *fn, void *arg)
{
	struct loop_acceptor *a = xcalloc(1, sizeof(*a));

	*a = (struct loop_acceptor){ .loop = l, .fd = fd, .fn = fn, .arg = arg };
	a->watch = loop_watch_new(l, fd, on_accept, a);
	a->retry = loop_timer_new(l, on_accept_retry, a);
	return a;
}

void loop_acceptor_free(struct loop_acceptor *a)
{
	if (!a || a->is_freed)
		return;
	a->is_freed = true;
	loop_watch_free(a->watch);
	loop_timer_free(a->retry);
	loop_defer(a->loop, free, a);
}
