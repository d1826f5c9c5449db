/* What a stream begins with, however it is cut into segments. A request stands for whatever is looked for. */
#include "flow_bench.h"

static struct flow_bench b;

/* The request in pieces of `size`, each `step`-th one after the other. */
static void send_pieces(uint32_t seq, size_t size, size_t step)
{
	size_t pieces = (REQUEST_LEN + size - 1) / size;

	for (size_t i = 0, at = 0; i < pieces; i++, at = (at + step) % pieces) {
		size_t from = at * size, n = REQUEST_LEN - from < size ? REQUEST_LEN - from : size;
		flow_bench_client(&b, seq + (uint32_t)from, bytes_make(REQUEST + from, n));
	}
}

static size_t common_divisor(size_t a, size_t c)
{
	return c == 0 ? a : common_divisor(c, a % c);
}

static void try_pieces(uint32_t isn, bool has_syn, size_t size, size_t step)
{
	flow_bench_begin(&b, (struct flows_limits){ .flows = 4 });
	if (has_syn)
		flow_bench_open(&b, isn);
	send_pieces(isn + 1, size, step);
	if (flows_counts(b.flows)->requests != 1)
		fail_msg("isn %u size %zu step %zu syn %d", isn, size, step, has_syn);
	flow_bench_end(&b);
}

static void pieces_of_every_size_in_every_order(void **state)
{
	static const uint32_t isns[] = { 0, 1000, UINT32_MAX, UINT32_MAX - 20 };

	for (size_t size = 1; size < REQUEST_LEN; size += 3) {
		size_t pieces = (REQUEST_LEN + size - 1) / size;
		for (size_t step = 1; step < pieces; step += 2)
			for (size_t i = 0; i < 2 * ARRAY_LEN(isns) && common_divisor(pieces, step) == 1; i++)
				try_pieces(isns[i / 2], i % 2, size, step);
	}
}

static void reversed_single_bytes_without_a_syn(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	for (size_t at = REQUEST_LEN; at-- > 0;)
		flow_bench_client(&b, 100 + (uint32_t)at, bytes_make(REQUEST + at, 1));
	assert_int_equal(flows_counts(b.flows)->requests, 1);
	flow_bench_end(&b);
}

static void overlaps_and_duplicates(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_open(&b, 99);
	flow_bench_client(&b, 100, bytes_make(REQUEST, 20));
	flow_bench_client(&b, 100, bytes_make(REQUEST, 20));
	flow_bench_client(&b, 110, bytes_make(REQUEST + 10, 30));
	flow_bench_client(&b, 105, bytes_make(REQUEST + 5, REQUEST_LEN - 5));
	assert_int_equal(flows_counts(b.flows)->requests, 1);
	flow_bench_end(&b);
}

static void request_behind_a_byte_that_came_twice(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_open(&b, 99);
	flow_bench_client(&b, 100, BYTES_LIT("\r\n"));
	flow_bench_client(&b, 101, BYTES_LIT("\n" REQUEST));
	assert_int_equal(flows_counts(b.flows)->requests, 1);
	flow_bench_end(&b);
}

static void payload_of_a_syn_is_read(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_segment(&b, true, 99, TCP_SYN, BYTES_LIT(REQUEST));
	assert_int_equal(flows_counts(b.flows)->requests, 1);
	flow_bench_end(&b);
}

static void syn_that_comes_late_belongs_to_the_flow(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_client(&b, 100, BYTES_LIT(REQUEST));
	flow_bench_segment(&b, true, 99, TCP_SYN, BYTES_NONE);
	flow_bench_expect(&b, "1000>80 tcp GET Test/1 64:0:1024:|");
	flow_bench_end(&b);
}

static void segment_cut_by_the_snap_length_leaves_a_hole(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_open(&b, 99);
	bench_clear(&b.packet);
	bench_put(&b.packet, REQUEST, REQUEST_LEN);
	bench_tcp(&b.packet, (struct bench_tcp){ 1000, 80, 100, TCP_ACK });
	bench_ipv4(&b.packet, PACKET_TCP, 1, 2);
	struct captured captured = { .link = 101, .bytes = bytes_slice(bench_bytes(&b.packet), 0, 60), .wire_length = bench_length(&b.packet) };
	flows_packets(b.flows, &captured, 1);
	flow_bench_client(&b, 100 + REQUEST_LEN, BYTES_LIT("a: b\r\n\r\n"));
	assert_int_equal(flows_counts(b.flows)->requests, 0);
	flow_bench_client(&b, 100, BYTES_LIT(REQUEST)); /* once more, and whole */
	assert_int_equal(flows_counts(b.flows)->requests, 1);
	flow_bench_end(&b);
}

static void flood_of_beginnings_keeps_its_bound(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ .flows = 20000, .streams = 100, .stream_bytes = 1000000 });
	b.client_port = 1;
	flow_bench_open(&b, 99);
	for (int i = 0; i < 10000; i++) {
		b.client_port = (uint16_t)(2 + i);
		flow_bench_client(&b, 100, BYTES_LIT("GET / HTTP"));
	}
	assert_int_equal(flows_counts(b.flows)->streams_evicted, 9900);
	b.client_port = 1; /* a real one is read all the same */
	flow_bench_client(&b, 100, BYTES_LIT(REQUEST));
	assert_int_equal(flows_counts(b.flows)->requests, 1);
	flow_bench_end(&b);
}

static void stream_over_its_bound_is_counted_and_given_up(void **state)
{
	char *large = calloc(1, 30000);
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	memset(large, 'a', 30000);
	flow_bench_open(&b, 99);
	flow_bench_client(&b, 100, BYTES_LIT("GET / HTTP/1.1\r\n"));
	for (uint32_t seq = 200; seq < 90000; seq += 30000)
		flow_bench_client(&b, seq, bytes_make(large, 30000));
	assert_int_equal(flows_counts(b.flows)->streams_over, 1);
	free(large);
	flow_bench_end(&b);
}

static void neither_hello_nor_request_is_told_once_with_its_syn(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_open(&b, 99);
	assert_int_equal(b.learned, 0);
	flow_bench_client(&b, 100, BYTES_LIT("SSH-2.0-x\r\n"));
	flow_bench_client(&b, 111, BYTES_LIT("more"));
	assert_int_equal(b.learned, 1);
	flow_bench_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_of_every_size_in_every_order),
		cmocka_unit_test(reversed_single_bytes_without_a_syn),
		cmocka_unit_test(overlaps_and_duplicates),
		cmocka_unit_test(request_behind_a_byte_that_came_twice),
		cmocka_unit_test(payload_of_a_syn_is_read),
		cmocka_unit_test(syn_that_comes_late_belongs_to_the_flow),
		cmocka_unit_test(segment_cut_by_the_snap_length_leaves_a_hole),
		cmocka_unit_test(flood_of_beginnings_keeps_its_bound),
		cmocka_unit_test(stream_over_its_bound_is_counted_and_given_up),
		cmocka_unit_test(neither_hello_nor_request_is_told_once_with_its_syn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
