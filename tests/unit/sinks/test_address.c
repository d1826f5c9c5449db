/* What is an address of a sink, and what never will be. */
#include "daemon/sinks/address.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
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

static bool is_url(struct bytes text)
{
	return address_check_url(text.ptr, NULL) == ERR_OK;
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
	static const char *const yes[] = { "http://h", "https://h/", "https://h:443/x?to=a@b:c/d", "https://u:p@h/x", "https://u:p%40q@h/x",
					   "smtp://[::1]:25", "https://h?x", "http://h#x", NULL };
	static const char *const no[] = { "", "h", "://h", "https://", "https:///x", "https:////x", "https://u@/x", "https://u@:1/x", "http://h:/x",
					  "http://h:", "http://h:0", "http://h:port", "http://a b/", "http://::1/", NULL };

	(void)state;
	check_all(is_url, yes, no);
}

/* What no request could be sent to must not wait for the first alert to be found out. */
static void url_that_libcurl_does_not_read_is_none(void **state)
{
	static const char *const yes[] = { NULL };
	static const char *const no[] = { "https://u:p@q@h/x", "https://[::1%]x/", "https://h\x7f/", NULL };
	char long_name[300] = "http://";

	(void)state;
	check_all(is_url, yes, no);
	memset(long_name + 7, 'a', 253);
	assert_true(is_url(bytes_of(long_name)));
	long_name[7 + 253] = 'a';
	assert_false(is_url(bytes_of(long_name)));
	memset(long_name + 7, 'a', sizeof(long_name) - 8);
	assert_false(is_url(bytes_of(long_name)));
}

static void refusal_of_a_url_says_why(void **state)
{
	static const struct { const char *url, *why; } refusals[] = {
		{ "https:///x", "nothing stands between :// and the path" }, { "https://h:/x", "no port follows the colon" },
		{ "https://h:0/x", "port 0" }, { "https://u:p@q@h/x", "an @ of a password is written %40" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct errbuf why = { 0 };

		assert_int_equal(address_check_url(refusals[i].url, &why), ERR_INPUT);
		assert_string_equal(why.text, refusals[i].why);
	}
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
		cmocka_unit_test(url_that_libcurl_does_not_read_is_none),
		cmocka_unit_test(refusal_of_a_url_says_why),
		cmocka_unit_test(syslog_has_four_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
