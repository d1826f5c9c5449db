/* Records of TLS at the front of a stream: a ClientHello in one and in many, byte by byte, and what is none. */
#include "hello_bench.h"

#include "collectors/packets/tls_records.h"

static uint8_t room[HELLO_LENGTH_MAX];
static struct made message, stream;

static struct bytes front(void) { return bytes_make((const char *)stream.bytes, stream.n); }

static void put_records(struct bytes m, size_t size)
{
	for (size_t at = 0; at < m.len; at += size)
		made_record(&stream, 22, bytes_slice(m, at, size));
}

static enum tls_front look(struct bytes b, struct tls_hello *hello)
{
	/* Of its own length, so that a step beyond it is seen. */
	char *copy = xmalloc(b.len + 1);
	memcpy(copy, b.ptr, b.len);
	enum tls_front kind = decode_tls_front(bytes_make(copy, b.len), room, hello);
	static char kept[HELLO_LENGTH_MAX];
	if (kind == TLS_FRONT_HELLO) {
		memcpy(kept, hello->message.ptr, hello->message.len);
		hello->message.ptr = kept;
	}
	free(copy);
	return kind;
}

/* Shown byte by byte it is whole at the end and not before, and what is asked for is never more than that. */
static void check_growing(struct bytes whole, struct bytes wanted)
{
	struct tls_hello hello;

	for (size_t n = 1; n < whole.len; n++) {
		assert_int_equal(look(bytes_make(whole.ptr, n), &hello), TLS_FRONT_MORE);
		assert_in_range(hello.need, n + 1, whole.len);
	}
	assert_int_equal(look(whole, &hello), TLS_FRONT_HELLO);
	assert_true(bytes_eq(hello.message, wanted));
}

static void a_hello_in_one_record_is_read_in_place(void **state)
{
	struct tls_hello hello;
	struct bytes m = made_hello(&message, &example);

	stream.n = 0;
	put_records(m, m.len);
	assert_int_equal(decode_tls_front(front(), room, &hello), TLS_FRONT_HELLO);
	assert_ptr_equal(hello.message.ptr, stream.bytes + 5);
	assert_int_equal(hello.message.len, m.len);
	check_growing(front(), m);
}

static void a_hello_may_come_in_records_of_any_size(void **state)
{
	struct bytes m = made_hello(&message, &example);

	for (size_t size = 1; size < 9; size++) {
		stream.n = 0;
		put_records(m, size);
		check_growing(front(), m);
	}
	stream.n = 0;
	put_records(m, 100);
	check_growing(front(), m);
}

/* As often as it is asked for by `need`, the front is looked at a few times, not once a byte. */
static void need_keeps_looks_few(void **state)
{
	struct bytes m = made_hello(&message, &example);
	struct tls_hello hello = { .need = 1 };
	unsigned looks = 0;

	stream.n = 0;
	put_records(m, 1);
	for (size_t n = 1; n <= stream.n; n++)
		if (n >= hello.need && ++looks && look(bytes_make((char *)stream.bytes, n), &hello) == TLS_FRONT_HELLO)
			break;
	assert_in_range(looks, 1, 40);
}

static void more_behind_the_hello_is_not_looked_at(void **state)
{
	struct bytes m = made_hello(&message, &example);
	struct tls_hello hello;

	made_add(&message, "\x02\0\0\1x", 5);
	stream.n = 0;
	made_record(&stream, 22, bytes_make(m.ptr, message.n));
	made_record(&stream, 23, BYTES_LIT("early data"));
	assert_int_equal(look(front(), &hello), TLS_FRONT_HELLO);
	assert_int_equal(hello.message.len, m.len);
}

static void what_no_client_sends_first_is_no_hello(void **state)
{
	static const struct { struct bytes front; enum tls_front kind; } cases[] = {
		{ BYTES_LIT("\x16\x03\x03\0\x40\x02\0\0\x3c\3\3"), TLS_FRONT_RECORDS }, /* a server's hello */
		{ BYTES_LIT("\x17\x03\x03\0\x04" "data"), TLS_FRONT_RECORDS },
		{ BYTES_LIT("\x15\x03\x01\0\x02\2\x28"), TLS_FRONT_RECORDS },
		{ BYTES_LIT("GET / HTTP/1.1\r\n\r\n"), TLS_FRONT_NONE },
		{ BYTES_LIT("\x16\x02\0"), TLS_FRONT_NONE }, { BYTES_LIT("\x16\x03\x05"), TLS_FRONT_NONE },
		{ BYTES_LIT("\x16\x01\x02"), TLS_FRONT_NONE },
		{ BYTES_LIT("\x16\x03\x01\0\0\x16\x03\x01"), TLS_FRONT_NONE },       /* an empty record */
		{ BYTES_LIT("\x16\x03\x01\xff\xff\1\0\0\x40"), TLS_FRONT_NONE },      /* a record that is too long */
		{ BYTES_LIT("\x16\x03\x01\0\x40\1\0\0\x10\3\3"), TLS_FRONT_LIAR },    /* a message that is too short */
		{ BYTES_LIT("\x16\x03\x01\0\x40\1\x7f\xff\xff\3\3"), TLS_FRONT_LIAR }, /* too long */
		{ BYTES_LIT("\x16\x03\x01\0\4\1\0\1\0\x15\x03\x01\0\2\1\0"), TLS_FRONT_LIAR }, /* something between its records */
		{ BYTES_LIT("\x80\x2e\x01\x03\x01\0\x15\0\0\0\x10"), TLS_FRONT_NONE }, /* SSL 2.0 */
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct tls_hello hello;
		assert_int_equal(look(cases[i].front, &hello), cases[i].kind);
	}
}

static void a_known_front_is_passed_over(void **state)
{
	static const struct bytes fronts[] = {
		BYTES_LIT("PROXY TCP4 192.0.2.1 192.0.2.2 1234 443\r\n"), BYTES_LIT("PROXY UNKNOWN\r\n"),
		BYTES_LIT("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\2\1\xc0\0\2\2\4\xd2\1\xbb"), BYTES_LIT("\x12\1\2\x04\0\0\1\0"),
	};
	struct bytes m = made_hello(&message, &example);
	for (size_t i = 0; i < ARRAY_LEN(fronts); i++) {
		struct tls_hello hello;
		stream.n = 0;
		made_add(&stream, fronts[i].ptr, fronts[i].len);
		put_records(m, 50);
		assert_int_equal(look(front(), &hello), TLS_FRONT_HELLO);
		assert_true(bytes_eq(hello.message, m));
		assert_int_equal(look(bytes_slice(front(), 0, stream.n - 1), &hello), TLS_FRONT_MORE);
		assert_int_equal(hello.need, stream.n);
	}
	struct tls_hello hello;
	assert_int_equal(look(BYTES_LIT("PROXY TCP4 192.0.2.1 192.0.2."), &hello), TLS_FRONT_MORE);
	assert_int_equal(look(BYTES_LIT("PROXY TCP4 192.0.2.1 192.0.2.2 1234 443\r\nSSH-2.0-x\r\n"), &hello), TLS_FRONT_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hello_in_one_record_is_read_in_place),
		cmocka_unit_test(a_hello_may_come_in_records_of_any_size),
		cmocka_unit_test(need_keeps_looks_few),
		cmocka_unit_test(more_behind_the_hello_is_not_looked_at),
		cmocka_unit_test(what_no_client_sends_first_is_no_hello),
		cmocka_unit_test(a_known_front_is_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
