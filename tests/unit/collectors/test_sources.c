/* The socket over which facts come in: who comes, who goes, and no descriptor left for who comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "collectors/packets/sources.h"

struct fixture {
	struct loop *loop;
	struct loop_timer *timer;
	struct packets_settings settings;
	struct sources *sources;
	unsigned turns;
	int stopped; /* a digit for each: which source */
};

static void ignore_facts(void *arg, unsigned source, const struct flow_facts *facts, enum flow_moment moment)
{
}

static void note_stopped(void *arg, unsigned source)
{
	struct fixture *f = arg;

	f->stopped = f->stopped * 10 + (int)source;
}

static void ignore(void *arg)
{
}

static void on_timer(void *arg)
{
	loop_stop(((struct fixture *)arg)->loop);
}

static void on_turn(void *arg)
{
	((struct fixture *)arg)->turns++;
}

static void run_for(struct fixture *f, int64_t ms)
{
	f->turns = 0;
	loop_timer_set(f->timer, ms);
	loop_run(f->loop, on_turn, f);
}

static int make(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct sources_setup setup = { .settings = &f->settings, .facts = ignore_facts, .stopped = note_stopped, .idle = ignore, .arg = f };
	struct errbuf eb = { 0 };

	setup.loop = f->loop = loop_new();
	f->timer = loop_timer_new(f->loop, on_timer, f);
	snprintf(f->settings.socket, sizeof(f->settings.socket), "/tmp/test_sources.%d.sock", (int)getpid());
	strcpy(f->settings.interfaces[0], "eth0");
	strcpy(f->settings.interfaces[1], "eth1");
	f->settings.n_interfaces = 2;
	if (sources_new(&setup, &f->sources, &eb) != ERR_OK)
		fail_msg("%s", eb.text);
	*state = f;
	return 0;
}

static int unmake(void **state)
{
	struct fixture *f = *state;

	sources_free(f->sources);
	loop_timer_free(f->timer);
	loop_free(f->loop);
	free(f);
	return 0;
}

static void without_a_descriptor_the_loop_rests_and_who_waits_is_taken_later(void **state)
{
	struct fixture *f = *state;
	struct wire_message opened = { .version = WIRE_VERSION, .type = WIRE_OPENED, .interface = "eth0", .text = "confined" };
	int peer = wire_connect(f->settings.socket), next = dup(peer);
	struct rlimit before, none;

	close(next);
	assert_int_equal(send(peer, &opened, sizeof(opened), 0), sizeof(opened));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){ .rlim_cur = (rlim_t)next, .rlim_max = before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	run_for(f, 500);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_in_range(f->turns, 1, 20);
	assert_false(sources_at(f->sources, 0)->is_open);

	run_for(f, 500);
	assert_true(sources_at(f->sources, 0)->is_open);
	close(peer);
}

static int open_as(struct fixture *f, const char *interface)
{
	struct wire_message opened = { .version = WIRE_VERSION, .type = WIRE_OPENED, .text = "confined" };
	int peer = wire_connect(f->settings.socket);

	strcpy(opened.interface, interface);
	assert_int_equal(send(peer, &opened, sizeof(opened), 0), sizeof(opened));
	return peer;
}

static void each_interface_stops_for_itself(void **state)
{
	struct fixture *f = *state;
	int one = open_as(f, "eth0"), two = open_as(f, "eth1");

	run_for(f, 100);
	assert_true(sources_at(f->sources, 0)->is_open && sources_at(f->sources, 1)->is_open);
	close(two);
	run_for(f, 100);
	assert_int_equal(f->stopped, 1);
	assert_true(sources_at(f->sources, 0)->is_open);
	close(one);
	run_for(f, 100);
	assert_int_equal(f->stopped, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_interface_stops_for_itself, make, unmake),
		cmocka_unit_test_setup_teardown(without_a_descriptor_the_loop_rests_and_who_waits_is_taken_later, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
