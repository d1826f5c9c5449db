/* Addresses that no service of the Internet has. */
#include "private_address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/base/err.h"

static bool is_private_v4(uint32_t a)
{
	static const struct { uint32_t net; unsigned bits; } nets[] = {
		{ 0x00000000, 8 }, { 0x0a000000, 8 }, { 0x64400000, 10 }, { 0x7f000000, 8 }, { 0xa9fe0000, 16 }, { 0xac100000, 12 },
		{ 0xc0000000, 24 }, { 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xe0000000, 3 },
	};

	for (size_t i = 0; i < ARRAY_LEN(nets); i++)
		if (((a ^ nets[i].net) >> (32 - nets[i].bits)) == 0)
			return true;
	return false;
}

static uint32_t read_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool is_private_v6(const uint8_t *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }, nat64[12] = { 0, 0x64, 0xff, 0x9b }, none[12] = { 0 };

	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0 || memcmp(a, none, 12) == 0)
		return memcmp(a, none, 12) == 0 || is_private_v4(read_u32(a + 12));
	if (a[0] == 0x20 && a[1] == 0x02)
		return is_private_v4(read_u32(a + 2)); /* 6to4 */
	return (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && a[1] >= 0x80) || a[0] == 0xff;
}

bool address_is_private(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return is_private_v4(ntohl(((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr));
	return sa->sa_family != AF_INET6 || is_private_v6(((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr.s6_addr);
}
