/* Listening sockets on the loop: each accepted descriptor becomes a stream. */
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "stream_new.h"

#define ACCEPT_BATCH 64
#define ACCEPT_RETRY_MS 100

struct loop_listener {
	struct loop *loop;
	int fd;
	struct event *event;
	struct loop_timer *retry;
	struct loop_stream_events events;
	struct log_pace failures;
	bool is_freed;
	char *unix_path;
};

/* Out of descriptors: the pending connection would make the loop spin. */
static void accept_failed(struct loop_listener *ls)
{
	uint64_t n;

	if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
		return;
	if (log_is_due(&ls->failures, clock_mono_us(), 1, &n))
		log_warn("loop", "cannot accept a connection: %m (%llu times); trying again shortly", (unsigned long long)n);
	event_del(ls->event);
	loop_timer_set(ls->retry, ACCEPT_RETRY_MS);
}

static void on_accept(evutil_socket_t listening, short what, void *arg)
{
	struct loop_listener *ls = arg;

	for (int i = 0; i < ACCEPT_BATCH && !ls->is_freed; i++) {
		struct sockaddr_storage ss = { 0 };
		socklen_t n = sizeof(ss);
		int fd = accept4(ls->fd, (struct sockaddr *)&ss, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0) {
			accept_failed(ls);
			return;
		}
		ls->events.accepted(ls->events.arg, stream_new(ls->loop, fd, &ss, ls->events.tls));
	}
}

static void on_accept_retry(void *arg)
{
	struct loop_listener *ls = arg;

	event_add(ls->event, NULL);
}

enum err loop_listen(struct loop *l, const char *address, const struct loop_stream_events *ev, struct loop_listener **out,
		     struct errbuf *eb)
{
	struct loop_listener *ls;
	int fd;
	enum err err = loop_bind(address, &fd, eb);

	if (err != ERR_OK)
		return err;
	ls = xcalloc(1, sizeof(*ls));
	*ls = (struct loop_listener){ .loop = l, .fd = fd, .events = *ev };
	ls->event = event_new(loop_base(l), fd, EV_READ | EV_PERSIST, on_accept, ls);
	ls->retry = loop_timer_new(l, on_accept_retry, ls);
	if (strncmp(address, "unix:", 5) == 0)
		ls->unix_path = xstrdup(address + 5);
	BUG_ON(!ls->event || event_add(ls->event, NULL) != 0);
	*out = ls;
	return ERR_OK;
}

unsigned loop_listener_port(const struct loop_listener *ls)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t n = sizeof(ss);

	if (getsockname(ls->fd, (struct sockaddr *)&ss, &n) != 0)
		return 0;
	if (ss.ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)(const void *)&ss)->sin_port);
	return ss.ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)(const void *)&ss)->sin6_port) : 0;
}

void loop_listener_free(struct loop_listener *ls)
{
	if (!ls || ls->is_freed)
		return;
	ls->is_freed = true;
	event_free(ls->event);
	loop_timer_free(ls->retry);
	close(ls->fd);
	if (ls->unix_path)
		unlink(ls->unix_path);
	free(ls->unix_path);
	loop_defer(ls->loop, free, ls);
}
