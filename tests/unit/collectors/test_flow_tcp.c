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

#define HELLO "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr" "\0\0\x02\x13\x01\x01\0\0\0"
#define HELLO_LEN (sizeof(HELLO) - 1)

static void expect_hello(unsigned n)
{
	assert_int_equal(flows_counts(b.flows)->hellos, n);
	flow_bench_end(&b);
}

static void hello_is_found_behind_words_in_the_clear(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_open(&b, 99);
	flow_bench_client(&b, 100, BYTES_LIT("EHLO x\r\n"));
	flow_bench_client(&b, 108, BYTES_LIT("STARTTLS\r\n"));
	flow_bench_client(&b, 118, bytes_make(HELLO, 20));
	flow_bench_client(&b, 138, bytes_make(HELLO + 20, HELLO_LEN - 20));
	expect_hello(1);
}

static void hello_is_found_behind_a_proxys_request(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_open(&b, 99);
	flow_bench_client(&b, 100, BYTES_LIT(REQUEST));
	flow_bench_client(&b, 100 + REQUEST_LEN, bytes_make(HELLO, HELLO_LEN));
	flows_end(b.flows);
	assert_string_equal(b.ended.ptr, "1000>80 tcp GET Test/1 64:0:1024:|");
	expect_hello(1);
}

static void hello_does_not_wait_for_what_was_lost_in_front_of_it(void **state)
{
	for (int has_syn = 0; has_syn < 2; has_syn++) {
		for (int is_whole = 0; is_whole < 2; is_whole++) {
			size_t first = is_whole ? HELLO_LEN : 20;
			flow_bench_begin(&b, (struct flows_limits){ 0 });
			if (has_syn)
				flow_bench_open(&b, 99);
			else
				flow_bench_client(&b, 100, BYTES_LIT("EHLO x\r\n"));
			flow_bench_client(&b, 300, BYTES_LIT("NOOP\r\n")); /* behind a hole */
			flow_bench_client(&b, 320 + HELLO_LEN - 5, bytes_make(HELLO + HELLO_LEN - 5, 5));
			flow_bench_client(&b, 320, bytes_make(HELLO, first));
			flow_bench_client(&b, 340, bytes_make(HELLO + 20, HELLO_LEN - 25));
			expect_hello(1);
		}
	}
}

static void keepalive_in_front_of_a_hello_is_no_part_of_it(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_client(&b, 320, bytes_make(HELLO, 20));
	flow_bench_client(&b, 319, BYTES_LIT("\0"));
	flow_bench_client(&b, 340, bytes_make(HELLO + 20, HELLO_LEN - 20));
	expect_hello(1);
}

static void sender_of_the_hello_is_the_client(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_open(&b, 99); /* as for the data of FTP: the server opens, the client greets */
	flow_bench_segment(&b, false, 9001, TCP_ACK, bytes_make(HELLO, HELLO_LEN));
	flows_end(b.flows);
	assert_string_equal(b.ended.ptr, "80>1000 tcp|");
	expect_hello(1);
}

static void only_the_first_hello_counts(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_open(&b, 99);
	flow_bench_client(&b, 100, bytes_make(HELLO, HELLO_LEN));
	flow_bench_client(&b, 100 + HELLO_LEN, bytes_make(HELLO, HELLO_LEN));
	expect_hello(1);
}

static void each_connection_on_the_same_ports_has_its_hello(void **state)
{
	flow_bench_begin(&b, (struct flows_limits){ 0 });
	for (uint32_t isn = 99; isn < 1000000; isn += 100000) {
		flow_bench_open(&b, isn);
		flow_bench_client(&b, isn + 1, bytes_make(HELLO, HELLO_LEN));
	}
	expect_hello(10);
}

/* A capture that was cut to hellos has no SYN between them. A copy, and the answer to a HelloRetryRequest, have the same random bytes. */
static void another_hello_on_the_same_ports_is_another_connection(void **state)
{
	char other[] = HELLO;

	flow_bench_begin(&b, (struct flows_limits){ 0 });
	other[12]++;
	flow_bench_client(&b, 100, bytes_make(HELLO, HELLO_LEN));
	flow_bench_client(&b, 100, bytes_make(HELLO, HELLO_LEN));
	flow_bench_client(&b, 100 + HELLO_LEN, bytes_make(HELLO, HELLO_LEN));
	flow_bench_client(&b, 90000000, bytes_make(other, 45));
	flow_bench_client(&b, 90000045, bytes_make(other + 45, HELLO_LEN - 45));
	flow_bench_client(&b, 90000000 + HELLO_LEN, bytes_make(other, HELLO_LEN));
	assert_int_equal(flows_counts(b.flows)->flows, 2);
	expect_hello(2);
}

static void liar_is_counted_and_no_hello(void **state)
{
	char liar[] = HELLO;

	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_open(&b, 99);
	liar[44]++; /* the length of the suites */
	flow_bench_client(&b, 100, bytes_make(liar, HELLO_LEN));
	assert_int_equal(flows_counts(b.flows)->not_hellos, 1);
	expect_hello(0);
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

/* A record for each byte of the message. Returns their size. */
static size_t in_records_of_a_byte(char *records)
{
	size_t n = 0;

	for (size_t i = 5; i < HELLO_LEN; i++) {
		memcpy(records + n, "\x16\x03\x01\x00\x01", 5);
		records[n + 5] = HELLO[i];
		n += 6;
	}
	return n;
}

/* In pieces: in their order, or the last one first and then each step-th one. */
static void send_cut(uint32_t seq, struct bytes all, size_t size, size_t step)
{
	size_t pieces = (all.len + size - 1) / size, first = step == 1 ? 0 : pieces - 1;

	for (size_t i = 0; i < pieces; i++) {
		size_t at = (first + i * step) % pieces * size;
		flow_bench_client(&b, seq + (uint32_t)at, bytes_slice(all, at, size));
	}
}

/* Behind what was said first, cut and ordered in many ways, with the SYN and without. */
static void try_cuts(struct bytes before, struct bytes all, size_t size_max)
{
	for (size_t size = 1; size <= size_max; size++) {
		size_t pieces = (all.len + size - 1) / size, steps[] = { 1, 2, 3, 5, 7, 11, pieces - 1 };
		for (size_t i = 0; i < 2 * ARRAY_LEN(steps); i++) {
			if (common_divisor(pieces, steps[i / 2]) != 1)
				continue;
			flow_bench_begin(&b, (struct flows_limits){ 0 });
			if (i % 2)
				flow_bench_open(&b, 99);
			if (before.len > 0)
				flow_bench_client(&b, 100, before);
			send_cut(100 + (uint32_t)before.len, all, size, steps[i / 2]);
			if (flows_counts(b.flows)->hellos != 1)
				fail_msg("size %zu step %zu syn %zu", size, steps[i / 2], i % 2);
			flow_bench_end(&b);
		}
	}
}

/* Many a record begins with the number of a ClientHello, and a segment with such a record. */
static void records_of_a_byte_each_are_one_hello_however_they_are_cut(void **state)
{
	char records[6 * HELLO_LEN];
	struct bytes all = bytes_make(records, in_records_of_a_byte(records));

	try_cuts(BYTES_NONE, all, 120);
}

static void hello_in_single_bytes_is_found_behind_words(void **state)
{
	char hello[] = HELLO;

	hello[15] = hello[20] = hello[31] = 0x16; /* as a hello begins, too */
	try_cuts(BYTES_LIT("a1 STARTTLS\r\n"), bytes_make(hello, HELLO_LEN), 8);
}

/* MySQL's client does not wait between its request for TLS and the hello: they may pass each other. */
static void words_that_come_behind_their_hello_lose_nothing(void **state)
{
	struct bytes hello = bytes_make(HELLO, HELLO_LEN);

	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_open(&b, 99);
	flow_bench_client(&b, 136 + 20, bytes_slice(hello, 20, HELLO_LEN));
	flow_bench_client(&b, 100, bytes_make("\x20\0\0\1\x85\xae\xff\x19\0\0\0\1\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 36));
	flow_bench_client(&b, 136, bytes_slice(hello, 0, 20));
	expect_hello(1);
}

/* Behind a hole that stays, and more than a stream holds behind what was there first. */
static void hello_too_far_from_what_is_waited_for_begins_another_stream(void **state)
{
	struct bytes hello = bytes_make(HELLO, HELLO_LEN);

	flow_bench_begin(&b, (struct flows_limits){ 0 });
	flow_bench_open(&b, 99);
	flow_bench_client(&b, 60000, BYTES_LIT("x"));
	flow_bench_client(&b, 165000, bytes_slice(hello, 0, 20));
	flow_bench_client(&b, 165020, bytes_slice(hello, 20, HELLO_LEN));
	expect_hello(1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_of_every_size_in_every_order),
		cmocka_unit_test(reversed_single_bytes_without_a_syn),
		cmocka_unit_test(hello_is_found_behind_words_in_the_clear),
		cmocka_unit_test(hello_is_found_behind_a_proxys_request),
		cmocka_unit_test(hello_does_not_wait_for_what_was_lost_in_front_of_it),
		cmocka_unit_test(keepalive_in_front_of_a_hello_is_no_part_of_it),
		cmocka_unit_test(sender_of_the_hello_is_the_client),
		cmocka_unit_test(only_the_first_hello_counts),
		cmocka_unit_test(each_connection_on_the_same_ports_has_its_hello),
		cmocka_unit_test(another_hello_on_the_same_ports_is_another_connection),
		cmocka_unit_test(liar_is_counted_and_no_hello),
		cmocka_unit_test(overlaps_and_duplicates),
		cmocka_unit_test(records_of_a_byte_each_are_one_hello_however_they_are_cut),
		cmocka_unit_test(hello_in_single_bytes_is_found_behind_words),
		cmocka_unit_test(words_that_come_behind_their_hello_lose_nothing),
		cmocka_unit_test(hello_too_far_from_what_is_waited_for_begins_another_stream),
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
