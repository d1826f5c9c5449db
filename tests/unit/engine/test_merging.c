/* Alerts that are shown and told as one: whom they follow, what is told, and how they part again. */
#define BENCH_PRIOR "30"
#include "policy_bench.h"

#define HEAD(id, level) "id: " id "\ntitle: t-" id "\nstatus: stable\nlevel: " level "\npolicy:\n"
#define PAIRS HEAD("pairs", "medium") "  scope: link\n  when: link.score >= possible and link.state == \"suspected\"\n  until: link.score < possible or link.state != \"suspected\"\n"
#define BY_CLUSTER PAIRS "  group: cluster\n"
#define BY_VALUE PAIRS "  group: value\n  group_kind: device.id\n"

static void use(struct bench *t, int64_t at_hours, const char *account, const char *device)
{
	happens(t, at_hours, arena_printf(t->arena, "\"type\":\"login\",\"account\":\"%s\",\"device\":{\"id\":\"%s\"}", account, device));
}

/* Among many whose devices are their own: that three of so few have one would be no news. */
static void begin(struct bench *t, const char *rule, const char *other)
{
	bench_begin_two(t, rule, other);
	for (int i = 0; i < 300; i++)
		use(t, -1, arena_printf(t->arena, "x%d", i), arena_printf(t->arena, "own%d", i));
}

/* Three accounts on one device: three links, one after the other. */
static void ring_begins(struct bench *t, const char *rule)
{
	begin(t, rule, NULL);
	use(t, 0, "ann", "d");
	use(t, 0, "bob", "d");
	use(t, 1, "cat", "d");
}

static struct alert_view *listed(struct bench *t, struct alert_query query, unsigned *n)
{
	struct alert_view *rows;
	query.max = 100;
	assert_int_equal(engine_alerts(t->engine, &query, t->arena, &rows, n), ERR_OK);
	return rows;
}

/* What people are shown. */
static struct alert_view *shown(struct bench *t, unsigned want)
{
	unsigned n;
	struct alert_view *rows = listed(t, (struct alert_query){ .state = ALERTS_STANDING, .skips_merged = true }, &n);
	assert_int_equal(n, want);
	return rows;
}

static unsigned told_since(const struct bench *t, size_t from)
{
	unsigned n = 0;
	for (size_t i = from; i < t->effects.n; i++)
		n += effect_alert_word(t->effects.at[i].type) != NULL && t->effects.at[i].audience != AUDIENCE_NONE;
	return n;
}

static const struct effect *last_told(const struct bench *t)
{
	size_t i = t->effects.n;
	while (effect_alert_word(t->effects.at[--i].type) == NULL || t->effects.at[i].audience == AUDIENCE_NONE)
		assert_true(i > 0);
	return &t->effects.at[i];
}

static void does(struct bench *t, int64_t at_hours, const char *type, struct bytes alert, const char *more)
{
	happens(t, at_hours, arena_printf(t->arena, "\"type\":\"%s\",\"account\":\"ann\",\"alert\":\"%.*s\",\"actor\":\"jo\",\"reason\":\"r\"%s",
					  type, BYTES_ARG(alert), more));
}

static void says(struct bench *t, int64_t at_hours, const char *value, const char *a, const char *b)
{
	happens(t, at_hours, arena_printf(t->arena, "\"type\":\"verdict\",\"account\":\"%s\",\"with\":\"%s\",\"value\":\"%s\",\"actor\":\"jo\",\"reason\":\"r\"", a, b, value));
}

static char *life_of(struct bench *t, struct bytes id)
{
	struct history_view history;
	struct text all = { 0 };
	assert_int_equal(engine_alert_history(t->engine, id, t->arena, &history), ERR_OK);
	for (unsigned i = history.n_changes; i-- > 0;)
		text_addf(&all, "%s%s", all.len > 0 ? " " : "", change_type_names[history.changes[i].type] + strlen("alert_"));
	char *out = arena_printf(t->arena, "%s", all.ptr);
	text_free(&all);
	return out;
}

static void alerts_of_a_ring_are_one_that_grows(void **state)
{
	struct bench t;
	unsigned n;
	ring_begins(&t, BY_CLUSTER);
	struct alert_view *rows = shown(&t, 1), *merged = listed(&t, (struct alert_query){ .state = ALERTS_STANDING, .lead = rows[0].id }, &n);
	assert_int_equal(n, 2);
	assert_true(bytes_eq(merged[0].lead, rows[0].id) && merged[0].group == NULL);
	assert_int_equal(rows[0].group->alerts, 3);
	assert_int_equal(rows[0].group->n_accounts, 3);
	assert_int_equal(rows[0].n_accounts, 2);
	assert_int_equal(rows[0].group->reasons[0].alerts, 3);
	assert_int_equal(told_since(&t, 0), 2); /* opened, then once for the two links that came with cat */
	assert_int_equal(last_told(&t)->type, EFFECT_ALERT_UPDATED);
	assert_true(bytes_eq(last_told(&t)->alert.id, rows[0].id));
	assert_string_equal(life_of(&t, rows[0].id), "opened grew");
	assert_string_equal(life_of(&t, merged[0].id), "opened merged");
	bench_end(&t);
}

/* A link's alert leads, and a ring that is graver is merged into it: what people read first is the ring. */
static void title_and_advice_of_a_group_are_those_of_its_gravest_reason(void **state)
{
	struct bench t;
	begin(&t, BY_CLUSTER "  recommendation: watch the two\n",
	      HEAD("ring", "critical") "  scope: cluster\n  when: cluster.size >= 3\n  group: cluster\n  recommendation: look at all\n");
	use(&t, 0, "ann", "d");
	use(&t, 0, "bob", "d");
	const struct alert_view *row = shown(&t, 1);
	assert_true(bytes_is(alert_told_title(row), "t-pairs") && bytes_is(alert_told_advice(row), "watch the two"));
	use(&t, 1, "cat", "d");
	row = shown(&t, 1);
	assert_true(bytes_is(row->rule, "pairs") && bytes_is(row->title, "t-pairs") && bytes_is(row->level, "critical"));
	assert_true(bytes_is(alert_told_title(row), "t-ring") && bytes_is(alert_told_advice(row), "look at all"));
	bench_end(&t);
}

static void a_policy_that_groups_nothing_tells_each(void **state)
{
	struct bench t;
	ring_begins(&t, PAIRS);
	shown(&t, 3);
	assert_int_equal(told_since(&t, 0), 3);
	bench_end(&t);
}

static void a_graver_policy_raises_the_whole_and_is_named_first(void **state)
{
	struct bench t;
	begin(&t, BY_CLUSTER, HEAD("ring", "critical") "  scope: cluster\n  when: cluster.size >= 3\n  group: cluster\n");
	use(&t, 0, "ann", "d");
	use(&t, 0, "bob", "d");
	assert_true(bytes_is(shown(&t, 1)[0].level, "medium"));
	does(&t, 1, "snooze", shown(&t, 1)[0].id, arena_printf(t.arena, ",\"until\":%lld", (long long)(BENCH_START_MS + 100 * HOUR_MS)));
	use(&t, 2, "cat", "d");
	struct alert_view *rows = shown(&t, 1);
	assert_true(bytes_is(rows[0].level, "critical") && bytes_is(rows[0].rule, "pairs"));
	assert_true(bytes_is(rows[0].group->reasons[0].rule, "ring") && bytes_is(rows[0].group->reasons[1].rule, "pairs"));
	assert_true(bytes_starts(rows[0].summary, BYTES_LIT("t-ring: 3 accounts")));
	struct cluster_view cluster;
	assert_int_equal(engine_cluster(t.engine, rows[0].cluster, t.arena, &cluster), ERR_OK);
	assert_true(cluster.n_alerts == 1 && bytes_eq(cluster.alerts[0], rows[0].id)); /* what is merged into it is not told twice */
	const struct alert_about *first = &rows[0].group->reasons[0].about, *second = &rows[0].group->reasons[1].about;
	assert_true(bytes_is(first->subject_kind, "cluster") && first->n_members == 3 && bytes_eq(first->cluster, rows[0].cluster));
	assert_true(bytes_is(second->subject_kind, "link") && second->n_named == 2 && bytes_is(second->accounts[0], "ann"));
	assert_int_equal(rows[0].snoozed_until_ms, 0); /* it is worse than what was put off */
	bench_end(&t);
}

static void whoever_ends_passes_the_lead_on_with_who_works_on_it(void **state)
{
	struct bench t;
	ring_begins(&t, BY_CLUSTER);
	struct bytes first = shown(&t, 1)[0].id;
	does(&t, 2, "ack", first, "");
	size_t before = t.effects.n;
	says(&t, 3, "clean", "ann", "bob"); /* cat still holds them together */
	struct alert_view old, *rows = shown(&t, 1);
	assert_int_equal(engine_alert(t.engine, first, t.arena, &old), ERR_OK);
	assert_int_equal(old.state, ALERT_RESOLVED);
	assert_true(bytes_is(rows[0].owner, "jo") && rows[0].state == ALERT_ACKNOWLEDGED);
	assert_int_equal(told_since(&t, before), 2); /* the one ended, the other stands */
	assert_string_equal(life_of(&t, rows[0].id), "opened merged parted");
	bench_end(&t);
}

static void what_is_said_of_the_lead_settles_all_and_opens_all_again(void **state)
{
	struct bench t;
	unsigned n;
	ring_begins(&t, BY_CLUSTER);
	struct bytes first = shown(&t, 1)[0].id;
	size_t before = t.effects.n;
	does(&t, 2, "resolve", first, ",\"value\":\"explained\"");
	assert_int_equal(standing(&t), 0);
	assert_int_equal(told_since(&t, before), 1);
	listed(&t, (struct alert_query){ .state = ALERT_RESOLVED, .lead = first }, &n);
	assert_int_equal(n, 2);
	use(&t, 3, "dan", "d"); /* what is new is told, what was settled is not */
	struct alert_view *rows = shown(&t, 1);
	assert_int_equal(rows[0].group->alerts, 3);
	before = t.effects.n;
	does(&t, 4, "reopen", first, "");
	rows = shown(&t, 1);
	assert_true(bytes_eq(rows[0].id, first));
	assert_int_equal(rows[0].group->alerts, 6);
	assert_int_equal(rows[0].group->n_accounts, 4);
	bench_end(&t);
}

static void clusters_that_merge_merge_their_alerts_and_those_that_split_part_them(void **state)
{
	struct bench t;
	begin(&t, BY_CLUSTER, NULL);
	use(&t, 0, "ann", "d");
	use(&t, 0, "bob", "d");
	use(&t, 0, "cat", "e");
	use(&t, 0, "dan", "e");
	struct bytes first = shown(&t, 2)[1].id, second = shown(&t, 2)[0].id;
	happens(&t, 1, "\"type\":\"relation\",\"account\":\"bob\",\"relation\":{\"kind\":\"joint\",\"group\":\"g\"}");
	size_t before = t.effects.n;
	happens(&t, 1, "\"type\":\"relation\",\"account\":\"cat\",\"relation\":{\"kind\":\"joint\",\"group\":\"g\"}");
	struct alert_view one, *rows = shown(&t, 1);
	assert_true(bytes_eq(rows[0].id, first));
	assert_int_equal(rows[0].group->n_accounts, 4);
	assert_int_equal(engine_alert(t.engine, second, t.arena, &one), ERR_OK);
	assert_true(bytes_eq(one.lead, first) && one.state == ALERT_OPEN);
	assert_int_equal(told_since(&t, before), 2); /* the one grew, the other is told as merged into it */
	says(&t, 2, "not_same", "bob", "cat");
	rows = shown(&t, 2);
	assert_int_equal(engine_alert(t.engine, second, t.arena, &one), ERR_OK);
	assert_int_equal(one.lead.len, 0);
	assert_int_equal(last_told(&t)->type, EFFECT_ALERT_OPENED);
	assert_true(bytes_eq(last_told(&t)->alert.id, second));
	bench_end(&t);
}

static void lists(struct bench *t, const char *account, const char *device, const char *item)
{
	happens(t, 0, arena_printf(t->arena, "\"type\":\"login\",\"account\":\"%s\",\"device\":{\"id\":\"%s\"},\"items\":[\"%s\"]", account, device, item));
}

/* Two operators who list other items, and one link between them, which joins no clusters. */
static void a_link_across_two_clusters_is_news_of_its_own_until_they_are_one(void **state)
{
	struct bench t;
	begin(&t, BY_CLUSTER, NULL);
	lists(&t, "ann", "red", "r");
	lists(&t, "bob", "red", "r");
	lists(&t, "dan", "blue", "b");
	lists(&t, "eve", "blue", "b");
	shown(&t, 2);
	use(&t, 4, "ann", "cross");
	use(&t, 4, "dan", "cross");
	struct alert_view one, *rows = shown(&t, 3);
	struct bytes crossing = rows[0].id;
	assert_true(rows[0].group == NULL && rows[1].group == NULL && rows[2].group == NULL);
	assert_int_equal(last_told(&t)->type, EFFECT_ALERT_OPENED);
	assert_true(bytes_eq(last_told(&t)->alert.id, crossing));
	use(&t, 5, "bob", "bridge");
	use(&t, 5, "eve", "bridge");
	rows = shown(&t, 1);
	assert_int_equal(rows[0].group->n_accounts, 4);
	assert_int_equal(engine_alert(t.engine, crossing, t.arena, &one), ERR_OK);
	assert_true(bytes_eq(one.lead, rows[0].id));
	bench_end(&t);
}

static void links_over_one_value_are_one_whatever_their_cluster(void **state)
{
	struct bench t;
	ring_begins(&t, BY_VALUE);
	use(&t, 2, "cat", "e");
	use(&t, 2, "dan", "e");
	struct alert_view *rows = shown(&t, 2);
	assert_int_equal(rows[1].group->alerts, 3);
	assert_true(rows[0].group == NULL); /* cat and dan share another */
	bench_end(&t);
}

static void a_later_alert_leads_anew_outside_of_the_window(void **state)
{
	struct bench t;
	begin(&t, BY_CLUSTER "  group_within: 24h\n", NULL);
	use(&t, 0, "ann", "d");
	use(&t, 0, "bob", "d");
	use(&t, 23, "cat", "d");
	assert_int_equal(shown(&t, 1)[0].group->alerts, 3);
	use(&t, 30, "dan", "d");
	assert_int_equal(shown(&t, 2)[0].group->alerts, 3);
	use(&t, 31, "eve", "d");
	assert_int_equal(shown(&t, 2)[0].group->alerts, 7);
	bench_end(&t);
}

/* All that is told, as text. */
static char *all_told(struct bench *t, size_t from)
{
	struct text all = { 0 };
	for (size_t i = from; i < t->effects.n; i++) {
		const struct effect *effect = &t->effects.at[i];
		const struct alert_view *al = &effect->alert;
		if (effect_alert_word(effect->type) == NULL)
			continue;
		text_addf(&all, "%llu %d %d %.*s %.*s %u %.*s\n", (unsigned long long)effect->seq, effect->type, effect->audience, BYTES_ARG(al->id),
			  BYTES_ARG(al->lead), al->group != NULL ? al->group->alerts : 1, BYTES_ARG(al->summary));
	}
	char *out = arena_printf(t->arena, "%s", all.ptr != NULL ? all.ptr : "");
	text_free(&all);
	return out;
}

static void story(struct bench *t, bool is_reloaded)
{
	static const char *const uses[][2] = { { "ann", "d" }, { "bob", "d" }, { "cat", "e" }, { "dan", "e" }, { "cat", "d" }, { "eve", "f" }, { "fay", "f" },
					       { "eve", "e" }, { "gus", "d" } };
	unsigned n;
	for (unsigned i = 0; i < ARRAY_LEN(uses); i++) {
		use(t, i, uses[i][0], uses[i][1]);
		if (is_reloaded)
			bench_save_and_load(t);
	}
	says(t, 20, "not_same", "cat", "ann");
	if (is_reloaded)
		bench_save_and_load(t);
	does(t, 21, "resolve", listed(t, (struct alert_query){ .state = ALERTS_STANDING, .skips_merged = true }, &n)[0].id, ",\"value\":\"explained\"");
	if (is_reloaded)
		bench_save_and_load(t);
	use(t, 22, "hal", "e");
	says(t, 23, "not_same", "dan", "hal");
}

static void a_snapshot_after_every_event_changes_nothing(void **state)
{
	struct bench one, two;
	begin(&one, BY_CLUSTER "  group_within: 100h\n", NULL);
	story(&one, false);
	begin(&two, BY_CLUSTER "  group_within: 100h\n", NULL);
	story(&two, true);
	assert_string_equal(all_told(&one, 0), all_told(&two, 0));
	bench_end(&one);
	bench_end(&two);
}

static void expect_problem(const char *rule, const char *words)
{
	struct text report = { 0 };
	struct builder *builder = builder_new(&report, NULL);
	decode_rule_file(builder, FORM_SCORING, bytes_of(bench_scoring));
	decode_rule_file(builder, FORM_ATTRIBUTES, bytes_of(bench_attributes));
	attributes_finish(builder);
	decode_rule_file(builder, FORM_RULE, bytes_of(rule));
	assert_true(builder->problems.n > 0);
	builder_seal(builder);
	if (report.ptr == NULL || strstr(report.ptr, words) == NULL)
		fail_msg("%s", report.ptr);
	text_free(&report);
	builder_free(builder);
}

static void what_groups_wrongly_does_not_load(void **state)
{
	expect_problem(PAIRS "  group: clusters\n", "clusters");
	expect_problem(PAIRS "  group: cluster\n  group_kind: device.id\n", "group_kind belongs to group: value");
	expect_problem(PAIRS "  group: value\n  group_kind: device.ids\n", "device.ids");
	expect_problem(PAIRS "  group_within: 1h\n", "group_within belongs to");
	expect_problem(PAIRS "  group: cluster\n  group_within: 5\n", "is not a duration");
	expect_problem(HEAD("p", "low") "  scope: account\n  when: account.risk >= 500\n  group: value\n", "group: value is of links");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alerts_of_a_ring_are_one_that_grows),
		cmocka_unit_test(title_and_advice_of_a_group_are_those_of_its_gravest_reason),
		cmocka_unit_test(a_policy_that_groups_nothing_tells_each),
		cmocka_unit_test(a_graver_policy_raises_the_whole_and_is_named_first),
		cmocka_unit_test(whoever_ends_passes_the_lead_on_with_who_works_on_it),
		cmocka_unit_test(what_is_said_of_the_lead_settles_all_and_opens_all_again),
		cmocka_unit_test(clusters_that_merge_merge_their_alerts_and_those_that_split_part_them),
		cmocka_unit_test(a_link_across_two_clusters_is_news_of_its_own_until_they_are_one),
		cmocka_unit_test(links_over_one_value_are_one_whatever_their_cluster),
		cmocka_unit_test(a_later_alert_leads_anew_outside_of_the_window),
		cmocka_unit_test(a_snapshot_after_every_event_changes_nothing),
		cmocka_unit_test(what_groups_wrongly_does_not_load),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
