/* Sessions do not show in which order their uses came; turns of two accounts follow from their sessions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/engine/evidence/sessions.h"

#define GAP_S 1800
#define HOME 7
#define CAFE 9

static void use_for(struct sessions **list, unsigned slot, uint32_t key, uint32_t at_s)
{
	const struct session_use use = { .slot = slot, .key = key, .at_s = at_s, .gap_s = GAP_S };
	if (!sessions_extend(*list, &use))
		sessions_begin(list, &use);
}

static void use_at(struct sessions **list, uint32_t key, uint32_t at_s)
{
	use_for(list, 0, key, at_s);
}

static const struct session_test on_one_value = { .slot = 0, .is_same_key = true, .within_s = 900 };

static void silence_and_another_value_end_a_session(void **state)
{
	struct sessions *list = NULL;
	const uint32_t home = HOME;
	use_at(&list, HOME, 10000);
	use_at(&list, HOME, 10000 + GAP_S);
	use_at(&list, HOME, 10000 + 2 * GAP_S + 1);
	use_at(&list, CAFE, 10000 + 2 * GAP_S + 2);
	assert_int_equal(sessions_sum(list, 0, &home).n, 2);
	assert_int_equal(sessions_sum(list, 0, NULL).n, 3);
	assert_int_equal(sessions_sum(list, 1, NULL).n, 0);
	assert_int_equal(sessions_sum(list, 0, &home).first_s, 10000);
	assert_int_equal(sessions_sum(list, 0, &home).last_s, 10000 + 2 * GAP_S + 1);
	free(list);
}

static void a_late_use_joins_what_lies_on_both_sides_of_it(void **state)
{
	struct sessions *list = NULL;
	use_at(&list, HOME, 10000);
	use_at(&list, HOME, 10000 + 2 * GAP_S);
	assert_int_equal(list->n, 2);
	use_at(&list, HOME, 10000 + GAP_S);
	assert_int_equal(list->n, 1);
	assert_int_equal(list->at[0].start_s, 10000);
	assert_int_equal(list->at[0].length_s, 2 * GAP_S);
	free(list);
}

static void the_latest_of_a_slot_are_kept(void **state)
{
	struct sessions *list = NULL;
	use_for(&list, 1, HOME, 1);
	for (uint32_t i = 0; i < 3 * SESSIONS_KEPT; i++)
		use_at(&list, HOME, 100000 + i * 2 * GAP_S);
	use_at(&list, HOME, 2);
	assert_int_equal(sessions_sum(list, 0, NULL).n, SESSIONS_KEPT);
	assert_int_equal(sessions_sum(list, 0, NULL).first_s, 100000 + 2 * SESSIONS_KEPT * 2 * GAP_S);
	assert_int_equal(sessions_sum(list, 1, NULL).n, 1);
	free(list);
}

static void sessions_of_a_mute_value_are_no_turns(void **state)
{
	struct sessions *a = NULL, *b = NULL;
	const uint32_t home = HOME;
	struct session_test test = on_one_value;
	use_at(&a, HOME, 10000);
	use_at(&b, HOME, 10900);
	use_at(&a, CAFE, 50000);
	use_at(&b, CAFE, 50900);
	assert_int_equal(sessions_turns(a, b, &test), 2);
	test.mute = &home;
	test.n_mute = 1;
	assert_int_equal(sessions_turns(a, b, &test), 1);
	free(a);
	free(b);
}

static void a_session_that_follows_another_soon_is_a_turn(void **state)
{
	struct sessions *a = NULL, *b = NULL;
	const struct session_test elsewhere = { .slot = 0, .is_same_key = false, .within_s = 900 };
	use_at(&a, HOME, 10000);
	use_at(&b, HOME, 10900);
	assert_int_equal(sessions_turns(a, b, &on_one_value), 1);
	assert_int_equal(sessions_turns(b, a, &on_one_value), 1);
	assert_int_equal(sessions_turns(a, b, &elsewhere), 0);
	use_at(&a, HOME, 10901); /* goes on */
	use_at(&b, CAFE, 10902);
	assert_int_equal(sessions_turns(a, b, &on_one_value), 1);
	assert_int_equal(sessions_turns(a, b, &elsewhere), 1);
	use_at(&a, HOME, 10901 + 900 + GAP_S);
	assert_int_equal(sessions_turns(a, b, &on_one_value), 1);
	free(a);
	free(b);
}

static void one_second_is_one_turn_and_a_second_too_late_is_none(void **state)
{
	struct sessions *a = NULL, *b = NULL, *c = NULL;
	use_at(&a, HOME, 10000);
	use_at(&b, HOME, 10000);
	use_at(&c, HOME, 10901);
	assert_int_equal(sessions_turns(a, b, &on_one_value), 1);
	assert_int_equal(sessions_turns(b, a, &on_one_value), 1);
	assert_int_equal(sessions_turns(a, c, &on_one_value), 0);
	assert_int_equal(sessions_turns(a, NULL, &on_one_value), 0);
	assert_true(sessions_is_near(a, &on_one_value, HOME, 10900));
	assert_true(sessions_is_near(a, &on_one_value, HOME, 9100));
	assert_false(sessions_is_near(a, &on_one_value, HOME, 10901));
	assert_false(sessions_is_near(a, &on_one_value, HOME, 9099));
	assert_false(sessions_is_near(a, &on_one_value, CAFE, 10000));
	free(a);
	free(b);
	free(c);
}

/* Turns by the definition, over every two sessions. */
static unsigned turns_by_definition(const struct sessions *x, const struct sessions *y, bool ties)
{
	unsigned turns = 0;
	for (unsigned i = 0; i < x->n; i++) {
		bool is_turn = false;
		for (unsigned k = 0; k < y->n; k++) {
			const struct session *s = &x->at[i], *r = &y->at[k];
			bool begins_after = ties ? r->start_s <= s->start_s : r->start_s < s->start_s;
			is_turn |= begins_after && r->key == s->key && r->start_s + r->length_s + on_one_value.within_s >= s->start_s;
		}
		turns += is_turn;
	}
	return turns;
}

static void make_uses(struct session_use *uses, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		uses[i] = (struct session_use){ .slot = 0, .key = (uint32_t)rand() % 3, .at_s = 50000 + (uint32_t)rand() % 86400, .gap_s = GAP_S };
}

static struct sessions *sessions_of(const struct session_use *uses, unsigned n)
{
	struct sessions *list = NULL;
	for (unsigned i = 0; i < n; i++)
		use_at(&list, uses[i].key, uses[i].at_s);
	return list;
}

static void no_order_of_uses_shows(void **state)
{
	struct session_use uses[60];
	srand(7);
	for (int round = 0; round < 300; round++) {
		make_uses(uses, 60);
		struct sessions *once = sessions_of(uses, 60), *other = sessions_of(uses + 20, 40);
		unsigned turns = sessions_turns(once, other, &on_one_value);
		assert_int_equal(turns, turns_by_definition(once, other, true) + turns_by_definition(other, once, false));
		for (unsigned i = 59; i > 0; i--) {
			unsigned k = (unsigned)rand() % (i + 1);
			struct session_use kept = uses[i];
			uses[i] = uses[k];
			uses[k] = kept;
		}
		struct sessions *again = sessions_of(uses, 60);
		assert_int_equal(again->n, once->n);
		assert_memory_equal(again->at, once->at, once->n * sizeof(*once->at));
		free(once);
		free(other);
		free(again);
	}
}

static void hours_are_those_of_any_day(void **state)
{
	struct session_hours hours;
	struct sessions *list = NULL;
	sessions_hours(NULL, &on_one_value, &hours);
	assert_int_equal(hours.begin[0], 0);
	use_at(&list, HOME, 10 * 86400 + 1800);                  /* 00:30, for a moment */
	use_at(&list, CAFE, 12 * 86400 + 1800 + 60);             /* another day, on something else */
	use_at(&list, HOME, 14 * 86400 + 86400 - 1800);          /* 23:30 to 00:10 */
	use_at(&list, HOME, 15 * 86400 - 60);
	use_at(&list, HOME, 15 * 86400 + 600);
	use_for(&list, 1, HOME, 16 * 86400);
	sessions_hours(list, &on_one_value, &hours);
	assert_int_equal(hours.begin[1], 2);
	assert_int_equal(hours.begin[47], 1);
	assert_int_equal(hours.begin[0], 0);
	assert_int_equal(hours.last[1], 2); /* 00:10 and 15 minutes is before 00:30 */
	assert_int_equal(hours.last[47], 1);
	assert_int_equal(hours.last[0], 1);
	assert_int_equal(hours.last[2], 0);
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_and_another_value_end_a_session),
		cmocka_unit_test(a_late_use_joins_what_lies_on_both_sides_of_it),
		cmocka_unit_test(the_latest_of_a_slot_are_kept),
		cmocka_unit_test(a_session_that_follows_another_soon_is_a_turn),
		cmocka_unit_test(sessions_of_a_mute_value_are_no_turns),
		cmocka_unit_test(one_second_is_one_turn_and_a_second_too_late_is_none),
		cmocka_unit_test(no_order_of_uses_shows),
		cmocka_unit_test(hours_are_those_of_any_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
