/* ClientHellos and their names: JA4 case by case after its published description, JA3, the own key, traits. */
#include <stdio.h>

#include "hello_bench.h"

static struct hello_prints *prints;
static struct flow_facts facts;
static struct made made;

static const struct flow_facts *facts_as(const struct wanted *w, enum hello_carrier carrier)
{
	struct client_hello hello;

	memset(&facts, 0, sizeof(facts));
	assert_int_equal(decode_client_hello(made_hello(&made, w), carrier, &hello), ERR_OK);
	hello_prints_fill(prints, &hello, &facts);
	return &facts;
}

static const char *ja4_of(const struct wanted *w) { return facts_as(w, w->is_dtls ? HELLO_DTLS : HELLO_TLS)->ja4; }

static void ja4_is_that_of_the_published_example(void **state)
{
	const struct flow_facts *f = facts_as(&example, HELLO_TLS);

	assert_string_equal(f->ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1");
	assert_string_equal(f->ja4_raw, "t13d1516h2_002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9_0005,"
		"000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01_0403,0804,0401,0503,0805,0501,0806,0601");
	assert_string_equal(f->ja4_original, "t13d1516h2_1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035_"
		"001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015_"
		"0403,0804,0401,0503,0805,0501,0806,0601");
	assert_string_equal(f->sni, "a.example");
	assert_string_equal(f->alpn, "h2,http/1.1");
}

static void ja4_without_signature_algorithms_ends_without_a_line(void **state)
{
	struct wanted w = example;

	w.signatures = "";
	assert_string_equal(ja4_of(&w), "t13d1516h2_8daaf6152771_6d807ffa2a79");
}

static void grease_counts_nowhere(void **state)
{
	struct wanted w = example;

	w.ciphers = "2a2a,1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035,fafa";
	w.extensions = "0a0a,001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015,dada";
	w.signatures = "1a1a,0403,0804,0401,0503,0805,0501,0806,0601,eaea";
	w.versions = "fafa,0304,0303";
	w.groups = "aaaa,001d,0017,0018";
	w.alpn[0] = (struct bytes){ "\x5a\x5a", 2 };
	w.alpn[1] = BYTES_LIT("h2");
	w.alpn[2] = BYTES_LIT("http/1.1");
	assert_string_equal(ja4_of(&w), "t13d1516h2_8daaf6152771_e5627efa2ab1");
	assert_non_null(strstr(facts.traits, "grease"));
	assert_string_not_equal(facts.ja3, "");
}

/* 0a1a and 1a2a look like it, and are none. */
static void numbers_that_only_look_like_grease_count(void **state)
{
	struct wanted w = { .version = 0x0303, .ciphers = "0a1a,1a2a,0a0b" };

	assert_string_equal(ja4_of(&w), "t12i030000_2a626d7b452d_000000000000");
}

static void version_is_the_newest_that_is_offered(void **state)
{
	static const struct { unsigned legacy; const char *versions, *name; } cases[] = {
		{ 0x0303, "0304,0303", "13" }, { 0x0303, "0303,0304", "13" }, { 0x0303, "0302,0303", "12" }, { 0x0303, "7f1c,0303", "00" },
		{ 0x0303, "7f17", "00" }, { 0x0303, "fb1a,0304", "00" }, { 0x0301, "0301", "10" }, { 0x0303, "1a1a", "12" },
		{ 0x0303, "", "12" }, { 0x0303, NULL, "12" }, { 0x0302, NULL, "11" }, { 0x0301, NULL, "10" }, { 0x0300, NULL, "s3" },
		{ 0x0002, NULL, "s2" }, { 0x0101, NULL, "00" }, { 0x0399, NULL, "00" }, { 0x0304, NULL, "13" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct wanted w = { .version = cases[i].legacy, .ciphers = "1301", .versions = cases[i].versions,
				    .extensions = cases[i].versions != NULL ? "002b" : "0017" };
		assert_memory_equal(ja4_of(&w) + 1, cases[i].name, 2);
	}
}

static void versions_of_dtls_count_down(void **state)
{
	static const struct { unsigned legacy; const char *versions, *front; } cases[] = {
		{ 0xfeff, NULL, "dd1" }, { 0xfefd, NULL, "dd2" }, { 0xfefd, "fefc", "dd3" }, { 0xfefd, "fefc,fefd", "dd3" },
		{ 0xfefd, "fefd,feff", "dd2" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct wanted w = { .version = cases[i].legacy, .ciphers = "1301", .versions = cases[i].versions, .is_dtls = true,
				    .extensions = cases[i].versions != NULL ? "002b" : NULL };
		assert_memory_equal(ja4_of(&w), cases[i].front, 3);
	}
}

static void alpn_gives_its_ends(void **state)
{
	static const struct { struct bytes name; const char *ends; } cases[] = {
		{ { "h2", 2 }, "h2" }, { { "http/1.1", 8 }, "h1" }, { { "h", 1 }, "hh" }, { { "", 0 }, "00" }, { { "\xab", 1 }, "ab" },
		{ { "\xab\xcd", 2 }, "ad" }, { { "0\xab", 2 }, "3b" }, { { "01\xab\xcd", 4 }, "3d" }, { { "0\xab\xcd" "1", 4 }, "01" },
		{ { "-z", 2 }, "2a" }, { { "A/", 2 }, "4f" }, { { "Z9", 2 }, "Z9" }, { { "\0a", 2 }, "01" }, { { "h3-29", 5 }, "h9" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct wanted w = { .version = 0x0303, .ciphers = "1301", .extensions = "0010", .alpn = { cases[i].name } };
		assert_memory_equal(ja4_of(&w) + 8, cases[i].ends, 2);
	}
	struct wanted none = { .version = 0x0303, .ciphers = "1301", .extensions = "0010" };
	assert_memory_equal(ja4_of(&none) + 8, "00", 2);
	none.extensions = "0017";
	assert_memory_equal(ja4_of(&none) + 8, "00", 2);
}

static void empty_lists_are_zeros(void **state)
{
	assert_string_equal(ja4_of(&(struct wanted){ .version = 0x0301, .ciphers = "" }), "t10i000000_000000000000_000000000000");
	assert_string_equal(ja4_of(&(struct wanted){ .version = 0x0301, .ciphers = "1a1a", .extensions = "2a2a" }),
			    "t10i000000_000000000000_000000000000");
	assert_string_equal(ja4_of(&(struct wanted){ .version = 0x0301, .ciphers = "", .extensions = "" }),
			    "t10i000000_000000000000_000000000000");
	/* The server's name and ALPN are counted, and are not among what is hashed. */
	struct wanted names = { .version = 0x0301, .ciphers = "", .extensions = "0000,0010", .server_name = "a", .alpn = { { "h2", 2 } } };
	assert_string_equal(ja4_of(&names), "t10d0002h2_000000000000_000000000000");
	/* An empty name of a server is a name that was sent. */
	assert_memory_equal(ja4_of(&(struct wanted){ .version = 0x0303, .ciphers = "", .extensions = "0000" }), "t12d0001", 8);
}

static char *many(unsigned n, unsigned first)
{
	char *out = xmalloc(5 * n + 1), *to = out;

	for (unsigned i = 0; i < n; i++)
		to += sprintf(to, i > 0 ? ",%04x" : "%04x", first + i);
	return out;
}

static void counts_end_at_99_and_hashes_have_all(void **state)
{
	char *ciphers = many(150, 0xc000), *extensions = many(120, 0x1000), raw[800 + 12] = "";
	struct wanted w = { .version = 0x0303, .ciphers = ciphers, .extensions = extensions };

	/* 1a1a and so on are not in these ranges. */
	assert_memory_equal(ja4_of(&w), "t12i999900_", 11);
	snprintf(raw, sizeof(raw), "t12i999900_%s_", ciphers);
	assert_memory_equal(facts.ja4_raw, raw, strlen(raw));
	char *fewer = many(149, 0xc000);
	char first[13] = "";
	memcpy(first, facts.ja4 + 11, 12);
	w.ciphers = fewer;
	assert_memory_not_equal(ja4_of(&w) + 11, first, 12);
	free(ciphers);
	free(fewer);
	free(extensions);
}

static void ja3_has_the_lists_of_the_wire(void **state)
{
	/* md5("769,4-5-10-9-100-98-3-6-19-18-99,,,"), the example without extensions of its description */
	struct wanted bare = { .version = 0x0301, .ciphers = "0004,0005,000a,0009,0064,0062,0003,0006,0013,0012,0063" };

	assert_string_equal(facts_as(&bare, HELLO_TLS)->ja3, "de350869b8c85de67a350c8d186f11e6");
	/* md5("769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0") */
	struct wanted w = { .version = 0x0301, .ciphers = "1a1a,002f,0035,0005,000a,c009,c00a,c013,c014,0032,0038,0013,0004",
			    .extensions = "0000,fafa,000a,000b", .groups = "0a0a,0017,0018,0019", .formats = "", .server_name = "a" };
	facts_as(&w, HELLO_TLS);
	struct client_hello hello;
	assert_int_equal(decode_client_hello(made_hello(&made, &w), HELLO_TLS, &hello), ERR_OK);
	hello.point_formats = bytes_make("\0", 1);
	hello_prints_fill(prints, &hello, &facts);
	assert_string_equal(facts.ja3, "ada70206e40642a3e4461f35503241d5");
}

static void key_survives_resumption_and_other_places(void **state)
{
	struct wanted w = example;
	char key[FACTS_KEY_SIZE];

	memcpy(key, facts_as(&w, HELLO_TLS)->key, sizeof(key));
	assert_memory_equal(key, "t1-", 3);
	assert_int_equal(strlen(key), 35);
	/* Shuffled, GREASE of another connection, a session resumed with early data, no ALPN, no name. */
	w.extensions = "ff01,4a4a,001b,0033,0017,002d,000d,0005,002a,0012,002b,000b,000a,0029";
	w.ciphers = "9a9a,1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035";
	w.versions = "6a6a,0304,0303";
	w.session = "0123456789abcdef0123456789abcdef";
	assert_string_equal(facts_as(&w, HELLO_TLS)->key, key);
	w.ciphers = "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035,5600";
	assert_string_equal(facts_as(&w, HELLO_TLS)->key, key);
	w.groups = "001d,0017";
	assert_string_not_equal(facts_as(&w, HELLO_TLS)->key, key);
	assert_memory_equal(facts_as(&w, HELLO_QUIC)->key, "q1-", 3);
}

static void traits_are_words_of_what_a_stack_can(void **state)
{
	struct wanted w = example;

	assert_string_equal(facts_as(&w, HELLO_TLS)->traits, "alps,certcomp,tls13,h1,h2");
	w.versions = "fb1a,0304,0303"; /* a draft beside it */
	assert_string_equal(facts_as(&w, HELLO_TLS)->traits, "alps,certcomp,tls13,h1,h2");
	w.ciphers = "1a1a,1301,00ff";
	w.extensions = "0016,000a,fe0d,0022,001c";
	w.groups = "11ec,001d,0100";
	assert_string_equal(facts_as(&w, HELLO_TLS)->traits, "grease,ech,delegated,rsl,etm,scsv,ffdhe,pq");
}

static enum err decode(struct bytes message)
{
	struct client_hello hello;
	char *copy = xmalloc(message.len + 1);

	memcpy(copy, message.ptr, message.len);
	enum err err = decode_client_hello(bytes_make(copy, message.len), HELLO_TLS, &hello);
	free(copy);
	return err;
}

static void every_cut_hello_is_refused(void **state)
{
	struct bytes whole = made_hello(&made, &example);

	for (size_t n = 0; n < whole.len; n++)
		assert_int_equal(decode(bytes_make(whole.ptr, n)), ERR_INPUT);
	assert_int_equal(decode(whole), ERR_OK);
	made.bytes[made.n] = 0;
	assert_int_equal(decode(bytes_make(whole.ptr, whole.len + 1)), ERR_INPUT);
}

/* Any length of the outer structure that is off by one. */
static void a_length_that_lies_is_refused(void **state)
{
	struct bytes whole = made_hello(&made, &example);
	const size_t lengths[] = { 3, 38, 40, 71, 74 }; /* message, session, suites, compressions, extensions */

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		made.bytes[lengths[i]]++;
		assert_int_equal(decode(whole), ERR_INPUT);
		made.bytes[lengths[i]] -= 2;
		assert_int_equal(decode(whole), ERR_INPUT);
		made.bytes[lengths[i]]++;
	}
	assert_int_equal(decode(whole), ERR_OK);
}

static void what_is_no_client_hello_is_refused(void **state)
{
	struct bytes whole = made_hello(&made, &example);

	made.bytes[0] = 2;
	assert_int_equal(decode(whole), ERR_INPUT);
	struct wanted w = example;
	w.session = "0123456789abcdef0123456789abcdef0";
	assert_int_equal(decode(made_hello(&made, &w)), ERR_INPUT);
	/* SSL 2.0 of a client that can more: 80 2e 01 03 01 ... */
	assert_int_equal(decode(BYTES_LIT("\x01\x03\x01\x00\x15\x00\x00\x00\x10\x01\x00\x80\x03\x00\x80\x07\x00\xc0\x06\x00\x40")), ERR_INPUT);
}

static void lists_have_bounds(void **state)
{
	char *ciphers = many(HELLO_LIST_MAX, 0x1000), *more = many(HELLO_LIST_MAX + 1, 0x1000);
	char *extensions = many(HELLO_EXTENSIONS_MAX, 0x1000), *too_many = many(HELLO_EXTENSIONS_MAX + 1, 0x1000);
	struct wanted w = { .version = 0x0303, .ciphers = ciphers, .extensions = extensions };

	assert_memory_equal(ja4_of(&w), "t12i9999", 8);
	w.extensions = too_many;
	assert_int_equal(decode(made_hello(&made, &w)), ERR_LIMIT);
	w.extensions = extensions;
	w.ciphers = more;
	assert_int_equal(decode(made_hello(&made, &w)), ERR_LIMIT);
	free(ciphers);
	free(more);
	free(extensions);
	free(too_many);
}

static int set_up(void **state)
{
	prints = hello_prints_new();
	return 0;
}

static int tear_down(void **state)
{
	hello_prints_free(prints);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ja4_is_that_of_the_published_example),
		cmocka_unit_test(ja4_without_signature_algorithms_ends_without_a_line),
		cmocka_unit_test(grease_counts_nowhere),
		cmocka_unit_test(numbers_that_only_look_like_grease_count),
		cmocka_unit_test(version_is_the_newest_that_is_offered),
		cmocka_unit_test(versions_of_dtls_count_down),
		cmocka_unit_test(alpn_gives_its_ends),
		cmocka_unit_test(empty_lists_are_zeros),
		cmocka_unit_test(counts_end_at_99_and_hashes_have_all),
		cmocka_unit_test(ja3_has_the_lists_of_the_wire),
		cmocka_unit_test(key_survives_resumption_and_other_places),
		cmocka_unit_test(traits_are_words_of_what_a_stack_can),
		cmocka_unit_test(every_cut_hello_is_refused),
		cmocka_unit_test(a_length_that_lies_is_refused),
		cmocka_unit_test(what_is_no_client_hello_is_refused),
		cmocka_unit_test(lists_have_bounds),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
