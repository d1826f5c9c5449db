/* What is an address of a sink, and what never will be. */
#include "daemon/sinks/address.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void check_all(bool (*is)(struct bytes text), const char *const *yes, const char *const *no)
{
	for (; *yes; yes++)
		if (!is(bytes_of(*yes)))
			fail_msg("%s is refused", *yes);
	for (; *no; no++)
		if (is(bytes_of(*no)))
			fail_msg("%s is taken", *no);
}

static void host_and_port_are_both_there(void **state)
{
	static const char *const yes[] = { "h:1", "h.example.org:65535", "10.0.0.5:514", "[::1]:3", "[2001:db8::5]:514", NULL };
	static const char *const no[] = { "", ":", "h", "h:", ":1", "h:0", "h:65536", "h:1x", "h:-1", "::1", "::1:3", "[::1]", "[]:3", "[h]:3", "a/b:1",
					  "a b:1", "a@b:1", NULL };

	(void)state;
	check_all(address_is_host_port, yes, no);
}

static void datagrams_go_to_an_ip_address(void **state)
{
	static const char *const yes[] = { "10.0.0.5:514", "[::1]:3", NULL };
	static const char *const no[] = { "siem:514", "10.0.0:514", "10.0.0.5", "::1:3", "[10.0.0.5]:3", NULL };

	(void)state;
	check_all(address_is_ip_port, yes, no);
}

static void url_names_a_host(void **state)
{
	static const char *const yes[] = { "http://h", "https://h/", "https://h:443/x?to=a@b:c/d", "https://u:p@h/x", "smtp://[::1]:25", "https://h?x", "http://h#x", NULL };
	static const char *const no[] = { "", "h", "://h", "https://", "https:///x", "https://u@/x", "https://u@:1/x", "http://h:/x", "http://h:0", "http://h:port",
					  "http://a b/", "http://::1/", NULL };

	(void)state;
	check_all(address_is_url, yes, no);
}

static void syslog_has_four_ways(void **state)
{
	static const char *const yes[] = { "unix:/dev/log", "udp:10.0.0.5:514", "tcp:h:601", "tls:h:6514", NULL };
	static const char *const no[] = { "", "h:514", "unix:", "udp:h:514", "tcp:h", "tls:h:99999", "http://h", NULL };

	(void)state;
	check_all(address_is_syslog, yes, no);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_and_port_are_both_there),
		cmocka_unit_test(datagrams_go_to_an_ip_address),
		cmocka_unit_test(url_names_a_host),
		cmocka_unit_test(syslog_has_four_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
