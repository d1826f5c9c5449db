/* Rules of every form as one list, and sets in which experimental ones are promoted. */
#include "rule_folder.h"

#include "daemon/base/arena.h"
#include "rules/heads.h"
#include "rules/shadow.h"

static void make_trial(char *dir)
{
	make_folder(dir);
	write_file(dir, "judging.yaml", "id: judging\ntitle: t\nstatus: stable\n"
		   "signal: {attribute: ip, family: household, m: 0.75, strangers: 2.5}\n");
	write_file(dir, "tried.yaml", "id: tried\ntitle: t\nstatus: experimental\n"
		   "signal: {attribute: device.id, family: device, m: 0.5, strangers: 1}\n");
	write_file(dir, "watched.yaml", "id: watched\ntitle: t\npolicy: {scope: link, when: link.score > 900}\n");
	write_file(dir, "left-out.yaml", "id: left-out\ntitle: t\nstatus: disabled\ncompare: {attribute: timezone, differ: -1}\n");
}

static enum rule_status status_of(const struct ruleset *set, const char *id)
{
	int at = heads_find(set, bytes_of(id));
	assert_true(at >= 0);
	return heads_at(set, (unsigned)at)->status;
}

static void rules_of_every_form_are_one_list(void **state)
{
	char dir[64];
	struct ruleset *rules = NULL;
	struct arena *a = arena_new(4096);
	make_trial(dir);
	assert_int_equal(ruleset_load(dir, false, &rules, NULL, NULL), ERR_OK);
	assert_int_equal(heads_count(rules), 3);
	assert_string_equal(heads_form(rules, 0), "signal");
	assert_string_equal(heads_form(rules, 1), "signal");
	assert_string_equal(heads_form(rules, 2), "policy");
	assert_true(bytes_is(heads_at(rules, 2)->id, "watched"));
	assert_int_equal(heads_find(rules, bytes_of("left-out")), -1);
	assert_int_equal(heads_experimental(rules), 2);
	assert_string_equal(heads_nearest(rules, bytes_of("juding"), a), "judging");
	arena_free(a);
	ruleset_free(rules);
	remove_folder(dir);
}

static void a_promoted_rule_judges_in_a_set_of_its_own(void **state)
{
	char dir[64];
	struct ruleset *rules = NULL;
	make_trial(dir);
	assert_int_equal(ruleset_load(dir, false, &rules, NULL, NULL), ERR_OK);
	struct ruleset *one = ruleset_promoted(rules, bytes_of("tried")), *all = ruleset_promoted(rules, BYTES_NONE);
	assert_int_equal(status_of(rules, "tried"), RULE_EXPERIMENTAL);
	assert_int_equal(status_of(one, "tried"), RULE_STABLE);
	assert_int_equal(status_of(one, "watched"), RULE_EXPERIMENTAL);
	assert_int_equal(status_of(all, "tried"), RULE_STABLE);
	assert_int_equal(status_of(all, "watched"), RULE_STABLE);
	assert_true(rules->hash != one->hash && one->hash != all->hash);
	assert_true(rules->kinds.version == one->kinds.version);
	for (unsigned i = 0; i < heads_count(rules); i++)
		assert_true(bytes_eq(heads_at(rules, i)->id, heads_at(all, i)->id));
	ruleset_free(one);
	ruleset_free(all);
	ruleset_free(rules);
	remove_folder(dir);
}

static void only_an_experimental_rule_is_promoted(void **state)
{
	char dir[64];
	struct ruleset *rules = NULL;
	make_trial(dir);
	assert_int_equal(ruleset_load(dir, false, &rules, NULL, NULL), ERR_OK);
	assert_null(ruleset_promoted(rules, bytes_of("judging")));
	assert_null(ruleset_promoted(rules, bytes_of("left-out")));
	assert_null(ruleset_promoted(rules, bytes_of("unheard-of")));
	ruleset_free(rules);
	remove_folder(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_of_every_form_are_one_list),
		cmocka_unit_test(a_promoted_rule_judges_in_a_set_of_its_own),
		cmocka_unit_test(only_an_experimental_rule_is_promoted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
