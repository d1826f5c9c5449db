/* For every n: the n-th write, sync or allocation of room fails while rows are taken out. All of a batch of edits is there or
 * nothing of it, and tried again it leaves no byte of what went. */
#include "failing_calls.h"

#include "daemon/store/edits.h"

#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#define EVENTS 60
#define LONG 6000 /* bytes: some payloads lie on pages of their own */
#define MARK "taken-out-of-the-journal"
#define CHANGED "changed-in-the-journal"

static void wait_for(struct store *s, struct store_batch *b)
{
	struct pollfd p = { .fd = store_wake_fd(s), .events = POLLIN };

	assert_int_equal(store_submit(s, b), ERR_OK);
	while (!store_completed(s))
		poll(&p, 1, 5);
}

/* Every third event goes, the one after it changes, one stays. */
static char kept[EVENTS + 1][LONG + 1];

static void fill(struct store *s)
{
	struct store_event ev[EVENTS];
	struct store_alert al = { BYTES_LIT("a1"), BYTES_LIT("r"), BYTES_LIT("open"), BYTES_LIT("{\"of\":\"" MARK "\"}"), 1, 1, AUDIENCE_ALL };
	struct store_batch b = { .events = ev, .n_events = EVENTS, .alerts = &al, .n_alerts = 1, .applied_seq = EVENTS };

	for (unsigned i = 0; i < EVENTS; i++) {
		size_t len = i % 7 == 0 ? LONG : 100 + i;

		memset(kept[i], 'x', len);
		memcpy(kept[i], i % 3 == 0 ? MARK : i % 3 == 1 ? CHANGED : "stays", i % 3 == 0 ? sizeof(MARK) - 1 : i % 3 == 1 ? sizeof(CHANGED) - 1 : 5);
		ev[i] = (struct store_event){ i + 1, 1, i, 0, { kept[i], len } };
	}
	wait_for(s, &b);
	assert_int_equal(b.result, ERR_OK);
}

struct seen { unsigned gone, old, fresh, stays; };

static enum err note(void *arg, const struct store_event *ev)
{
	struct seen *seen = arg;

	seen->gone += bytes_find(ev->payload, BYTES_LIT(MARK)) >= 0;
	seen->old += bytes_find(ev->payload, BYTES_LIT(CHANGED)) >= 0;
	seen->fresh += bytes_is(ev->payload, "short");
	seen->stays += bytes_starts(ev->payload, BYTES_LIT("stays"));
	return ERR_OK;
}

static struct seen look(const char *dir)
{
	struct seen seen = { 0 };

	assert_int_equal(store_read(dir, (struct store_range){ 0, 0 }, note, &seen, NULL), ERR_OK);
	return seen;
}

static enum err edit(struct store *s, uint64_t *removed)
{
	static const uint64_t number = 1;
	static const struct bytes alert = BYTES_LIT("a1");
	struct store_edit rows[EVENTS];
	struct store_edits edits = { .rows = rows, .alerts = &alert, .n_alerts = 1, .outbox = &number, .n_outbox = 1, .empties_log = true };
	struct store_batch b = { .edits = &edits };

	for (unsigned i = 0; i < EVENTS; i++)
		if (i % 3 < 2)
			rows[edits.n_rows++] = (struct store_edit){ i + 1, i % 3 == 0 ? BYTES_NONE : BYTES_LIT("short") };
	wait_for(s, &b);
	*removed = edits.removed;
	return b.result;
}

static bool stands_in(const char *dir, const char *name, const char *mark)
{
	static char content[4 << 20];
	char path[128];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "rb");
	if (!file)
		return false;
	n = fread(content, 1, sizeof(content), file);
	fclose(file);
	return memmem(content, n, mark, strlen(mark)) != NULL;
}

/* false: the script was over before the fault came. */
static bool live(int n, int code, bool stays)
{
	char dir[] = "/tmp/assocd-fault-XXXXXX", command[64];
	struct errbuf eb = { "" };
	uint64_t removed;
	struct seen seen;
	struct store *s;
	bool happened;
	enum err err;

	assert_non_null(mkdtemp(dir));
	assert_int_equal(store_open(dir, &s, &eb), ERR_OK);
	fill(s);
	fault_arm(n, code, stays);
	err = edit(s, &removed);
	happened = fault_disarm();
	seen = look(dir);
	assert_int_equal(seen.stays, EVENTS / 3);
	if (seen.gone + seen.old != 2 * EVENTS / 3 && seen.gone + seen.old != 0)
		fail_msg("call %d failed with %d: %u that go and %u that change are left", n, code, seen.gone, seen.old);
	assert_true(happened || err == ERR_OK);
	assert_int_equal(edit(s, &removed), ERR_OK);
	seen = look(dir);
	assert_int_equal(seen.gone + seen.old, 0);
	assert_int_equal(seen.fresh, EVENTS / 3);
	store_close(s);
	assert_false(stands_in(dir, "assocd.db", MARK) || stands_in(dir, "assocd.db", CHANGED) || stands_in(dir, "assocd.db-wal", MARK));
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
	return happened;
}

static void every_failing_call_leaves_all_or_nothing(int code, bool stays)
{
	int n = 1;

	while (live(n, code, stays))
		assert_true(++n < 1000);
	assert_true(n > 3);
}

static void a_full_disk_leaves_all_or_nothing_of_the_edits(void **state)
{
	every_failing_call_leaves_all_or_nothing(ENOSPC, false);
	every_failing_call_leaves_all_or_nothing(ENOSPC, true);
}

static void a_broken_disk_leaves_all_or_nothing_of_the_edits(void **state)
{
	every_failing_call_leaves_all_or_nothing(EIO, false);
}

static void what_is_to_be_found_is_found_before(void **state)
{
	char dir[] = "/tmp/assocd-fault-XXXXXX", command[64];
	struct errbuf eb = { "" };
	struct store *s;

	assert_non_null(mkdtemp(dir));
	assert_int_equal(store_open(dir, &s, &eb), ERR_OK);
	fill(s);
	store_close(s);
	assert_true(stands_in(dir, "assocd.db", MARK) && stands_in(dir, "assocd.db", CHANGED));
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_to_be_found_is_found_before),
		cmocka_unit_test(a_full_disk_leaves_all_or_nothing_of_the_edits),
		cmocka_unit_test(a_broken_disk_leaves_all_or_nothing_of_the_edits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
