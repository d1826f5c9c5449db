/* ClientHellos out of QUIC: the examples of RFC 9001 and RFC 9369, and what clients and networks do to them. */
#include <stdio.h>

#include "quic_bench.h"

/* RFC 9001 appendix A.2: the ClientHello, and the first and last bytes of the packet; RFC 9369 appendix A.2 has the same. */
static const uint8_t rfc_hello[] = {
	0x01, 0x00, 0x00, 0xed, 0x03, 0x03, 0xeb, 0xf8, 0xfa, 0x56, 0xf1, 0x29, 0x39, 0xb9, 0x58, 0x4a, 0x38, 0x96, 0x47, 0x2e, 0xc4, 0x0b,
	0xb8, 0x63, 0xcf, 0xd3, 0xe8, 0x68, 0x04, 0xfe, 0x3a, 0x47, 0xf0, 0x6a, 0x2b, 0x69, 0x48, 0x4c, 0x00, 0x00, 0x04, 0x13, 0x01, 0x13,
	0x02, 0x01, 0x00, 0x00, 0xc0, 0x00, 0x00, 0x00, 0x10, 0x00, 0x0e, 0x00, 0x00, 0x0b, 0x65, 0x78, 0x61, 0x6d, 0x70, 0x6c, 0x65, 0x2e,
	0x63, 0x6f, 0x6d, 0xff, 0x01, 0x00, 0x01, 0x00, 0x00, 0x0a, 0x00, 0x08, 0x00, 0x06, 0x00, 0x1d, 0x00, 0x17, 0x00, 0x18, 0x00, 0x10,
	0x00, 0x07, 0x00, 0x05, 0x04, 0x61, 0x6c, 0x70, 0x6e, 0x00, 0x05, 0x00, 0x05, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x33, 0x00, 0x26,
	0x00, 0x24, 0x00, 0x1d, 0x00, 0x20, 0x93, 0x70, 0xb2, 0xc9, 0xca, 0xa4, 0x7f, 0xba, 0xba, 0xf4, 0x55, 0x9f, 0xed, 0xba, 0x75, 0x3d,
	0xe1, 0x71, 0xfa, 0x71, 0xf5, 0x0f, 0x1c, 0xe1, 0x5d, 0x43, 0xe9, 0x94, 0xec, 0x74, 0xd7, 0x48, 0x00, 0x2b, 0x00, 0x03, 0x02, 0x03,
	0x04, 0x00, 0x0d, 0x00, 0x10, 0x00, 0x0e, 0x04, 0x03, 0x05, 0x03, 0x06, 0x03, 0x02, 0x03, 0x08, 0x04, 0x08, 0x05, 0x08, 0x06, 0x00,
	0x2d, 0x00, 0x02, 0x01, 0x01, 0x00, 0x1c, 0x00, 0x02, 0x40, 0x01, 0x00, 0x39, 0x00, 0x32, 0x04, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0x05, 0x04, 0x80, 0x00, 0xff, 0xff, 0x07, 0x04, 0x80, 0x00, 0xff, 0xff, 0x08, 0x01, 0x10, 0x01, 0x04, 0x80, 0x00,
	0x75, 0x30, 0x09, 0x01, 0x10, 0x0f, 0x08, 0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08, 0x06, 0x04, 0x80, 0x00, 0xff, 0xff,
};
#define RFC_HELLO ((struct bytes){ (const char *)rfc_hello, sizeof(rfc_hello) })
#define ID BYTES_LIT("\x83\x94\xc8\xf0\x3e\x51\x57\x08")

static struct quic_opener *opener;
static struct quic_client *client;
static struct made datagram, frames;

static struct bytes bytes_in(const struct made *m) { return bytes_make((const char *)m->bytes, m->n); }

/* One datagram with one Initial that has what is in `frames`. */
static enum quic_step send(const struct initial *i, struct bytes *message)
{
	datagram.n = 0;
	bench_initial(&datagram, i, bytes_in(&frames));
	return quic_client_take(opener, client, bytes_in(&datagram), message);
}

static void put(size_t offset, size_t from, size_t to)
{
	bench_crypto(&frames, offset, bytes_slice(RFC_HELLO, from, to - from));
}

static int set_up(void **state)
{
	client = quic_client_new();
	frames.n = 0;
	return 0;
}

static int tear_down(void **state)
{
	quic_client_free(client);
	return 0;
}

static void check_example(uint32_t version, const char *front, const char *back)
{
	struct initial i = { .version = version, .id = ID, .number = 2 };
	struct bytes message;
	char hex[65];

	frames.n = 0;
	put(0, 0, sizeof(rfc_hello));
	assert_int_equal(send(&i, &message), QUIC_HELLO);
	assert_int_equal(datagram.n, 1200);
	crypto_hex(datagram.bytes, 32, hex);
	assert_string_equal(hex, front);
	crypto_hex(datagram.bytes + 1184, 16, hex);
	assert_string_equal(hex, back);
	assert_true(bytes_eq(message, RFC_HELLO));
}

static void examples_of_both_rfcs_open(void **state)
{
	check_example(1, "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11", "e221af44860018ab0856972e194cd934");
	tear_down(state);
	set_up(state);
	check_example(0x6b3343cf, "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485", "a18b2faa745b6fe189cf772a9f84cbfc");
}

static void every_known_version_opens(void **state)
{
	static const uint32_t versions[] = { 0xff000016, 0xff000017, 0xff00001b, 0xff00001c, 0xff00001d, 0xff000020, 0xff000021, 0xff000022,
					     0xfaceb001, 0xfaceb002, 0xfaceb00e, 0x709a50c4, 0x1a2a3a4a, 0x54303530, 0x54303531 };
	struct bytes message;

	put(0, 0, sizeof(rfc_hello));
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		struct quic_client *c = quic_client_new();
		datagram.n = 0;
		bench_initial(&datagram, &(struct initial){ .version = versions[i], .id = ID }, bytes_in(&frames));
		assert_int_equal(quic_client_take(opener, c, bytes_in(&datagram), &message), QUIC_HELLO);
		quic_client_free(c);
	}
	assert_null(quic_version_of(0xff000015, 0));
	assert_null(quic_version_of(0xff000023, 0));
	assert_null(quic_version_of(0, 0));
	assert_null(quic_version_of(0x51303530, 0));
}

static void frames_come_in_any_order_over_several_packets(void **state)
{
	struct bytes message;

	put(200, 200, sizeof(rfc_hello));
	made_add(&frames, "\1\0\0\1", 4);
	put(3, 3, 50);
	assert_int_equal(send(&(struct initial){ .version = 1, .id = ID, .number = 1 }, &message), QUIC_MORE);
	frames.n = 0;
	/* An ACK of two ranges, one with counts, and a piece once more, with other bytes around it. */
	made_add(&frames, "\2\5\0\1\0\0\0\3\5\0\0\0\1\1\1", 15);
	put(40, 40, 210);
	assert_int_equal(send(&(struct initial){ .version = 1, .id = ID, .number = 0 }, &message), QUIC_MORE);
	assert_true(quic_client_memory(client) > sizeof(rfc_hello));
	frames.n = 0;
	for (size_t at = 0; at < 4; at++)
		put(at, at, at + 1);
	assert_int_equal(send(&(struct initial){ .version = 1, .id = ID, .number = 2 }, &message), QUIC_HELLO);
	assert_true(bytes_eq(message, RFC_HELLO));
	size_t memory = quic_client_memory(client);
	quic_client_rest(client);
	assert_true(quic_client_memory(client) < memory);
}

/* Two Initials, 0-RTT and something that is no packet in one datagram. */
static void packets_share_a_datagram(void **state)
{
	struct bytes message;
	struct initial i = { .version = 1, .id = ID, .source_id = BYTES_LIT("abcd") };

	put(0, 0, 100);
	datagram.n = 0;
	bench_initial(&datagram, &i, bytes_in(&frames));
	made_add(&datagram, "\xd0\0\0\0\1\x08\x83\x94\xc8\xf0\x3e\x51\x57\x08\4abcd\x40\x20" "0123456789abcdef0123456789abcdef", 53);
	frames.n = 0;
	put(100, 100, sizeof(rfc_hello));
	i.number = 1;
	bench_initial(&datagram, &i, bytes_in(&frames));
	made_add(&datagram, "\0\0\0", 3);
	assert_int_equal(quic_client_take(opener, client, bytes_in(&datagram), &message), QUIC_HELLO);
	assert_true(bytes_eq(message, RFC_HELLO));
}

static void a_hello_is_told_once(void **state)
{
	struct bytes message;
	struct initial i = { .version = 1, .id = ID };

	put(0, 0, sizeof(rfc_hello));
	assert_int_equal(send(&i, &message), QUIC_HELLO);
	assert_int_equal(send(&i, &message), QUIC_MORE); /* sent again */
	/* The server's id stands in what follows; keys stay those of the first one. */
	i = (struct initial){ .version = 1, .id = BYTES_LIT("server's"), .key_id = ID, .number = 1 };
	assert_int_equal(send(&i, &message), QUIC_MORE);
	/* Behind a Retry: a new id, keys of it, the same hello. */
	i = (struct initial){ .version = 1, .id = BYTES_LIT("retry of it"), .token = BYTES_LIT("token"), .number = 1 };
	assert_int_equal(send(&i, &message), QUIC_MORE);
	/* A second hello, which a HelloRetryRequest asks for, stands behind the first one. */
	frames.n = 0;
	put(sizeof(rfc_hello), 0, sizeof(rfc_hello));
	i.number = 2;
	assert_int_equal(send(&i, &message), QUIC_MORE);
}

static void retry_in_the_middle_of_a_hello_begins_it_again(void **state)
{
	struct bytes message;
	struct initial i = { .version = 1, .id = ID };

	put(0, 0, 100);
	assert_int_equal(send(&i, &message), QUIC_MORE);
	i.id = BYTES_LIT("retry of it");
	i.token = BYTES_LIT("token");
	assert_int_equal(send(&i, &message), QUIC_MORE);
	frames.n = 0;
	put(100, 100, sizeof(rfc_hello));
	i.number = 1;
	assert_int_equal(send(&i, &message), QUIC_HELLO);
}

static void another_connection_on_the_same_ports_is_told(void **state)
{
	struct made other = { .n = 0 };
	struct bytes message;

	put(0, 0, sizeof(rfc_hello));
	assert_int_equal(send(&(struct initial){ .version = 1, .id = ID }, &message), QUIC_HELLO);
	/* Two more take turns. */
	made_hello(&other, &example);
	struct bytes hello = bytes_in(&other);
	frames.n = 0;
	bench_crypto(&frames, 0, bytes_slice(hello, 0, 60));
	assert_int_equal(send(&(struct initial){ .version = 1, .id = BYTES_LIT("second connection") }, &message), QUIC_MORE);
	frames.n = 0;
	put(0, 0, 60);
	assert_int_equal(send(&(struct initial){ .version = 1, .id = BYTES_LIT("third connection") }, &message), QUIC_MORE);
	frames.n = 0;
	bench_crypto(&frames, 60, bytes_slice(hello, 60, hello.len));
	assert_int_equal(send(&(struct initial){ .version = 1, .id = BYTES_LIT("second connection"), .number = 1 }, &message), QUIC_HELLO);
	assert_true(bytes_eq(message, hello));
}

static void a_server_is_not_taken_for_a_client(void **state)
{
	struct bytes message;

	put(0, 0, sizeof(rfc_hello));
	struct initial i = { .version = 1, .id = BYTES_LIT("client"), .key_id = ID, .is_server = true };
	assert_int_equal(send(&i, &message), QUIC_NONE);
	i.id = ID;
	assert_int_equal(send(&i, &message), QUIC_NONE);
}

static void made_up_initials_have_a_bound(void **state)
{
	const struct quic_counts *counts = quic_opener_counts(opener);
	struct quic_counts before = *counts;
	struct bytes message;
	char id[9] = "";

	put(0, 0, sizeof(rfc_hello));
	for (unsigned n = 0; n < 200; n++) {
		snprintf(id, sizeof(id), "%08u", n);
		assert_int_equal(send(&(struct initial){ .version = 1, .id = bytes_make(id, 8), .key_id = BYTES_LIT("not that") }, &message), QUIC_NONE);
	}
	assert_int_equal(counts->refused - before.refused, 200);
	assert_int_equal(counts->bounded - before.bounded, 200 - QUIC_TRIES_MAX);
	assert_int_equal(counts->opened, before.opened);
}

static void frames_beyond_the_bound_are_counted(void **state)
{
	uint64_t before = quic_opener_counts(opener)->overlong;
	struct bytes message;

	made_add(&frames, "\6\x80\1\xff\xff\4abcd", 10);
	made_add(&frames, "\6\xff\xff\xff\xff\xff\xff\xff\xff\4abcd", 14);
	put(0, 0, sizeof(rfc_hello));
	assert_int_equal(send(&(struct initial){ .version = 1, .id = ID }, &message), QUIC_HELLO);
	assert_int_equal(quic_opener_counts(opener)->overlong - before, 2);
}

static void one_wrong_bit_and_nothing_opens(void **state)
{
	struct bytes message;

	put(0, 0, sizeof(rfc_hello));
	datagram.n = 0;
	bench_initial(&datagram, &(struct initial){ .version = 1, .id = ID }, bytes_in(&frames));
	for (size_t at = 0; at < datagram.n; at += 7) {
		struct quic_client *c = quic_client_new();
		datagram.bytes[at] ^= 0x10;
		assert_int_equal(quic_client_take(opener, c, bytes_in(&datagram), &message), QUIC_NONE);
		datagram.bytes[at] ^= 0x10;
		quic_client_free(c);
	}
	for (size_t n = 0; n < datagram.n; n++) {
		char *copy = xmalloc(n + 1);
		memcpy(copy, datagram.bytes, n);
		assert_int_equal(quic_client_take(opener, client, bytes_make(copy, n), &message), QUIC_NONE);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(examples_of_both_rfcs_open, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_known_version_opens, set_up, tear_down),
		cmocka_unit_test_setup_teardown(frames_come_in_any_order_over_several_packets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(packets_share_a_datagram, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_hello_is_told_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(retry_in_the_middle_of_a_hello_begins_it_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_connection_on_the_same_ports_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_server_is_not_taken_for_a_client, set_up, tear_down),
		cmocka_unit_test_setup_teardown(made_up_initials_have_a_bound, set_up, tear_down),
		cmocka_unit_test_setup_teardown(frames_beyond_the_bound_are_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_wrong_bit_and_nothing_opens, set_up, tear_down),
	};
	opener = quic_opener_new();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	quic_opener_free(opener);
	return failed;
}
