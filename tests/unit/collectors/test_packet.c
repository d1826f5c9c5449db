/* From a link layer to the innermost segment: every link type, every tunnel, and lengths that lie. */
#include "packet_bench.h"

static struct bench b;

static void expect_inner(unsigned link, const char *what)
{
	struct packet p;
	enum packet_end end = bench_decode(&b, link, &p);

	if (end != PACKET_WHOLE)
		fail_msg("%s: %s", what, packet_end_names[end]);
	if (p.protocol != PACKET_TCP || p.source_port != 1000 || p.destination_port != 443 || !bytes_is(p.payload, "hello") ||
	    p.seq != 7 || p.payload_length != 5 || ip_v4(&p.source) != 0x0a000001 || ip_v4(&p.destination) != 0x0a000002)
		fail_msg("%s: another packet", what);
}

static void expect_end(unsigned link, enum packet_end wanted, const char *what)
{
	struct packet p;
	enum packet_end end = bench_decode(&b, link, &p);

	if (end != wanted)
		fail_msg("%s: %s", what, packet_end_names[end]);
}

/* Headers as hexadecimal digits in front of the inner packet. */
static const struct { const char *what; unsigned link; const char *header; } links[] = {
	{ "ethernet", 1, "020000000002 020000000001 0800" },
	{ "vlan", 1, "020000000002 020000000001 8100 0064 0800" },
	{ "qinq", 1, "020000000002 020000000001 88a8 0064 8100 0065 0800" },
	{ "three vlans", 1, "020000000002 020000000001 9100 0064 8100 0065 8100 0066 0800" },
	{ "mpls", 1, "020000000002 020000000001 8847 00010040 00020140" },
	{ "mpls with a frame", 1, "020000000002 020000000001 8847 00010140 00000000 020000000002 020000000001 0800" },
	{ "mpls with a frame, no control word", 1, "020000000002 020000000001 8847 00010140 b20000000002 020000000001 0800" },
	{ "mpls with a frame to a card that begins with a zero", 1, "020000000002 020000000001 8847 00010140 020000000002 020000000001 0800" },
	{ "mpls with a frame to a card that begins like IPv6", 1, "020000000002 020000000001 8847 00010140 640000000002 020000000001 0800" },
	{ "pppoe", 1, "020000000002 020000000001 8864 1100 0001 002f 0021" },
	{ "pppoe, short protocol", 1, "020000000002 020000000001 8864 1100 0001 002e 21" },
	{ "snap", 1, "020000000002 020000000001 0035 aaaa03 000000 0800" },
	{ "llc", 1, "020000000002 020000000001 0030 060603" },
	{ "802.1ah", 1, "020000000002 020000000001 88e7 00000001 020000000002 020000000001 0800" },
	{ "metadata", 1, "020000000002 020000000001 8909 0101 0001 0000 0800" },
	{ "hsr", 1, "020000000002 020000000001 892f 0000 0001 0800" },
	{ "ppp", 9, "ff03 0021" },
	{ "ppp without address", 9, "0021" },
	{ "ppp, one byte", 9, "21" },
	{ "ppp of a serial line", 50, "ff03 0021" },
	{ "hdlc of a serial line", 50, "0f00 0800" },
	{ "ppp over ethernet alone", 51, "1100 0001 002f 0021" },
	{ "ppp with direction", 204, "00 ff03 0021" },
	{ "pppd", 166, "01 03 0021" },
	{ "hdlc", 104, "0f00 0800" },
	{ "frame relay", 107, "1841 03 cc" },
	{ "frame relay with snap", 107, "1841 03 00 80 000000 0800" },
	{ "frame relay of cisco", 107, "1841 0800" },
	{ "sll", 113, "0000 0001 0006 0200000000010000 0800" },
	{ "sll with vlan", 113, "0000 0001 0006 0200000000010000 8100 0064 0800" },
	{ "sll2", 276, "0800 0000 00000001 0001 00 06 0200000000010000" },
	{ "null, little", 0, "02000000" },
	{ "null, big", 0, "00000002" },
	{ "loop", 108, "00000002" },
	{ "raw 12", 12, "" }, { "raw 14", 14, "" }, { "raw 101", 101, "" }, { "ipv4", 228, "" },
	{ "mpls alone", 219, "00010140" },
	{ "atm", 11, "aaaa03 000000 0800" },
	{ "fddi", 10, "50 020000000002 020000000001 aaaa03 000000 0800" },
	{ "token ring", 6, "1040 020000000002 020000000001 aaaa03 000000 0800" },
	{ "token ring with a route", 6, "1040 020000000002 820000000001 0630 0011 0020 aaaa03 000000 0800" },
	{ "firewire", 138, "0000000000000002 0000000000000001 0800" },
	{ "enc", 109, "02000000 00000000 00000000" },
	{ "nflog", 239, "02 00 0000 0600 0a00 0001 0000 3100 0900" },
	{ "ipnet", 226, "01 02 0000 00000000 00000000 00000000 00000000 00000000" },
	{ "ppi", 192, "00 00 0800 01000000 020000000002 020000000001 0800" },
	{ "pktap", 258, "0c000000 00000000 01000000 020000000002 020000000001 0800" },
	{ "netanalyzer", 240, "00000000 020000000002 020000000001 0800" },
	{ "wifi", 105, "0801 0000 020000000002 020000000001 020000000003 0000 aaaa03 000000 0800" },
	{ "wifi, four addresses", 105, "0803 0000 020000000002 020000000001 020000000003 0000 020000000004 aaaa03 000000 0800" },
	{ "wifi with qos", 105, "8801 0000 020000000002 020000000001 020000000003 0000 0000 aaaa03 000000 0800" },
	{ "radiotap", 127, "00 00 0800 00000000 0801 0000 020000000002 020000000001 020000000003 0000 aaaa03 000000 0800" },
};

static void every_link_type_leads_to_the_packet(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		bench_inner(&b);
		bench_hex(&b, links[i].header);
		expect_inner(links[i].link, links[i].what);
		assert_true(packet_link_is_known(links[i].link));
		assert_non_null(packet_link_name(links[i].link));
	}
}

static void pflog_header_is_as_long_as_it_says(void **state)
{
	bench_inner(&b);
	uint8_t *header = bench_front(&b, 64);
	header[0] = 61; /* padded to 64 */
	header[1] = 2;
	expect_inner(117, "pflog");
	header[0] = 3;
	expect_end(117, PACKET_MALFORMED, "pflog of three bytes");
}

static void unknown_link_type_has_a_name_where_there_is_one(void **state)
{
	assert_false(packet_link_is_known(189));
	assert_string_equal(packet_link_name(189), "usb-linux");
	assert_string_equal(packet_link_name(147), "user0");
	assert_null(packet_link_name(64000));
	bench_inner(&b);
	expect_end(64000, PACKET_OTHER, "unknown link");
}

/* Between an outer IPv4 header (or its UDP header) and the inner packet. */
static const struct { const char *what; uint8_t protocol; uint16_t port; const char *header; } tunnels[] = {
	{ "ip in ip", 4, 0, "" },
	{ "mpls in ip", 137, 0, "00010140" },
	{ "ethernet behind a segment route", 143, 0, "020000000002 020000000001 0800" },
	{ "etherip", 97, 0, "3000 020000000002 020000000001 0800" },
	{ "ah", 51, 0, "0404 0000 00000001 00000001 000000000000000000000000" },
	{ "gre", 47, 0, "0000 0800" },
	{ "gre with checksum, key and sequence", 47, 0, "b000 0800 00000000 00000001 00000002" },
	{ "gre with a frame", 47, 0, "0000 6558 020000000002 020000000001 0800" },
	{ "gre with mpls", 47, 0, "0000 8847 00010140" },
	{ "pptp", 47, 0, "3081 880b 002f 0001 00000001 00000001 ff03 0021" },
	{ "wccp", 47, 0, "0000 883e 00000000" },
	{ "wccp 1", 47, 0, "0000 883e" },
	{ "erspan 1", 47, 0, "0000 88be 020000000002 020000000001 0800" },
	{ "erspan 2", 47, 0, "1000 88be 00000001 1000 0000 00000000 020000000002 020000000001 0800" },
	{ "erspan 3", 47, 0, "1000 22eb 00000001 2000 0000 00000000 0000 0000 020000000002 020000000001 0800" },
	{ "erspan 3 with its platform", 47, 0, "1000 22eb 00000001 2000 0000 00000000 0000 0001 0000000000000000 020000000002 020000000001 0800" },
	{ "erspan 3 with ip", 47, 0, "1000 22eb 00000001 2000 0000 00000000 0000 0800" },
	{ "vxlan", 17, 4789, "08000000 00000100 020000000002 020000000001 0800" },
	{ "vxlan with a flag of an extension", 17, 4789, "48000000 00000100 020000000002 020000000001 0800" },
	{ "vxlan of linux", 17, 8472, "08000000 00000100 020000000002 020000000001 8100 0001 0800" },
	{ "vxlan-gpe", 17, 4790, "0c000001 00000100" },
	{ "geneve with ip", 17, 6081, "0000 0800 00000100" },
	{ "geneve with a frame and options", 17, 6081, "0200 6558 00000100 0000000000000000 020000000002 020000000001 0800" },
	{ "gtp-u", 17, 2152, "30ff 0031 00000001" },
	{ "gtp-u with a sequence", 17, 2152, "32ff 0031 00000001 0001 00 00" },
	{ "gtp-u with an extension", 17, 2152, "34ff 0031 00000001 0000 00 85 01 0000 00" },
	{ "l2tp", 17, 1701, "0002 0001 0001 ff03 0021" },
	{ "l2tp with everything", 17, 1701, "4a02 0031 0001 0001 0000 0000 0002 0000 0021" },
	{ "mpls over udp", 17, 6635, "00010140" },
	{ "tzsp", 17, 37008, "01 00 0001 0a01ff 00 01 020000000002 020000000001 0800" },
	{ "lisp", 17, 4341, "80000000 00000001" },
	{ "nsh in vxlan-gpe", 17, 4790, "0c000004 00000100 0002 01 01 00000000" },
};

static void wrap(const char *header, uint8_t protocol, uint16_t port)
{
	bench_hex(&b, header);
	if (protocol == 17)
		bench_udp(&b, 50000, port);
	bench_ipv4(&b, protocol, 9, 8);
	bench_ethernet(&b, 0x0800);
}

static void every_tunnel_leads_to_the_innermost_packet(void **state)
{
	struct packet p;

	for (size_t i = 0; i < ARRAY_LEN(tunnels); i++) {
		bench_inner(&b);
		wrap(tunnels[i].header, tunnels[i].protocol, tunnels[i].port);
		expect_inner(1, tunnels[i].what);
		bench_decode(&b, 1, &p);
		assert_int_equal(p.tunnels, 1);
	}
}

static void tunnels_nest(void **state)
{
	bench_inner(&b);
	wrap("30ff 0031 00000001", 17, 2152);
	wrap("08000000 00000100", 17, 4789);
	wrap("0000 6558", 47, 0);
	expect_inner(1, "gtp in vxlan in gre");
}

static void teredo_and_six_in_four_carry_ipv6(void **state)
{
	static const struct { const char *what, *header; uint8_t protocol; uint16_t port; } rows[] = {
		{ "6in4", "", 41, 0 }, { "teredo", "", 17, 3544 }, { "teredo with origin", "0000 1234 0a000001", 17, 3544 },
		{ "teredo with authentication", "0001 0000 0000000000000000 00", 17, 3544 },
	};
	struct packet p;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bench_clear(&b);
		bench_put(&b, "hello", 5);
		bench_tcp(&b, (struct bench_tcp){ 1000, 443, 7, TCP_ACK });
		bench_ipv6(&b, PACKET_TCP, 1, 2);
		wrap(rows[i].header, rows[i].protocol, rows[i].port);
		if (bench_decode(&b, 1, &p) != PACKET_WHOLE || !p.is_v6 || p.destination.b[15] != 2 || !bytes_is(p.payload, "hello"))
			fail_msg("%s", rows[i].what);
	}
}

static void datagram_on_a_tunnel_port_stays_one_when_no_tunnel_is_in_it(void **state)
{
	static const uint16_t ports[] = { 1701, 2152, 3544, 4789, 4790, 6081, 6635, 8472, 37008 };
	struct packet p;

	for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
		bench_clear(&b);
		bench_hex(&b, "c0000000 01080102030405060708 00");
		bench_udp(&b, ports[i], 443);
		bench_ipv4(&b, PACKET_UDP, 1, 2);
		assert_int_equal(bench_decode(&b, 101, &p), PACKET_WHOLE);
		assert_int_equal(p.source_port, ports[i]);
		assert_int_equal(p.payload.len, 15);
	}
}

static void extension_headers_of_ipv6_are_walked_through(void **state)
{
	struct packet p;

	bench_clear(&b);
	bench_put(&b, "hello", 5);
	bench_udp(&b, 1000, 443);
	bench_hex(&b, "11 00 000000000000");                                   /* destination options */
	bench_hex(&b, "3c 04 0000 00000001 00000001 000000000000000000000000"); /* authentication */
	bench_hex(&b, "33 02 0000000000000000000000000000000000000000 0000");  /* routing */
	bench_hex(&b, "2b 00 000000000000");                                   /* hop by hop */
	bench_ipv6(&b, 0, 1, 2);
	assert_int_equal(bench_decode(&b, 229, &p), PACKET_WHOLE);
	assert_true(p.is_v6 && p.protocol == PACKET_UDP && bytes_is(p.payload, "hello"));
}

static void fragment_headers_are_told_apart(void **state)
{
	struct packet p;

	bench_clear(&b);
	bench_put(&b, "0123456789abcdef", 16);
	bench_hex(&b, "11 00 0009 00010203");
	bench_ipv6(&b, 44, 1, 2);
	assert_int_equal(bench_decode(&b, 101, &p), PACKET_FRAGMENT);
	assert_true(p.fragment_at == 8 && p.has_more && p.id == 0x00010203 && p.payload.len == 16 && p.protocol == PACKET_UDP);

	bench_clear(&b);
	bench_put(&b, "0123456789abcdef", 16);
	bench_u16(bench_ipv4(&b, PACKET_UDP, 1, 2) + 6, 3);
	assert_int_equal(bench_decode(&b, 101, &p), PACKET_FRAGMENT);
	assert_true(p.fragment_at == 24 && !p.has_more);

	bench_clear(&b);
	bench_put(&b, "hello", 5);
	bench_udp(&b, 1000, 443);
	bench_hex(&b, "11 00 0000 00010203"); /* the only one: RFC 6946 */
	bench_ipv6(&b, 44, 1, 2);
	assert_int_equal(bench_decode(&b, 101, &p), PACKET_WHOLE);
}

static void put_sum(uint8_t *header)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < 20; i += 2)
		sum += (uint32_t)header[i] << 8 | header[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	bench_u16(header + 10, ~(sum + (sum >> 16)) & 0xffff);
}

/* 129.0, 136.100 and others read like the type of a frame where one might stand. */
static void address_behind_mpls_is_no_type_of_a_frame(void **state)
{
	static const uint16_t types[] = { 0x8100, 0x88a8, 0x8847, 0x8864, 0x0806 };
	struct packet p;

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		bench_inner(&b);
		uint8_t *header = b.bytes + b.begin;
		bench_u16(header + 12, types[i]);
		put_sum(header);
		bench_hex(&b, "00010140");
		bench_ethernet(&b, 0x8847);
		assert_int_equal(bench_decode(&b, 1, &p), PACKET_WHOLE);
		assert_int_equal(ip_v4(&p.source) >> 16, types[i]);
		assert_int_equal(p.destination_port, 443);

		bench_clear(&b);
		bench_put(&b, "hello", 5);
		bench_tcp(&b, (struct bench_tcp){ 1000, 443, 7, TCP_ACK });
		bench_u16(bench_ipv6(&b, PACKET_TCP, 1, 2) + 12, types[i]);
		bench_hex(&b, "00010140");
		bench_ethernet(&b, 0x8847);
		assert_int_equal(bench_decode(&b, 1, &p), PACKET_WHOLE);
		assert_true(p.is_v6);
		assert_int_equal(p.destination_port, 443);
	}
}

static void padding_of_a_short_frame_is_not_payload(void **state)
{
	bench_clear(&b);
	bench_front(&b, 30);
	bench_put(&b, "hello", 5);
	uint8_t *tcp = bench_front(&b, 20);
	bench_hex(&b, "45000000 00000000 40060000 0a000001 0a000002");
	bench_u16(b.bytes + b.begin + 2, 45);
	tcp[0] = 1000 >> 8;
	tcp[1] = 1000 & 255;
	tcp[2] = 443 >> 8;
	tcp[3] = 443 & 255;
	tcp[7] = 7;
	tcp[12] = 5 << 4;
	bench_ethernet(&b, 0x0800);
	expect_inner(1, "padded");
}

static void snap_length_shortens_the_payload_but_not_its_length(void **state)
{
	struct captured captured;
	struct packet p;

	bench_inner(&b);
	captured = (struct captured){ .link = 101, .bytes = bytes_slice(bench_bytes(&b), 0, 42), .wire_length = bench_length(&b) };
	assert_int_equal(decode_packet(&captured, &p), PACKET_WHOLE);
	assert_int_equal(p.payload.len, 2);
	assert_int_equal(p.payload_length, 5);
}

static void length_of_zero_means_all_that_there_is(void **state)
{
	bench_inner(&b);
	bench_u16(b.bytes + b.begin + 2, 0); /* left by a card that cuts large packets itself */
	expect_inner(101, "total length 0");
}

static void cut_anywhere_is_never_whole(void **state)
{
	bench_inner(&b);
	wrap("08000000 00000100 020000000002 020000000001 0800", 17, 4789);
	for (size_t n = 0; n < 14 + 20 + 8; n++) {
		struct captured captured = { .link = 1, .bytes = bytes_slice(bench_bytes(&b), 0, n), .wire_length = bench_length(&b) };
		struct packet p;
		assert_int_equal(decode_packet(&captured, &p), PACKET_CUT);
	}
}

static void lengths_that_cannot_be_are_malformed(void **state)
{
	bench_inner(&b);
	b.bytes[b.begin] = 0x44;
	expect_end(228, PACKET_MALFORMED, "header of 16 bytes");
	bench_inner(&b);
	b.bytes[b.begin] = 0x55;
	expect_end(228, PACKET_MALFORMED, "version 5");
	bench_inner(&b);
	bench_u16(b.bytes + b.begin + 2, 19);
	expect_end(228, PACKET_MALFORMED, "total of 19");
	bench_inner(&b);
	b.bytes[b.begin + 20 + 12] = 4 << 4;
	expect_end(228, PACKET_MALFORMED, "TCP header of 16 bytes");
	bench_inner(&b);
	b.bytes[b.begin + 20 + 12] = 15 << 4;
	expect_end(228, PACKET_MALFORMED, "TCP options longer than the packet");
	bench_clear(&b);
	bench_put(&b, "hello", 5);
	bench_udp(&b, 1, 2);
	bench_u16(b.bytes + b.begin + 4, 7);
	bench_ipv4(&b, PACKET_UDP, 1, 2);
	expect_end(228, PACKET_MALFORMED, "datagram of 7 bytes");
}

static void tunnels_without_end_are_given_up(void **state)
{
	bench_inner(&b);
	for (int i = 0; i < 40; i++)
		bench_ipv4(&b, 4, 1, 2);
	expect_end(101, PACKET_DEEP, "forty headers");
}

static void what_is_no_segment_is_another_protocol(void **state)
{
	bench_clear(&b);
	bench_front(&b, 28);
	bench_ethernet(&b, 0x0806);
	expect_end(1, PACKET_OTHER, "arp");
	bench_inner(&b); /* the datagram inside an ICMP error was not sent now */
	bench_hex(&b, "0301 0000 00000000");
	bench_ipv4(&b, 1, 3, 4);
	expect_end(101, PACKET_OTHER, "icmp error");
	bench_inner(&b);
	bench_hex(&b, "0841 0000 020000000002 020000000001 020000000003 0000 aaaa03 000000 0800");
	expect_end(105, PACKET_OTHER, "encrypted frame");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_link_type_leads_to_the_packet),
		cmocka_unit_test(pflog_header_is_as_long_as_it_says),
		cmocka_unit_test(unknown_link_type_has_a_name_where_there_is_one),
		cmocka_unit_test(every_tunnel_leads_to_the_innermost_packet),
		cmocka_unit_test(tunnels_nest),
		cmocka_unit_test(teredo_and_six_in_four_carry_ipv6),
		cmocka_unit_test(datagram_on_a_tunnel_port_stays_one_when_no_tunnel_is_in_it),
		cmocka_unit_test(extension_headers_of_ipv6_are_walked_through),
		cmocka_unit_test(fragment_headers_are_told_apart),
		cmocka_unit_test(address_behind_mpls_is_no_type_of_a_frame),
		cmocka_unit_test(padding_of_a_short_frame_is_not_payload),
		cmocka_unit_test(snap_length_shortens_the_payload_but_not_its_length),
		cmocka_unit_test(length_of_zero_means_all_that_there_is),
		cmocka_unit_test(cut_anywhere_is_never_whole),
		cmocka_unit_test(lengths_that_cannot_be_are_malformed),
		cmocka_unit_test(tunnels_without_end_are_given_up),
		cmocka_unit_test(what_is_no_segment_is_another_protocol),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
