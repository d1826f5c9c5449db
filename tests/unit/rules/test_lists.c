/* Named lists and what a set of rules is known by. */
#include <sys/stat.h>

#include "rule_folder.h"
#include "rules/ruleset.h"

static uint64_t hash_with(const char *staff, const char *trial)
{
	char dir[32], path[80];
	struct ruleset *set = NULL;
	struct errbuf eb = { "" };
	make_folder(dir);
	snprintf(path, sizeof path, "%s/lists", dir);
	assert_int_equal(mkdir(path, 0755), 0);
	write_file(dir, "lists/staff.txt", staff);
	write_file(dir, "lists/trial.txt", trial);
	write_file(dir, "r.yaml", "id: r\ntitle: t\npolicy: {scope: account, when: account.name in staff}\n");
	if (ruleset_load(dir, false, &set, NULL, &eb) != ERR_OK)
		fail_msg("%s", eb.text);
	uint64_t hash = set->hash;
	ruleset_free(set);
	remove_folder(dir);
	return hash;
}

static void a_value_that_moves_to_another_list_makes_another_set(void **state)
{
	uint64_t before = hash_with("shop/anna\nshop/bela\n", "shop/cleo\n");
	assert_true(before != hash_with("shop/anna\n", "shop/bela\nshop/cleo\n"));
	assert_true(before != hash_with("shop/anna\nshop/bela\n", "shop/dora\n"));
	assert_true(before == hash_with("# in another order, once more\nshop/bela\nshop/anna\nshop/bela\n", "shop/cleo\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_that_moves_to_another_list_makes_another_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
