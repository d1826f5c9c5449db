/* Addresses of events as logs and proxies write them. */
#include "event_bench.h"

#include "daemon/model/normalise.h"

#define HEAD "\"ts\":1767227241586,\"type\":\"login\",\"account\":\"ann\""
enum { K_IP, K_COUNT };

static int setup(void **state)
{
	struct errbuf eb = { "" };

	parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
	arena = arena_new(4096);
	memset(&kinds, 0, sizeof kinds);
	struct kind *k = &kinds.rows[kinds.n++];
	k->name = k->paths[k->n_paths++] = bytes_of("ip");
	k->steps[k->n_steps++] = normaliser_find(bytes_of("ip"));
	return kinds_prepare(&kinds, &eb);
}

static int teardown(void **state)
{
	json_parser_free(parser);
	arena_free(arena);
	return 0;
}

static void an_address_is_taken_as_logs_write_it(void **state)
{
	static struct bytes nothing[] = { { "-", 1 }, { "unknown", 7 } };
	struct event e = event_of("{" HEAD ",\"ip\":\" 11.1.2.3:4711 \"}");
	struct errbuf eb = { "" };

	assert_true(shows(&e, K_IP, "11.1.2.3"));
	assert_true(e.has_port);
	assert_int_equal(e.port, 4711);
	e = event_of("{" HEAD ",\"ip\":\"[2a00::1:2]:4711\",\"port\":9}");
	assert_int_equal(e.port, 9);
	e = event_of("{" HEAD ",\"port\":9,\"ip\":\"11.1.2.3:4711\"}");
	assert_int_equal(e.port, 9);
	e = event_of("{" HEAD ",\"ip\":\"11.1.2.3:0\"}");
	assert_false(e.has_port);
	assert_refused("{" HEAD ",\"ip\":\"-\"}", "value", "- is not an IPv4 or IPv6 address"); /* no list has it */
	kinds.rows[K_IP].placeholders = nothing;
	kinds.rows[K_IP].n_placeholders = 2;
	assert_int_equal(kinds_prepare(&kinds, &eb), ERR_OK);
	e = event_of("{" HEAD ",\"ip\":\" Unknown \"}");
	assert_true(e.lacks_address && !e.has_ip && !e.has_port && attr_of(&e, K_IP) == NULL);
	e = event_of("{" HEAD ",\"ip\":\"-\"}");
	assert_true(e.lacks_address);
	e = event_of("{" HEAD ",\"ip\":\"\"}");
	assert_false(e.lacks_address);
	assert_refused("{" HEAD ",\"ip\":\"unknown:80\"}", "value", "is not an IPv4");
	assert_refused("{" HEAD ",\"ip\":\"11.1.2.3, 11.1.2.4\"}", "value", "is a list; send the one address");
	kinds.rows[K_IP].n_placeholders = 0;
	assert_int_equal(kinds_prepare(&kinds, &eb), ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_taken_as_logs_write_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
