/* The form of addresses; nothing is resolved here. */
#include "address.h"

#include <arpa/inet.h>
#include <string.h>

static bool is_port(struct bytes text)
{
	uint64_t port;

	return bytes_to_u64(text, &port) && port >= 1 && port <= 65535;
}

static bool is_ip(int family, struct bytes text)
{
	char name[INET6_ADDRSTRLEN];
	struct in6_addr ip;

	if (text.len == 0 || text.len >= sizeof(name))
		return false;
	memcpy(name, text.ptr, text.len);
	name[text.len] = '\0';
	return inet_pton(family, name, &ip) == 1;
}

static bool is_bracketed(struct bytes host)
{
	return bytes_starts(host, BYTES_LIT("[")) && bytes_ends(host, BYTES_LIT("]")) && is_ip(AF_INET6, bytes_slice(host, 1, host.len - 2));
}

static bool is_host(struct bytes host)
{
	if (bytes_starts(host, BYTES_LIT("[")))
		return is_bracketed(host);
	for (size_t i = 0; i < host.len; i++)
		if (strchr(":@/\\ <>[]\"", host.ptr[i]))
			return false;
	return host.len > 0 && host.len <= 255;
}

/* The last colon that is not within brackets; -1: none. */
static ptrdiff_t port_colon(struct bytes text)
{
	for (size_t at = text.len; at > 0 && text.ptr[at - 1] != ']'; at--)
		if (text.ptr[at - 1] == ':')
			return (ptrdiff_t)at - 1;
	return -1;
}

static bool split(struct bytes text, struct bytes *host)
{
	ptrdiff_t colon = port_colon(text);

	*host = bytes_slice(text, 0, colon < 0 ? text.len : (size_t)colon);
	return colon < 0 || is_port(bytes_slice(text, (size_t)colon + 1, text.len));
}

bool address_is_host_port(struct bytes text)
{
	struct bytes host;

	return port_colon(text) >= 0 && split(text, &host) && is_host(host);
}

bool address_is_ip_port(struct bytes text)
{
	struct bytes host;

	return port_colon(text) >= 0 && split(text, &host) && (is_ip(AF_INET, host) || is_bracketed(host));
}

bool address_is_url(struct bytes text)
{
	ptrdiff_t cut = bytes_find(text, BYTES_LIT("://"));
	struct bytes whom = bytes_slice(text, cut < 0 ? text.len : (size_t)cut + 3, text.len), host;
	size_t end = 0, user = 0;

	while (end < whom.len && !strchr("/?#", whom.ptr[end]))
		end++;
	for (size_t i = 0; i < end; i++)
		if (whom.ptr[i] == '@')
			user = i + 1;
	return cut > 0 && split(bytes_slice(whom, user, end - user), &host) && is_host(host);
}

bool address_is_syslog(struct bytes text)
{
	if (bytes_starts(text, BYTES_LIT("unix:")))
		return text.len > 5;
	if (bytes_starts(text, BYTES_LIT("udp:")))
		return address_is_ip_port(bytes_slice(text, 4, text.len));
	return (bytes_starts(text, BYTES_LIT("tcp:")) || bytes_starts(text, BYTES_LIT("tls:"))) &&
	       address_is_host_port(bytes_slice(text, 4, text.len));
}
