/* A real store with alerts in its outbox, and two clocks that a test moves. */
#ifndef ASSOCD_TESTS_DELIVERY_STORE_H
#define ASSOCD_TESTS_DELIVERY_STORE_H

#include "daemon/sinks/sinks.h"

#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#include "daemon/model/alert_json.h"
#include "daemon/store/edits.h"
#include "far_sink.h"

#define DAY_MS INT64_C(86400000)

struct bench {
	char dir[64];
	struct store *store;
	struct sinks *sinks;
	uint64_t newest, drop;
	int64_t us, wall_ms; /* two clocks */
	unsigned letters;
	char reason[256];
	struct { enum err result; char text[200]; unsigned n; } told;
};

static inline enum err bench_ask(void *arg, struct store_query *q) { return store_ask(((struct bench *)arg)->store, q); }
static inline enum err bench_submit(void *arg, struct store_batch *b) { return store_submit(((struct bench *)arg)->store, b); }
static inline int64_t bench_wall_ms(void *arg) { return ((struct bench *)arg)->wall_ms; }
static inline void bench_mark(void *arg, struct bytes name, uint64_t through, uint64_t drop) { ((struct bench *)arg)->drop = drop; }

static inline int bench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	strcpy(b->dir, "/tmp/assocd-test-XXXXXX");
	if (!mkdtemp(b->dir) || store_open(b->dir, &b->store, NULL))
		return -1;
	memset(&far, 0, sizeof(far));
	file_rows = 0;
	file_is_full = false;
	b->us = 1000000;
	b->wall_ms = INT64_C(4000000000000); /* later than whenever rows are written */
	*state = b;
	return 0;
}

static inline int bench_teardown(void **state)
{
	struct bench *b = *state;
	char command[128];

	sinks_stop(b->sinks);
	sinks_free(b->sinks);
	store_close(b->store);
	snprintf(command, sizeof(command), "rm -rf %s", b->dir);
	free(b);
	return system(command);
}

static inline void open_sinks(struct bench *b, const struct sink *one, const struct sink *two)
{
	const struct sink *types[] = { one, two, NULL };
	struct sinks_setup setup = {
		.ports = { b, bench_ask, bench_mark, bench_submit, bench_wall_ms }, .types = types, .sink = { .state_dir = b->dir },
		.newest = b->newest,
	};

	assert_int_equal(sinks_new(&setup, &b->sinks, NULL), ERR_OK);
}

static inline void commit(struct bench *b, struct store_batch *batch)
{
	struct pollfd p = { .fd = store_wake_fd(b->store), .events = POLLIN };

	assert_int_equal(store_submit(b->store, batch), ERR_OK);
	while (!store_completed(b->store))
		poll(&p, 1, 1000);
	assert_int_equal(batch->result, ERR_OK);
}

static inline void add_alert(struct bench *b, const char *id, enum alert_state state)
{
	struct bytes account = BYTES_LIT("shop/a");
	struct alert_view al = { .id = bytes_of(id), .rule = BYTES_LIT("r"), .title = BYTES_LIT("t"), .level = BYTES_LIT("high"),
				 .subject_kind = BYTES_LIT("account"), .accounts = &account, .n_accounts = 1, .state = state };
	struct text json = { 0 };

	alert_json(&json, &al, state == ALERT_RESOLVED ? "resolved" : "opened");
	struct store_alert row = { al.id, al.rule, bytes_of(alert_state_names[state]), text_bytes(&json), 1, 1, AUDIENCE_ALL };
	struct store_batch batch = { .alerts = &row, .n_alerts = 1 };

	commit(b, &batch);
	b->newest = batch.outbox_last;
	text_free(&json);
}

static inline void add_alerts(struct bench *b, unsigned n)
{
	char id[17];

	for (unsigned i = 0; i < n; i++) {
		snprintf(id, sizeof(id), "%016llx", (unsigned long long)b->newest + 1);
		add_alert(b, id, ALERT_OPEN);
	}
}

#endif
