/* Addresses that no service of the Internet has. */
#ifndef ASSOCD_VENDOR_PRIVATE_ADDRESS_H
#define ASSOCD_VENDOR_PRIVATE_ADDRESS_H

#include <stdbool.h>

struct sockaddr;

/* This machine, private, shared and link-local networks, multicast, and what is none at all (RFC 6890, RFC 4193, RFC 4291);
 * an IPv6 address that stands for one of IPv4 is that one. Anything that is neither IPv4 nor IPv6 is private. */
bool address_is_private(const struct sockaddr *sa);

#endif
