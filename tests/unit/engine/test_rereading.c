/* Pairs that are read again because a value on which they rest came or went. */
#define BENCH_PRIOR "200"
#define BENCH_HUB_CAP "200"
#include "policy_bench.h"

#define RULE "id: pairs\ntitle: t\nstatus: stable\nlevel: low\npolicy:\n  scope: link\n  when: link.score >= possible and link.state == \"suspected\"\n  until: link.score < possible\n"
#define LATER 70 /* more than the 64 whom a value remembers by name */

static void use(struct bench *t, const char *account, const char *device)
{
	happens(t, 0, arena_printf(t->arena, "\"type\":\"login\",\"account\":\"%s\",\"device\":{\"id\":\"%s\"}", account, device));
}

static void mark(struct bench *t, const char *device, const char *word)
{
	happens(t, 1, arena_printf(t->arena, "\"type\":\"mark\",\"mark\":{\"kind\":\"device.id\",\"value\":\"%s\"},\"value\":\"%s\",\"actor\":\"jo\",\"reason\":\"a kiosk\"",
					  device, word));
}

/* As lists have it. */
static int listed(struct bench *t, const char *a, const char *b)
{
	struct why_view why;
	assert_int_equal(engine_why(t->engine, bytes_of(a), bytes_of(b), t->arena, &why), ERR_OK);
	return why.listed;
}

static void a_mark_reaches_those_whom_the_value_has_forgotten(void **state)
{
	struct bench t;
	bench_begin(&t, RULE);
	for (unsigned i = 0; i < 2000; i++)
		use(&t, arena_printf(t.arena, "x%u", i), arena_printf(t.arena, "own%u", i));
	use(&t, "ann", "kiosk");
	use(&t, "bob", "kiosk");
	for (unsigned i = 0; i < LATER; i++)
		use(&t, arena_printf(t.arena, "later%u", i), "kiosk");
	assert_true(listed(&t, "ann", "bob") >= 500);
	mark(&t, "kiosk", "shared");
	assert_true(listed(&t, "ann", "bob") < 200); /* what one expects of any two */
	assert_true(listed(&t, "later68", "later69") < 200);
	bench_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mark_reaches_those_whom_the_value_has_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
