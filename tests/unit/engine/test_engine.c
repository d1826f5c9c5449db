/* The engine as a whole: what must hold whatever the events are. A made-up world of accounts that share devices, homes and
 * cards is applied in different ways; links, clusters and effects must agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "daemon/base/text.h"
#include "daemon/engine/engine.h"
#include "daemon/model/event.h"
#include "daemon/vendor/crypto.h"
#include "tests/unit/snapshot_memory.h"

#define EVENTS 1500
#define START_MS 1767225600000ll

struct world {
	struct ruleset *rules;
	struct arena *arena;
	const struct event *events[EVENTS];
	size_t n;
};

static uint32_t random_next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(*seed >> 33);
}

/* A line of the world: most accounts are alone, every fifth shares device and card with its neighbours. */
static void world_line(struct text *line, unsigned i, uint64_t *seed)
{
	uint32_t account = random_next(seed) % 120, shared = account / 5;
	bool is_ring = shared % 4 == 0;
	long long ts = START_MS + (long long)i * 900000;
	text_clear(line);
	if (i % 97 == 50) {
		text_addf(line, "{\"ts\":%lld,\"type\":\"closed\",\"account\":\"a%u\"}", ts, account);
		return;
	}
	if (i % 89 == 40) {
		text_addf(line, "{\"ts\":%lld,\"type\":\"relation\",\"account\":\"a%u\",\"relation\":{\"kind\":\"%s\",\"group\":\"g%u\"}}",
			  ts, account, account % 2 ? "joint" : "agency", shared);
		return;
	}
	text_addf(line, "{\"ts\":%lld,\"type\":\"login\",\"account\":\"a%u\",\"ip\":\"11.1.%u.%u\",\"port\":%u,", ts, account,
		  shared, random_next(seed) % 3 + 1, 1024 + random_next(seed) % 4000);
	text_addf(line, "\"timezone\":\"%s\",", account % 7 ? "Europe/Berlin" : "Asia/Tokyo");
	text_addf(line, "\"device\":{\"id\":\"d%u\",\"gpu\":\"g%u\",\"os\":\"Windows\"},\"screen\":\"1920x1080\",",
		  is_ring ? shared : account + 1000, shared % 3);
	text_addf(line, "\"identity\":{\"card\":\"45561209334411%02u\",\"email\":\"m%u@mail.example.com.de\",\"name\":\"N%u Miller\"}}",
		  is_ring ? shared : account % 90, account, account);
}

static void world_make(struct world *w, struct hmac_key *key)
{
	struct errbuf eb = { { 0 } };
	struct json_parser *parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
	struct text line = { 0 };
	uint64_t seed = 42;
	*w = (struct world){ .arena = arena_new(1 << 16) };
	assert_int_equal(ruleset_load(SOURCE_DIR "/rules/default", false, &w->rules, NULL, &eb), ERR_OK);
	struct event_context context = { .kinds = &w->rules->kinds, .hash_key = key };
	for (unsigned i = 0; i < EVENTS; i++) {
		struct event *ev = ARENA_NEW(w->arena, struct event);
		struct json_doc doc;
		struct event_refusal why = { 0 };
		world_line(&line, i, &seed);
		assert_int_equal(json_parse(parser, text_bytes(&line), &doc, &eb), ERR_OK);
		assert_int_equal(event_from_json(&context, &doc, w->arena, ev, &why), ERR_OK);
		ev->seq = i + 1;
		w->events[w->n++] = ev;
	}
	text_free(&line);
	json_parser_free(parser);
}

static void world_free(struct world *w)
{
	ruleset_free(w->rules);
	arena_free(w->arena);
}

static void note_effects(struct text *out, const struct effects *effects)
{
	for (size_t i = 0; i < effects->n; i++) {
		const struct effect *effect = &effects->at[i];
		text_addf(out, "%d %llu %.*s %.*s %.*s\n", (int)effect->type, (unsigned long long)effect->seq,
			  BYTES_ARG(effect->alert.id), BYTES_ARG(effect->cluster), BYTES_ARG(effect->what));
	}
}

/* Events from..to in pieces of `piece`; effects are noted. */
static void apply(struct engine *e, const struct world *w, size_t from, size_t piece, struct text *effects_text)
{
	struct arena *arena = arena_new(1 << 16);
	struct effects effects = { .arena = arena };
	for (size_t at = from; at < w->n; at += piece) {
		effects.n = 0;
		engine_apply(e, w->events + at, w->n - at < piece ? w->n - at : piece, &effects);
		note_effects(effects_text, &effects);
		arena_reset(arena);
	}
	free(effects.at);
	arena_free(arena);
}

static void note_link(void *arg, const struct link_view *link)
{
	text_addf(arg, "%.*s,%.*s,%d,%d,%lld\n", BYTES_ARG(link->a), BYTES_ARG(link->b), link->score, (int)link->state,
		  (long long)link->first_ms);
}

static void note_member(void *arg, struct bytes account, struct bytes cluster)
{
	text_addf(arg, "%.*s,%.*s\n", BYTES_ARG(account), BYTES_ARG(cluster));
}

static void note_state(struct text *out, const struct engine *e)
{
	engine_each_link(e, 0, note_link, out);
	engine_each_member(e, note_member, out);
}

static void assert_same(const struct text *x, const struct text *y)
{
	assert_true(x->len > 100);
	assert_int_equal(x->len, y->len);
	assert_memory_equal(x->ptr, y->ptr, x->len);
}

static void run_whole(const struct world *w, size_t piece, struct text *out)
{
	struct engine *e = engine_new(w->rules, NULL);
	apply(e, w, 0, piece, out);
	note_state(out, e);
	engine_free(e);
}

static void nothing_depends_on_how_events_are_cut_into_batches(void **state)
{
	struct world w;
	struct text one = { 0 }, many = { 0 };
	world_make(&w, NULL);
	run_whole(&w, 1, &one);
	run_whole(&w, 777, &many);
	assert_same(&one, &many);
	text_free(&one);
	text_free(&many);
	world_free(&w);
}

static void nothing_depends_on_the_hashing_key(void **state)
{
	struct world plain, keyed;
	struct text x = { 0 }, y = { 0 };
	struct hmac_key *key = hmac_key_new(BYTES_LIT("0123456789abcdef0123456789abcdef"));
	world_make(&plain, NULL);
	world_make(&keyed, key);
	run_whole(&plain, 64, &x);
	run_whole(&keyed, 64, &y);
	assert_same(&x, &y);
	text_free(&x);
	text_free(&y);
	world_free(&plain);
	world_free(&keyed);
	hmac_key_free(key);
}

static void a_snapshot_goes_on_as_if_undisturbed(void **state)
{
	struct world w, half;
	struct text undisturbed = { 0 }, first = { 0 }, rest = { 0 };
	world_make(&w, NULL);
	half = w;
	half.n = EVENTS / 2;
	struct engine *whole = engine_new(w.rules, NULL), *before = engine_new(w.rules, NULL), *after = engine_new(w.rules, NULL);
	apply(whole, &half, 0, 64, &first);
	apply(whole, &w, EVENTS / 2, 64, &undisturbed);
	note_state(&undisturbed, whole);
	apply(before, &half, 0, 64, &first);
	struct memory m = { 0 };
	assert_int_equal(engine_save(before, memory_write, &m), ERR_OK);
	assert_int_equal(engine_load(after, memory_read, &m), ERR_OK);
	apply(after, &w, EVENTS / 2, 64, &rest);
	note_state(&rest, after);
	assert_same(&undisturbed, &rest);
	engine_free(whole);
	engine_free(before);
	engine_free(after);
	free(m.at);
	text_free(&undisturbed);
	text_free(&first);
	text_free(&rest);
	world_free(&w);
}

/* The checksum of the file finds what a disk does; what gets past it must not lead to an impossible state. */
static void a_damaged_snapshot_is_refused_or_does_no_harm(void **state)
{
	struct world w, half;
	struct text effects = { 0 };
	struct memory m = { 0 };
	world_make(&w, NULL);
	w.n = 420;
	half = w;
	half.n = 300;
	struct engine *e = engine_new(w.rules, NULL);
	apply(e, &half, 0, 64, &effects);
	assert_int_equal(engine_save(e, memory_write, &m), ERR_OK);
	engine_free(e);
	for (size_t at = 101, n = 0; at < m.n; at += 157, n++) {
		struct memory damaged = { m.at, m.n, 0 };
		char before = m.at[at];
		m.at[at] = n % 2 ? (char)0xff : (char)(before + 2);
		struct engine *back = engine_new(w.rules, NULL);
		if (engine_load(back, memory_read, &damaged) == ERR_OK) {
			apply(back, &w, half.n, 64, &effects);
			note_state(&effects, back);
			text_clear(&effects);
		}
		engine_free(back);
		m.at[at] = before;
	}
	free(m.at);
	text_free(&effects);
	world_free(&w);
}

static void snapshots_that_are_cut_or_of_another_build_are_refused(void **state)
{
	struct world w;
	struct text effects = { 0 };
	struct memory m = { 0 };
	world_make(&w, NULL);
	w.n = 200;
	struct engine *e = engine_new(w.rules, NULL);
	apply(e, &w, 0, 64, &effects);
	assert_int_equal(engine_save(e, memory_write, &m), ERR_OK);
	for (size_t n = 0; n < m.n; n += 997) {
		struct memory cut = { m.at, n, 0 };
		struct engine *back = engine_new(w.rules, NULL);
		assert_int_not_equal(engine_load(back, memory_read, &cut), ERR_OK);
		engine_free(back);
	}
	m.at[0] ^= 1; /* the header begins with the version */
	struct engine *back = engine_new(w.rules, NULL);
	assert_int_equal(engine_load(back, memory_read, &m), ERR_VERSION);
	engine_free(back);
	engine_free(e);
	free(m.at);
	text_free(&effects);
	world_free(&w);
}

/* Of every link: what the waterfall counts adds up to the strength, and the score is the link's. */
static void the_waterfall_adds_up(void **state)
{
	struct world w;
	struct text effects = { 0 };
	unsigned with_evidence = 0;
	world_make(&w, NULL);
	struct engine *e = engine_new(w.rules, NULL);
	apply(e, &w, 0, 64, &effects);
	for (unsigned a = 0; a < 119; a++) {
		struct why_view why;
		char x[16], y[16];
		snprintf(x, sizeof(x), "a%u", a);
		snprintf(y, sizeof(y), "a%u", a + 1);
		if (engine_why(e, bytes_of(x), bytes_of(y), w.arena, &why) != ERR_OK)
			continue;
		int32_t sum_mb = why.prior_mb;
		for (unsigned i = 0; i < why.n_items; i++)
			sum_mb += why.items[i].counted_mb;
		assert_int_equal(sum_mb, why.sum_mb);
		assert_int_equal(why.link.strength_mb, (int64_t)sum_mb * why.scale_a_milli / 1000 + why.shift_b_mb);
		with_evidence += why.n_items > 0;
	}
	assert_true(with_evidence > 50);
	engine_free(e);
	text_free(&effects);
	world_free(&w);
}

/* Pages of three make the whole listing, in its order and without a gap. */
static void pages_of_alerts_make_the_listing(void **state)
{
	struct world w;
	struct text effects = { 0 };
	struct alert_query all = { .state = -1, .max = UINT32_MAX }, page = { .state = -1, .max = 3 };
	struct alert_view *whole, *some;
	unsigned n, got, seen = 0;
	world_make(&w, NULL);
	struct engine *e = engine_new(w.rules, NULL);
	page.max = 3;
	apply(e, &w, 0, 64, &effects);
	assert_int_equal(engine_alerts(e, &all, w.arena, &whole, &n), ERR_OK);
	assert_true(n > 6);
	for (; engine_alerts(e, &page, w.arena, &some, &got) == ERR_OK && got > 0; page.after = some[got - 1].id)
		for (unsigned i = 0; i < got; i++)
			assert_true(bytes_eq(some[i].id, whole[seen++].id));
	assert_int_equal(seen, n);
	page.after = BYTES_LIT("0000000000000000");
	assert_int_equal(engine_alerts(e, &page, w.arena, &some, &got), ERR_NOTFOUND);
	engine_free(e);
	text_free(&effects);
	world_free(&w);
}

static int level_of(const struct alert_view *alert)
{
	int level = LEVELS - 1;
	while (level > 0 && !bytes_is(alert->level, rule_level_names[level]))
		level--;
	return level;
}

/* By overdue, level, deadline, age; in pages too; and those that stand are counted by level. */
static void the_most_urgent_alerts_come_first_and_all_are_counted(void **state)
{
	struct world w;
	struct text effects = { 0 };
	struct alert_query all = { .state = ALERTS_STANDING, .by_urgency = true, .max = UINT32_MAX, .skips_merged = true }, page = all;
	struct alert_counts counts;
	struct alert_view *rows, *some;
	unsigned n, got, seen = 0;
	world_make(&w, NULL);
	struct engine *e = engine_new(w.rules, NULL);
	apply(e, &w, 0, 64, &effects);
	assert_int_equal(engine_alerts(e, &all, w.arena, &rows, &n), ERR_OK);
	assert_true(n > 6);
	for (unsigned i = 0; i + 1 < n; i++) {
		const struct alert_view *x = &rows[i], *y = &rows[i + 1];
		int64_t x_due = x->deadline_ms != 0 ? x->deadline_ms : INT64_MAX, y_due = y->deadline_ms != 0 ? y->deadline_ms : INT64_MAX;
		assert_true(x->is_overdue >= y->is_overdue && x->state != ALERT_RESOLVED);
		if (x->is_overdue != y->is_overdue)
			continue;
		assert_true(level_of(x) >= level_of(y));
		assert_true(level_of(x) > level_of(y) || x_due < y_due || (x_due == y_due && x->opened_ms <= y->opened_ms));
	}
	for (; engine_alerts(e, &page, w.arena, &some, &got) == ERR_OK && got > 0; page.after = some[got - 1].id)
		for (unsigned i = 0; i < got; i++)
			assert_true(bytes_eq(some[i].id, rows[seen++].id));
	assert_int_equal(seen, n);
	engine_alert_counts(e, ALERTS_STANDING, &counts);
	assert_int_equal(counts.total, n);
	for (unsigned i = 0; i < n; i++) {
		counts.levels[level_of(&rows[i])]--;
		counts.overdue -= rows[i].is_overdue;
	}
	for (int level = 0; level < LEVELS; level++)
		assert_int_equal(counts.levels[level], 0);
	assert_int_equal(counts.overdue, 0);
	engine_free(e);
	text_free(&effects);
	world_free(&w);
}

/* The strongest links are the head of all of them. */
static void strongest_links_come_first_and_all_are_counted(void **state)
{
	struct world w;
	struct text effects = { 0 };
	struct link_query few = { 1, 10 }, all = { 1, UINT32_MAX };
	struct link_list first, whole;
	world_make(&w, NULL);
	struct engine *e = engine_new(w.rules, NULL);
	apply(e, &w, 0, 64, &effects);
	engine_strongest_links(e, &few, w.arena, &first);
	engine_strongest_links(e, &all, w.arena, &whole);
	assert_int_equal(first.n, 10);
	assert_int_equal(first.total, whole.n);
	for (unsigned i = 0; i < first.n; i++)
		assert_true(bytes_eq(first.at[i].a, whole.at[i].a) && bytes_eq(first.at[i].b, whole.at[i].b));
	for (unsigned i = 1; i < whole.n; i++)
		assert_true(whole.at[i - 1].score >= whole.at[i].score);
	engine_free(e);
	text_free(&effects);
	world_free(&w);
}

static void what_is_unknown_is_not_found(void **state)
{
	struct world w;
	struct account_view account;
	struct why_view why;
	struct cluster_view cluster;
	struct alert_view alert;
	world_make(&w, NULL);
	struct engine *e = engine_new(w.rules, NULL);
	assert_int_equal(engine_account(e, BYTES_LIT("nobody"), w.arena, &account), ERR_NOTFOUND);
	assert_int_equal(engine_why(e, BYTES_LIT("a"), BYTES_LIT("b"), w.arena, &why), ERR_NOTFOUND);
	assert_int_equal(engine_cluster(e, BYTES_LIT("c1"), w.arena, &cluster), ERR_NOTFOUND);
	assert_int_equal(engine_alert(e, BYTES_LIT("0000000000000000"), w.arena, &alert), ERR_NOTFOUND);
	engine_free(e);
	world_free(&w);
}

/* What a statement of that type makes of the newest open alert. */
static enum alert_state state_after(struct engine *e, struct world *w, enum event_type type)
{
	struct alert_view *open, after;
	const struct alert_query newest = { .state = ALERT_OPEN, .max = 1 };
	unsigned n;
	assert_int_equal(engine_alerts(e, &newest, w->arena, &open, &n), ERR_OK);
	assert_int_equal(n, 1);
	const struct event ev = { .seq = ++w->n, .ts_ms = START_MS * 2, .type = type, .account = BYTES_LIT("a1"), .alert = open->id };
	const struct event *one = &ev;
	engine_apply(e, &one, 1, NULL);
	assert_int_equal(engine_alert(e, open->id, w->arena, &after), ERR_OK);
	return after.state;
}

static void statements_on_alerts_do_what_they_say(void **state)
{
	struct world w;
	struct text effects = { 0 };
	world_make(&w, NULL);
	struct engine *e = engine_new(w.rules, NULL);
	apply(e, &w, 0, 64, &effects);
	assert_int_equal(state_after(e, &w, EVENT_SNOOZE), ALERT_OPEN);
	assert_int_equal(state_after(e, &w, EVENT_ACK), ALERT_ACKNOWLEDGED);
	assert_int_equal(state_after(e, &w, EVENT_RESOLVE), ALERT_RESOLVED);
	engine_free(e);
	text_free(&effects);
	world_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_depends_on_how_events_are_cut_into_batches),
		cmocka_unit_test(nothing_depends_on_the_hashing_key),
		cmocka_unit_test(a_snapshot_goes_on_as_if_undisturbed),
		cmocka_unit_test(a_damaged_snapshot_is_refused_or_does_no_harm),
		cmocka_unit_test(snapshots_that_are_cut_or_of_another_build_are_refused),
		cmocka_unit_test(the_waterfall_adds_up),
		cmocka_unit_test(pages_of_alerts_make_the_listing),
		cmocka_unit_test(the_most_urgent_alerts_come_first_and_all_are_counted),
		cmocka_unit_test(strongest_links_come_first_and_all_are_counted),
		cmocka_unit_test(what_is_unknown_is_not_found),
		cmocka_unit_test(statements_on_alerts_do_what_they_say),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
