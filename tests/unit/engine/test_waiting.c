/* Accounts whose neighbours changed wait; every event, whosever it is, reads some of what waits, and a snapshot keeps them. */
#include "engine_bench.h"

#include "daemon/engine/state/accounts.h"
#include "daemon/engine/pairs/pairs.h"
#include "daemon/engine/pairs/catch_up.h"
#include "daemon/engine/pairs/waiting.h"
#include "daemon/engine/state/state.h"
#include "tests/unit/snapshot_memory.h"

#define A "\"identity\":{\"tax_id\":\"DE811907980\",\"document\":\"passport-118\"}"

static uint32_t id_of(struct bench *t, const char *account)
{
	uint32_t id = account_find(t->engine, bytes_of(account));
	assert_true(id != NONE);
	return id;
}

static struct pair *pair_of(struct bench *t, const char *a, const char *b)
{
	struct pair *pair = pair_find(t->engine, id_of(t, a), id_of(t, b));
	assert_non_null(pair);
	return pair;
}

/* An event that shares nothing with anybody. */
static void something_else_happens(struct bench *t)
{
	use(t, "p0", "\"device\":{\"id\":\"d0\"}");
}

static void all_that_waits_is_read(struct bench *t)
{
	for (unsigned i = 0; waiting_count(t->engine) > 0; i++) {
		assert_true(i < 1000);
		something_else_happens(t);
	}
}

static struct bench *bench_of_a_ring(void)
{
	struct bench *t = bench_new();
	use(t, "ann", A);
	use(t, "bob", A);
	use(t, "cid", A);
	all_that_waits_is_read(t);
	return t;
}

static void a_new_neighbour_makes_an_account_wait(void **state)
{
	struct bench *t = bench_of_a_ring();

	something_else_happens(t);
	assert_int_equal(waiting_count(t->engine), 0);
	use(t, "dora", A);
	assert_true(waiting_count(t->engine) > 0);
	all_that_waits_is_read(t);
	bench_free(t);
}

static void a_pair_follows_its_neighbours_without_an_event_of_its_own(void **state)
{
	struct bench *t = bench_of_a_ring();
	struct pair *pair = pair_of(t, "ann", "bob");
	int32_t strength = pair->strength_mb;

	pair->strength_mb += 20000;
	pair->heard--;
	waiting_add(t->engine, id_of(t, "bob"));
	all_that_waits_is_read(t);
	assert_int_equal(pair_of(t, "ann", "bob")->strength_mb, strength);
	bench_free(t);
}

static void a_pair_that_has_heard_its_neighbours_is_left_alone(void **state)
{
	struct bench *t = bench_of_a_ring();
	struct pair *pair = pair_of(t, "ann", "bob");

	pair->strength_mb += 20000;
	waiting_add(t->engine, id_of(t, "bob"));
	int32_t strength = pair->strength_mb;
	all_that_waits_is_read(t);
	assert_int_equal(pair_of(t, "ann", "bob")->strength_mb, strength);
	bench_free(t);
}

static void a_pair_near_even_odds_is_read_with_its_own_evidence(void **state)
{
	struct bench *t = bench_of_a_ring();
	struct pair *pair = pair_of(t, "ann", "bob");
	int32_t strength = pair->strength_mb, direct = pair->direct_mb;

	pair->strength_mb = pair->direct_mb = 0;
	waiting_add(t->engine, id_of(t, "ann"));
	all_that_waits_is_read(t);
	assert_int_equal(pair_of(t, "ann", "bob")->direct_mb, direct);
	assert_int_equal(pair_of(t, "ann", "bob")->strength_mb, strength);
	bench_free(t);
}

/* What people were last told of the account. */
static const struct change_view *last_of(struct bench *t, const char *account)
{
	struct history_view history;
	assert_int_equal(engine_account_history(t->engine, bytes_of(account), t->arena, &history), ERR_OK);
	assert_true(history.n_changes > 0);
	return &history.changes[0];
}

static void what_is_read_along_with_a_statement_about_others_is_not_said_to_come_of_it(void **state)
{
	static const char *const said[] = { "\"type\":\"closed\",\"account\":\"p0\",\"reason\":\"policy\"",
					    "\"type\":\"relation\",\"account\":\"p0\",\"relation\":{\"kind\":\"household\",\"with\":\"p1\"}",
					    "\"type\":\"verdict\",\"account\":\"p0\",\"with\":\"p1\",\"value\":\"not_same\",\"actor\":\"eve\",\"reason\":\"r\"" };
	for (unsigned i = 0; i < ARRAY_LEN(said); i++) {
		struct bench *t = bench_of_a_ring();
		struct pair *pair = pair_of(t, "ann", "bob");
		pair->strength_mb = pair->direct_mb = 0;
		pair->score = pair->computed = 0;
		pair->told_band = BAND_NONE;
		waiting_add(t->engine, id_of(t, "ann"));
		say(t, "%s", said[i]);
		const struct change_view *change = last_of(t, "ann");
		assert_int_equal(change->type, CHANGE_LINK_APPEARED);
		assert_null(change->because);
		assert_int_equal(change->reason.len, 0);
		bench_free(t);
	}
}

static void an_account_waits_once(void **state)
{
	struct bench *t = bench_of_a_ring();

	waiting_add(t->engine, id_of(t, "ann"));
	waiting_add(t->engine, id_of(t, "ann"));
	waiting_add(t->engine, id_of(t, "bob"));
	assert_int_equal(waiting_count(t->engine), 2);
	bench_free(t);
}

static void an_event_reads_its_share_and_leaves_the_rest(void **state)
{
	struct bench *t = bench_of_a_ring();

	for (unsigned i = 1; i < PEOPLE; i++)
		waiting_add(t->engine, i);
	something_else_happens(t);
	assert_true(waiting_count(t->engine) < PEOPLE - 1);
	assert_true(waiting_count(t->engine) >= PEOPLE - 1 - CATCH_UP_MAX);
	all_that_waits_is_read(t);
	bench_free(t);
}

static void those_that_wait_are_in_the_snapshot(void **state)
{
	struct bench *t = bench_of_a_ring();
	struct engine *loaded = engine_new(t->rules, NULL), *twice = engine_new(t->rules, NULL);
	struct memory first = { 0 }, second = { 0 };

	use(t, "dora", A);
	uint64_t waiting = waiting_count(t->engine);
	assert_true(waiting > 0);
	assert_int_equal(engine_save(t->engine, memory_write, &first), ERR_OK);
	assert_int_equal(engine_load(loaded, memory_read, &first), ERR_OK);
	assert_int_equal(waiting_count(loaded), waiting);
	assert_int_equal(engine_save(loaded, memory_write, &second), ERR_OK);
	assert_int_equal(engine_load(twice, memory_read, &second), ERR_OK);
	assert_int_equal(waiting_count(twice), waiting);
	free(first.at);
	free(second.at);
	engine_free(twice);
	engine_free(loaded);
	bench_free(t);
}

/* A queue as a snapshot has it. */
struct queue { uint32_t n, account, at, waiting[2]; size_t read; };

static enum err queue_read(void *arg, void *p, size_t n)
{
	struct queue *q = arg;
	if (q->read + n > offsetof(struct queue, read))
		return ERR_CORRUPT;
	memcpy(p, (const char *)q + q->read, n);
	q->read += n;
	return ERR_OK;
}

static void a_queue_that_cannot_be_is_refused(void **state)
{
	struct bench *t = bench_of_a_ring();
	struct queue unknown = { .n = 1, .account = NONE, .waiting = { 1u << 30 } };
	struct queue not_marked = { .n = 1, .account = NONE, .waiting = { 5 } };
	struct queue too_many = { .n = UINT32_MAX, .account = NONE };
	struct queue no_account = { .n = 0, .account = 1u << 30 };

	assert_int_equal(waiting_load(t->engine, queue_read, &unknown), ERR_CORRUPT);
	assert_int_equal(waiting_load(t->engine, queue_read, &not_marked), ERR_CORRUPT);
	assert_int_equal(waiting_load(t->engine, queue_read, &too_many), ERR_CORRUPT);
	assert_int_equal(waiting_load(t->engine, queue_read, &no_account), ERR_CORRUPT);
	bench_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_neighbour_makes_an_account_wait),
		cmocka_unit_test(a_pair_follows_its_neighbours_without_an_event_of_its_own),
		cmocka_unit_test(a_pair_that_has_heard_its_neighbours_is_left_alone),
		cmocka_unit_test(a_pair_near_even_odds_is_read_with_its_own_evidence),
		cmocka_unit_test(what_is_read_along_with_a_statement_about_others_is_not_said_to_come_of_it),
		cmocka_unit_test(an_account_waits_once),
		cmocka_unit_test(an_event_reads_its_share_and_leaves_the_rest),
		cmocka_unit_test(those_that_wait_are_in_the_snapshot),
		cmocka_unit_test(a_queue_that_cannot_be_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
