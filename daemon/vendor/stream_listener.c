/* Listening sockets on the loop: each accepted descriptor becomes a stream. */
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "stream_new.h"

struct loop_listener {
	struct loop *loop;
	int fd;
	struct loop_acceptor *acceptor;
	struct loop_stream_events events;
	bool is_freed;
	char *unix_path;
};

static void on_connection(void *arg, int fd, const struct sockaddr_storage *peer)
{
	struct loop_listener *ls = arg;

	ls->events.accepted(ls->events.arg, stream_new(ls->loop, fd, peer, ls->events.tls));
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
	ls->acceptor = loop_acceptor_new(l, fd, on_connection, ls);
	if (strncmp(address, "unix:", 5) == 0)
		ls->unix_path = xstrdup(address + 5);
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
	loop_acceptor_free(ls->acceptor);
	close(ls->fd);
	if (ls->unix_path)
		unlink(ls->unix_path);
	free(ls->unix_path);
	loop_defer(ls->loop, free, ls);
}
