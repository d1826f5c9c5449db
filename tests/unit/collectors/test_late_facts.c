/* Facts that come after their event: kept until intake has stored them, in bounds. */
#include "collector_row.h"
#include "intake_double.h"

#include <sys/socket.h>
#include <unistd.h>

#include "collectors/packets/settings.h"
#include "collectors/packets/wire.h"
#include "daemon/base/clock.h"
#include "daemon/vendor/yaml.h"

struct world {
	struct intake in;
	struct loop *loop;
	struct loop_timer *timer;
	struct collector_host host;
	const struct collector *row;
	void *self;
	char config[120];
	int peer; /* the capturing process */
};

static void stop_loop(void *arg)
{
	loop_stop(((struct world *)arg)->loop);
}

static void nothing(void *arg)
{
}

static void run_for(struct world *w, int64_t ms)
{
	loop_timer_set(w->timer, ms);
	loop_run(w->loop, nothing, w);
}

static int begin(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct errbuf eb = { "" };
	struct yaml_doc *doc;
	char path[60];

	snprintf(path, sizeof(path), "/tmp/test_late_facts.%d.sock", (int)getpid());
	snprintf(w->config, sizeof(w->config), "{interfaces: [eth0], process: service, socket: %s}\n", path);
	w->loop = loop_new();
	w->timer = loop_timer_new(w->loop, stop_loop, w);
	w->host = (struct collector_host){ .loop = w->loop, .intake = &w->in, .state_dir = "/tmp", .config_dir = "/tmp", .prepared_fd = -1 };
	w->row = row_named("packets");
	assert_int_equal(yaml_parse(bytes_of(w->config), "c", &doc, &eb), ERR_OK);
	if (w->row->start(&w->host, doc, yaml_root(doc), &w->self, &eb))
		fail_msg("%s", eb.text);
	yaml_doc_free(doc);
	w->peer = wire_connect(path);
	assert_true(w->peer >= 0);
	*state = w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;

	close(w->peer);
	w->row->stop(w->self);
	loop_timer_free(w->timer);
	loop_free(w->loop);
	double_free(&w->in);
	free(w);
	return 0;
}

/* An accepted event for which nothing was seen yet. */
static void event(struct world *w, uint16_t port, const char *agent)
{
	const struct network_source *network = w->row->network(w->self);
	struct network_ask ask = { .has_port = true, .port = port, .ts_ms = clock_wall_ms(), .account = BYTES_LIT("shop/a"), .user_agent = bytes_of(agent) };
	struct network_facts found;

	assert_true(decode_ip(BYTES_LIT("10.9.0.1"), &ask.ip));
	assert_false(network->find(network->arg, &ask, &found));
	network->accepted(network->arg);
}

/* What its packets say. */
static void facts(struct world *w, uint16_t port)
{
	struct wire_message learned = { .version = WIRE_VERSION, .type = WIRE_LEARNED, .interface = "eth0" };

	learned.facts = (struct flow_facts){ .client_port = port, .server_port = 443, .proto = FLOW_TCP, .first_us = clock_wall_ms() * 1000 };
	assert_true(decode_ip(BYTES_LIT("10.9.0.1"), &learned.facts.client));
	learned.facts.server = learned.facts.client;
	learned.facts.last_us = learned.facts.first_us;
	facts_put(learned.facts.ja4, sizeof(learned.facts.ja4), BYTES_LIT("t13d1516h2_8daaf6152771_02713d6af862"));
	while (send(w->peer, &learned, sizeof(learned), 0) < 0)
		run_for(w, 5);
}

static void answer_all(struct world *w)
{
	for (int i = 0; i < 2; i++) {
		run_for(w, 300);
		double_answer(&w->in);
	}
}

static struct collector_stats stats_of(const struct world *w)
{
	struct collector_stats stats = { 0 };

	w->row->stats(w->self, &stats);
	return stats;
}

static void what_a_full_disk_refused_is_offered_again(void **state)
{
	struct world *w = *state;

	w->in.result = ERR_FULL;
	event(w, 40001, "A");
	event(w, 40002, "B");
	facts(w, 40001);
	run_for(w, 30);
	assert_int_equal(w->in.groups.n, 1);
	double_answer(&w->in);
	w->in.is_congested = true; /* as it is while the disk is full */
	facts(w, 40002);
	run_for(w, 600);
	assert_int_equal(w->in.groups.n, 0);
	w->in.is_congested = false;
	w->in.result = ERR_OK;
	answer_all(w);
	assert_non_null(strstr(w->in.lines.ptr, "\"port\":40001"));
	assert_non_null(strstr(w->in.lines.ptr, "\"port\":40002"));
	assert_int_equal(stats_of(w).lines, 2);
	assert_int_equal(stats_of(w).accepted, 2);
}

static void beyond_what_may_wait_facts_are_dropped_and_counted(void **state)
{
	struct world *w = *state;
	char agent[1001] = "";
	uint64_t skipped;

	memset(agent, 'a', sizeof(agent) - 1);
	w->in.result = ERR_FULL;
	for (uint16_t port = 1; port <= 1200; port++)
		event(w, port, agent);
	for (uint16_t port = 1; port <= 1200; port++) {
		facts(w, port);
		double_answer(&w->in);
	}
	answer_all(w);
	skipped = stats_of(w).skipped;
	assert_int_equal(stats_of(w).lines, 1200);
	assert_in_range(skipped, 1, 600);
	w->in.result = ERR_OK;
	answer_all(w);
	assert_int_equal(stats_of(w).accepted, 1200 - skipped);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_a_full_disk_refused_is_offered_again, begin, end),
		cmocka_unit_test_setup_teardown(beyond_what_may_wait_facts_are_dropped_and_counted, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
