/* A connected datagram socket that never waits: Unix sockets of syslog and of the journal, and UDP. */
#ifndef ASSOCD_SINKS_DATAGRAM_H
#define ASSOCD_SINKS_DATAGRAM_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

/* ERR_NOTFOUND: nobody is there; the text names the address. host_port is "HOST:PORT" or "[IPV6]:PORT"; the host is an
 * address, since looking a name up would wait. */
enum err datagram_connect_unix(const char *path, int *fd, struct errbuf *eb) MUST_CHECK;
enum err datagram_connect_udp(const char *host_port, int *fd, struct errbuf *eb) MUST_CHECK;
/* ERR_BUSY: the other side does not keep up; ERR_LIMIT: it is too large for a datagram; ERR_IO. */
enum err datagram_send(int fd, struct bytes b, struct errbuf *eb) MUST_CHECK;

#endif
