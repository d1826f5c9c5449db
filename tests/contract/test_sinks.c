/* One suite for every sink: whatever a sink does with its rows, this holds. The null sink is the shortest of them. */
#include "daemon/sinks/sink.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <setjmp.h>
#include <cmocka.h>

static const struct sink *const every_sink[] = {
	&sink_log, &sink_null, &sink_webhook, &sink_alertmanager, &sink_syslog, &sink_journald, &sink_mail,
};
static const struct sink *const every_file_sink[] = { &sink_log, &sink_null }; /* the others have a receiver: tests/system/sinks.py */

struct bench { char dir[64], log[80]; struct sink_setup setup; };

static int bench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	strcpy(b->dir, "/tmp/assocd-test-XXXXXX");
	if (!mkdtemp(b->dir))
		return -1;
	snprintf(b->log, sizeof(b->log), "%s/alerts.jsonl", b->dir);
	b->setup = (struct sink_setup){ .state_dir = b->dir, .alert_log = b->log };
	*state = b;
	return 0;
}

static int bench_teardown(void **state)
{
	struct bench *b = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", b->dir);
	free(b);
	return system(command);
}

static const struct sink_row rows[3] = {
	{ .number = 1, .json = { "{\"id\":\"a\"}", 10 } }, { .number = 2, .json = { "{\"id\":\"b\"}", 10 } },
	{ .number = 5, .json = { "{\"id\":\"c\"}", 10 } },
};

static void every_sink_has_a_name_of_its_own_and_all_its_functions(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(every_sink); i++) {
		const struct sink *s = every_sink[i];

		assert_true(s->name && s->name[0] && s->help && s->open && s->close);
		assert_true(!s->deliver != !s->send); /* one way to be handed rows */
		assert_true(!s->send == !s->cancel);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(s->name, every_sink[k]->name);
	}
}

static void every_sink_takes_rows_again_and_goes_on_after_reopen(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(every_file_sink); i++) {
		const struct sink *s = every_file_sink[i];
		void *self = NULL;

		assert_int_equal(s->open(&b->setup, &self, NULL), ERR_OK);
		assert_int_equal(s->deliver(self, rows, 0, NULL), ERR_OK);
		assert_int_equal(s->deliver(self, rows, 3, NULL), ERR_OK);
		assert_int_equal(s->deliver(self, rows + 1, 2, NULL), ERR_OK);
		for (int twice = 0; twice < 2 && s->reopen; twice++)
			assert_int_equal(s->reopen(self, NULL), ERR_OK);
		assert_int_equal(s->deliver(self, rows, 1, NULL), ERR_OK);
		s->close(self);
	}
}

static void two_of_a_kind_live_side_by_side(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(every_file_sink); i++) {
		const struct sink *s = every_file_sink[i];
		void *one = NULL, *two = NULL;

		assert_int_equal(s->open(&b->setup, &one, NULL), ERR_OK);
		assert_int_equal(s->open(&b->setup, &two, NULL), ERR_OK);
		assert_int_equal(s->deliver(one, rows, 1, NULL), ERR_OK);
		assert_int_equal(s->deliver(two, rows, 1, NULL), ERR_OK);
		s->close(one);
		assert_int_equal(s->deliver(two, rows, 1, NULL), ERR_OK);
		s->close(two);
	}
}

/* The next sink may be one that cannot be opened: its error is its own. */
static void a_receiver_that_cannot_be_reached_yet_is_no_error_and_leaves_none(void **state)
{
	struct bench *b = *state;
	struct sink_settings *settings = sink_settings_default(&sink_syslog);
	struct errbuf eb = { "" };
	void *self = NULL;

	settings->address = xstrdup("udp:255.255.255.255:514");
	b->setup.settings = settings;
	assert_int_equal(sink_syslog.open(&b->setup, &self, &eb), ERR_OK);
	assert_string_equal(eb.text, "");
	sink_syslog.close(self);
	sink_settings_free(settings);
}

#define T(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(every_sink_has_a_name_of_its_own_and_all_its_functions),
		T(every_sink_takes_rows_again_and_goes_on_after_reopen),
		T(two_of_a_kind_live_side_by_side),
		T(a_receiver_that_cannot_be_reached_yet_is_no_error_and_leaves_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
