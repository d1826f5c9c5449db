/* Datagrams out. */
#include "datagram.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SEND_BUFFER (1 << 20) /* one whole alert of a large cluster */

static enum err connect_to(const struct sockaddr *to, socklen_t n, const char *name, int *fd, struct errbuf *eb)
{
	int size = SEND_BUFFER;

	*fd = socket(to->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd >= 0 && connect(*fd, to, n) == 0) {
		setsockopt(*fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
		return ERR_OK;
	}
	errbuf_set(eb, ERR_NOTFOUND, "%s: %s", name, strerror(errno));
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return ERR_NOTFOUND;
}

enum err datagram_connect_unix(const char *path, int *fd, struct errbuf *eb)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	*fd = -1;
	if (strlen(path) >= sizeof(to.sun_path))
		return errbuf_set(eb, ERR_INPUT, "%s: too long for the path of a socket", path);
	memcpy(to.sun_path, path, strlen(path) + 1);
	return connect_to((const struct sockaddr *)&to, sizeof(to), path, fd, eb);
}

enum err datagram_connect_udp(const char *host_port, int *fd, struct errbuf *eb)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	char host[128] = "";
	const char *colon = strrchr(host_port, ':');
	struct addrinfo *found = NULL;
	struct bytes name = bytes_make(host_port, colon ? (size_t)(colon - host_port) : 0);
	enum err err;

	*fd = -1;
	if (bytes_starts(name, BYTES_LIT("[")) && bytes_ends(name, BYTES_LIT("]")))
		name = bytes_slice(name, 1, name.len - 2);
	snprintf(host, sizeof(host), "%.*s", BYTES_ARG(name));
	if (!colon || name.len == 0 || getaddrinfo(host, colon + 1, &hints, &found) != 0)
		return errbuf_set(eb, ERR_INPUT, "udp:%s: an IP address and a port are expected, as udp:10.0.0.5:514 or udp:[2001:db8::5]:514",
				  host_port);
	err = connect_to(found->ai_addr, found->ai_addrlen, host_port, fd, eb);
	freeaddrinfo(found);
	return err;
}

enum err datagram_send(int fd, struct bytes b, struct errbuf *eb)
{
	if (send(fd, b.ptr, b.len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)b.len)
		return ERR_OK;
	if (errno == EAGAIN || errno == ENOBUFS)
		return errbuf_set(eb, ERR_BUSY, "it does not keep up");
	return errbuf_set(eb, errno == EMSGSIZE ? ERR_LIMIT : ERR_IO, "%s", strerror(errno));
}
