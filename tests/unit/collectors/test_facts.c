/* Facts of a flow as a line and as JSON: what people and scripts read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "collectors/packets/facts.h"

static struct ip address(const char *text)
{
	struct ip ip;
	assert_true(decode_ip_as_written(bytes_of(text), &ip));
	return ip;
}

static struct flow_facts seen(void)
{
	struct flow_facts facts = { .client = address("2001:db8::1"), .server = address("192.0.2.7"), .client_port = 50112,
				    .server_port = 443, .proto = FLOW_QUIC, .first_us = 1700000000123456, .last_us = 1700000001000999 };
	facts_put(facts.ja4, sizeof(facts.ja4), BYTES_LIT("q13d0310h3_55b375c5d22e_cd85d2d88918"));
	facts_put(facts.sni, sizeof(facts.sni), BYTES_LIT("a.example"));
	return facts;
}

static const char *line_of(const struct flow_facts *facts, struct text *out)
{
	text_clear(out);
	facts_line(facts, out);
	return out->ptr;
}

static void line_has_a_dash_for_what_was_not_seen(void **state)
{
	struct flow_facts facts = seen();
	struct text out = { 0 };
	assert_string_equal(line_of(&facts, &out),
			    "2001:db8::1\t50112\t192.0.2.7\t443\tquic\tq13d0310h3_55b375c5d22e_cd85d2d88918\t-\ta.example\t-");
	text_free(&out);
}

static void hostile_text_cannot_break_a_line(void **state)
{
	struct flow_facts facts = seen();
	struct text out = { 0 };
	facts_put(facts.sni, sizeof(facts.sni), BYTES_LIT("a\tb\nc\x1b[2J"));
	assert_non_null(strstr(line_of(&facts, &out), "\ta\\x09b\\x0ac\\x1b[2J\t"));
	text_free(&out);
}

static void long_text_is_cut_and_ended(void **state)
{
	char small[4];
	facts_put(small, sizeof(small), BYTES_LIT("abcdef"));
	assert_string_equal(small, "abc");
	facts_put(small, sizeof(small), BYTES_LIT("a\0b"));
	assert_string_equal(small, "a");
	facts_put(small, sizeof(small), BYTES_NONE);
	assert_string_equal(small, "");
}

static void json_holds_what_was_seen_and_nothing_else(void **state)
{
	struct flow_facts facts = seen();
	struct text out = { 0 };
	facts.mtu = 1420;
	facts.hops = 9;
	facts_put(facts.syn, sizeof(facts.syn), BYTES_LIT("64:1380:1024:mss"));
	json_open_object(&out);
	facts_json(&facts, &out);
	json_close_object(&out);
	assert_string_equal(out.ptr, "{\"src_ip\":\"2001:db8::1\",\"src_port\":50112,\"dst_ip\":\"192.0.2.7\",\"dst_port\":443,\"proto\":\"quic\","
			    "\"first\":\"2023-11-14T22:13:20.123Z\",\"last\":\"2023-11-14T22:13:21.000Z\","
			    "\"ja4\":\"q13d0310h3_55b375c5d22e_cd85d2d88918\",\"sni\":\"a.example\",\"syn\":\"64:1380:1024:mss\",\"hops\":9,\"mtu\":1420,\"mtu_of\":\"wireguard\"}");
	text_free(&out);
}

/* Scanners send it so. */
static void syn_without_an_mss_has_hops_and_no_mtu(void **state)
{
	struct flow_facts facts = { .hops = 3 };
	struct text out = { 0 };
	facts_put(facts.syn, sizeof(facts.syn), BYTES_LIT("64:0:1024:"));
	json_open_object(&out);
	facts_json(&facts, &out);
	json_close_object(&out);
	assert_non_null(strstr(out.ptr, "\"hops\":3}"));
	text_free(&out);
}

static void link_is_named_by_its_mtu_only(void **state)
{
	struct flow_facts facts = { .mtu = 1492 };
	assert_string_equal(facts_link_of(&facts), "pppoe");
	facts.mtu = 1401;
	assert_null(facts_link_of(&facts));
	facts.mtu = 0;
	assert_null(facts_link_of(&facts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_has_a_dash_for_what_was_not_seen),
		cmocka_unit_test(hostile_text_cannot_break_a_line),
		cmocka_unit_test(long_text_is_cut_and_ended),
		cmocka_unit_test(json_holds_what_was_seen_and_nothing_else),
		cmocka_unit_test(syn_without_an_mss_has_hops_and_no_mtu),
		cmocka_unit_test(link_is_named_by_its_mtu_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
