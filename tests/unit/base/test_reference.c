/* Reference text: one entry in both forms, and what scdoc must not take for a mark. */
#include "base_test.h"

#include "daemon/base/reference.h"

static const struct reference_entry entry = { "scoring.", "half_life", "duration", "required, -5 to 5", "One *bit* of old_value, or _b." };

static void terminal_form_has_no_marks(void **state)
{
	struct text out = { 0 };
	reference_heading(&out, REFERENCE_TERMINAL, "KEYS");
	reference_entry(&out, REFERENCE_TERMINAL, &entry);
	assert_string_equal(out.ptr, "KEYS\n\nscoring.half_life  duration  (required, -5 to 5)\n    One *bit* of old_value, or _b.\n\n");
	text_free(&out);
}

static void manual_form_marks_names_and_escapes_the_rest(void **state)
{
	struct text out = { 0 };
	reference_heading(&out, REFERENCE_MANUAL, "KEYS");
	reference_entry(&out, REFERENCE_MANUAL, &entry);
	assert_string_equal(out.ptr, "# KEYS\n\n*scoring.half_life* _duration_ (required, -5 to 5)\n"
				     "\tOne \\*bit\\* of old_value, or \\_b.\n\n");
	text_free(&out);
}

static void what_means_something_at_a_line_start_is_escaped_there(void **state)
{
	struct text out = { 0 };
	reference_entry(&out, REFERENCE_MANUAL, &(struct reference_entry){ .name = "a", .help = "-5 is less than #3." });
	assert_string_equal(out.ptr, "*a*\n\t\\-5 is less than #3.\n\n");
	text_free(&out);
}

static void notes_are_joined_with_commas(void **state)
{
	struct text notes = { 0 };
	reference_note(&notes, "%d to %d", 1, 5);
	reference_note(&notes, "default %s", "x");
	assert_string_equal(notes.ptr, "1 to 5, default x");
	text_free(&notes);
}

static void options_are_laid_out_for_a_terminal_and_marked_for_a_page(void **state)
{
	static const struct reference_option rows[] = {
		{ "--config", "FILE", "Where the configuration is; a long sentence goes on in the next line.", "-c" },
		{ "--state", "open|acknowledged|resolved", "Which.", NULL },
		{ NULL, NULL, NULL, NULL },
	};
	struct text out = { 0 };
	reference_options(&out, REFERENCE_TERMINAL, rows);
	assert_string_equal(out.ptr, "  -c, --config FILE   Where the configuration is; a long sentence goes on in the\n"
				     "                      next line.\n"
				     "  --state open|acknowledged|resolved\n                      Which.\n");
	text_clear(&out);
	reference_options(&out, REFERENCE_MANUAL, rows + 1);
	assert_string_equal(out.ptr, "*--state* _open|acknowledged|resolved_\n\tWhich.\n\n");
	text_clear(&out);
	reference_options(&out, REFERENCE_MANUAL, NULL);
	assert_int_equal(out.len, 0);
	text_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terminal_form_has_no_marks),
		cmocka_unit_test(manual_form_marks_names_and_escapes_the_rest),
		cmocka_unit_test(what_means_something_at_a_line_start_is_escaped_there),
		cmocka_unit_test(notes_are_joined_with_commas),
		cmocka_unit_test(options_are_laid_out_for_a_terminal_and_marked_for_a_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
