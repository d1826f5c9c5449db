/* CSV: records, headers, messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/enrich/csv.h"

static void records_are_split_and_unquoted(void **state)
{
	struct csv_record *r = malloc(sizeof(*r));
	struct bytes rest = BYTES_LIT("a,\"b \"\"x\"\", c\",\r\n\n# note\n\"two\nlines\"\nlast");

	assert_int_equal(decode_csv_record(&rest, r), ERR_OK);
	assert_int_equal(r->n, 3);
	assert_true(bytes_is(r->field[0], "a"));
	assert_true(bytes_is(r->field[1], "b \"x\", c"));
	assert_int_equal(r->field[2].len, 0);
	assert_int_equal(decode_csv_record(&rest, r), ERR_OK);
	assert_true(bytes_is(r->field[0], "two\nlines"));
	assert_int_equal(r->skipped, 2);
	assert_int_equal(r->lines, 2);
	assert_int_equal(decode_csv_record(&rest, r), ERR_OK);
	assert_true(bytes_is(r->field[0], "last"));
	assert_int_equal(decode_csv_record(&rest, r), ERR_NOTFOUND);
	free(r);
}

static void broken_records_are_refused(void **state)
{
	struct csv_record *r = malloc(sizeof(*r));
	struct bytes open = BYTES_LIT("a,\"b"), after = BYTES_LIT("\"a\"b,c"), many;
	char *wide = malloc(CSV_RECORD_MAX + 2);

	assert_int_equal(decode_csv_record(&open, r), ERR_INPUT);
	assert_int_equal(decode_csv_record(&after, r), ERR_INPUT);
	memset(wide, ',', CSV_RECORD_MAX + 2);
	many = bytes_make(wide, CSV_FIELDS_MAX);
	assert_int_equal(decode_csv_record(&many, r), ERR_LIMIT);
	memset(wide, 'x', CSV_RECORD_MAX + 2);
	many = bytes_make(wide, CSV_RECORD_MAX + 1);
	assert_int_equal(decode_csv_record(&many, r), ERR_LIMIT);
	free(wide);
	free(r);
}

static enum err note_row(void *arg, const struct bytes *fields, struct errbuf *eb)
{
	snprintf(arg, 100, "%.*s|%.*s", BYTES_ARG(fields[0]), BYTES_ARG(fields[1]));
	return bytes_is(fields[0], "bad") ? errbuf_set(eb, ERR_INPUT, "it is bad") : ERR_OK;
}

static const struct csv_column columns[] = { { "first|one", true }, { "second", false } };

static enum err read_text(const char *text, char *row, struct errbuf *eb)
{
	struct csv_reader reader = { columns, 2, note_row, NULL, row };

	row[0] = '\0';
	errbuf_clear(eb);
	return csv_read(bytes_of(text), "f.csv", &reader, eb);
}

static void columns_are_found_by_name_in_any_order(void **state)
{
	struct errbuf eb = { "" };
	char row[100];

	assert_int_equal(read_text("\xef\xbb\xbfsecond,ONE\nb,a\n", row, &eb), ERR_OK);
	assert_string_equal(row, "a|b");
	assert_int_equal(read_text("first\nx\n", row, &eb), ERR_OK);
	assert_string_equal(row, "x|");
}

static void note_passed(void *arg, struct bytes name)
{
	size_t n = strlen(arg);

	snprintf((char *)arg + n, 100 - n, " -%.*s", BYTES_ARG(name));
}

/* What is imported may name a thing twice: the earlier of our names counts, wherever it stands. */
static void lenient_reading_takes_the_best_name_and_passes_the_rest(void **state)
{
	struct csv_reader reader = { columns, 2, note_row, note_passed, NULL };
	char row[100] = "";

	reader.arg = row;
	assert_int_equal(csv_read(BYTES_LIT("one,colour,FIRST\n"), "f.csv", &reader, NULL), ERR_OK);
	assert_string_equal(row, " -one -colour");
	assert_int_equal(csv_read(BYTES_LIT("one,colour,first\na,b,c\n"), "f.csv", &reader, NULL), ERR_OK);
	assert_string_equal(row, "c|");
}

static void messages_name_file_and_line(void **state)
{
	struct errbuf eb = { "" };
	char row[100];

	assert_int_equal(read_text("first,secnd\n", row, &eb), ERR_INPUT);
	assert_string_equal(eb.text, "f.csv:1: unknown column 'secnd' (did you mean 'second'?)");
	assert_int_equal(read_text("second\n", row, &eb), ERR_INPUT);
	assert_string_equal(eb.text, "f.csv:1: the header has no column 'first'");
	assert_int_equal(read_text("first,one\n", row, &eb), ERR_INPUT);
	assert_string_equal(eb.text, "f.csv:1: column 'one' is there twice");
	assert_int_equal(read_text("first,second\n\na,b\nc\n", row, &eb), ERR_INPUT);
	assert_string_equal(eb.text, "f.csv:4: 1 fields, the header has 2");
	assert_int_equal(read_text("first\na\nbad\n", row, &eb), ERR_INPUT);
	assert_string_equal(eb.text, "f.csv:3: it is bad");
	assert_int_equal(read_text("first\n\"a\n", row, &eb), ERR_INPUT);
	assert_string_equal(eb.text, "f.csv:2: a quoted field does not end where it should");
	errbuf_clear(&eb);
	assert_int_equal(read_text("first\n# a note\n\nx\n# another\n\"x\"y\n", row, &eb), ERR_INPUT);
	assert_string_equal(eb.text, "f.csv:6: a quoted field does not end where it should");
	assert_int_equal(read_text("# only\n", row, &eb), ERR_INPUT);
	assert_string_equal(eb.text, "f.csv: empty: there is no header line");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_split_and_unquoted),
		cmocka_unit_test(broken_records_are_refused),
		cmocka_unit_test(columns_are_found_by_name_in_any_order),
		cmocka_unit_test(lenient_reading_takes_the_best_name_and_passes_the_rest),
		cmocka_unit_test(messages_name_file_and_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
