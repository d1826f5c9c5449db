/* Listening sockets from an address text: TCP, Unix and handed-over descriptors. All are non-blocking and close-on-exec. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "loop.h"

#define BACKLOG 1024
#define SOCKET_MODE 0660

static enum err bind_failed(const char *address, int fd, struct errbuf *eb)
{
	int why = errno;

	if (fd >= 0)
		close(fd);
	if (why == EADDRINUSE)
		return errbuf_set(eb, ERR_BUSY, "%s is in use by another program; stop that one or choose another address", address);
	if (why == EADDRNOTAVAIL)
		return errbuf_set(eb, ERR_INPUT, "%s is no address of this machine; choose one of those that it has, or 127.0.0.1", address);
	if (why == EACCES)
		return errbuf_set(eb, ERR_DENIED, "no permission to listen on %s%s", address,
				  strncmp(address, "unix:", 5) == 0 ? "" : "; below port 1024 that takes root or CAP_NET_BIND_SERVICE");
	if (why == ENOENT || why == ENOTDIR)
		return errbuf_set(eb, ERR_NOTFOUND, "cannot listen on %s: its folder does not exist; make it, or name another place", address);
	errno = why;
	return errbuf_set(eb, ERR_IO, "cannot listen on %s: %m", address);
}

/* A socket file that nobody answers on is left over from a daemon that was killed. */
static bool is_stale_socket(const struct sockaddr_un *sun)
{
	struct stat st;
	int fd, why;

	if (lstat(sun->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	why = connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) == 0 ? 0 : errno;
	close(fd);
	return why == ECONNREFUSED;
}

static enum err bind_unix(const char *address, const char *path, int *out, struct errbuf *eb)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(sun.sun_path))
		return errbuf_set(eb, ERR_INPUT, "the path of a socket may have %zu bytes, choose a shorter folder: %s", sizeof(sun.sun_path) - 1, path);
	strcpy(sun.sun_path, path);
	if (is_stale_socket(&sun))
		unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return bind_failed(address, fd, eb);
	/* Linux gives the file the mode of the socket less the umask, so it is never wider than this; then the umask is undone:
	 * who is of the group may connect, which takes the right to write. */
	if (fchmod(fd, SOCKET_MODE) != 0 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) != 0 || chmod(path, SOCKET_MODE) != 0 ||
	    listen(fd, BACKLOG) != 0)
		return bind_failed(address, fd, eb);
	*out = fd;
	return ERR_OK;
}

static enum err bind_resolved(const char *address, const struct addrinfo *ai, int *out, struct errbuf *eb)
{
	int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;

	if (fd < 0)
		return bind_failed(address, fd, eb);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (ai->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0)
		return bind_failed(address, fd, eb);
	*out = fd;
	return ERR_OK;
}

/* "host:port" or "[v6]:port" cut in two. */
static bool split_address(const char *address, char host[256], const char **port)
{
	const char *colon = strrchr(address, ':');
	size_t n = colon ? (size_t)(colon - address) : 0;
	uint64_t number;

	if (!colon || n == 0 || n >= 256 || !bytes_to_u64(bytes_of(colon + 1), &number) || number > 65535)
		return false;
	if (address[0] == '[' && address[n - 1] == ']') {
		address++;
		n -= 2;
	} else if (memchr(address, ':', n)) {
		return false; /* an IPv6 address without brackets */
	}
	memcpy(host, address, n);
	host[n] = '\0';
	*port = colon + 1;
	return true;
}

static enum err no_address(const char *address, struct errbuf *eb)
{
	return errbuf_set(eb, ERR_INPUT, "\"%s\" is no address; it is HOST:PORT, [IPV6]:PORT or unix:PATH", address);
}

static enum err bind_tcp(const char *address, int *out, struct errbuf *eb)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV }, *found;
	char host[256];
	const char *port;
	enum err err;
	int why;

	if (!split_address(address, host, &port))
		return no_address(address, eb);
	why = getaddrinfo(host, port, &hints, &found);
	if (why != 0)
		return errbuf_set(eb, ERR_INPUT, "cannot listen on %s: %s", address, gai_strerror(why));
	err = bind_resolved(address, found, out, eb);
	freeaddrinfo(found);
	return err;
}

static enum err adopt_descriptor(const char *address, int *out, struct errbuf *eb)
{
	uint64_t fd;
	int flags, is_listening = 0;
	socklen_t n = sizeof(is_listening);

	if (!bytes_to_u64(bytes_of(address + 3), &fd) || fd > 65535)
		return errbuf_set(eb, ERR_INPUT, "\"%s\" is no descriptor; it is fd:NUMBER", address);
	if (getsockopt((int)fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &n) != 0 || !is_listening)
		return errbuf_set(eb, ERR_INPUT, "descriptor %d is no listening socket", (int)fd);
	flags = fcntl((int)fd, F_GETFL);
	if (flags < 0 || fcntl((int)fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return errbuf_set(eb, ERR_IO, "descriptor %d: %m", (int)fd);
	*out = (int)fd;
	return ERR_OK;
}

enum err loop_address_check(const char *address, struct errbuf *eb)
{
	char host[256];
	const char *port;

	if (strncmp(address, "unix:", 5) == 0 || strncmp(address, "fd:", 3) == 0)
		return ERR_OK;
	return split_address(address, host, &port) ? ERR_OK : no_address(address, eb);
}

enum err loop_bind(const char *address, int *fd, struct errbuf *eb)
{
	if (strncmp(address, "unix:", 5) == 0)
		return bind_unix(address, address + 5, fd, eb);
	if (strncmp(address, "fd:", 3) == 0)
		return adopt_descriptor(address, fd, eb);
	return bind_tcp(address, fd, eb);
}
