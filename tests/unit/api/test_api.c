/* The door as its callers see it: who may come in, what is answered, what bad input gets. */
#include "api_client.h"
#include "daemon/model/event_keys.h"

static void bench_read_admin(struct bench *b)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/admin.token", b->dir);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%79s", b->admin), 1);
	fclose(f);
}

static void bench_open_door(struct bench *b)
{
	static const char *const hosts[] = { "fraud.example.com" };
	struct errbuf eb = { 0 };
	struct api_setup setup = {
		.loop = b->loop, .intake = b->in, .hash_key = b->key, .listen = { "127.0.0.1:0" }, .n_listen = 1, .state_dir = b->dir,
		.ports = { .arg = b, .engine = bench_engine, .rules = bench_rules, .is_ready = bench_is_ready },
		.allowed_hosts = hosts, .n_allowed_hosts = 1,
	};

	if (api_new(&setup, &b->api, &eb) != ERR_OK)
		fail_msg("%s", eb.text);
	bench_read_admin(b);
}

static int bench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct errbuf eb = { 0 };
	struct enrich_setup none = { 0 };
	struct intake_setup setup = {
		.ports = { b, bench_wall, bench_context, bench_submit, bench_apply },
		.future_limit_ms = INT64_MAX / 4, .batch_events = 100, .known_ids = 1000,
	};

	if (ruleset_load(SOURCE_DIR "/rules/default", false, &b->rules, NULL, &eb) != ERR_OK || enrich_new(&none, &b->enrich, &eb) != ERR_OK)
		fail_msg("%s", eb.text);
	b->engine = engine_new(b->rules, b->enrich);
	b->key = hmac_key_new(BYTES_LIT("a key of the tests"));
	b->context = (struct event_context){ .kinds = &b->rules->kinds, .hash_key = b->key, .default_site = BYTES_NONE };
	b->in = intake_new(&setup);
	b->loop = loop_new();
	b->tick = loop_timer_new(b->loop, bench_on_tick, b);
	b->answer = malloc(ANSWER_MAX);
	b->has_engine = b->is_ready = true;
	snprintf(b->dir, sizeof(b->dir), "/tmp/test_api.XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	assert_int_equal(pipe(b->done), 0);
	b->done_watch = loop_watch_new(b->loop, b->done[0], bench_on_done, b);
	bench_open_door(b);
	*state = b;
	return 0;
}

static int bench_teardown(void **state)
{
	struct bench *b = *state;
	char path[128];

	api_free(b->api);
	intake_free(b->in);
	engine_free(b->engine);
	enrich_free(b->enrich);
	ruleset_free(b->rules);
	hmac_key_free(b->key);
	loop_watch_free(b->done_watch);
	loop_timer_free(b->tick);
	loop_free(b->loop);
	snprintf(path, sizeof(path), "%s/admin.token", b->dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/tokens", b->dir);
	unlink(path);
	rmdir(b->dir);
	close(b->done[0]);
	close(b->done[1]);
	text_free(&b->request);
	VEC_FREE(&b->queue);
	free(b->answer);
	free(b);
	return 0;
}

static void expect(struct bench *b, int status, const char *part)
{
	if (b->status != status || !strstr(b->answer, part))
		fail_msg("expected %d with \"%s\", but: %s", status, part, b->answer);
}

static const char login_a[] = "{\"id\":\"1\",\"ts\":1767225600000,\"type\":\"login\",\"account\":\"anna\",\"device\":{\"id\":\"d-1\"},\"identity\":{\"email\":\"anna@firm.example\"}}";
static const char login_b[] = "{\"id\":\"2\",\"ts\":1767225601000,\"type\":\"login\",\"account\":\"bela\",\"device\":{\"id\":\"d-1\"},\"identity\":{\"card\":\"4929421234600821\"}}";

static void feed(struct bench *b)
{
	bench_post(b, "/v1/events", "application/json", bytes_of(login_a));
	expect(b, 200, "\"account\":\"anna\"");
	bench_post(b, "/v1/events", "application/json", bytes_of(login_b));
	expect(b, 200, "\"account\":\"bela\"");
}

static void one_event_is_answered_with_the_assessment(void **state)
{
	struct bench *b = *state;

	feed(b);
	expect(b, 200, "\"links\":[");
	expect(b, 200, "\"seq\":2}");
	bench_post(b, "/v1/events", "application/json", bytes_of(login_b));
	expect(b, 200, "\"duplicate\":true");
}

static void lines_are_answered_with_counts_and_what_is_wrong_with_each(void **state)
{
	struct bench *b = *state;

	bench_post(b, "/v1/events", "application/x-ndjson",
		   BYTES_LIT("{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a\"}\n\nnonsense\n{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a\"}\r\n"
			     "{\"ts\":1,\"type\":\"login\",\"account\":\"a\",\"nonsense\":1}\n"));
	expect(b, 200, "{\"accepted\":1,\"duplicate\":1,\"refused\":[{\"line\":3,\"error\":\"json\"");
	expect(b, 200, "{\"line\":5,\"error\":\"key\"");
}

static void every_kind_of_bad_event_gets_its_status(void **state)
{
	static const struct {
		const char *body;
		int status;
		const char *part;
	} cases[] = {
		{ "", 400, "\"error\":\"json\"" },
		{ "{", 400, "\"error\":\"json\"" },
		{ "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"\xff\xfe\"}", 400, "application/problem+json" },
		{ "[1]", 400, "application/problem+json" },
		{ "{\"ts\":1767225600000,\"type\":\"login\"}", 422, "\"error\":\"account\"" },
		{ "{\"ts\":\"soon\",\"type\":\"login\",\"account\":\"a\"}", 422, "\"error\":\"ts\"" },
		{ "{\"ts\":0,\"type\":\"login\",\"account\":\"a\"}", 422, "\"error\":\"ts\"" },
		{ "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a\",\"acount\":\"b\"}", 422, "\"error\":\"key\"" },
		{ "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a\\u0000b\"}", 422, "\"error\":\"account\"" },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bench_post(b, "/v1/events", "application/json", bytes_of(cases[i].body));
		if (b->status != cases[i].status && !(i == 3 && b->status == 422))
			fail_msg("%s: expected %d, but: %s", cases[i].body, cases[i].status, b->answer);
		assert_non_null(strstr(b->answer, i == 3 ? "problem" : cases[i].part));
	}
}

/* A body of n bytes around a filler. */
static struct bytes filled(char *to, size_t n, const char *before, char filler, const char *after)
{
	memset(to, filler, n);
	memcpy(to, before, strlen(before));
	memcpy(to + n - strlen(after), after, strlen(after));
	return bytes_make(to, n);
}

static void what_is_too_large_or_too_deep_is_refused(void **state)
{
	struct bench *b = *state;
	char *big = malloc(11 << 20);

	bench_post(b, "/v1/events", "application/json", filled(big, 10 << 20, "{\"account\":\"", 'a', "\"}"));
	expect(b, 413, "problem+json");
	bench_post(b, "/v1/events", "application/json", filled(big, 100000, "{\"account\":\"", 'a', "\"}"));
	expect(b, 413, "\"error\":\"size\"");
	bench_post(b, "/v1/events", "application/json", filled(big, 4200, "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"", 'a', "\"}"));
	expect(b, 422, "\"error\":\"account\"");
	bench_post(b, "/v1/events", "application/x-ndjson", filled(big, 20002, "{", '\n', "}"));
	expect(b, 413, "10000 lines");
	bench_post(b, "/v1/events", "application/json", filled(big, 200000, "", '[', ""));
	assert_true(b->status == 400 || b->status == 413);
	free(big);
}

static void a_large_body_is_received_from_known_tokens_only(void **state)
{
	struct bench *b = *state;
	char *big = malloc(200000);

	bench_ask(b, "POST", "/v1/events", "", filled(big, 200000, "{", '\n', "}"));
	expect(b, 401, "WWW-Authenticate");
	assert_non_null(strstr(b->answer, "Connection: close"));
	bench_ask(b, "POST", "/v1/events", "Authorization: Bearer x\r\n", filled(big, 200000, "{", '\n', "}"));
	expect(b, 401, "not known");
	bench_ask(b, "POST", "/v1/accounts/a", "", filled(big, 200000, "{", '\n', "}"));
	expect(b, 405, "Allow");
	free(big);
}

static void a_strange_content_type_is_refused(void **state)
{
	struct bench *b = *state;

	bench_post(b, "/v1/events", "multipart/form-data", BYTES_LIT("{}"));
	expect(b, 415, "\"error\":\"type\"");
	bench_post(b, "/v1/events", "application/json; charset=utf-8", bytes_of(login_a));
	expect(b, 200, "anna");
}

static void a_failed_commit_is_answered_with_try_again(void **state)
{
	struct bench *b = *state;

	b->commit_result = ERR_FULL;
	bench_post(b, "/v1/events", "application/json", bytes_of(login_a));
	expect(b, 503, "Retry-After: ");
	b->commit_result = ERR_OK;
	for (int i = 0; i < 20 && (bench_post(b, "/v1/events", "application/json", bytes_of(login_a)), b->status == 503); i++)
		continue;
	expect(b, 200, "anna");
}

static void a_request_waits_while_intake_is_congested(void **state)
{
	struct bench *b = *state;
	struct text lines = { 0 };

	/* More than twice a batch, from another sender whose commit is held up. */
	b->holds_commits = true;
	for (int i = 0; i < 400; i++)
		text_addf(&lines, "{\"ts\":1767225600000,\"type\":\"login\",\"account\":\"a%d\"}\n", i);
	struct intake_group setup = { .source = SOURCE_STREAM, .done = bench_ignore };
	struct intake_group *g = intake_open(b->in, &setup);
	struct bytes rest = text_bytes(&lines);
	while (rest.len > 0) {
		size_t n = (size_t)bytes_find_char(rest, '\n');
		intake_offer(b->in, g, bytes_slice(rest, 0, n));
		rest = bytes_slice(rest, n + 1, rest.len);
	}
	intake_seal(b->in, g);
	assert_true(intake_is_congested(b->in));
	b->release_after_ticks = 50;
	bench_post(b, "/v1/events", "application/json", bytes_of(login_a));
	expect(b, 200, "anna");
	text_free(&lines);
}

static void a_request_that_waited_too_long_is_told_to_come_again(void **state)
{
	struct bench *b = *state;

	b->commit_result = ERR_FULL;
	bench_post(b, "/v1/events", "application/json", bytes_of(login_a));
	bench_post(b, "/v1/events", "application/json", bytes_of(login_b));
	expect(b, 503, "Retry-After: ");
}

static void questions_are_answered(void **state)
{
	struct bench *b = *state;

	feed(b);
	bench_get(b, "/v1/accounts/anna");
	expect(b, 200, "\"shown\":\"d-1\"");
	bench_get(b, "/v1/accounts/anna/links");
	expect(b, 200, "\"links\":[");
	bench_get(b, "/v1/links?min=1&limit=1");
	expect(b, 200, "\"families\":\"device");
	expect(b, 200, "\"total\":1");
	bench_get(b, "/v1/correlate?account=anna&account=bela");
	expect(b, 200, "\"kind\":\"device.id\"");
	bench_get(b, "/v1/search?q=d-1");
	expect(b, 200, "\"account\":\"bela\"");
	bench_get(b, "/v1/search?q=Anna@Firm.example");
	expect(b, 200, "\"account\":\"anna\"");
	bench_get(b, "/v1/search?q=an");
	expect(b, 200, "\"accounts\":[\"anna\"]");
	bench_get(b, "/v1/hubs");
	expect(b, 200, "{\"values\":[");
	bench_get(b, "/v1/alerts?state=open&limit=5");
	expect(b, 200, "{\"alerts\":[");
	bench_get(b, "/v1/status");
	expect(b, 200, "\"accounts\":2");
	bench_get(b, "/openapi.json");
	expect(b, 200, "\"openapi\":\"3.1.0\"");
	bench_get(b, "/metrics");
	expect(b, 200, "assocd_http_requests_total{class=\"2xx\"}");
}

static void the_document_describes_every_key_of_an_event(void **state)
{
	struct bench *b = *state;
	char member[80];

	bench_get(b, "/openapi.json");
	for (const struct event_key *row = event_keys; row->name.len > 0; row++) {
		snprintf(member, sizeof(member), "\"%s\":{\"%s\":", row->name.ptr, row->takes == TAKES_RELATION || row->takes == TAKES_MARK ? "$ref" : "type");
		expect(b, 200, member);
	}
	expect(b, 200, "\"required\":[\"ts\",\"type\",\"account\"]");
	expect(b, 200, "\"description\":\"Who states it.\",\"maxLength\":256");
}

static void the_unknown_and_the_wrong_are_named(void **state)
{
	struct bench *b = *state;

	feed(b);
	bench_get(b, "/v1/accounts/nobody%2Fhere");
	expect(b, 404, "nobody/here");
	bench_get(b, "/v1/accounts/an%00na");
	expect(b, 404, "problem+json");
	bench_get(b, "/v1/accounts/%zz");
	expect(b, 400, "percent");
	bench_get(b, "/v1/accounts/");
	expect(b, 404, "\"error\":\"path\"");
	bench_get(b, "/v1/links/anna/nobody");
	expect(b, 404, "nobody");
	bench_get(b, "/v1/clusters/zz");
	expect(b, 404, "cluster");
	bench_get(b, "/v1/alerts/zz");
	expect(b, 404, "alert");
	bench_get(b, "/v1/alerts?stat=open");
	expect(b, 400, "unknown parameter \\\"stat\\\"; did you mean \\\"state\\\"?");
	bench_get(b, "/v1/status?verbose=1");
	expect(b, 400, "this path takes none");
	bench_get(b, "/readyz?from=a-probe");
	expect(b, 200, "ready");
	bench_get(b, "/v1/alerts?after=zz");
	expect(b, 404, "alert");
	bench_get(b, "/v1/alerts?limit=0");
	expect(b, 400, "limit");
	bench_get(b, "/v1/alerts?state=odd");
	expect(b, 400, "state");
	bench_post(b, "/v1/events?backfill=yes", "application/json", BYTES_LIT("{}"));
	expect(b, 400, "backfill is 1");
	bench_get(b, "/v1/search");
	expect(b, 400, "\"error\":\"query\"");
	bench_get(b, "/v1/correlate?account=anna");
	expect(b, 400, "two accounts");
	bench_post(b, "/v1/accounts/anna", "application/json", BYTES_LIT("{}"));
	expect(b, 405, "Allow: GET, HEAD\r\n");
}

static void statements_need_their_keys_and_are_recorded(void **state)
{
	struct bench *b = *state;
	struct bytes verdict = BYTES_LIT("{\"account\":\"anna\",\"with\":\"bela\",\"value\":\"not_same\",\"reason\":\"sisters\"}");

	feed(b);
	bench_post(b, "/v1/verdicts", "application/json", BYTES_LIT("{\"account\":\"anna\",\"value\":\"clean\"}"));
	expect(b, 422, "\\\"reason\\\" is missing");
	bench_post(b, "/v1/verdicts", "application/json", BYTES_LIT("{\"account\":\"anna\",\"value\":\"clean\",\"reason\":\"x\",\"ip\":\"1.2.3.4\"}"));
	expect(b, 422, "is no key");
	bench_post(b, "/v1/verdicts", "application/json", BYTES_LIT("{\"account\":\"ana\",\"value\":\"clean\",\"reason\":\"x\"}"));
	expect(b, 404, "ana");
	bench_post(b, "/v1/verdicts", "application/json", BYTES_LIT("{\"account\":\"anna\",\"with\":\"bella\",\"value\":\"not_same\",\"reason\":\"x\"}"));
	expect(b, 404, "bella");
	bench_post(b, "/v1/verdicts", "application/json", BYTES_LIT("{\"account\":\"anna\",\"with\":\"anna\",\"value\":\"not_same\",\"reason\":\"x\"}"));
	expect(b, 422, "the account itself");
	bench_post(b, "/v1/verdicts", "application/json", BYTES_LIT("{\"account\":\"anna\",\"alert\":\"00ab\",\"value\":\"clean\",\"reason\":\"x\"}"));
	expect(b, 404, "00ab");
	bench_post(b, "/v1/verdicts", "application/json", verdict);
	expect(b, 200, "\"accepted\":1");
	bench_get(b, "/v1/links/anna/bela");
	expect(b, 200, "\"state\":\"cleared\"");
	bench_post(b, "/v1/relations", "application/json", BYTES_LIT("{\"account\":\"anna\",\"relation\":{\"kind\":\"household\",\"group\":\"h1\"}}"));
	expect(b, 200, "\"accepted\":1");
	bench_get(b, "/v1/accounts/anna");
	expect(b, 200, "household");
	bench_post(b, "/v1/alerts/zz/ack", "application/json", BYTES_LIT("{\"reason\":\"x\"}"));
	expect(b, 404, "zz");
}

static void another_host_is_misdirected(void **state)
{
	static const struct {
		const char *host;
		int status;
	} cases[] = {
		{ "localhost", 200 }, { "LOCALHOST:8787", 200 }, { "127.0.0.1:1", 200 }, { "[::1]:8787", 200 }, { "fraud.example.com", 200 },
		{ "fraud.example.com:443", 200 }, { "evil.example", 421 }, { "localhost.evil.example", 421 }, { "", 421 }, { "127.0.0.1.evil:80", 421 },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		text_clear(&b->request);
		text_addf(&b->request, "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", cases[i].host);
		bench_exchange(b);
		if (b->status != cases[i].status)
			fail_msg("%s: %s", cases[i].host, b->answer);
	}
}

static void a_page_of_another_origin_may_not_write(void **state)
{
	struct bench *b = *state;
	char headers[300];

	snprintf(headers, sizeof(headers), "Authorization: Bearer %s\r\nOrigin: http://evil.example\r\n", b->admin);
	bench_ask(b, "POST", "/v1/events", headers, bytes_of(login_a));
	expect(b, 403, "\"error\":\"origin\"");
	bench_ask(b, "GET", "/healthz", headers, BYTES_NONE);
	expect(b, 200, "ok");
	snprintf(headers, sizeof(headers), "Authorization: Bearer %s\r\nOrigin: null\r\n", b->admin);
	bench_ask(b, "POST", "/v1/events", headers, bytes_of(login_a));
	expect(b, 403, "\"error\":\"origin\"");
	snprintf(headers, sizeof(headers), "Authorization: Bearer %s\r\nOrigin: http://localhost\r\n", b->admin);
	bench_ask(b, "POST", "/v1/events", headers, bytes_of(login_a));
	expect(b, 200, "anna");
}

static void without_an_engine_questions_wait_and_readiness_says_why(void **state)
{
	struct bench *b = *state;

	b->has_engine = false;
	bench_get(b, "/v1/accounts/anna");
	expect(b, 503, "Retry-After");
	bench_get(b, "/readyz");
	expect(b, 503, "still being read");
	b->has_engine = true;
	b->is_ready = false;
	bench_get(b, "/readyz");
	expect(b, 503, "the disk is full");
	b->is_ready = true;
	bench_get(b, "/readyz");
	expect(b, 200, "ready");
}

static void every_open_path_is_open_and_every_other_is_not(void **state)
{
	static const char *const open[] = { "/healthz", "/readyz", "/", "/metrics" };
	static const char *const closed[] = { "/v1/accounts/a", "/v1/alerts", "/v1/search?q=a", "/v1/status", "/openapi.json" };
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(open); i++) {
		bench_ask(b, "GET", open[i], "", BYTES_NONE);
		assert_int_equal(b->status, 200);
	}
	for (size_t i = 0; i < ARRAY_LEN(closed); i++) {
		bench_ask(b, "GET", closed[i], "", BYTES_NONE);
		expect(b, 401, "WWW-Authenticate: Bearer");
		bench_ask(b, "GET", closed[i], "Authorization: Bearer 0000000000000000000000000000000000000000\r\n", BYTES_NONE);
		expect(b, 401, "not known");
	}
	bench_ask(b, "GET", "/metrics", "", BYTES_NONE);
	expect(b, 200, "assocd_http_tokens_refused_total{reason=\"unknown\"} 5");
}

#define BENCH(test) cmocka_unit_test_setup_teardown(test, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH(one_event_is_answered_with_the_assessment),
		BENCH(lines_are_answered_with_counts_and_what_is_wrong_with_each),
		BENCH(every_kind_of_bad_event_gets_its_status),
		BENCH(what_is_too_large_or_too_deep_is_refused),
		BENCH(a_large_body_is_received_from_known_tokens_only),
		BENCH(a_strange_content_type_is_refused),
		BENCH(a_failed_commit_is_answered_with_try_again),
		BENCH(a_request_waits_while_intake_is_congested),
		BENCH(a_request_that_waited_too_long_is_told_to_come_again),
		BENCH(questions_are_answered),
		BENCH(the_document_describes_every_key_of_an_event),
		BENCH(the_unknown_and_the_wrong_are_named),
		BENCH(statements_need_their_keys_and_are_recorded),
		BENCH(another_host_is_misdirected),
		BENCH(a_page_of_another_origin_may_not_write),
		BENCH(without_an_engine_questions_wait_and_readiness_says_why),
		BENCH(every_open_path_is_open_and_every_other_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
