/* What loads and does nothing. */
#include <sys/stat.h>

#include "rule_folder.h"
#include "rules/ruleset.h"

static void what_loads_and_does_nothing_is_a_warning_with_its_place(void **state)
{
	char dir[32], path[80], wanted[500];
	struct ruleset *set = NULL;
	struct errbuf eb = { "" };
	make_folder(dir);
	snprintf(path, sizeof path, "%s/lists", dir);
	assert_int_equal(mkdir(path, 0755), 0);
	write_file(dir, "lists/nobody.txt", "a\n");
	write_file(dir, "lists/offices.txt", "10.0.0.0/8\n");
	write_file(dir, "lists/kiosks.yaml", "values: [d1]\n");
	write_file(dir, "attributes-own.yaml", "attributes:\n  - {kind: session, title: session, path: session, placeholders: kiosks}\n");
	write_file(dir, "r.yaml", "id: r\ntitle: t\npolicy:\n  scope: account\n  windows:\n    asked: {take: count, timespan: 1d}\n"
				  "    later: {take: count, timespan: 2d}\n    idle: {take: count, where: event.ip in offices, timespan: 3d}\n"
				  "  when: window.asked > 3\n  until: window.later == 0\n");
	assert_int_equal(ruleset_load(dir, false, &set, NULL, &eb), ERR_OK);
	snprintf(wanted, sizeof wanted, "%s/r.yaml:8:5: warning: the window 'idle' is asked by no condition of its policy\n"
					"%s/lists/nobody.txt:1: warning: no attribute and no rule names the list 'nobody'\n", dir, dir);
	assert_true(bytes_is(set->warnings, wanted));
	ruleset_free(set);
	remove_folder(dir);
}

static void the_shipped_rules_have_nothing_idle(void **state)
{
	struct ruleset *set = NULL;
	struct errbuf eb = { "" };
	assert_int_equal(ruleset_load(SOURCE_DIR "/rules/default", false, &set, NULL, &eb), ERR_OK);
	if (set->warnings.len > 0)
		fail_msg("%.*s", BYTES_ARG(set->warnings));
	ruleset_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_loads_and_does_nothing_is_a_warning_with_its_place),
		cmocka_unit_test(the_shipped_rules_have_nothing_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
