/* What the kernel knows of a TCP connection. */
#ifndef ASSOCD_VENDOR_TCP_H
#define ASSOCD_VENDOR_TCP_H

#include <stdbool.h>

/* Has the other side's system acknowledged all that was written to the socket? True as well of one that is not established,
 * or is none of TCP: nothing more will be acknowledged there. */
bool tcp_is_received(int fd);

#endif
