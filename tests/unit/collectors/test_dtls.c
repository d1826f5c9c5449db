/* ClientHellos of DTLS: fragments in any order, cookies, and what is none. */
#include "hello_bench.h"

#include "collectors/packets/dtls_records.h"

static const struct wanted dtls = {
	.version = 0xfefd, .ciphers = "c02b,c02f,00ff", .extensions = "000a,000d", .groups = "001d", .signatures = "0403", .is_dtls = true,
};
static struct made hello, datagram;
static struct dtls_client client;

static void put_fragment(unsigned sequence, struct bytes body, size_t from, size_t to)
{
	made_number(&datagram, 22, 1);
	made_number(&datagram, 0xfeff, 2);
	made_number(&datagram, 0, 2);
	made_number(&datagram, 0, 4);
	made_number(&datagram, sequence, 2);
	made_number(&datagram, (unsigned)(12 + to - from), 2);
	made_number(&datagram, 1, 1);
	made_number(&datagram, (unsigned)body.len, 3);
	made_number(&datagram, sequence, 2);
	made_number(&datagram, (unsigned)from, 3);
	made_number(&datagram, (unsigned)(to - from), 3);
	made_add(&datagram, body.ptr + from, to - from);
}

static enum dtls_step take(struct bytes *message)
{
	enum dtls_step step = dtls_client_take(&client, bytes_make((char *)datagram.bytes, datagram.n), message);

	datagram.n = 0;
	return step;
}

static struct bytes body(void) { return bytes_slice(made_hello(&hello, &dtls), 4, HELLO_LENGTH_MAX); }

static int tear_down(void **state)
{
	dtls_client_end(&client);
	datagram.n = 0;
	return 0;
}

static void a_whole_hello_is_read(void **state)
{
	struct hello_prints *prints = hello_prints_new();
	struct flow_facts facts;
	struct client_hello read;
	struct bytes message;

	put_fragment(0, body(), 0, body().len);
	assert_true(dtls_is_hello(bytes_make((char *)datagram.bytes, datagram.n)));
	assert_int_equal(take(&message), DTLS_HELLO);
	assert_int_equal(decode_client_hello(message, HELLO_DTLS, &read), ERR_OK);
	hello_prints_fill(prints, &read, &facts);
	assert_memory_equal(facts.ja4, "dd2i030200_", 11);
	assert_memory_equal(facts.key, "d1-", 3);
	hello_prints_free(prints);
}

static void fragments_come_in_any_order(void **state)
{
	struct bytes message, b = body();

	put_fragment(0, b, 40, b.len);
	assert_int_equal(take(&message), DTLS_MORE);
	put_fragment(0, b, 0, 10);
	put_fragment(0, b, 20, 45);
	assert_int_equal(take(&message), DTLS_MORE);
	put_fragment(0, b, 5, 25);
	assert_int_equal(take(&message), DTLS_HELLO);
	assert_true(bytes_eq(bytes_slice(message, 4, message.len), b));
	assert_memory_equal(message.ptr, hello.bytes, 4);
}

/* Of the hello before a cookie a part was lost: the one with the cookie counts. */
static void another_message_begins_again(void **state)
{
	struct bytes message, b = body();

	put_fragment(0, b, 0, 30);
	assert_int_equal(take(&message), DTLS_MORE);
	put_fragment(1, b, 30, b.len);
	assert_int_equal(take(&message), DTLS_MORE);
	put_fragment(1, b, 0, 30);
	assert_int_equal(take(&message), DTLS_HELLO);
}

static void what_is_no_hello_gives_nothing(void **state)
{
	struct bytes message, b = body();
	static const struct { size_t at; uint8_t value; } wrong[] = {
		{ 0, 23 }, { 0, 0x40 }, { 1, 0xfd }, { 2, 0xfe }, { 4, 1 }, { 13, 2 }, { 14, 0xff }, { 19, 1 }, { 22, 1 }, { 11, 0xff },
	};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		put_fragment(0, b, 0, b.len);
		datagram.bytes[wrong[i].at] = wrong[i].value;
		assert_int_equal(take(&message), DTLS_NONE);
	}
	put_fragment(0, b, 0, b.len);
	struct made whole = datagram;
	for (size_t n = 0; n < whole.n; n++) {
		datagram.n = 0;
		made_add(&datagram, whole.bytes, n);
		assert_int_equal(take(&message), DTLS_NONE);
	}
}

static void hello_through_a_relays_channel_is_read(void **state)
{
	struct made inner;
	struct bytes message;

	for (size_t length_too_large = 0; length_too_large < 2; length_too_large++) {
		put_fragment(0, body(), 0, body().len);
		inner = datagram;
		datagram.n = 0;
		made_number(&datagram, 0x4001, 2);
		made_number(&datagram, (unsigned)(inner.n + length_too_large), 2);
		made_add(&datagram, inner.bytes, inner.n);
		assert_int_equal(take(&message), length_too_large ? DTLS_NONE : DTLS_HELLO);
		dtls_client_end(&client);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_whole_hello_is_read, tear_down),
		cmocka_unit_test_teardown(hello_through_a_relays_channel_is_read, tear_down),
		cmocka_unit_test_teardown(fragments_come_in_any_order, tear_down),
		cmocka_unit_test_teardown(another_message_begins_again, tear_down),
		cmocka_unit_test_teardown(what_is_no_hello_gives_nothing, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
