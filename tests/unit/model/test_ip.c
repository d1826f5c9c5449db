#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/base/err.h"
#include "daemon/model/ip.h"

static void assert_prints(const char *text, const char *expected)
{
	char out[IP_TEXT_SIZE];
	struct ip ip;

	if (!decode_ip(bytes_of(text), &ip))
		fail_msg("%s is refused", text);
	assert_string_equal(ip_format(&ip, out), expected);
}

static struct ip address(const char *text)
{
	struct ip ip;

	assert_true(decode_ip(bytes_of(text), &ip));
	return ip;
}

static void addresses_are_printed_in_canonical_form(void **state)
{
	assert_prints("192.168.0.1", "192.168.0.1");
	assert_prints("255.255.255.255", "255.255.255.255");
	assert_prints("2001:0DB8:0:0:0:0:0:1", "2001:db8::1");
	assert_prints("2001:db8::1:0:0:1", "2001:db8::1:0:0:1");
	assert_prints("2003:0:0:1:0:0:0:1", "2003:0:0:1::1");
	assert_prints("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
	assert_prints("::", "::");
	assert_prints("::1", "::1");
	assert_prints("1::", "1::");
	assert_prints("fe80::1:2", "fe80::1:2");
	assert_prints("64:ff9b:1::1.2.3.4", "64:ff9b:1::102:304");
	assert_prints("fe80::1:2%eth0", "fe80::1:2");
	assert_prints("2a01:4f8::1%25", "2a01:4f8::1");
}

static void v4_in_v6_is_folded_to_v4(void **state)
{
	assert_prints("::ffff:10.1.2.3", "10.1.2.3");
	assert_prints("::FFFF:a01:203", "10.1.2.3");
	assert_prints("::10.1.2.3", "10.1.2.3");
	assert_prints("64:ff9b::1.2.3.4", "1.2.3.4");
	assert_prints("64:ff9b::c000:221", "192.0.2.33"); /* RFC 6052, 2.4 */
	assert_prints("2002:c000:204::1", "192.0.2.4");
	assert_prints("2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.45"); /* as in RFC 4380, 5.2.6 and 4 */
	assert_true(ip_is_v4(&(struct ip){ { [10] = 0xff, [11] = 0xff } }));
	struct ip ip = address("1.2.3.4");
	assert_int_equal(ip_v4(&ip), 0x01020304);
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *const wrong[] = {
		"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1..2.3", "1.2.3.", ".1.2.3", "1.2.3.4 ",
		"1.2.3.4x", "0x1.2.3.4", "1.2.3.1000", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
		"::1::", "1::2::3", "12345::", "g::", "1:", ":1", "[::1]", "fe80::1%", "%eth0", "1.2.3.4%eth0", "::1.2.3", "1.2.3.4::", "::1.2.3.4:5",
		"1:2:3:4:5:6:7:1.2.3.4", "::ffff:1.2.3.400", "1:2:3:4:5:6:7::8:9",
	};
	struct ip ip;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		if (decode_ip(bytes_of(wrong[i]), &ip))
			fail_msg("%s is accepted", wrong[i]);
}

static void networks_have_no_host_bits(void **state)
{
	struct ip base;
	unsigned bits;

	assert_true(decode_cidr(bytes_of("10.0.0.0/8"), &base, &bits));
	assert_int_equal(bits, 104);
	assert_true(decode_cidr(bytes_of("10.1.2.3"), &base, &bits));
	assert_int_equal(bits, 128);
	assert_true(decode_cidr(bytes_of("2001:db8::/32"), &base, &bits));
	assert_int_equal(bits, 32);
	assert_true(decode_cidr(bytes_of("::/0"), &base, &bits));
	assert_int_equal(bits, 0);
	assert_true(decode_cidr(bytes_of("0.0.0.0/0"), &base, &bits));
	assert_int_equal(bits, 96);
	assert_false(decode_cidr(bytes_of("10.0.0.1/8"), &base, &bits));
	assert_false(decode_cidr(bytes_of("10.0.0.0/33"), &base, &bits));
	assert_false(decode_cidr(bytes_of("10.0.0.0/"), &base, &bits));
	assert_false(decode_cidr(bytes_of("10.0.0.0/08"), &base, &bits));
	assert_false(decode_cidr(bytes_of("10.0.0.0/-1"), &base, &bits));
	assert_false(decode_cidr(bytes_of("2001:db8::/129"), &base, &bits));
	assert_false(decode_cidr(bytes_of("2001:db8::1/64"), &base, &bits));
}

static void membership_counts_bits_of_128(void **state)
{
	struct ip base = address("10.1.128.0"), in = address("10.1.255.1"), out = address("10.1.127.255"), v6 = address("2003::1");

	assert_true(ip_in(&in, &base, 96 + 17));
	assert_false(ip_in(&out, &base, 96 + 17));
	assert_false(ip_in(&v6, &base, 96 + 17));
	assert_true(ip_in(&v6, &base, 0));
	assert_true(ip_in(&in, &in, 128));
	assert_false(ip_in(&in, &base, 128));
	assert_true(ip_in(&in, &base, 96 + 16));
}

static void a_prefix_keeps_the_first_bits(void **state)
{
	char out[IP_TEXT_SIZE];
	struct ip ip = address("2001:db8:1:2:3:4:5:6"), cut = ip_prefix(&ip, 64);

	assert_string_equal(ip_format(&cut, out), "2001:db8:1:2::");
	cut = ip_prefix(&ip, 33);
	assert_string_equal(ip_format(&cut, out), "2001:db8::");
	cut = ip_prefix(&ip, 128);
	assert_int_equal(ip_cmp(&cut, &ip), 0);
	cut = ip_prefix(&ip, 0);
	assert_string_equal(ip_format(&cut, out), "::");
}

static void placeholders_are_addresses_that_say_nothing(void **state)
{
	static const char *const nothing[] = { "0.0.0.0", "127.0.0.1", "169.254.1.1", "192.0.2.7", "198.51.100.1", "203.0.113.9",
					       "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "ff02::1", "2001:db8::5",
					       "240.0.0.1", "100::1", "3fff:fff::1", "2002:c000:201::1", "64:ff9b::127.0.0.1" };
	static const char *const something[] = { "10.0.0.1", "192.168.1.1", "8.8.8.8", "fd00::1", "2a00::1", "128.0.0.1", "1.0.0.0",
						 "3fff:1000::1", "100:0:0:1::1", "2002:b01:203::1" };
	struct ip ip;

	for (size_t i = 0; i < ARRAY_LEN(nothing); i++) {
		ip = address(nothing[i]);
		assert_true(ip_is_placeholder(&ip));
	}
	for (size_t i = 0; i < ARRAY_LEN(something); i++) {
		ip = address(something[i]);
		assert_false(ip_is_placeholder(&ip));
	}
}

static void assert_bare(const char *text, const char *expected, int wanted_port)
{
	char out[IP_TEXT_SIZE];
	struct bytes bare;
	struct ip ip, again;
	int port;

	if (!decode_ip_and_port(bytes_of(text), &ip, &bare, &port))
		fail_msg("%s is refused", text);
	assert_string_equal(ip_format(&ip, out), expected);
	assert_int_equal(port, wanted_port);
	assert_true(decode_ip(bare, &again));
	assert_int_equal(ip_cmp(&ip, &again), 0);
}

static void what_logs_write_around_an_address_is_passed_over(void **state)
{
	static const char *const wrong[] = { "", " ", "-", "unknown", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:+1",
					     "192.0.2.1:1:2", "192.0.2.1 :80", "192.0.2.1 80", "[192.0.2.1]:80", "[192.0.2.1]", "[2a00::1",
					     "2a00::1]:80", "[2a00::1]80", "[2a00::1]:", "[]:80", "[", "]", ":80", "192.0.2.1, 192.0.2.2",
					     "999.0.2.1:80", "192.0.2.1:000080", "[2a00::1]:80 x" };
	struct bytes bare;
	struct ip ip;
	int port;

	assert_bare("192.0.2.1", "192.0.2.1", -1);
	assert_bare(" 192.0.2.1\t", "192.0.2.1", -1);
	assert_bare("192.0.2.1:443", "192.0.2.1", 443);
	assert_bare("192.0.2.1:0", "192.0.2.1", 0);
	assert_bare("192.0.2.1:65535 ", "192.0.2.1", 65535);
	assert_bare("[2a00::1]:443", "2a00::1", 443);
	assert_bare("[2a00::1]", "2a00::1", -1);
	assert_bare("[::ffff:192.0.2.1]:1", "192.0.2.1", 1);
	assert_bare("[fe80::1%eth0]:1", "fe80::1", 1);
	assert_bare("2a00::1", "2a00::1", -1);
	assert_bare("2a00::1:443", "2a00::1:443", -1);
	assert_bare("::ffff:192.0.2.1", "192.0.2.1", -1);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		if (decode_ip_and_port(bytes_of(wrong[i]), &ip, &bare, &port))
			fail_msg("%s is taken", wrong[i]);
}

static void an_end_of_a_range_is_read_as_written(void **state)
{
	char out[IP_TEXT_SIZE];
	struct ip ip;

	assert_true(decode_ip_as_written(bytes_of("2002::"), &ip));
	assert_string_equal(ip_format(&ip, out), "2002::");
	assert_true(decode_ip_as_written(bytes_of("1.2.3.4"), &ip));
	assert_string_equal(ip_format(&ip, out), "1.2.3.4");
	assert_false(decode_ip_as_written(bytes_of("fe80::1%eth0"), &ip));
}

static void every_address_reads_back_as_printed(void **state)
{
	uint64_t seed = 1;
	char out[IP_TEXT_SIZE];

	for (unsigned n = 0; n < 20000; n++) {
		struct ip ip, again;

		for (unsigned i = 0; i < 16; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			ip.b[i] = seed >> 62 ? (uint8_t)(seed >> 33) : 0;
		}
		assert_true(decode_ip(bytes_of(ip_format(&ip, out)), &again));
		if (memcmp(ip.b, "\0\0\0\0\0\0\0\0\0\0\0\0", 12) != 0)
			assert_int_equal(ip_cmp(&ip, &again), 0);
	}
}

static void network_kinds_have_names(void **state)
{
	assert_int_equal(network_kind_of(bytes_of("hosting")), NET_HOSTING);
	assert_int_equal(network_kind_of(bytes_of("public")), NET_PUBLIC);
	assert_int_equal(network_kind_of(bytes_of("nothing")), -1);
	for (int i = 0; i < NET_KINDS; i++)
		assert_int_equal(network_kind_of(bytes_of(network_kind_names[i])), i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_printed_in_canonical_form),
		cmocka_unit_test(v4_in_v6_is_folded_to_v4),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(networks_have_no_host_bits),
		cmocka_unit_test(membership_counts_bits_of_128),
		cmocka_unit_test(a_prefix_keeps_the_first_bits),
		cmocka_unit_test(an_end_of_a_range_is_read_as_written),
		cmocka_unit_test(placeholders_are_addresses_that_say_nothing),
		cmocka_unit_test(what_logs_write_around_an_address_is_passed_over),
		cmocka_unit_test(every_address_reads_back_as_printed),
		cmocka_unit_test(network_kinds_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
