/* IP addresses: 16 bytes, v4 kept as v4-mapped (RFC 4291, 2.5.5.2), parsed and printed in canonical form (RFC 5952). */
#ifndef ASSOCD_MODEL_IP_H
#define ASSOCD_MODEL_IP_H

#include "daemon/base/bytes.h"

struct ip {
	uint8_t b[16];
};

#define IP_TEXT_SIZE 48
/* Text of an address. IPv6 forms that carry the IPv4 address of who is meant are folded to it: v4-mapped, v4-compatible,
 * NAT64 (64:ff9b::/96), 6to4 (2002::/16), Teredo (2001::/32). The zone of an IPv6 address (%eth0) is passed over. No
 * brackets, no port, no leading zeros in IPv4, so that a text without a colon is what ip_format makes of it. */
bool decode_ip(struct bytes text, struct ip *out);
/* As logs and proxies write one: with blanks around it, in brackets, with a port behind it ("192.0.2.1:443", "[2001:db8::1]:443";
 * RFC 7239, 6). bare: the address within the text; port: -1 without one. */
bool decode_ip_and_port(struct bytes text, struct ip *out, struct bytes *bare, int *port);
/* An end of a range: nothing is folded, no zone. */
bool decode_ip_as_written(struct bytes text, struct ip *out);
/* "10.0.0.0/8", "2001:db8::/32", or a bare address; bits counts in the 128-bit space. Host bits must be zero. A network
 * that decode_ip folds away, such as 2002::/16, is read as it stands and holds no address. */
bool decode_cidr(struct bytes text, struct ip *base, unsigned *bits);
bool ip_is_v4(const struct ip *ip);
uint32_t ip_v4(const struct ip *ip);
/* Keeps the first bits of 128, zeroes the rest. */
struct ip ip_prefix(const struct ip *ip, unsigned bits);
int ip_cmp(const struct ip *a, const struct ip *b);
bool ip_in(const struct ip *ip, const struct ip *base, unsigned bits);
/* 0.0.0.0/8, 127/8, ::, ::1, link-local, multicast, reserved, discard-only, documentation: never evidence. Private ranges
 * are not in it. */
bool ip_is_placeholder(const struct ip *ip);
/* Stands for one line in a limit of requests: an IPv4 address, of IPv6 the /64. 0: the text is no address. */
uint64_t ip_line_hash(struct bytes text);
char *ip_format(const struct ip *ip, char out[IP_TEXT_SIZE]);

/* What a network is. Order is the order of the names table; unknown is 0. */
enum network_kind { NET_UNKNOWN, NET_ISP, NET_MOBILE, NET_BUSINESS, NET_EDUCATION, NET_HOSTING, NET_VPN, NET_TOR,
		    NET_RELAY, NET_PUBLIC, NET_KINDS };
extern const char *const network_kind_names[NET_KINDS];
/* -1 when it is none. */
int network_kind_of(struct bytes name);

#endif
