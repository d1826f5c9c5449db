/* What the shipped kinds make of what people and programs send: one value of many spellings, none of placeholders. Each event is
 * read twice, the second time from the memo. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/model/attr_memo.h"
#include "rules/ruleset.h"

static struct ruleset *rules;
static struct json_parser *parser;
static struct arena *arena;
static struct attr_memo *memo;

static int setup(void **state)
{
	parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
	arena = arena_new(4096);
	memo = attr_memo_new();
	return ruleset_load(SOURCE_DIR "/rules/default", false, &rules, NULL, NULL);
}

static int teardown(void **state)
{
	ruleset_free(rules);
	json_parser_free(parser);
	arena_free(arena);
	attr_memo_free(memo);
	return 0;
}

/* Key of the first value of the kind, 0: there is none. members: what follows the three required keys. */
static uint64_t read_key(const char *kind, const char *members)
{
	const struct event_context context = { .kinds = &rules->kinds, .memo = memo };
	struct event_refusal why = { 0 };
	struct json_doc doc;
	struct event e;
	char line[1200];

	snprintf(line, sizeof line, "{\"ts\":1767227241586,\"type\":\"login\",\"account\":\"a\",%s}", members);
	if (json_parse(parser, bytes_of(line), &doc, NULL) || event_from_json(&context, &doc, arena, &e, &why))
		fail_msg("%s is refused: %s", line, why.reason ? why.reason : "no JSON");
	for (unsigned i = 0; i < e.n_attrs; i++)
		if (bytes_is(rules->kinds.rows[e.attrs[i].kind].name, kind))
			return e.attrs[i].key;
	return 0;
}

static uint64_t key_of(const char *kind, const char *members)
{
	uint64_t first = read_key(kind, members);

	if (read_key(kind, members) != first)
		fail_msg("%s: %s is another value from the memo", kind, members);
	return first;
}

/* The member of an event that the kind is taken from: "identity.phone" is one of identity. */
static const char *member(const char *kind, const char *value)
{
	static char text[1000];
	const char *dot = strchr(kind, '.');

	if (strncmp(kind, "tls.", 4) == 0)
		snprintf(text, sizeof text, "\"ja4\":\"%s\"", value);
	else if (strcmp(kind, "items") == 0)
		snprintf(text, sizeof text, "\"items\":[\"%s\"]", value);
	else if (dot)
		snprintf(text, sizeof text, "\"%.*s\":{\"%s\":\"%s\"}", (int)(dot - kind), kind, dot + 1, value);
	else
		snprintf(text, sizeof text, "\"%s\":\"%s\"", kind, value);
	return text;
}

struct row { const char *kind, *values[16]; };

static void what_stands_for_nothing_never_matches(void **state)
{
	static const struct row rows[] = {
		{ "ip", { "0.0.0.0", "::", "127.0.0.1", "::1", "fe80::1%eth0", "::ffff:127.0.0.1", "255.255.255.255" } },
		{ "device.id", { "", "null", "NULL", "unknown", "N/A", "(null)", "undefined", "00000000-0000-0000-0000-000000000000", "'null'",
				 "{00000000-0000-0000-0000-000000000000}", "\xe2\x80\x8b", "\xe2\x80\x8bunknown\xe2\x80\x8e" } },
		{ "device.id", { "0000", "000000000000000000000000000000000000000000", "ffffffffffffffff", "FF:FF:FF:FF:FF:FF", "-1", "error",
				 "[object Object]", "?", "???", "<null>", "d41d8cd98f00b204e9800998ecf8427e" } },
		{ "identity.email", { "test@test.com", "Test+1@Test.com", "n/a", "unknown@unknown.com", "null@null.com", "noreply+7@shop.example",
				      "foo@bar.com", "abc@abc.com", "nomail@nomail.com", "none@none.com", "x@localhost.localdomain", "who@x.invalid" } },
		{ "identity.phone", { "unknown", "0000000000", "+49 000000000", "+44 0000000000", "+1 555 555 5555", "0123456789", "1234567",
				      "9876543210", "(000) 000-0000", "+10000000000", "***" } },
		{ "identity.card", { "null", "0000 0000 0000 0000", "4242 4242 4242 4242", "4000-0000-0000-0002", "1234 5678 9012 3456",
				     "5105105105105100", "XXXX-XXXX-XXXX-1234" } },
		{ "identity.bank", { "IBAN", "n/a", "DE00 0000 0000 0000 0000 00", "IBAN: DE00000000000000000000", "123456", "1234567890" } },
		{ "identity.tax_id", { "00-0000000", "XX-0000000", "DE000000000", "DE123456789", "none", "123-45-6789" } },
		{ "identity.name", { "unknown", "N/A", "Test User", "Max Mustermann", "Mustermann, Erika", "deleted user", "null null", "John Doe" } },
		{ "identity.company", { "n/a", "self employed", "Self-Employed", "privat", "individual", "not applicable", "no company" } },
		{ "identity.address", { "n/a", "Berlin", "123 Main St", "123 Main Street", "unknown unknown" } },
		{ "identity.dob", { "1970-01-01", "01/01/1900", "0000-00-00", "2026-02-30" } },
		{ "tls.ja4", { "unknown", "null", "-", "N/A" } },
		{ "tls.claim", { "unknown", "null", "-", "N/A" } },
		{ "items", { "null", "0", "undefined" } },
		{ "timezone", { "unknown", "undefined" } },
		{ "screen", { "0x0", "null", "-1x-1" } },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t k = 0; k < 16 && rows[i].values[k]; k++)
			if (key_of(rows[i].kind, member(rows[i].kind, rows[i].values[k])) != 0)
				fail_msg("%s: '%s' is a value", rows[i].kind, rows[i].values[k]);
}

static void spellings_of_one_value_match(void **state)
{
	static const struct row rows[] = {
		{ "ip", { "81.2.69.160", "::ffff:81.2.69.160", "::FFFF:5102:45a0", "64:ff9b::81.2.69.160" } },
		{ "ip", { "2a00:1:2:3::1", "2A00:0001:0002:0003:ffff::9", "2a00:1:2:3::1%eth0" } },
		{ "device.id", { "7F31-c0de", " 7F31-c0de\xe2\x80\x8b", "{7F31-c0de}", "\xc2\xa0" "7F31-c0de" } },
		{ "identity.email", { "jane.doe@gmail.com", "JaneDoe+shop@googlemail.com", "jane\xe2\x80\x8b" "doe@gmail.com", "\xe2\x80\x8fjanedoe@gmail.com" } },
		{ "identity.phone", { "+49 (0)30 1234567", "0049301234567", "+49-30-1234567 ext. 12", "tel:+49301234567;ext=4", "\xe2\x80\xaa+49 30 1234567\xe2\x80\xac" } },
		{ "identity.card", { "4539 1488 0343 6467", "4539148803436467", "4539\xe2\x80\x93" "1488\xe2\x80\x93" "0343\xe2\x80\x93" "6467", "4539\xc2\xa0" "1488\xc2\xa0" "0343\xc2\xa0" "6467" } },
		{ "identity.bank", { "DE89 3704 0044 0532 0130 00", "IBAN: DE89370400440532013000", "iban DE89-3704-0044-0532-0130-00", "DE89370400440532013000" } },
		{ "identity.bank", { "NO93 8601 1117 947", "NO 93 8601 1117 947", "Konto-Nr. NO9386011117947" } },
		{ "identity.tax_id", { "DE 136 695 976", "VAT DE136695976", "USt-IdNr.: DE136695976" } },
		{ "identity.name", { "Nguy\xe1\xbb\x85n V\xc4\x83n Anh", "ANH NGUYEN VAN", "Mr. Nguyen Van Anh" } },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t first = key_of(rows[i].kind, member(rows[i].kind, rows[i].values[0]));

		assert_true(first != 0);
		for (size_t k = 1; k < 16 && rows[i].values[k]; k++)
			if (key_of(rows[i].kind, member(rows[i].kind, rows[i].values[k])) != first)
				fail_msg("%s: '%s' and '%s' differ", rows[i].kind, rows[i].values[0], rows[i].values[k]);
	}
}

/* Two browsers that hide their graphics are not one machine, and what hides one part is as if it were not there. */
static void a_placeholder_among_several_parts_is_absent(void **state)
{
	static const char *const hidden[] = { "unknown", "null", "n/a", "undefined", "UNKNOWN", "" };
	static const char *const format = "\"screen\":\"1920x1080\",\"device\":{\"gpu\":\"%s\",\"os\":\"%s\",\"model\":\"%s\",\"cores\":8}";
	char text[400];
	uint64_t plain;

	snprintf(text, sizeof text, format, "GeForce 940MX", "Windows", "");
	plain = key_of("device.hardware", text);
	assert_true(plain != 0);
	for (size_t i = 0; i < ARRAY_LEN(hidden); i++) {
		snprintf(text, sizeof text, format, hidden[i], "Windows", "X1");
		assert_true(key_of("device.hardware", text) == 0);
		snprintf(text, sizeof text, format, "GeForce 940MX", hidden[i], "X1");
		assert_true(key_of("device.hardware", text) == 0);
		snprintf(text, sizeof text, format, "GeForce 940MX", "Windows", hidden[i]);
		assert_true(key_of("device.hardware", text) == plain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stands_for_nothing_never_matches),
		cmocka_unit_test(spellings_of_one_value_match),
		cmocka_unit_test(a_placeholder_among_several_parts_is_absent),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
