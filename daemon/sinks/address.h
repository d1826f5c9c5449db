/* Where a sink sends to, looked at before anything is sent: a name that does not resolve may do so later, what is no address
 * never will. */
#ifndef ASSOCD_SINKS_ADDRESS_H
#define ASSOCD_SINKS_ADDRESS_H

#include "daemon/base/bytes.h"

/* HOST:PORT or [IPV6]:PORT; the port is 1 to 65535. */
bool address_is_host_port(struct bytes text);
/* IP:PORT or [IPV6]:PORT. */
bool address_is_ip_port(struct bytes text);
/* SCHEME://HOST, then perhaps a port, a path, a question; a user before the host is allowed. */
bool address_is_url(struct bytes text);
/* unix:PATH, udp:IP:PORT, tcp:HOST:PORT or tls:HOST:PORT */
bool address_is_syslog(struct bytes text);

#endif
