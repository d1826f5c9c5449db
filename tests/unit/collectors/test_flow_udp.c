/* Hellos of flows out of datagrams: whose they are, how often they count, and what made-up ones cost. */
#include "flow_bench.h"
#include "quic_bench.h"

static struct flow_bench b;

static void send_datagram(bool from_client, struct bytes payload)
{
	bench_clear(&b.packet);
	bench_put(&b.packet, payload.ptr, payload.len);
	bench_udp(&b.packet, from_client ? b.client_port : b.server_port, from_client ? b.server_port : b.client_port);
	bench_ipv4(&b.packet, PACKET_UDP, from_client ? b.client : b.server, from_client ? b.server : b.client);
	flow_bench_send(&b);
}

static void begin(struct flows_limits limits)
{
	flow_bench_begin(&b, limits);
	b.client_port = 50000;
	b.server_port = 443;
}

static struct bytes hello(struct made *m, const char *name)
{
	return made_hello(m, &(struct wanted){ .version = 0x0303, .ciphers = "1301", .extensions = "0000,002b", .versions = "0304", .server_name = name });
}

/* A part of the hello in an Initial of that connection. */
static void send_initial(bool from_client, const char *id, size_t offset, struct bytes part)
{
	struct made datagram = { .n = 0 }, frames = { .n = 0 };

	bench_crypto(&frames, offset, part);
	bench_initial(&datagram, &(struct initial){ .version = 1, .id = bytes_of(id), .number = offset }, bytes_make((char *)frames.bytes, frames.n));
	send_datagram(from_client, bytes_make((char *)datagram.bytes, datagram.n));
}

static void quic_hello_of_several_datagrams_makes_a_flow_of_quic(void **state)
{
	struct made m;
	struct bytes whole = hello(&m, "a.example");

	begin((struct flows_limits){ 0 });
	send_initial(true, "connection-1", 20, bytes_slice(whole, 20, whole.len));
	assert_int_equal(flows_counts(b.flows)->hellos, 0);
	send_initial(true, "connection-1", 0, bytes_slice(whole, 0, 20));
	assert_int_equal(flows_counts(b.flows)->hellos, 1);
	assert_int_equal(b.learned, 1);
	send_initial(true, "connection-1", 0, whole); /* once more: a copy */
	send_datagram(false, BYTES_LIT("anything"));
	assert_int_equal(b.learned, 1);
	flow_bench_expect(&b, "50000>443 quic|");
	flow_bench_end(&b);
}

static void hello_behind_early_packets_in_its_datagram_is_read(void **state)
{
	struct made m, datagram = { .n = 0 }, frames = { .n = 0 };

	begin((struct flows_limits){ 0 });
	made_add(&datagram, "\xd0\0\0\0\1\x08" "12345678" "\0\x40\x20" "0123456789abcdef0123456789abcdef", 49);
	bench_crypto(&frames, 0, hello(&m, "a.example"));
	bench_initial(&datagram, &(struct initial){ .version = 1, .id = BYTES_LIT("12345678") }, bytes_make((char *)frames.bytes, frames.n));
	send_datagram(true, bytes_make((char *)datagram.bytes, datagram.n));
	assert_int_equal(flows_counts(b.flows)->hellos, 1);
	flow_bench_expect(&b, "50000>443 quic|");
	flow_bench_end(&b);
}

static void who_sends_the_hello_is_the_client(void **state)
{
	struct made m;

	begin((struct flows_limits){ 0 });
	b.client_port = 443;
	b.server_port = 50000;
	send_datagram(false, BYTES_LIT("first"));
	send_initial(true, "connection-1", 0, hello(&m, "a.example"));
	flow_bench_expect(&b, "443>50000 quic|");
	flow_bench_end(&b);
}

static void each_connection_on_the_same_ports_is_a_flow(void **state)
{
	struct made m;
	struct bytes whole;

	begin((struct flows_limits){ 0 });
	send_initial(true, "connection-1", 0, hello(&m, "a.example"));
	whole = hello(&m, "b.example");
	m.bytes[10] ^= 1; /* other random bytes */
	send_initial(true, "connection-2", 0, whole);
	assert_int_equal(flows_counts(b.flows)->flows, 2);
	flow_bench_expect(&b, "50000>443 quic|50000>443 quic|");
	flow_bench_end(&b);
}

/* A hello of DTLS in one record, whose first random byte is given. */
static void send_dtls(uint8_t random)
{
	struct made m, datagram = { .n = 0 };
	struct bytes whole = made_hello(&m, &(struct wanted){ .version = 0xfefd, .ciphers = "c02b", .is_dtls = true });

	m.bytes[6] = random;
	made_add(&datagram, "\x16\xfe\xfd\0\0\0\0\0\0\0\0", 11);
	made_number(&datagram, (unsigned)whole.len + 8, 2);
	made_add(&datagram, whole.ptr, 4);
	made_add(&datagram, "\0\0\0\0\0", 5); /* number of the message, offset */
	made_add(&datagram, whole.ptr + 1, 3);
	made_add(&datagram, whole.ptr + 4, whole.len - 4);
	send_datagram(true, bytes_make((char *)datagram.bytes, datagram.n));
}

static void each_association_on_the_same_ports_is_a_flow(void **state)
{
	begin((struct flows_limits){ 0 });
	send_dtls(1);
	send_dtls(1); /* again, with the cookie that it was asked for */
	send_dtls(2);
	send_dtls(2);
	assert_int_equal(flows_counts(b.flows)->hellos, 2);
	flow_bench_expect(&b, "50000>443 dtls|50000>443 dtls|");
	flow_bench_end(&b);
}

static void hello_of_dtls_makes_a_flow_of_dtls(void **state)
{
	struct made m, datagram = { .n = 0 };
	struct bytes whole = made_hello(&m, &(struct wanted){ .version = 0xfefd, .ciphers = "c02b", .is_dtls = true });

	begin((struct flows_limits){ 0 });
	made_add(&datagram, "\x16\xfe\xfd\0\0\0\0\0\0\0\0", 11);
	made_number(&datagram, (unsigned)whole.len + 8, 2);
	made_add(&datagram, whole.ptr, 4);
	made_add(&datagram, "\0\0\0\0\0", 5); /* number of the message, offset */
	made_add(&datagram, whole.ptr + 1, 3);
	made_add(&datagram, whole.ptr + 4, whole.len - 4);
	for (int i = 0; i < 2; i++) /* again, with the cookie that it was asked for */
		send_datagram(true, bytes_make((char *)datagram.bytes, datagram.n));
	assert_int_equal(flows_counts(b.flows)->hellos, 1);
	flow_bench_expect(&b, "50000>443 dtls|");
	flow_bench_end(&b);
}

static void flood_of_beginnings_keeps_its_bound(void **state)
{
	struct made m;
	struct bytes whole = hello(&m, "a.example");

	begin((struct flows_limits){ .flows = 1000, .streams = 50, .stream_bytes = 200000 });
	send_initial(true, "connection-1", 20, bytes_slice(whole, 20, whole.len));
	for (uint16_t port = 1000; port < 1200; port++) {
		b.client_port = port;
		send_initial(true, "connection-1", 20, bytes_slice(whole, 20, whole.len));
	}
	assert_true(flows_counts(b.flows)->streams_evicted >= 151);
	send_initial(true, "connection-1", 0, whole); /* a real one is read all the same */
	assert_int_equal(flows_counts(b.flows)->hellos, 1);
	flow_bench_end(&b);
}

static void initials_beyond_a_bound_are_counted(void **state)
{
	struct made datagram = { .n = 0 }, frames = { .n = 0 };

	begin((struct flows_limits){ 0 });
	made_add(&frames, "\6\x80\1\xff\xff\4abcd", 10); /* behind the longest hello */
	bench_initial(&datagram, &(struct initial){ .version = 1, .id = BYTES_LIT("12345678"), .key_id = BYTES_LIT("12345678") },
		      bytes_make((char *)frames.bytes, frames.n));
	send_datagram(true, bytes_make((char *)datagram.bytes, datagram.n));
	assert_int_equal(flows_counts(b.flows)->initials_over, 1);
	flow_bench_end(&b);
}

static void made_up_initials_are_counted_and_give_nothing(void **state)
{
	struct made m, datagram = { .n = 0 }, frames = { .n = 0 };

	begin((struct flows_limits){ 0 });
	bench_crypto(&frames, 0, hello(&m, "a.example"));
	bench_initial(&datagram, &(struct initial){ .version = 1, .id = BYTES_LIT("12345678"), .key_id = BYTES_LIT("another") },
		      bytes_make((char *)frames.bytes, frames.n));
	for (unsigned i = 0; i < 100; i++) {
		datagram.bytes[6] = (uint8_t)i; /* its id */
		send_datagram(true, bytes_make((char *)datagram.bytes, datagram.n));
	}
	assert_int_equal(flows_counts(b.flows)->initials_refused, QUIC_TRIES_MAX);
	assert_int_equal(flows_counts(b.flows)->initials_untried, 100 - QUIC_TRIES_MAX);
	flow_bench_expect(&b, "50000>443 udp|");
	flow_bench_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quic_hello_of_several_datagrams_makes_a_flow_of_quic),
		cmocka_unit_test(hello_behind_early_packets_in_its_datagram_is_read),
		cmocka_unit_test(who_sends_the_hello_is_the_client),
		cmocka_unit_test(each_connection_on_the_same_ports_is_a_flow),
		cmocka_unit_test(hello_of_dtls_makes_a_flow_of_dtls),
		cmocka_unit_test(each_association_on_the_same_ports_is_a_flow),
		cmocka_unit_test(flood_of_beginnings_keeps_its_bound),
		cmocka_unit_test(initials_beyond_a_bound_are_counted),
		cmocka_unit_test(made_up_initials_are_counted_and_give_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
