/* Numbers, durations and words of rule files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/keys.h"

static void numbers_are_read_to_thousandths_exactly(void **state)
{
	static const struct { const char *text; int64_t milli; } rows[] = {
		{ "0", 0 }, { "1", 1000 }, { "0.45", 450 }, { ".45", 450 }, { "0.001", 1 }, { "-6", -6000 }, { "-1.5", -1500 },
		{ "12.345", 12345 }, { "0.1", 100 }, { "2.675", 2675 }, { "1000000000", INT64_C(1000000000000) },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t milli = 7;
		assert_true(decimal_parse(bytes_of(rows[i].text), &milli));
		assert_int_equal(milli, rows[i].milli);
	}
}

static void what_is_no_number_of_three_decimals_is_refused(void **state)
{
	static const char *const rows[] = { "", "-", ".", "1.", "0.0001", "1e3", "+1", " 1", "1 ", "0x10", "1,5", "1.2.3", "--1",
					    "1000000001", "99999999999999999999", "nan" };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t milli = 7;
		assert_false(decimal_parse(bytes_of(rows[i]), &milli));
		assert_int_equal(milli, 7);
	}
}

struct sample {
	uint32_t ratio;
	unsigned count;
	int64_t span_ms, wait_ms;
	bool is_on;
	int word;
	struct bytes name;
};

static const char *const words[] = { "low", "high", NULL };
static const struct key_row inner_rows[] = {
	{ "count", KEY_COUNT, .offset = offsetof(struct sample, count), RANGE(1, 9), .otherwise = "3", .help = "A count." }, { 0 } };
static const struct key_row rows[] = {
	{ "name", KEY_TEXT, .is_required = true, .offset = offsetof(struct sample, name), RANGE(1, 5), .help = "A name." },
	{ "ratio", KEY_MILLI, .offset = offsetof(struct sample, ratio), RANGE(1, 1000), .otherwise = "0.5", .help = "A ratio." },
	{ "span", KEY_DURATION, .offset = offsetof(struct sample, span_ms), RANGE(1000, 86400000), .otherwise = "2h", .help = "A span." },
	{ "wait", KEY_DURATION, .offset = offsetof(struct sample, wait_ms), RANGE(1000, 86400000), .otherwise = "0", .help = "A wait; 0: none." },
	{ "on", KEY_BOOL, .offset = offsetof(struct sample, is_on), .help = "A switch." },
	{ "level", KEY_WORD, .offset = offsetof(struct sample, word), .words = words, .otherwise = "high", .help = "A word." },
	{ "inner", KEY_TABLE, .table = inner_rows, .help = "More." },
	{ 0 },
};

static unsigned read_sample(const char *yaml, struct sample *out, struct text *report)
{
	struct yaml_doc *doc = NULL;
	struct errbuf eb = {0};
	struct problems problems = { .report = report };
	struct arena *a = arena_new(4096);
	assert_int_equal(yaml_parse(bytes_of(yaml), "s.yaml", &doc, &eb), ERR_OK);
	struct reader r = { .problems = &problems, .doc = doc, .arena = a };
	*out = (struct sample){0};
	keys_read(&r, yaml_root(doc), rows, out);
	out->name = BYTES_NONE;
	yaml_doc_free(doc);
	arena_free(a);
	return problems.n;
}

static void what_is_not_given_has_its_default(void **state)
{
	struct sample s;
	struct text report = {0};
	assert_int_equal(read_sample("name: x", &s, &report), 0);
	assert_int_equal(s.ratio, 500);
	assert_int_equal(s.span_ms, 7200000);
	assert_int_equal(s.word, 1);
	assert_int_equal(s.count, 3);
	assert_false(s.is_on);
	text_free(&report);
}

static void what_is_given_is_read(void **state)
{
	struct sample s;
	struct text report = {0};
	assert_int_equal(read_sample("{name: x, ratio: 0.025, span: 90s, wait: 0s, on: true, level: low, inner: {count: 9}}", &s, &report), 0);
	assert_int_equal(s.ratio, 25);
	assert_int_equal(s.span_ms, 90000);
	assert_int_equal(s.wait_ms, 0);
	assert_int_equal(s.word, 0);
	assert_int_equal(s.count, 9);
	assert_true(s.is_on);
	text_free(&report);
}

static void every_wrong_value_is_named_with_its_place(void **state)
{
	static const struct { const char *yaml, *report; } cases[] = {
		{ "ratio: 1", "s.yaml:1:1: key 'name' is missing: A name.\n" },
		{ "nmae: x", "s.yaml:1:1: unknown key 'nmae' (did you mean 'name'?)\n" },
		{ "name: x\nratoi: 1", "s.yaml:2:1: unknown key 'ratoi' (did you mean 'ratio'?)\n" },
		{ "name: x\ninner: {cuont: 1}", "s.yaml:2:9: unknown key 'cuont' (did you mean 'count'?)\n" },
		{ "name: x\nzzz: 1", "s.yaml:2:1: unknown key 'zzz'\n" },
		{ "name: x\nratio: 2", "s.yaml:2:8: '2' is out of range: 0.001 to 1\n" },
		{ "name: x\nratio: \"0.5\"", "s.yaml:2:8: a number is written without quotes\n" },
		{ "name: x\nratio: a", "s.yaml:2:8: 'a' is not a number with at most three decimals\n" },
		{ "name: x\nratio: [1]", "s.yaml:2:8: expected a single value, found a list\n" },
		{ "name: x\nspan: 0", "s.yaml:2:7: '0' is out of range: 1s to 1d\n" },
		{ "name: x\nspan: 5", "s.yaml:2:7: '5' is not a duration such as 90s, 15m, 72h, 7d, 2w or 0\n" },
		{ "name: x\nspan: 10ms", "s.yaml:2:7: '10ms' is out of range: 1s to 1d\n" },
		{ "name: x\non: yes", "s.yaml:2:5: 'yes' is neither true nor false\n" },
		{ "name: x\nlevel: hihg", "s.yaml:2:8: level cannot be 'hihg' (did you mean 'high'?)\n" },
		{ "name: x\ninner: 5", "s.yaml:2:8: expected a mapping of keys, found a single value\n" },
		{ "name: x\ninner: {count: 10}", "s.yaml:2:16: '10' is out of range: 1 to 9\n" },
		{ "name: x\ninner: {count: 1.5}", "s.yaml:2:16: '1.5' is not a whole number\n" },
		{ "name: ''", "s.yaml:1:7: a text is expected, it is empty\n" },
		{ "name: longer", "s.yaml:1:7: longer than 5 bytes\n" },
		{ "[1]", "s.yaml:1:1: expected a mapping of keys, found a list\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sample s;
		struct text report = {0};
		assert_int_equal(read_sample(cases[i].yaml, &s, &report), 1);
		assert_string_equal(report.ptr, cases[i].report);
		text_free(&report);
	}
}

static void only_the_first_twenty_problems_are_told(void **state)
{
	struct text yaml = {0}, report = {0};
	struct sample s;
	text_adds(&yaml, "name: x\n");
	for (int i = 0; i < 50; i++)
		text_addf(&yaml, "wrong_key_%d: 1\n", i);
	assert_int_equal(read_sample(yaml.ptr, &s, &report), 50);
	unsigned lines = 0;
	for (size_t i = 0; i < report.len; i++)
		lines += report.ptr[i] == '\n';
	assert_int_equal(lines, PROBLEMS_MAX);
	text_free(&yaml);
	text_free(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_to_thousandths_exactly),
		cmocka_unit_test(what_is_no_number_of_three_decimals_is_refused),
		cmocka_unit_test(what_is_not_given_has_its_default),
		cmocka_unit_test(what_is_given_is_read),
		cmocka_unit_test(every_wrong_value_is_named_with_its_place),
		cmocka_unit_test(only_the_first_twenty_problems_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
