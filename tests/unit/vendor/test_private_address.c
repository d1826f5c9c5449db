/* Which addresses a webhook may not go to unless it is allowed. */
#include "daemon/vendor/private_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sys/un.h>

#include "daemon/base/err.h"

static bool is_private(const char *text)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return address_is_private((const struct sockaddr *)&v4);
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return address_is_private((const struct sockaddr *)&v6);
}

static void edges_of_private_networks_are_private_and_what_lies_beside_them_is_not(void **state)
{
	static const char *const in[] = {
		"0.0.0.0", "10.0.0.0", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254",
		"172.16.0.0", "172.31.255.255", "192.0.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "224.0.0.1", "240.0.0.1",
		"255.255.255.255",
	};
	static const char *const out[] = {
		"1.0.0.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1", "169.253.255.255",
		"169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
		"223.255.255.255",
	};

	for (size_t i = 0; i < ARRAY_LEN(in); i++)
		if (!is_private(in[i]))
			fail_msg("%s", in[i]);
	for (size_t i = 0; i < ARRAY_LEN(out); i++)
		if (is_private(out[i]))
			fail_msg("%s", out[i]);
}

static void address_of_ipv6_that_stands_for_one_of_ipv4_is_that_one(void **state)
{
	assert_true(is_private("::ffff:127.0.0.1") && is_private("64:ff9b::a9fe:a9fe") && is_private("2002:a00:1::1"));
	assert_true(is_private("::127.0.0.1") && is_private("::1") && is_private("::"));
	assert_false(is_private("::ffff:8.8.8.8") || is_private("64:ff9b::808:808") || is_private("2002:808:808::1"));
}

static void local_addresses_of_ipv6_are_private_and_global_ones_are_not(void **state)
{
	assert_true(is_private("fc00::1") && is_private("fdff::1") && is_private("fe80::1") && is_private("fec0::1") && is_private("ff02::1"));
	assert_false(is_private("2001:db8::1") || is_private("fbff::1") || is_private("fe7f::1"));
}

static void what_is_no_internet_address_is_private(void **state)
{
	struct sockaddr_un path = { .sun_family = AF_UNIX };

	assert_true(address_is_private((const struct sockaddr *)&path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges_of_private_networks_are_private_and_what_lies_beside_them_is_not),
		cmocka_unit_test(address_of_ipv6_that_stands_for_one_of_ipv4_is_that_one),
		cmocka_unit_test(local_addresses_of_ipv6_are_private_and_global_ones_are_not),
		cmocka_unit_test(what_is_no_internet_address_is_private),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
