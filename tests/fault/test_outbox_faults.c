/* For every n: the n-th write, sync, truncation or allocation fails in a life of the outbox: alerts come, sinks get on, one of them
 * refuses alerts, what it refused is told again, what everybody has goes. What was acknowledged is there to the row, of what was
 * refused there is nothing, and no row goes that a sink was not told of. */
#include "failing_calls.h"
#include "fault_folder.h"
#include "failing_memory.h"

#include "daemon/store/store.h"

#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#define STEPS 12
#define ROWS_MAX 64
#define CALLS_MAX 4000

enum fault { FAULT_FULL, FAULT_STAYS_FULL, FAULT_BROKEN, FAULT_MEMORY };

/* What the database must hold: the sum of what was acknowledged. */
struct held {
	uint64_t outbox[ROWS_MAX], dead[ROWS_MAX]; size_t n_outbox, n_dead;
	uint64_t events, alert_seq, through[2], newest;
};

struct life {
	struct folder folder;
	struct held held;
};

static const struct bytes sink_names[2] = { BYTES_LIT("patient"), BYTES_LIT("picky") };

static struct store *opened(const struct life *l)
{
	struct errbuf eb = { "" };
	struct store *s = NULL;

	if (store_open(l->folder.dir, &s, &eb))
		fail_msg("the store does not open: %s", eb.text);
	return s;
}

static enum err wait_for(struct store *s, struct store_batch *b)
{
	struct pollfd p = { .fd = store_wake_fd(s), .events = POLLIN };

	assert_int_equal(store_submit(s, b), ERR_OK);
	while (!store_completed(s))
		poll(&p, 1, 5);
	if (b->result) {
		assert_true(strlen(b->error.text) > 0);
		assert_int_equal(b->outbox_last, 0);
	}
	return b->result;
}

static size_t remove_upto(uint64_t *numbers, size_t n, uint64_t upto)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (numbers[i] > upto)
			numbers[kept++] = numbers[i];
	return kept;
}

/* Two changes of one alert, with the event that brought them about. */
static void step_alerts(struct store *s, struct held *h)
{
	uint64_t seq = h->events + 1;
	char json[2][3000];
	struct store_event ev = { seq, 1, seq, 0, BYTES_LIT("event") };
	struct store_alert al[2] = { { BYTES_LIT("al"), BYTES_LIT("r"), BYTES_LIT("open"), { json[0], sizeof(json[0]) }, 1, seq, AUDIENCE_ALL },
				     { BYTES_LIT("al"), BYTES_LIT("r"), BYTES_LIT("open"), { json[1], sizeof(json[1]) }, 1, seq, AUDIENCE_ALL } };
	struct store_batch b = { .events = &ev, .n_events = 1, .alerts = al, .n_alerts = 2, .applied_seq = seq };

	memset(json, 'x', sizeof(json));
	if (wait_for(s, &b))
		return;
	h->events = h->alert_seq = seq;
	h->outbox[h->n_outbox++] = b.outbox_last - 1;
	h->outbox[h->n_outbox++] = b.outbox_last;
	h->newest = b.outbox_last;
}

static void step_sink(struct store *s, struct held *h, unsigned which)
{
	struct store_batch b = { .sink = sink_names[which], .sink_through = h->newest };

	if (h->newest > 0 && wait_for(s, &b) == ERR_OK)
		h->through[which] = h->newest;
}

/* The picky sink refuses what is newest and is through with it in the same transaction. */
static void step_dead(struct store *s, struct held *h)
{
	struct store_dead dead = { &h->newest, 1, 7, BYTES_LIT("status 422") };
	struct store_batch b = { .sink = sink_names[1], .sink_through = h->newest, .dead = &dead };

	if (h->n_outbox == 0 || wait_for(s, &b))
		return;
	h->through[1] = h->newest;
	h->dead[h->n_dead++] = h->newest;
}

static void step_drop(struct store *s, struct held *h)
{
	uint64_t least = h->through[0] < h->through[1] ? h->through[0] : h->through[1];
	struct store_batch b = { .sink = sink_names[0], .sink_through = h->through[0], .outbox_drop = least };

	if (least > 0 && wait_for(s, &b) == ERR_OK)
		h->n_outbox = remove_upto(h->outbox, h->n_outbox, least);
}

static void step_revive(struct store *s, struct held *h)
{
	struct store_batch b = { .revived = sink_names[1] };

	if (wait_for(s, &b) || h->n_dead == 0)
		return;
	for (size_t i = h->n_dead; i > 0; i--)
		h->outbox[h->n_outbox++] = b.outbox_last - i + 1;
	h->newest = b.outbox_last;
	h->n_dead = 0;
}

static void step(struct store *s, struct held *h, unsigned at)
{
	switch (at % 6) {
	case 0: step_alerts(s, h); break;
	case 1: step_sink(s, h, 0); break;
	case 2: step_dead(s, h); break;
	case 3: step_alerts(s, h); break;
	case 4: step_drop(s, h); break;
	default: step_revive(s, h); break;
	}
}

static enum err note_row(void *arg, const struct store_outgoing *row)
{
	struct held *h = arg;

	assert_true(h->n_outbox < ROWS_MAX);
	assert_int_equal(row->json.len, 3000);
	h->outbox[h->n_outbox++] = row->number;
	return ERR_OK;
}

static enum err note_letter(void *arg, const struct store_letter *letter)
{
	struct held *h = arg;

	assert_true(h->n_dead < ROWS_MAX && bytes_is(letter->reason, "status 422") && letter->json.len == 3000);
	h->dead[h->n_dead++] = letter->number;
	return ERR_OK;
}

static enum err note_event(void *arg, const struct store_event *ev)
{
	((struct held *)arg)->events++;
	return ERR_OK;
}

static enum err note_alert(void *arg, const struct store_alert *alert)
{
	((struct held *)arg)->alert_seq = alert->seq;
	return ERR_OK;
}

static struct held read_all(const char *dir)
{
	struct held h = { .n_outbox = 0 };
	struct errbuf eb = { "" };

	assert_int_equal(store_read_outbox(dir, 0, note_row, &h, &eb), ERR_OK);
	assert_int_equal(store_read_dead(dir, BYTES_NONE, note_letter, &h, &eb), ERR_OK);
	assert_int_equal(store_read_alerts(dir, STORE_ALERTS_ALL, note_alert, &h, &eb), ERR_OK);
	assert_int_equal(store_read(dir, (struct store_range){ 0, 0 }, note_event, &h, &eb), ERR_OK);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(store_sink_through(dir, sink_names[i], &h.through[i], &eb), ERR_OK);
	return h;
}

static void check(const struct life *l, int n)
{
	struct held is = read_all(l->folder.dir);
	const struct held *h = &l->held;

	if (is.n_outbox != h->n_outbox || memcmp(is.outbox, h->outbox, h->n_outbox * sizeof(h->outbox[0])) != 0)
		fail_msg("call %d failed: the outbox holds %zu rows, %zu were acknowledged", n, is.n_outbox, h->n_outbox);
	if (is.n_dead != h->n_dead || memcmp(is.dead, h->dead, h->n_dead * sizeof(h->dead[0])) != 0)
		fail_msg("call %d failed: %zu dead letters, %zu were acknowledged", n, is.n_dead, h->n_dead);
	if (is.events != h->events || is.alert_seq != h->alert_seq)
		fail_msg("call %d failed: %d events and an alert as of %d, not %d and %d", n, (int)is.events, (int)is.alert_seq,
			 (int)h->events, (int)h->alert_seq);
	assert_int_equal(is.through[0], h->through[0]);
	assert_int_equal(is.through[1], h->through[1]);
}

static void arm(enum fault fault, int n)
{
	if (fault == FAULT_MEMORY)
		memory_arm(n);
	else
		fault_arm(n, fault == FAULT_BROKEN ? EIO : ENOSPC, fault == FAULT_STAYS_FULL);
}

static bool disarm(enum fault fault)
{
	return fault == FAULT_MEMORY ? memory_disarm() : fault_disarm();
}

static void life_begin(struct life *l)
{
	memset(l, 0, sizeof(*l));
	assert_true(folder_begin(&l->folder));
}

static void life_end(struct life *l)
{
	assert_true(folder_end(&l->folder));
}

/* false: the script was over before the fault came. */
static bool live(int n, enum fault fault)
{
	struct life l;
	struct store *s;
	bool happened;

	life_begin(&l);
	s = opened(&l);
	step_alerts(s, &l.held); /* something is there that must stay */
	arm(fault, n);
	for (unsigned at = 0; at < STEPS; at++)
		step(s, &l.held, at);
	happened = disarm(fault);
	check(&l, n);
	step_alerts(s, &l.held); /* it works again */
	store_close(s);
	s = opened(&l);
	check(&l, n);
	store_close(s);
	life_end(&l);
	return happened;
}

static void every_fault_costs_only_what_was_refused(enum fault fault)
{
	int n = 1;

	while (live(n, fault))
		assert_true((n += fault_stride()) < CALLS_MAX);
	assert_true(n > STEPS);
	print_message("%d calls\n", n - 1);
}

static void outbox_of_a_full_disk_holds_what_was_acknowledged(void **state)
{
	every_fault_costs_only_what_was_refused(FAULT_FULL);
	every_fault_costs_only_what_was_refused(FAULT_STAYS_FULL);
}

static void outbox_of_a_broken_disk_holds_what_was_acknowledged(void **state)
{
	every_fault_costs_only_what_was_refused(FAULT_BROKEN);
}

static void outbox_without_memory_holds_what_was_acknowledged(void **state)
{
	every_fault_costs_only_what_was_refused(FAULT_MEMORY);
}

/* A reading that says it is whole is whole. */
static void reading_without_memory_is_whole_or_an_error(void **state)
{
	struct life l;
	struct store *s;
	bool happened = true;

	life_begin(&l);
	s = opened(&l);
	for (unsigned at = 0; at < 4; at++)
		step(s, &l.held, at);
	for (int n = 1; happened; n += fault_stride()) {
		struct held h = { .n_outbox = 0 };
		struct errbuf eb = { "" };
		enum err err;

		memory_arm(n);
		err = store_read_outbox(l.folder.dir, 0, note_row, &h, &eb);
		if (!err)
			err = store_read(l.folder.dir, (struct store_range){ 0, 0 }, note_event, &h, &eb);
		happened = memory_disarm();
		if (!err && (h.n_outbox != l.held.n_outbox || h.events != l.held.events))
			fail_msg("allocation %d failed: %zu rows and %d events were read as if they were all", n, h.n_outbox, (int)h.events);
		assert_true(!err || (happened && strlen(eb.text) > 0));
		assert_true(n < CALLS_MAX);
	}
	store_close(s);
	life_end(&l);
}

static void start_without_memory_is_an_error_and_harms_nothing(void **state)
{
	struct life l;
	struct store *s;
	bool happened = true;

	life_begin(&l);
	s = opened(&l);
	for (unsigned at = 0; at < 4; at++)
		step(s, &l.held, at);
	store_close(s);
	for (int n = 1; happened; n += fault_stride()) {
		struct errbuf eb = { "" };
		enum err err;

		s = NULL;
		memory_arm(n);
		err = store_open(l.folder.dir, &s, &eb);
		happened = memory_disarm();
		if (err)
			assert_true(happened && strlen(eb.text) > 0);
		else
			store_close(s);
		check(&l, n);
		assert_true(n < CALLS_MAX);
	}
	life_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outbox_of_a_full_disk_holds_what_was_acknowledged),
		cmocka_unit_test(outbox_of_a_broken_disk_holds_what_was_acknowledged),
		cmocka_unit_test(outbox_without_memory_holds_what_was_acknowledged),
		cmocka_unit_test(reading_without_memory_is_whole_or_an_error),
		cmocka_unit_test(start_without_memory_is_an_error_and_harms_nothing),
	};

	if (!memory_install())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
