/* For every n: the n-th write or sync of a short life of the store fails. What was acknowledged is there after a start,
 * what was refused is not, and the store works again as soon as the disk does. */
#include "failing_calls.h"

#include "daemon/store/store.h"

#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#define BATCHES 6
#define EVENTS 5
#define CALLS_MAX 2000

struct life {
	char dir[64];
	bool acknowledged[BATCHES + 2];
	unsigned refused;
	bool seen[(BATCHES + 2) * EVENTS + 1];
	unsigned alerts;
};

static void life_begin(struct life *l)
{
	memset(l, 0, sizeof(*l));
	strcpy(l->dir, "/tmp/assocd-fault-XXXXXX");
	assert_non_null(mkdtemp(l->dir));
}

static void life_end(struct life *l)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", l->dir);
	assert_int_equal(system(command), 0);
}

static struct store *opened(const struct life *l)
{
	struct errbuf eb = { "" };
	struct store *s = NULL;

	if (store_open(l->dir, &s, &eb))
		fail_msg("the store does not open: %s", eb.text);
	return s;
}

/* eventfds carry no data: their writes are not the disk's. */
static void submit_and_wait(struct store *s, struct store_batch *b)
{
	struct pollfd p = { .fd = store_wake_fd(s), .events = POLLIN };

	assert_int_equal(store_submit(s, b), ERR_OK);
	while (!store_completed(s))
		poll(&p, 1, 5);
}

static bool commit(struct store *s, struct life *l, unsigned number)
{
	struct store_event ev[EVENTS];
	char json[32];
	struct store_alert al = { BYTES_LIT("al"), BYTES_LIT("r"), BYTES_LIT("open"), { json, 0 }, 1, number * EVENTS + 1, AUDIENCE_ALL };
	struct store_batch b = { .events = ev, .n_events = EVENTS, .alerts = &al, .n_alerts = 1 };
	static const char payload[3000];

	al.json.len = (size_t)snprintf(json, sizeof(json), "{%u}", number);
	for (unsigned i = 0; i < EVENTS; i++)
		ev[i] = (struct store_event){ number * EVENTS + i + 1, 1, number * EVENTS + i, 0, { payload, sizeof(payload) } };
	b.applied_seq = number * EVENTS;
	submit_and_wait(s, &b);
	if (b.result) {
		assert_true(strlen(b.error.text) > 0);
		assert_true(b.result == ERR_FULL || b.result == ERR_IO);
		l->refused++;
	}
	l->acknowledged[number] = b.result == ERR_OK;
	return b.result == ERR_OK;
}

static enum err note_event(void *arg, const struct store_event *ev)
{
	struct life *l = arg;

	assert_true(ev->seq <= (BATCHES + 2) * EVENTS);
	assert_false(l->seen[ev->seq]);
	l->seen[ev->seq] = true;
	assert_int_equal(ev->payload.len, 3000);
	return ERR_OK;
}

static enum err note_alert(void *arg, const struct store_outgoing *row)
{
	((struct life *)arg)->alerts++;
	return ERR_OK;
}

static void check(struct life *l)
{
	unsigned acknowledged = 0;

	assert_int_equal(store_read(l->dir, (struct store_range){ 0, 0 }, note_event, l, NULL), ERR_OK);
	assert_int_equal(store_read_outbox(l->dir, 0, note_alert, l, NULL), ERR_OK);
	for (unsigned b = 0; b < BATCHES + 2; b++) {
		acknowledged += l->acknowledged[b];
		for (unsigned i = 0; i < EVENTS; i++)
			if (l->seen[b * EVENTS + i + 1] != l->acknowledged[b])
				fail_msg("batch %u was %s, its event %u is %s", b, l->acknowledged[b] ? "acknowledged" : "refused", i,
					 l->seen[b * EVENTS + i + 1] ? "there" : "missing");
	}
	assert_int_equal(l->alerts, acknowledged);
}

/* false: the script was over before the fault came. */
static bool live(int n, int code, bool stays)
{
	struct life l;
	struct store *s;
	bool happened;

	life_begin(&l);
	s = opened(&l);
	fault_arm(n, code, stays);
	for (unsigned b = 0; b < BATCHES; b++)
		commit(s, &l, b);
	happened = fault_disarm();
	if (!commit(s, &l, BATCHES))
		fail_msg("call %d failed with %d: the disk works again, the store does not", n, code);
	store_close(s);
	s = opened(&l);
	check(&l);
	store_close(s);
	life_end(&l);
	return happened;
}

static void every_failing_call_costs_only_what_was_refused(int code, bool stays)
{
	int n = 1;

	while (live(n, code, stays))
		assert_true(++n < CALLS_MAX);
	assert_true(n > BATCHES * 2); /* at least a write and a sync a batch were met */
}

static void one_full_write_costs_only_what_was_refused(void **state)
{
	every_failing_call_costs_only_what_was_refused(ENOSPC, false);
}

static void disk_that_stays_full_costs_only_what_was_refused(void **state)
{
	every_failing_call_costs_only_what_was_refused(ENOSPC, true);
}

static void one_input_output_error_costs_only_what_was_refused(void **state)
{
	every_failing_call_costs_only_what_was_refused(EIO, false);
}

static void empty_batch_finds_out_whether_the_disk_takes_anything(void **state)
{
	struct store_batch probe = { .n_events = 0 };
	struct life l;
	struct store *s;

	life_begin(&l);
	s = opened(&l);
	assert_true(commit(s, &l, 0));
	fault_arm(1, EIO, false);
	submit_and_wait(s, &probe);
	assert_true(fault_disarm());
	assert_int_equal(probe.result, ERR_IO);
	submit_and_wait(s, &probe);
	assert_int_equal(probe.result, ERR_OK);
	store_close(s);
	life_end(&l);
}

static void nothing_slips_through_before_there_is_room_again(void **state)
{
	struct store_batch probe = { .n_events = 0 };
	struct life l;
	struct store *s;

	life_begin(&l);
	s = opened(&l);
	fault_arm(1, ENOSPC, false);
	assert_false(commit(s, &l, 0));
	fault_arm(1, ENOSPC, false); /* the next call asks for room */
	submit_and_wait(s, &probe);
	assert_true(fault_disarm());
	assert_int_equal(probe.result, ERR_FULL);
	assert_non_null(strstr(probe.error.text, "less than 4 MiB of free space"));
	assert_true(commit(s, &l, 1));
	check(&l);
	store_close(s);
	life_end(&l);
}

static void failing_close_loses_nothing(void **state)
{
	for (int n = 1, happened = 1; happened; n++) {
		struct life l;
		struct store *s;

		life_begin(&l);
		s = opened(&l);
		for (unsigned b = 0; b < BATCHES; b++)
			assert_true(commit(s, &l, b));
		fault_arm(n, ENOSPC, true);
		store_close(s);
		happened = fault_disarm();
		s = opened(&l);
		check(&l);
		store_close(s);
		life_end(&l);
		assert_true(n < CALLS_MAX);
	}
}

static enum err save(const char *dir, char letter)
{
	struct snapshot_writer *w = NULL;
	static char bytes[100000];
	enum err err = snapshot_begin(dir, 1, (uint64_t)letter, &w, NULL);

	memset(bytes, letter, sizeof(bytes));
	if (err)
		return err;
	err = snapshot_write(w, bytes, sizeof(bytes));
	enum err committed = snapshot_commit(w, NULL);
	assert_true(err == ERR_OK || committed != ERR_OK);
	return committed;
}

static char saved_letter(const char *dir)
{
	struct snapshot_reader *r = NULL;
	uint64_t seq = 0;
	char c = 0;

	assert_int_equal(snapshot_open(dir, 1, &seq, &r, NULL), ERR_OK);
	for (unsigned i = 0; i < 100000; i++) {
		assert_int_equal(snapshot_read(r, &c, 1), ERR_OK);
		assert_int_equal(c, (char)seq);
	}
	snapshot_close(r);
	return c;
}

static void failed_snapshot_leaves_the_one_before(void **state)
{
	for (int n = 1, happened = 1; happened; n++) {
		struct life l;
		enum err err;

		life_begin(&l);
		assert_int_equal(save(l.dir, 'a'), ERR_OK);
		fault_arm(n, ENOSPC, false);
		err = save(l.dir, 'b');
		happened = fault_disarm();
		/* A failure after the rename (the folder's sync) may leave the new one. */
		if (!err)
			assert_int_equal(saved_letter(l.dir), 'b');
		else
			assert_true(saved_letter(l.dir) == 'a' || saved_letter(l.dir) == 'b');
		life_end(&l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_full_write_costs_only_what_was_refused),
		cmocka_unit_test(disk_that_stays_full_costs_only_what_was_refused),
		cmocka_unit_test(one_input_output_error_costs_only_what_was_refused),
		cmocka_unit_test(empty_batch_finds_out_whether_the_disk_takes_anything),
		cmocka_unit_test(nothing_slips_through_before_there_is_room_again),
		cmocka_unit_test(failing_close_loses_nothing),
		cmocka_unit_test(failed_snapshot_leaves_the_one_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
