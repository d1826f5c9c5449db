/* Which flow an event came over: by port and time, without a port, before and after the flow, behind a proxy, in a flood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collectors/packets/join.h"

#define T INT64_C(1700000000000) /* ms */
#define WINDOW 30000
#define OPEN INT64_MAX

struct fixture {
	struct join *join;
	char late[8][1024];
	unsigned n_late;
};

static void on_late(void *arg, struct bytes line)
{
	struct fixture *f = arg;

	snprintf(f->late[f->n_late++ % 8], sizeof(f->late[0]), "%.*s", BYTES_ARG(line));
}

static void make_join(struct fixture *f, uint32_t waiting)
{
	struct join_setup setup = { .flows = 64, .waiting = waiting, .window_ms = WINDOW, .late = on_late, .arg = f };
	struct join_network proxy;

	assert_true(decode_cidr(BYTES_LIT("10.1.0.0/16"), &proxy.base, &proxy.bits));
	setup.proxies = &proxy;
	setup.n_proxies = 1;
	join_free(f->join);
	f->join = join_new(&setup);
	join_tick(f->join, T);
}

static int make(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	make_join(f, 4);
	*state = f;
	return 0;
}

static int discard(void **state)
{
	struct fixture *f = *state;

	join_free(f->join);
	free(f);
	return 0;
}

static struct flow_facts facts_of(const char *client, uint16_t port, const char *ja4)
{
	struct flow_facts facts = { .client_port = port, .server_port = 443, .proto = FLOW_TCP };

	assert_true(decode_ip_as_written(bytes_of(client), &facts.client));
	facts_put(facts.ja4, sizeof(facts.ja4), bytes_of(ja4));
	facts_put(facts.key, sizeof(facts.key), BYTES_LIT("key"));
	facts_put(facts.syn, sizeof(facts.syn), BYTES_LIT("64:1460:64240:mss"));
	return facts;
}

/* A flow of the address and port from first to last, in ms after T; OPEN: it has not ended. */
static void flow(struct fixture *f, uint16_t port, const char *ja4, int64_t first, int64_t last)
{
	struct flow_facts facts = facts_of("10.9.0.1", port, ja4);

	facts.first_us = (T + first) * 1000;
	facts.last_us = facts.first_us;
	join_flow(f->join, 0, &facts, FLOW_LEARNED);
	if (last == OPEN)
		return;
	facts.last_us = (T + last) * 1000;
	join_flow(f->join, 0, &facts, FLOW_ENDED);
}

static struct network_ask ask_of(const char *ip, uint16_t port, int64_t at)
{
	struct network_ask ask = { .has_port = port > 0, .port = port, .ts_ms = T + at, .account = BYTES_LIT("shop/a"),
				   .user_agent = BYTES_LIT("Mozilla/5.0") };

	assert_true(decode_ip(bytes_of(ip), &ask.ip));
	return ask;
}

/* The JA4 that an event gets, "" for none. */
static const char *found(struct fixture *f, uint16_t port, int64_t at)
{
	static char ja4[FACTS_JA4_SIZE];
	const struct network_ask ask = ask_of("10.9.0.1", port, at);
	struct network_facts facts;

	ja4[0] = '\0';
	if (join_find(f->join, &ask, &facts))
		snprintf(ja4, sizeof(ja4), "%.*s", BYTES_ARG(facts.ja4));
	return ja4;
}

static struct join_counts counts(struct fixture *f)
{
	struct join_counts c;

	join_counts(f->join, &c);
	return c;
}

static void an_event_in_a_flows_life_is_its(void **state)
{
	struct fixture *f = *state;

	flow(f, 5000, "open", -1000, OPEN);
	flow(f, 5001, "ended", -9000, -1000);
	assert_string_equal(found(f, 5000, 0), "open");
	assert_string_equal(found(f, 5000, 600000), "open");
	assert_string_equal(found(f, 5001, -5000), "ended");
	assert_string_equal(found(f, 5002, 0), "");
	assert_int_equal(counts(f).joined, 3);
}

static void a_port_that_is_used_again_is_told_apart_by_time(void **state)
{
	struct fixture *f = *state;

	flow(f, 5000, "first", -20000, -15000);
	flow(f, 5000, "second", -9000, -5000);
	flow(f, 5000, "third", -100, OPEN);
	assert_string_equal(found(f, 5000, -17000), "first");
	assert_string_equal(found(f, 5000, -5000), "second");
	assert_string_equal(found(f, 5000, 0), "third");
	assert_string_equal(found(f, 5000, -14000), "first");
	assert_string_equal(found(f, 5000, -10000), "second");
}

static void after_the_end_and_before_the_beginning_there_is_a_window(void **state)
{
	struct fixture *f = *state;

	flow(f, 5000, "a", -40000, -35000);
	assert_string_equal(found(f, 5000, -35000 + WINDOW), "a");
	assert_string_equal(found(f, 5000, -35000 + WINDOW + 1), "");
	assert_string_equal(found(f, 5000, -40000 - WINDOW), "a");
	assert_string_equal(found(f, 5000, -40000 - WINDOW - 1), "");
}

static void without_a_port_one_candidate_is_believed_and_two_are_not(void **state)
{
	struct fixture *f = *state;

	flow(f, 5000, "a", -1000, OPEN);
	assert_string_equal(found(f, 0, 0), "a");
	flow(f, 5001, "b", -500, OPEN);
	assert_string_equal(found(f, 0, 0), "");
	assert_string_equal(found(f, 0, -700), "a");
	assert_string_equal(found(f, 5001, 0), "b");
}

static void what_lies_near_is_believed_without_a_port_only_when_nothing_else_can_come(void **state)
{
	struct fixture *f = *state;

	flow(f, 5000, "a", -3000, -1000);
	assert_string_equal(found(f, 0, 0), "");
	join_accepted(f->join);
	join_tick(f->join, T + WINDOW - 1);
	assert_int_equal(f->n_late, 0);
	join_tick(f->join, T + WINDOW);
	assert_int_equal(f->n_late, 1);
	assert_non_null(strstr(f->late[0], "\"ja4\":\"a\""));
	assert_string_equal(found(f, 0, 0), "");
	join_accepted(f->join);
	flow(f, 5001, "b", 50, 60);
	join_tick(f->join, T + 3 * WINDOW);
	assert_int_equal(f->n_late, 1);
	assert_int_equal(counts(f).ambiguous, 1);
}

static void an_event_before_its_packets_gets_them_as_a_line_of_its_own(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(found(f, 5000, 0), "");
	join_accepted(f->join);
	flow(f, 5001, "another", 100, OPEN);
	assert_int_equal(f->n_late, 0);
	flow(f, 5000, "t13", 200, OPEN);
	assert_int_equal(f->n_late, 1);
	assert_string_equal(f->late[0], "{\"ts\":1700000000000,\"type\":\"network\",\"site\":\"shop\",\"account\":\"a\",\"ip\":\"10.9.0.1\","
					"\"port\":5000,\"user_agent\":\"Mozilla/5.0\",\"ja4\":\"t13\",\"tls_key\":\"key\","
					"\"tcp\":\"64:1460:64240:mss\"}");
	flow(f, 5000, "t13", 200, 300);
	assert_int_equal(f->n_late, 1);
	assert_int_equal(counts(f).joined_late, 1);
}

static void a_refused_event_does_not_wait(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(found(f, 5000, 0), "");
	flow(f, 5000, "t13", 200, OPEN);
	assert_int_equal(f->n_late, 0);
	assert_string_equal(found(f, 5009, 0), "");
	join_accepted(f->join);
	join_accepted(f->join);
	assert_int_equal(counts(f).waiting, 1);
}

static void history_does_not_wait(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(found(f, 5000, -3 * WINDOW), "");
	join_accepted(f->join);
	assert_int_equal(counts(f).waiting, 0);
	assert_int_equal(counts(f).unknown, 1);
}

static void waiting_has_a_bound_and_an_end(void **state)
{
	struct fixture *f = *state;

	for (uint16_t port = 1; port <= 6; port++) {
		assert_string_equal(found(f, port, 0), "");
		join_accepted(f->join);
	}
	assert_int_equal(counts(f).waiting, 4);
	assert_int_equal(counts(f).waiting_evicted, 2);
	flow(f, 1, "too late", 10, OPEN);
	assert_int_equal(f->n_late, 0);
	flow(f, 3, "in time", 10, OPEN);
	assert_int_equal(f->n_late, 1);
	join_tick(f->join, T + WINDOW);
	assert_int_equal(counts(f).waiting, 0);
	assert_int_equal(counts(f).unknown, 3);
}

static void proxies_are_never_clients(void **state)
{
	struct fixture *f = *state;
	struct flow_facts facts = facts_of("10.1.2.3", 5000, "proxy");
	const struct network_ask ask = ask_of("10.1.2.3", 5000, 0);
	struct network_facts out;

	facts.first_us = (T - 100) * 1000;
	join_flow(f->join, 0, &facts, FLOW_LEARNED);
	assert_false(join_find(f->join, &ask, &out));
	join_accepted(f->join);
	assert_int_equal(counts(f).proxied, 1);
	assert_int_equal(counts(f).remembered, 0);
	assert_int_equal(counts(f).waiting, 0);
}

static void a_knock_is_no_connection(void **state)
{
	struct fixture *f = *state;

	flow(f, 5000, "", -100, OPEN);
	assert_int_equal(counts(f).remembered, 0);
}

static void addresses_are_folded_as_events_have_them(void **state)
{
	struct fixture *f = *state;
	struct flow_facts facts = facts_of("64:ff9b::10.9.0.7", 5000, "nat64");
	const struct network_ask ask = ask_of("10.9.0.7", 5000, 0);
	struct network_facts out;

	facts.first_us = (T - 100) * 1000;
	join_flow(f->join, 0, &facts, FLOW_LEARNED);
	assert_true(join_find(f->join, &ask, &out));
}

static void a_flood_over_udp_leaves_flows_over_tcp_alone(void **state)
{
	struct fixture *f = *state;
	struct flow_facts facts = facts_of("10.8.0.1", 1, "q13");

	flow(f, 5000, "real", -1000, OPEN);
	facts.proto = FLOW_QUIC;
	for (uint16_t port = 1; port <= 1000; port++) {
		facts.client_port = port;
		facts.first_us = (T - 500 + port) * 1000;
		join_flow(f->join, 0, &facts, FLOW_LEARNED);
	}
	assert_string_equal(found(f, 5000, 0), "real");
	assert_int_equal(counts(f).remembered, 33);
	assert_int_equal(counts(f).evicted, 1000 - 32);
}

/* A walk through all of them for each packet would be the sender's to lengthen. */
static void one_port_holds_a_few_flows_and_none_over_udp_ends_one_over_tcp(void **state)
{
	struct fixture *f = *state;
	struct flow_facts facts = facts_of("10.9.0.1", 5000, "q13");
	const struct join_setup setup = { .flows = 1000, .waiting = 4, .window_ms = WINDOW, .late = on_late, .arg = f };

	join_free(f->join);
	f->join = join_new(&setup);
	join_tick(f->join, T);
	flow(f, 5000, "real", -5000, -4000);
	facts.proto = FLOW_QUIC;
	for (int64_t i = 0; i < 400; i++) {
		facts.first_us = (T + i) * 1000;
		facts.last_us = facts.first_us;
		join_flow(f->join, 0, &facts, FLOW_LEARNED);
		join_flow(f->join, 0, &facts, FLOW_ENDED);
	}
	assert_int_equal(counts(f).remembered, 1 + 64);
	assert_int_equal(counts(f).evicted, 400 - 64);
	assert_string_equal(found(f, 5000, -4500), "real");
	assert_string_equal(found(f, 5000, 399), "q13");
}

/* One address may have all that is remembered; each event without a port would walk through it. */
static void an_event_without_a_port_among_very_many_flows_is_ambiguous(void **state)
{
	struct fixture *f = *state;
	struct flow_facts facts = facts_of("10.9.0.1", 5000, "q13");
	const struct join_setup setup = { .flows = 4000, .waiting = 0, .window_ms = WINDOW, .late = on_late, .arg = f };

	join_free(f->join);
	f->join = join_new(&setup);
	join_tick(f->join, T);
	flow(f, 5000, "real", -1000, OPEN);
	for (uint16_t i = 0; i < 400; i++) {
		facts.client_port = (uint16_t)(6000 + i);
		facts.first_us = facts.last_us = (T - 100 * WINDOW) * 1000 + i;
		join_flow(f->join, 0, &facts, FLOW_LEARNED);
		join_flow(f->join, 0, &facts, FLOW_ENDED);
	}
	assert_string_equal(found(f, 0, 0), "real"); /* the others are long over */
	for (uint16_t i = 400; i < 600; i++) {
		facts.client_port = (uint16_t)(6000 + i);
		join_flow(f->join, 0, &facts, FLOW_LEARNED);
		join_flow(f->join, 0, &facts, FLOW_ENDED);
	}
	assert_string_equal(found(f, 0, 0), "");
	assert_int_equal(counts(f).ambiguous, 1);
	assert_string_equal(found(f, 5000, 0), "real");
}

static void ended_flows_give_way_before_open_ones_and_are_forgotten_in_time(void **state)
{
	struct fixture *f = *state;

	flow(f, 5000, "open", -100, OPEN);
	for (uint16_t port = 1; port <= 500; port++)
		flow(f, port, "ended", -90, -80);
	assert_string_equal(found(f, 5000, 0), "open");
	assert_int_equal(counts(f).remembered, 32);
	join_tick(f->join, T + 2 * WINDOW);
	assert_int_equal(counts(f).remembered, 1);
	join_stopped(f->join, 0);
	join_tick(f->join, T + 2 * WINDOW + 1);
	assert_int_equal(counts(f).remembered, 0);
}

/* A process that captures an interface ended, another one goes on: it told of the end of none of its flows. */
static void who_looks_no_more_ends_its_own_flows_alone(void **state)
{
	struct fixture *f = *state;
	struct flow_facts facts = facts_of("10.9.0.1", 5001, "other");

	flow(f, 5000, "first", -100, OPEN);
	facts.first_us = facts.last_us = (T - 50) * 1000;
	join_flow(f->join, 1, &facts, FLOW_LEARNED);
	join_stopped(f->join, 0);
	assert_string_equal(found(f, 5001, 10 * WINDOW), "other");
	assert_string_equal(found(f, 5000, 10 * WINDOW), "");
	assert_string_equal(found(f, 0, 10 * WINDOW), "other"); /* one flow of the address is left in whose life it lies */
	join_stopped(f->join, 1);
	assert_string_equal(found(f, 5001, 10 * WINDOW), "");
}

static void with_everything_known_nothing_waits(void **state)
{
	struct fixture *f = *state;

	make_join(f, 0);
	flow(f, 5000, "a", -3000, -1000);
	assert_string_equal(found(f, 0, 0), "a");
	flow(f, 5001, "b", -3000, -1000);
	assert_string_equal(found(f, 0, 0), "");
	assert_int_equal(counts(f).ambiguous, 1);
	join_accepted(f->join);
	join_tick(f->join, T + 10 * WINDOW);
	assert_int_equal(counts(f).remembered, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, discard)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_event_in_a_flows_life_is_its),
		TEST(a_port_that_is_used_again_is_told_apart_by_time),
		TEST(after_the_end_and_before_the_beginning_there_is_a_window),
		TEST(without_a_port_one_candidate_is_believed_and_two_are_not),
		TEST(what_lies_near_is_believed_without_a_port_only_when_nothing_else_can_come),
		TEST(an_event_before_its_packets_gets_them_as_a_line_of_its_own),
		TEST(a_refused_event_does_not_wait),
		TEST(history_does_not_wait),
		TEST(waiting_has_a_bound_and_an_end),
		TEST(proxies_are_never_clients),
		TEST(a_knock_is_no_connection),
		TEST(addresses_are_folded_as_events_have_them),
		TEST(a_flood_over_udp_leaves_flows_over_tcp_alone),
		TEST(one_port_holds_a_few_flows_and_none_over_udp_ends_one_over_tcp),
		TEST(an_event_without_a_port_among_very_many_flows_is_ambiguous),
		TEST(ended_flows_give_way_before_open_ones_and_are_forgotten_in_time),
		TEST(who_looks_no_more_ends_its_own_flows_alone),
		TEST(with_everything_known_nothing_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
