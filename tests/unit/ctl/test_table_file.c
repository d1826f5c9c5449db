/* What a table looks like as a file, and the reliability of scores. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/file.h"
#include "daemon/ctl/reliability.h"
#include "daemon/ctl/table_file.h"

static struct ruleset *load(void)
{
	struct ruleset *rules;
	struct text report = { 0 };
	assert_int_equal(ruleset_load(SOURCE_DIR "/rules/default", false, &rules, &report, NULL), ERR_OK);
	text_free(&report);
	return rules;
}

static bool has(const struct text *t, const char *words)
{
	return bytes_find(text_bytes(t), bytes_of(words)) >= 0;
}

static void a_table_lists_the_tokens_that_pairs_had(void **state)
{
	struct ruleset *rules = load();
	struct pattern_totals *counts = calloc(rules->table.n, sizeof(*counts));
	struct bytes fitted_on[] = { BYTES_LIT("a \"b\": 1 event") };
	struct text out = { 0 }, name = { 0 }, line = { 0 };
	struct table_source source = { rules, counts, fitted_on, 1 };
	ruleset_begin_fit(rules);
	rules->table.bias_mb[PASS_OWN] = -1890;
	rules->table.bias_mb[PASS_SUPPORT] = 5;
	rules->table.bits[1] = -340;
	counts[1] = (struct pattern_totals){ 4668, 653 };
	table_write(&source, &out);
	ruleset_token_name(rules, 1, &name);
	text_addf(&line, "\nbias: -1.89\nbits:\n  \"%s\": -0.34  # 4668, 14.0 %%\n\nsupport_bias: 0.005\nsupport: {}\n", name.ptr);
	assert_true(has(&out, line.ptr));
	assert_true(has(&out, "fitted_on:\n  - \"a \\\"b\\\": 1 event\"\n"));
	assert_int_equal(out.ptr[0], '#');
	text_free(&out);
	text_free(&name);
	text_free(&line);
	free(counts);
	ruleset_free(rules);
}

static void a_table_takes_the_place_of_another_at_once(void **state)
{
	char path[] = "/tmp/assocd-table-XXXXXX";
	struct text content = { 0 };
	struct errbuf eb = { { 0 } };
	close(mkstemp(path));
	assert_int_equal(table_save(BYTES_LIT("bias: 1\n"), path, NULL), ERR_OK);
	assert_int_equal(file_read(path, 100, &content, NULL), ERR_OK);
	assert_true(bytes_is(text_bytes(&content), "bias: 1\n"));
	text_free(&content);
	unlink(path);
	assert_int_equal(table_save(BYTES_LIT("x"), "/nowhere/table.yaml", &eb), ERR_IO);
	assert_string_equal(eb.text, "/nowhere/table.yaml: No such file or directory; the table is not written");
}

static void scores_are_held_against_what_was_true(void **state)
{
	struct reliability r = { 0 }, both = { 0 };
	reliability_add(&r, 49, true); /* nobody looks at it */
	assert_true(r.pairs == 0 && reliability_error(&r) == 0);
	for (int i = 0; i < 10; i++)
		reliability_add(&r, 800, i < 6);
	assert_true(fabs(reliability_error(&r) - 0.2) < 1e-9);
	reliability_add(&r, 1000, true);
	reliability_add(&r, 50, false);
	assert_true(r.bins[9].pairs == 1 && r.bins[0].pairs == 1 && r.bins[8].same == 6);
	reliability_merge(&both, &r);
	reliability_merge(&both, &r);
	assert_int_equal(both.pairs, 24);
	assert_true(fabs(reliability_error(&both) - (2.0 + 0.05) / 12) < 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_lists_the_tokens_that_pairs_had),
		cmocka_unit_test(a_table_takes_the_place_of_another_at_once),
		cmocka_unit_test(scores_are_held_against_what_was_true),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
