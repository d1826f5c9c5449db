/* Where a sink sends to, looked at before anything is sent: a name that does not resolve may do so later, what is no address
 * never will. */
#ifndef ASSOCD_SINKS_ADDRESS_H
#define ASSOCD_SINKS_ADDRESS_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

/* HOST:PORT or [IPV6]:PORT; the port is 1 to 65535. */
bool address_is_host_port(struct bytes text);
/* IP:PORT or [IPV6]:PORT. */
bool address_is_ip_port(struct bytes text);
/* SCHEME://HOST, then perhaps a port, a path, a question; a user before the host is allowed. Not ERR_OK: it names no host, or no
 * port of 1 to 65535; why: in a few words. */
enum err address_check_url(const char *url, struct errbuf *why) MUST_CHECK;
/* unix:PATH, udp:IP:PORT, tcp:HOST:PORT or tls:HOST:PORT */
bool address_is_syslog(struct bytes text);

#endif
