/* What people say of values and ranges: what is marked is evidence for nothing, from then on and at once, and again when it is
 * taken back. */
#include "engine_bench.h"

#include "daemon/engine/state/marks.h"
#include "daemon/model/ip.h"
#include "tests/unit/snapshot_memory.h"

static struct why_view why_of(struct bench *t, const char *a, const char *b)
{
	struct why_view why;

	assert_int_equal(engine_why(t->engine, bytes_of(a), bytes_of(b), t->arena, &why), ERR_OK);
	return why;
}

/* As lists, clusters and alerts have it. */
static int listed(struct bench *t, const char *a, const char *b)
{
	return why_of(t, a, b).listed;
}

static void mark(struct bench *t, const char *on, const char *word)
{
	say(t, "\"type\":\"mark\",\"mark\":{%s},\"value\":\"%s\",\"actor\":\"eve\",\"reason\":\"a kiosk\"", on, word);
}

#define DEVICE "\"device\":{\"id\":\"shared\"}"
#define ON_DEVICE "\"kind\":\"device.id\",\"value\":\"shared\""
#define CARD "\"identity\":{\"card\":\"4012888888881881\"}"
#define ON_CARD "\"kind\":\"identity.card\",\"value\":\"4012 8888 8888 1881\""

/* Ann and Bob share a device and a card. */
static int setup(void **state)
{
	struct bench *t = bench_new();

	use(t, "ann", DEVICE "," CARD);
	use(t, "bob", DEVICE "," CARD);
	assert_true(listed(t, "ann", "bob") >= 500);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	bench_free(*state);
	return 0;
}

static bool rests_on(const struct why_view *why, const char *kind)
{
	for (unsigned i = 0; i < why->n_items; i++)
		if (bytes_is(why->items[i].kind, kind))
			return true;
	return false;
}

static void a_marked_value_counts_nothing_at_once_and_why_says_who_marked_it(void **state)
{
	struct bench *t = *state;
	int before = listed(t, "ann", "bob");

	mark(t, ON_DEVICE, "shared");
	struct why_view why = why_of(t, "ann", "bob");
	assert_true(listed(t, "ann", "bob") < before);
	assert_false(rests_on(&why, "device.id"));
	assert_true(why.n_ignored > 0);
	assert_text(why.ignored[0].reason, "marked as shared by eve on 2026-01-01: a kiosk; it counts nothing");
	assert_text(why.ignored[0].mark.actor, "eve");
	assert_int_equal(why.listed, why.link.score);
}

static void without_what_it_rests_on_the_link_goes_its_cluster_and_alerts_too(void **state)
{
	struct bench *t = *state;
	struct account_view ann;
	struct history_view history;
	struct alert_counts counts;
	struct alert_query query = { .state = ALERTS_ALL, .after = BYTES_NONE, .max = 10 };
	struct alert_view *alerts;
	unsigned n;

	engine_alert_counts(t->engine, ALERTS_STANDING, &counts);
	assert_true(counts.total > 0);
	mark(t, ON_DEVICE, "generic");
	mark(t, ON_CARD, "generic");
	assert_int_equal(engine_account(t->engine, BYTES_LIT("ann"), t->arena, &ann), ERR_OK);
	assert_int_equal(ann.cluster.len, 0);
	assert_true(why_of(t, "ann", "bob").link.score < 500);
	assert_int_equal(why_of(t, "ann", "bob").link.state, LINK_WITHDRAWN);
	engine_alert_counts(t->engine, ALERTS_STANDING, &counts);
	assert_int_equal(counts.total, 0);
	assert_int_equal(engine_alerts(t->engine, &query, t->arena, &alerts, &n), ERR_OK);
	assert_non_null(memmem(alerts[0].reason.ptr, alerts[0].reason.len, "marked as generic by eve: a kiosk", 33));
	assert_int_equal(engine_account_history(t->engine, BYTES_LIT("ann"), t->arena, &history), ERR_OK);
	const struct cause_view *because = NULL;
	for (unsigned i = 0; i < history.n_changes; i++)
		if (history.changes[i].type == CHANGE_LINK_WITHDRAWN &&
		    bytes_starts(history.changes[i].reason, BYTES_LIT("device shared marked as generic by eve")))
			because = history.changes[i].because;
	assert_non_null(because);
	assert_string_equal(because->word, "mark");
	assert_text(because->kind, "device.id");
	assert_text(because->shown, "shared");
	assert_text(because->value, "generic");
	assert_text(because->reason, "a kiosk");
}

static void a_mark_that_is_taken_back_gives_all_of_it_again(void **state)
{
	struct bench *t = *state;
	int before = listed(t, "ann", "bob");

	mark(t, ON_DEVICE, "shared");
	mark(t, ON_CARD, "shared");
	assert_true(listed(t, "ann", "bob") < 500);
	mark(t, ON_CARD, "none");
	mark(t, ON_DEVICE, "none");
	assert_int_equal(listed(t, "ann", "bob"), before);
	assert_int_equal(why_of(t, "ann", "bob").n_ignored, 0);
	assert_int_equal(why_of(t, "ann", "bob").link.state, LINK_SUSPECTED);
}

static void a_mark_may_come_before_the_value(void **state)
{
	struct bench *t = *state;

	mark(t, "\"kind\":\"device.id\",\"value\":\"factory\"", "generic");
	use(t, "cid", "\"device\":{\"id\":\"factory\"}");
	use(t, "dan", "\"device\":{\"id\":\"factory\"}");
	struct why_view why = why_of(t, "cid", "dan");
	assert_int_equal(why.n_ignored, 1);
	assert_false(rests_on(&why, "device.id"));
	assert_int_equal(why.listed, -1);
}

static void a_range_marks_addresses_that_are_known_and_those_that_come(void **state)
{
	struct bench *t = *state;
	struct marked_view *marks;
	uint64_t total;

	use(t, "ann", "\"ip\":\"10.9.1.7\",\"port\":4000");
	use(t, "bob", "\"ip\":\"10.9.1.7\",\"port\":4001");
	struct why_view why = why_of(t, "ann", "bob");
	assert_true(rests_on(&why, "ip"));
	mark(t, "\"range\":\"10.9.0.0/16\"", "shared");
	use(t, "cid", "\"ip\":\"10.9.2.8\"");
	use(t, "dan", "\"ip\":\"10.9.2.8\"");
	why = why_of(t, "ann", "bob");
	assert_false(rests_on(&why, "ip"));
	assert_false(rests_on(&why, "port_block"));
	assert_int_equal(why_of(t, "cid", "dan").n_ignored, 1);
	assert_text(why_of(t, "cid", "dan").ignored[0].reason, "marked as shared with all of 10.9.0.0/16 by eve on 2026-01-01: a kiosk; it counts nothing");
	use(t, "eva", "\"ip\":\"10.10.2.8\"");
	use(t, "fay", "\"ip\":\"10.10.2.8\"");
	assert_int_equal(why_of(t, "eva", "fay").n_ignored, 0);
	mark(t, "\"range\":\"10.9.0.0/16\"", "none");
	why = why_of(t, "ann", "bob");
	assert_true(rests_on(&why, "ip"));
	assert_int_equal(engine_marks(t->engine, 10, t->arena, &marks, &total), 0);
}

static void a_narrower_mark_inside_of_a_range_stands_when_the_range_goes(void **state)
{
	struct bench *t = *state;

	use(t, "cid", "\"ip\":\"10.9.2.8\"");
	use(t, "dan", "\"ip\":\"10.9.2.8\"");
	mark(t, "\"range\":\"10.9.0.0/16\"", "shared");
	mark(t, "\"kind\":\"ip\",\"value\":\"10.9.2.8\"", "generic");
	mark(t, "\"range\":\"10.9.0.0/16\"", "none");
	assert_int_equal(why_of(t, "cid", "dan").n_ignored, 1);
	mark(t, "\"kind\":\"ip\",\"value\":\"10.9.2.8\"", "none");
	assert_int_equal(why_of(t, "cid", "dan").n_ignored, 0);
}

static void a_note_is_kept_and_changes_nothing(void **state)
{
	struct bench *t = *state;
	struct marked_view *marks;
	const struct mark_note *notes;
	uint64_t total;
	uint32_t n;
	int before = listed(t, "ann", "bob");

	for (unsigned i = 0; i < 70; i++)
		say(t, "\"type\":\"mark\",\"mark\":{" ON_DEVICE "},\"value\":\"note\",\"actor\":\"eve\",\"reason\":\"note %u\"", i);
	assert_int_equal(engine_marks(t->engine, 10, t->arena, &marks, &total), 1);
	assert_int_equal(marks[0].n_notes, 64);
	assert_text(marks[0].notes[0].text, "note 69");
	assert_text(marks[0].notes[63].text, "note 6");
	marks_notes(t->engine, &notes, &n);
	assert_int_equal(n, MARK_NOTES_MAX); /* no more are kept, either */
	struct why_view why = why_of(t, "ann", "bob");
	for (unsigned i = 0; i < why.n_items; i++)
		assert_int_equal(why.items[i].n_said, bytes_is(why.items[i].kind, "device.id") && why.items[i].key != 0 ? 64 : 0);
	assert_int_equal(marks[0].mark.word.len, 0);
	assert_int_equal(listed(t, "ann", "bob"), before);
}

static void note(struct bench *t, const char *on, const char *text)
{
	say(t, "\"type\":\"mark\",\"mark\":{%s},\"value\":\"note\",\"actor\":\"eve\",\"reason\":\"%s\"", on, text);
}

static void a_note_on_a_range_is_one_on_each_address_in_it(void **state)
{
	struct bench *t = *state;
	struct marked_view *marks;
	struct account_view ann;
	uint64_t total;

	use(t, "ann", "\"ip\":\"10.9.1.7\"");
	use(t, "bob", "\"ip\":\"10.9.1.7\"");
	note(t, "\"range\":\"10.9.1.0/24\"", "a dormitory");
	note(t, "\"kind\":\"ip\",\"value\":\"10.9.1.7\"", "its library");
	note(t, "\"range\":\"10.0.0.0/8\"", "the town");
	note(t, "\"range\":\"10.9.2.0/24\"", "elsewhere");
	struct why_view why = why_of(t, "ann", "bob");
	for (unsigned i = 0; i < why.n_items; i++) {
		if (!bytes_is(why.items[i].kind, "ip"))
			continue;
		assert_int_equal(why.items[i].n_said, 3);
		assert_text(why.items[i].said[0].text, "the town");
		assert_text(why.items[i].said[0].range, "10.0.0.0/8");
		assert_text(why.items[i].said[1].text, "its library");
		assert_int_equal(why.items[i].said[1].range.len, 0);
		assert_text(why.items[i].said[2].range, "10.9.1.0/24");
	}
	assert_true(rests_on(&why, "ip"));
	assert_int_equal(engine_account(t->engine, BYTES_LIT("ann"), t->arena, &ann), ERR_OK);
	for (unsigned i = 0; i < ann.n_values; i++) {
		assert_int_equal(ann.values[i].noted != NULL, bytes_is(ann.values[i].kind, "ip"));
		if (ann.values[i].noted != NULL)
			assert_text(ann.values[i].noted->text, "the town");
	}
	assert_int_equal(engine_marks(t->engine, 10, t->arena, &marks, &total), 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(marks[i].n_notes, 1); /* each under its own row */
}

/* What one account alone holds is told by whoever knows its text. */
static void a_note_on_a_range_is_told_of_an_address_whose_text_is_not_kept(void **state)
{
	struct bench *t = *state;
	struct value_holders_view value;
	struct note_view newest;
	struct attr attr = { .kind = (uint16_t)kinds_find(&t->rules->kinds, BYTES_LIT("ip")), .shown = BYTES_LIT("10.9.1.7") };

	use(t, "ann", "\"ip\":\"10.9.1.7\"");
	note(t, "\"range\":\"10.9.1.0/24\"", "a dormitory");
	mark(t, "\"range\":\"10.9.0.0/16\"", "shared");
	assert_true(engine_newest_note(t->engine, &attr, &newest));
	assert_text(newest.range, "10.9.1.0/24");
	engine_said_of(t->engine, &attr, t->arena, &value);
	assert_int_equal(value.n_notes, 1);
	assert_text(value.mark.range, "10.9.0.0/16");
	attr.shown = BYTES_LIT("10.8.1.7");
	assert_false(engine_newest_note(t->engine, &attr, &newest));
}

/* What is foreseen is what comes. */
static void the_effect_of_a_mark_is_known_before(void **state)
{
	struct bench *t = *state;
	struct account_view ann;
	struct mark_effect_view effect;
	struct mark_question question = { 0 };

	assert_int_equal(engine_account(t->engine, BYTES_LIT("ann"), t->arena, &ann), ERR_OK);
	for (unsigned i = 0; i < ann.n_values; i++)
		if (bytes_is(ann.values[i].kind, "identity.card"))
			question = (struct mark_question){ .kind = kinds_find(&t->rules->kinds, ann.values[i].kind), .key = ann.values[i].key };
	engine_mark_effect(t->engine, &question, t->arena, &effect);
	assert_int_equal(effect.values, 1);
	assert_int_equal(effect.links, 1);
	assert_int_equal(effect.n_strongest, 1);
	assert_int_equal(effect.strongest[0].before, listed(t, "ann", "bob"));
	mark(t, ON_CARD, "shared");
	assert_int_equal(effect.strongest[0].after, listed(t, "ann", "bob"));
	assert_int_equal(effect.ending, listed(t, "ann", "bob") < 500);
}

/* What two fill in alike because a form did says no more that they are alike. */
static void a_marked_fact_is_not_compared(void **state)
{
	struct bench *t = *state;

	use(t, "gil", "\"identity\":{\"tax_id\":\"DE811907980\"}," DEVICE);
	use(t, "hal", "\"identity\":{\"tax_id\":\"DE811907980\"}," DEVICE);
	int before = why_of(t, "gil", "hal").link.strength_mb;
	mark(t, "\"kind\":\"identity.tax_id\",\"value\":\"DE811907980\"", "generic");
	struct why_view why = why_of(t, "gil", "hal");
	assert_true(why.link.strength_mb < before);
	assert_false(rests_on(&why, "identity.tax_id"));
}

static bool rests_on_rule(const struct why_view *why, const char *rule)
{
	for (unsigned i = 0; i < why->n_items; i++)
		if (bytes_is(why->items[i].rule, rule))
			return true;
	return false;
}

/* Day after day one after the other, from one address. */
static void turns_on_a_marked_value_count_nothing(void **state)
{
	struct bench *t = *state;

	for (unsigned day = 0; day < 6; day++) {
		use(t, "ivo", "\"ip\":\"81.2.3.5\"");
		t->seq += 5;
		use(t, "jan", "\"ip\":\"81.2.3.5\"");
		t->seq += 1500;
	}
	struct why_view why = why_of(t, "ivo", "jan");
	assert_true(rests_on_rule(&why, "worked-in-turn"));
	mark(t, "\"kind\":\"ip\",\"value\":\"81.2.3.5\"", "shared");
	why = why_of(t, "ivo", "jan");
	assert_false(rests_on_rule(&why, "worked-in-turn"));
	assert_int_equal(why.listed, -1); /* they share nothing else */
	mark(t, "\"kind\":\"ip\",\"value\":\"81.2.3.5\"", "none");
	why = why_of(t, "ivo", "jan");
	assert_true(rests_on_rule(&why, "worked-in-turn"));
}

/* The numbers that are kept are those that counting gives. */
static void assert_counted(struct bench *t)
{
	const struct link_query all = { .min_score = 0, .max = 10000 };
	struct engine_stats stats;
	struct link_list list;
	uint64_t links[BANDS] = { 0 };

	engine_strongest_links(t->engine, &all, t->arena, &list);
	for (unsigned i = 0; i < list.n; i++)
		links[list.at[i].band]++;
	engine_stats(t->engine, &stats);
	for (unsigned band = 0; band < BANDS; band++)
		assert_int_equal(stats.links[band], links[band]);
	assert_true(list.n > 0);
}

static void links_are_counted_by_band_whatever_becomes_of_them(void **state)
{
	struct bench *t = *state;
	struct memory m = { 0 };

	assert_counted(t);
	mark(t, ON_DEVICE, "shared");
	mark(t, ON_CARD, "generic");
	assert_counted(t);
	say(t, "\"type\":\"verdict\",\"account\":\"ann\",\"with\":\"bob\",\"value\":\"confirmed\",\"actor\":\"eve\"");
	say(t, "\"type\":\"verdict\",\"account\":\"p1\",\"with\":\"p2\",\"value\":\"not_same\",\"actor\":\"eve\"");
	assert_counted(t);
	mark(t, ON_CARD, "none");
	for (unsigned i = 0; i < 40; i++)
		say(t, "\"type\":\"login\",\"account\":\"p%u\"," DEVICE ",\"ip\":\"10.9.1.%u\"", i, i / 4);
	say(t, "\"type\":\"verdict\",\"account\":\"p3\",\"value\":\"clean\",\"actor\":\"eve\"");
	assert_counted(t);
	assert_int_equal(engine_save(t->engine, memory_write, &m), ERR_OK);
	engine_free(t->engine);
	t->engine = engine_new(t->rules, NULL);
	assert_int_equal(engine_load(t->engine, memory_read, &m), ERR_OK);
	assert_counted(t);
	free(m.at);
}

static void a_snapshot_keeps_marks_and_notes(void **state)
{
	struct bench *t = *state;
	struct memory m = { 0 };
	struct marked_view *marks;
	uint64_t total;

	mark(t, ON_DEVICE, "shared");
	mark(t, "\"range\":\"10.9.0.0/16\"", "generic");
	mark(t, ON_CARD, "note");
	assert_int_equal(engine_save(t->engine, memory_write, &m), ERR_OK);
	engine_free(t->engine);
	t->engine = engine_new(t->rules, NULL);
	assert_int_equal(engine_load(t->engine, memory_read, &m), ERR_OK);
	assert_int_equal(engine_marks(t->engine, 10, t->arena, &marks, &total), 3);
	assert_text(marks[1].shown, "10.9.0.0/16");
	assert_text(marks[1].mark.word, "generic");
	assert_int_equal(marks[0].n_notes, 1);
	assert_int_equal(why_of(t, "ann", "bob").n_ignored, 1);
	use(t, "cid", "\"ip\":\"10.9.2.8\"");
	use(t, "dan", "\"ip\":\"10.9.2.8\"");
	assert_int_equal(why_of(t, "cid", "dan").n_ignored, 1);
	mark(t, ON_DEVICE, "none");
	assert_int_equal(why_of(t, "ann", "bob").n_ignored, 0);
	free(m.at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_marked_value_counts_nothing_at_once_and_why_says_who_marked_it, setup, teardown),
		cmocka_unit_test_setup_teardown(without_what_it_rests_on_the_link_goes_its_cluster_and_alerts_too, setup, teardown),
		cmocka_unit_test_setup_teardown(a_mark_that_is_taken_back_gives_all_of_it_again, setup, teardown),
		cmocka_unit_test_setup_teardown(a_mark_may_come_before_the_value, setup, teardown),
		cmocka_unit_test_setup_teardown(a_range_marks_addresses_that_are_known_and_those_that_come, setup, teardown),
		cmocka_unit_test_setup_teardown(a_narrower_mark_inside_of_a_range_stands_when_the_range_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(a_note_is_kept_and_changes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(a_note_on_a_range_is_one_on_each_address_in_it, setup, teardown),
		cmocka_unit_test_setup_teardown(a_note_on_a_range_is_told_of_an_address_whose_text_is_not_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(the_effect_of_a_mark_is_known_before, setup, teardown),
		cmocka_unit_test_setup_teardown(a_marked_fact_is_not_compared, setup, teardown),
		cmocka_unit_test_setup_teardown(turns_on_a_marked_value_count_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(links_are_counted_by_band_whatever_becomes_of_them, setup, teardown),
		cmocka_unit_test_setup_teardown(a_snapshot_keeps_marks_and_notes, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
