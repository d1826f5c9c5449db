/* When policies raise alerts and when they do not: wavering scores, contradictions, experiments. */
#include "policy_bench.h"

/* Two accounts of one device; what they list makes the score waver between strong and probable. */
static void bench_wavering(struct bench *t, const char *policy)
{
	bench_begin(t, policy);
	happens(t, 0, "\"type\":\"login\",\"account\":\"ann\",\"device\":{\"id\":\"d\"},\"items\":[\"x\"]");
	happens(t, 1, "\"type\":\"login\",\"account\":\"bob\",\"device\":{\"id\":\"d\"},\"items\":[\"x\"]");
}

static void waver(struct bench *t, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		struct why_view why;
		happens(t, 2 + i, i % 2 ? "\"type\":\"login\",\"account\":\"bob\",\"device\":{\"id\":\"d\"},\"items\":[\"x\"]"
					: "\"type\":\"login\",\"account\":\"bob\",\"device\":{\"id\":\"d\"},\"items\":[\"y\"]");
		assert_int_equal(engine_why(t->engine, BYTES_LIT("ann"), BYTES_LIT("bob"), t->arena, &why), ERR_OK);
		assert_int_equal(why.link.band, i % 2 ? BAND_STRONG : BAND_PROBABLE);
	}
}

static unsigned told(const struct bench *t, enum effect_type type)
{
	unsigned n = 0;
	for (size_t i = 0; i < t->effects.n; i++)
		n += t->effects.at[i].type == type;
	return n;
}

#define POLICY(status) "id: p\ntitle: t\nstatus: " status "\npolicy:\n  scope: link\n  when: link.score >= strong\n"

static void a_score_that_wavers_around_a_band_raises_one_alert(void **state)
{
	struct bench t;
	bench_wavering(&t, POLICY("stable") "  until: link.score < probable\n");
	waver(&t, 20);
	assert_int_equal(told(&t, EFFECT_ALERT_OPENED), 1);
	assert_int_equal(told(&t, EFFECT_ALERT_UPDATED), 0);
	assert_int_equal(told(&t, EFFECT_ALERT_RESOLVED), 0);
	bench_end(&t);
}

static void an_alert_says_the_score_of_its_link_now_where_it_was_no_news(void **state)
{
	struct bench t;
	struct alert_view *rows;
	unsigned n;
	const struct alert_query query = { .state = ALERTS_STANDING, .max = 10 };
	bench_wavering(&t, POLICY("stable") "  until: link.score < probable\n");
	for (unsigned i = 1; i <= 2; i++) {
		struct why_view why;
		waver(&t, i);
		assert_int_equal(engine_alerts(t.engine, &query, t.arena, &rows, &n), ERR_OK);
		assert_int_equal(engine_why(t.engine, BYTES_LIT("ann"), BYTES_LIT("bob"), t.arena, &why), ERR_OK);
		assert_int_equal(n, 1);
		assert_int_equal(rows[0].about.score_now, why.link.score);
		assert_true((rows[0].about.score_now < rows[0].score) == (i == 1));
	}
	bench_end(&t);
}

static void a_policy_that_contradicts_itself_raises_nothing(void **state)
{
	struct bench t;
	bench_wavering(&t, POLICY("stable") "  until: link.score >= probable\n");
	waver(&t, 4);
	assert_int_equal(told(&t, EFFECT_ALERT_OPENED), 0);
	bench_end(&t);
}

static void an_experimental_policy_is_counted_and_alerts_nobody(void **state)
{
	struct bench t;
	bench_wavering(&t, POLICY("experimental"));
	assert_int_equal(engine_policy_hits(t.engine, 0), 1);
	bench_save_and_load(&t);
	waver(&t, 20);
	assert_int_equal(engine_policy_hits(t.engine, 0), 11);
	assert_int_equal(told(&t, EFFECT_ALERT_OPENED), 0);
	assert_int_equal(standing(&t), 0);
	bench_end(&t);
	bench_wavering(&t, POLICY("experimental") "  until: link.score < probable\n");
	waver(&t, 20);
	assert_int_equal(engine_policy_hits(t.engine, 0), 1);
	bench_end(&t);
}

#define RELATE(account, kind, group) "\"type\":\"relation\",\"account\":\"" account "\",\"relation\":{\"kind\":\"" kind "\",\"group\":\"" group "\"}"

static void a_relation_in_a_word_of_ones_own_explains_nothing_and_policies_see_it(void **state)
{
	struct bench t;
	bench_wavering(&t, "id: p\ntitle: t\nstatus: stable\npolicy:\n  scope: link\n  when: 'link.relation contains \"team\" and link.state == \"suspected\"'\n");
	happens(&t, 2, RELATE("ann", "team", "g"));
	assert_int_equal(told(&t, EFFECT_ALERT_OPENED), 0); /* the other has not said so */
	happens(&t, 3, RELATE("bob", "other", "g"));
	assert_int_equal(told(&t, EFFECT_ALERT_OPENED), 0);
	happens(&t, 4, RELATE("bob", "team", "g"));
	assert_int_equal(told(&t, EFFECT_ALERT_OPENED), 1);
	bench_end(&t);
}

static void an_account_that_declares_a_word_of_its_own_is_known_to_policies(void **state)
{
	struct bench t;
	bench_begin(&t, "id: p\ntitle: t\nstatus: stable\npolicy: {scope: account, when: 'account.relations contains \"team\"'}\n");
	happens(&t, 0, RELATE("ann", "team", "g"));
	assert_int_equal(told(&t, EFFECT_ALERT_OPENED), 1);
	bench_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_score_that_wavers_around_a_band_raises_one_alert),
		cmocka_unit_test(an_alert_says_the_score_of_its_link_now_where_it_was_no_news),
		cmocka_unit_test(a_policy_that_contradicts_itself_raises_nothing),
		cmocka_unit_test(an_experimental_policy_is_counted_and_alerts_nobody),
		cmocka_unit_test(a_relation_in_a_word_of_ones_own_explains_nothing_and_policies_see_it),
		cmocka_unit_test(an_account_that_declares_a_word_of_its_own_is_known_to_policies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
