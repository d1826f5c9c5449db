/* The flow table: who is the client, when a flow ends, and what happens when there are too many. */
#include "flow_bench.h"

static struct flow_bench b;

static void client_is_who_sent_the_syn(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	b.client_port = 80;
	b.server_port = 4000;
	flow_bench_open(&b, 1);
	flow_bench_expect(&b, "80>4000 tcp 64:0:1024:|");
	flow_bench_end(&b);
}

static void answer_to_a_syn_tells_the_client_too(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	b.client_port = 80;
	b.server_port = 4000;
	flow_bench_segment(&b, false, 9000, TCP_SYN | TCP_ACK, BYTES_NONE);
	flow_bench_segment(&b, true, 1, TCP_SYN, BYTES_NONE); /* came later than what it began */
	flow_bench_expect(&b, "80>4000 tcp 64:0:1024:|");
	flow_bench_end(&b);
}

static void without_a_syn_the_well_known_port_is_the_server(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	b.client_port = 4000;
	flow_bench_segment(&b, false, 5, TCP_ACK, BYTES_LIT("\x17\x03\x03"));
	flow_bench_expect(&b, "4000>80 tcp|");
	flow_bench_end(&b);
}

static void who_asks_is_the_client(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	b.client_port = 2000;
	b.server_port = 3000;
	flow_bench_segment(&b, false, 5, TCP_ACK, BYTES_NONE);
	flow_bench_client(&b, 7, BYTES_LIT(REQUEST));
	assert_int_equal(b.learned, 1);
	flow_bench_expect(&b, "2000>3000 tcp GET Test/1|");
	flow_bench_end(&b);
}

static void only_the_first_request_counts(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_open(&b, 1);
	flow_bench_client(&b, 2, BYTES_LIT(REQUEST));
	flow_bench_client(&b, 2 + REQUEST_LEN, BYTES_LIT("POST / HTTP/1.1\r\nUser-Agent: Other\r\n\r\n"));
	assert_int_equal(flows_counts(b.flows)->requests, 1);
	flow_bench_expect(&b, "1000>80 tcp GET Test/1 64:0:1024:|");
	flow_bench_end(&b);
}

static void syn_with_another_sequence_number_is_another_flow(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_open(&b, 1);
	flow_bench_open(&b, 1); /* once more, for it was lost */
	flow_bench_client(&b, 2, BYTES_LIT(REQUEST));
	flow_bench_open(&b, 70001);
	flow_bench_expect(&b, "1000>80 tcp GET Test/1 64:0:1024:|1000>80 tcp 64:0:1024:|");
	assert_int_equal(flows_counts(b.flows)->flows, 2);
	flow_bench_end(&b);
}

static void syn_behind_the_middle_of_a_connection_is_another_flow(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_client(&b, 5000000, BYTES_LIT("middle"));
	flow_bench_open(&b, 1);
	flow_bench_expect(&b, "1000>80 tcp|1000>80 tcp 64:0:1024:|");
	flow_bench_end(&b);
}

static void flow_ends_some_time_after_it_was_closed(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ .closed_s = 10, .idle_s = 300 });
	flow_bench_open(&b, 1);
	flow_bench_segment(&b, true, 2, TCP_FIN | TCP_ACK, BYTES_NONE);
	flow_bench_segment(&b, false, 9001, TCP_FIN | TCP_ACK, BYTES_NONE);
	for (int i = 0; i < 9; i++)
		flows_tick(b.flows, b.at_us += SECOND);
	assert_int_equal(flows_open(b.flows), 1);
	for (int i = 0; i < 3; i++)
		flows_tick(b.flows, b.at_us += SECOND);
	assert_int_equal(flows_open(b.flows), 0);
	flow_bench_end(&b);
}

static void silent_flow_ends_and_a_busy_one_does_not(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ .idle_s = 60 });
	flow_bench_open(&b, 1);
	b.client_port = 1001;
	for (int i = 0; i < 100; i++) {
		flow_bench_client(&b, 5, BYTES_LIT("x"));
		flows_tick(b.flows, b.at_us += SECOND);
	}
	assert_int_equal(flows_open(b.flows), 1);
	flow_bench_expect(&b, "1000>80 tcp 64:0:1024:|1001>80 tcp|");
	flow_bench_end(&b);
}

static void one_wrong_time_ends_no_flow(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ .idle_s = 60 });
	flow_bench_open(&b, 1);
	b.at_us *= 2;
	b.client_port = 1001;
	flow_bench_client(&b, 5, BYTES_LIT("x"));
	assert_int_equal(flows_open(b.flows), 2);
	flow_bench_end(&b);
}

static void first_and_last_time_are_those_of_packets_in_any_order(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	int64_t at_us = b.at_us;
	flow_bench_open(&b, 1);
	b.at_us -= 50 * SECOND;
	flow_bench_client(&b, 2, BYTES_LIT("x"));
	flow_bench_expect(&b, "1000>80 tcp 64:0:1024:|");
	assert_int_equal(b.first_us, at_us + 2000 - 50 * SECOND);
	assert_int_equal(b.last_us, at_us + 1000);
	flow_bench_end(&b);
}

/* Whoever was told of it knows it by that. */
static void flow_that_was_told_of_keeps_its_first_time(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	int64_t at_us = b.at_us;
	flow_bench_open(&b, 1);
	flow_bench_client(&b, 2, BYTES_LIT(REQUEST));
	assert_int_equal(b.learned, 1);
	b.at_us -= 50 * SECOND;
	flow_bench_client(&b, 2 + REQUEST_LEN, BYTES_LIT("x"));
	flow_bench_expect(&b, "1000>80 tcp GET Test/1 64:0:1024:|");
	assert_int_equal(b.first_us, at_us);
	flow_bench_end(&b);
}

static void full_table_gives_up_what_is_worth_least(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ .flows = 16 });
	for (uint16_t port = 1; port <= 4; port++) { /* known */
		b.client_port = port;
		b.server_port = 8000;
		flow_bench_client(&b, 5, BYTES_LIT(REQUEST));
	}
	for (uint16_t port = 100; port < 1100; port++) { /* a flood of SYNs */
		b.client_port = port;
		flow_bench_segment(&b, true, port, TCP_SYN, BYTES_NONE);
		assert_true(flows_open(b.flows) <= 16);
	}
	assert_int_equal(flows_counts(b.flows)->evicted, 1004 - 16);
	text_clear(&b.ended);
	flows_end(b.flows);
	assert_memory_equal(b.ended.ptr, "1>8000 tcp GET Test/1|2>8000 tcp GET Test/1|3>8000 tcp GET Test/1|4>8000 tcp GET Test/1|1088>", 85);
	flow_bench_end(&b);
}

static void closed_flows_go_first(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ .flows = 4 });
	for (uint16_t port = 1; port <= 4; port++) {
		b.client_port = port;
		flow_bench_open(&b, 1);
	}
	flow_bench_segment(&b, true, 2, TCP_RST, BYTES_NONE); /* of port 4 */
	b.client_port = 5;
	flow_bench_open(&b, 1);
	assert_memory_equal(b.ended.ptr, "4>80", 4);
	flow_bench_end(&b);
}

static void datagrams_of_one_pair_of_ends_are_one_flow(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	for (int i = 0; i < 2; i++) {
		bench_clear(&b.packet);
		bench_put(&b.packet, "question", 8);
		bench_udp(&b.packet, i ? 53 : 4000, i ? 4000 : 53);
		bench_ipv6(&b.packet, PACKET_UDP, i ? 2 : 1, i ? 1 : 2);
		flow_bench_send(&b);
	}
	flow_bench_expect(&b, "4000>53 udp|");
	flow_bench_end(&b);
}

static void packets_are_counted_by_what_became_of_them(void **state)
{
	const struct flows_counts *counts;
	struct captured unknown = { .link = 189, .bytes = BYTES_LIT("usb"), .wire_length = 3 };

	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_open(&b, 1);
	bench_clear(&b.packet);
	bench_ipv4(&b.packet, 1, 1, 2);
	flow_bench_send(&b);
	flows_packets(b.flows, &unknown, 1);
	counts = flows_counts(b.flows);
	assert_int_equal(counts->packets, 4);
	assert_int_equal(counts->ends[PACKET_WHOLE], 2);
	assert_int_equal(counts->ends[PACKET_OTHER], 2);
	assert_int_equal(counts->unknown_link, 1);
	assert_int_equal(counts->syns, 1);
	flow_bench_end(&b);
}

static void fragmented_segment_is_read(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	for (int i = 1; i >= 0; i--) {
		bench_clear(&b.packet);
		bench_put(&b.packet, REQUEST, REQUEST_LEN);
		bench_tcp(&b.packet, (struct bench_tcp){ 1000, 80, 7, TCP_ACK });
		if (i == 0)
			memmove(b.packet.bytes + (b.packet.begin += bench_length(&b.packet) - 40), b.packet.bytes + BENCH_SIZE - REQUEST_LEN - 20, 40);
		else
			b.packet.begin += 40;
		uint8_t *header = bench_ipv4(&b.packet, PACKET_TCP, 1, 2);
		bench_u16(header + 6, i == 0 ? 0x2000 : 5);
		flow_bench_send(&b);
	}
	assert_int_equal(flows_counts(b.flows)->datagrams, 1);
	flow_bench_expect(&b, "1000>80 tcp GET Test/1|");
	flow_bench_end(&b);
}

/* What is in b.packet, without its first `front` bytes, in two fragments, the second one first. */
static void send_fragments(uint8_t protocol, void (*send)(const struct bench *fragment))
{
	struct bench packet = b.packet, fragment;
	struct bytes whole = bench_bytes(&packet);
	size_t first = whole.len / 16 * 8;

	for (int i = 1; i >= 0; i--) {
		bench_clear(&fragment);
		bench_put(&fragment, whole.ptr + (i ? first : 0), i ? whole.len - first : first);
		uint8_t *header = bench_ipv4(&fragment, protocol, 1, 2);
		bench_u16(header + 4, (size_t)protocol);
		bench_u16(header + 6, i == 0 ? 0x2000 : first / 8);
		send(&fragment);
	}
}

static void send_as_it_is(const struct bench *fragment)
{
	b.packet = *fragment;
	flow_bench_send(&b);
}

/* In GRE, whose packet is sent in fragments itself. */
static void send_in_a_tunnel(const struct bench *fragment)
{
	b.packet = *fragment;
	bench_hex(&b.packet, "0000 0800");
	send_fragments(47, send_as_it_is);
}

static void fragments_in_a_tunnel_of_fragments_are_read(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	bench_clear(&b.packet);
	bench_put(&b.packet, REQUEST, REQUEST_LEN);
	bench_tcp(&b.packet, (struct bench_tcp){ 1000, 80, 7, TCP_ACK });
	send_fragments(PACKET_TCP, send_in_a_tunnel);
	assert_int_equal(flows_counts(b.flows)->datagrams, 3);
	flow_bench_expect(&b, "1000>80 tcp GET Test/1|");
	flow_bench_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(client_is_who_sent_the_syn),
		cmocka_unit_test(answer_to_a_syn_tells_the_client_too),
		cmocka_unit_test(without_a_syn_the_well_known_port_is_the_server),
		cmocka_unit_test(who_asks_is_the_client),
		cmocka_unit_test(only_the_first_request_counts),
		cmocka_unit_test(syn_with_another_sequence_number_is_another_flow),
		cmocka_unit_test(syn_behind_the_middle_of_a_connection_is_another_flow),
		cmocka_unit_test(flow_ends_some_time_after_it_was_closed),
		cmocka_unit_test(silent_flow_ends_and_a_busy_one_does_not),
		cmocka_unit_test(one_wrong_time_ends_no_flow),
		cmocka_unit_test(first_and_last_time_are_those_of_packets_in_any_order),
		cmocka_unit_test(flow_that_was_told_of_keeps_its_first_time),
		cmocka_unit_test(full_table_gives_up_what_is_worth_least),
		cmocka_unit_test(closed_flows_go_first),
		cmocka_unit_test(datagrams_of_one_pair_of_ends_are_one_flow),
		cmocka_unit_test(packets_are_counted_by_what_became_of_them),
		cmocka_unit_test(fragmented_segment_is_read),
		cmocka_unit_test(fragments_in_a_tunnel_of_fragments_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
