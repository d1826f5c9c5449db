/* The HTTP server against raw sockets: what arrives in pieces, at once, too large, too late, or broken. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/vendor/http.h"
#include "daemon/vendor/http_head.h"
#include "daemon/vendor/percent.h"

#define BODY_MAX 200000
#define LARGE 400000

struct scene {
	struct loop *loop;
	struct http_server *server;
	struct loop_timer *tick;
	struct http_request *kept; /* answered later */
	bool keeps;
	unsigned requests;
	char last_body[BODY_MAX + 1];
	size_t n_last_body;
	char answer[1 << 16];
	size_t n_answer;
	int peer;
	const char *expect; /* stop when the answer holds this */
	unsigned ticks;
	bool is_closed;
	char large[LARGE];
};

static void on_request(struct http_request *r, void *arg)
{
	struct scene *s = arg;
	struct bytes body = http_body(r), name = http_query(r, "name");
	char text[512];

	s->requests++;
	memcpy(s->last_body, body.ptr, body.len);
	s->n_last_body = body.len;
	if (s->keeps) {
		s->kept = r;
		return;
	}
	if (bytes_is(http_path(r), "/large")) {
		http_reply(r, 200, "text/plain", bytes_make(s->large, LARGE));
		return;
	}
	http_reply_header(r, "X-Test", "a\r\nX-Evil: b");
	snprintf(text, sizeof(text), "%s %.*s name=%.*s%s|", http_method(r), BYTES_ARG(http_path(r)), BYTES_ARG(name),
		 http_peer_is_loopback(r) ? " local" : "");
	http_reply(r, 200, "text/plain", bytes_of(text));
}

/* Collects what the server sent; ends the loop when it is what the test waits for. */
static void on_tick(void *arg)
{
	struct scene *s = arg;
	ssize_t n = recv(s->peer, s->answer + s->n_answer, sizeof(s->answer) - 1 - s->n_answer, MSG_DONTWAIT);

	if (n > 0)
		s->n_answer += (size_t)n;
	s->answer[s->n_answer] = '\0';
	if (n == 0)
		s->is_closed = true;
	if ((s->expect && strstr(s->answer, s->expect)) || s->is_closed || ++s->ticks > 5000)
		loop_stop(s->loop);
	else
		loop_timer_set(s->tick, 1);
}

static void wait_for(struct scene *s, const char *expect)
{
	s->expect = expect;
	s->ticks = 0;
	loop_timer_set(s->tick, 0);
	loop_run(s->loop, NULL, NULL);
	if (expect && !strstr(s->answer, expect))
		fail_msg("\"%s\" did not come, but: %s", expect, s->answer);
}

static void say(struct scene *s, const char *text)
{
	assert_int_equal(send(s->peer, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static int connect_to(const struct scene *s)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons((uint16_t)http_server_port(s->server)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	return fd;
}

static int setup_with(void **state, int idle_timeout_s)
{
	struct http_setup http = { .address = "127.0.0.1:0", .fn = on_request, .max_body = BODY_MAX, .max_headers = 4096, .idle_timeout_s = idle_timeout_s, .max_connections = 3 };
	struct scene *s = calloc(1, sizeof(*s));
	struct errbuf eb = { 0 };

	http.arg = s;
	s->loop = loop_new();
	s->tick = loop_timer_new(s->loop, on_tick, s);
	if (http_server_new(s->loop, &http, &s->server, &eb) != ERR_OK)
		fail_msg("%s", eb.text);
	s->peer = connect_to(s);
	*state = s;
	return 0;
}

static int setup(void **state)
{
	return setup_with(state, 1);
}

static int setup_patient(void **state)
{
	return setup_with(state, 3);
}

static int teardown(void **state)
{
	struct scene *s = *state;

	http_server_free(s->server);
	loop_timer_free(s->tick);
	loop_free(s->loop);
	close(s->peer);
	free(s);
	return 0;
}

static void a_request_is_answered_and_the_connection_kept(void **state)
{
	struct scene *s = *state;

	say(s, "GET /a%2Fb?name=x%20y+z HTTP/1.1\r\nHost: localhost\r\n\r\n");
	wait_for(s, "GET /a%2Fb name=x y z local|");
	assert_non_null(strstr(s->answer, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(s->answer, "Content-Type: text/plain\r\n"));
	assert_null(strstr(s->answer, "\nX-Evil"));
	say(s, "GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n");
	wait_for(s, "/second");
	assert_int_equal(s->requests, 2);
}

static void requests_of_a_pipeline_are_answered_in_order(void **state)
{
	struct scene *s = *state;

	say(s, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
	wait_for(s, "GET /3");
	assert_true(strstr(s->answer, "GET /1") < strstr(s->answer, "POST /2"));
	assert_true(strstr(s->answer, "POST /2") < strstr(s->answer, "GET /3"));
}

static void a_pipeline_waits_for_a_deferred_answer(void **state)
{
	struct scene *s = *state;

	s->keeps = true;
	say(s, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
	while (!s->kept)
		wait_for(s, "");
	assert_int_equal(s->requests, 1);
	s->keeps = false;
	http_reply(s->kept, 200, "text/plain", BYTES_LIT("later"));
	wait_for(s, "GET /2");
	assert_true(strstr(s->answer, "later") < strstr(s->answer, "GET /2"));
}

static void a_body_in_pieces_arrives_whole(void **state)
{
	struct scene *s = *state;
	char *body = malloc(BODY_MAX);

	memset(body, 'b', BODY_MAX);
	say(s, "POST /big HTTP/1.1\r\nHost: h\r\nContent-Le");
	wait_for(s, "");
	say(s, "ngth: 200000\r\n\r\n");
	for (size_t at = 0; at < BODY_MAX; at += 10000) {
		assert_int_equal(send(s->peer, body + at, 10000, MSG_NOSIGNAL), 10000);
		wait_for(s, "");
	}
	wait_for(s, "POST /big");
	assert_int_equal(s->n_last_body, BODY_MAX);
	assert_memory_equal(s->last_body, body, BODY_MAX);
	free(body);
}

static void a_chunked_body_is_put_together(void **state)
{
	struct scene *s = *state;

	say(s, "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
	wait_for(s, "");
	say(s, "lo\r\n6;x=y\r\n world\r\n0\r\nTrailer: z\r\n\r\nGET /after HTTP/1.1\r\nHost: h\r\n\r\n");
	wait_for(s, "GET /after");
	assert_non_null(strstr(s->answer, "POST /c"));
	assert_int_equal(s->requests, 2);
}

static void a_sender_that_expects_it_is_told_to_continue(void **state)
{
	struct scene *s = *state;

	say(s, "POST /c HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
	wait_for(s, "HTTP/1.1 100 Continue\r\n\r\n");
	say(s, "ok");
	wait_for(s, "POST /c");
	assert_memory_equal(s->last_body, "ok", 2);
}

static void what_is_refused_gets_a_problem_document_and_the_end(void **state)
{
	static const struct {
		const char *request;
		const char *status;
	} cases[] = {
		{ "nonsense\r\n\r\n", "400" },
		{ "GET / HTTP/1.1\n\n", "400" },
		{ "GET / HTTP/2.0\r\nHost: h\r\n\r\n", "505" },
		{ "GET / HTTP/1.1\r\n\r\n", "400" },
		{ "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400" },
		{ "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "400" },
		{ "GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n", "400" },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "400" },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx", "400" },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400" },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200001\r\n\r\n", "413" },
		{ "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "501" },
		{ "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scene *s;
		void *fresh;
		char status[20];

		setup(&fresh);
		s = fresh;
		snprintf(status, sizeof(status), "HTTP/1.1 %s ", cases[i].status);
		say(s, cases[i].request);
		wait_for(s, status);
		assert_non_null(strstr(s->answer, "application/problem+json"));
		assert_non_null(strstr(s->answer, "Connection: close"));
		wait_for(s, NULL);
		assert_true(s->is_closed);
		assert_int_equal(s->requests, 0);
		teardown(&fresh);
	}
}

static void a_head_beyond_its_limit_is_refused(void **state)
{
	struct scene *s = *state;
	char filler[5000];

	memset(filler, 'a', sizeof(filler) - 1);
	filler[sizeof(filler) - 1] = '\0';
	say(s, "GET /");
	say(s, filler);
	wait_for(s, "HTTP/1.1 431 ");
}

static void a_silent_connection_is_closed_and_a_half_request_told_why(void **state)
{
	struct scene *s = *state;
	struct http_counts counts;

	say(s, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
	wait_for(s, "HTTP/1.1 408 ");
	close(s->peer);
	s->peer = connect_to(s);
	s->is_closed = false;
	s->n_answer = 0;
	wait_for(s, NULL);
	assert_true(s->is_closed);
	assert_int_equal(s->n_answer, 0);
	http_server_counts(s->server, &counts);
	assert_int_equal(counts.timeouts, 2);
}

/* With small buffers, so that the server sees how fast its reply is taken. */
static int ask_for_large(const struct scene *s)
{
	static const char request[] = "GET /large HTTP/1.1\r\nHost: h\r\n\r\n";
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons((uint16_t)http_server_port(s->server)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &(int){ 500 }, sizeof(int)), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){ 4096 }, sizeof(int)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL), sizeof(request) - 1);
	return fd;
}

struct takers {
	struct scene *s;
	struct loop_timer *timer;
	int slow, steady;
	unsigned turns;
};

#define TAKING_MS 100

/* 2.5 KB/s and 10 KB/s. */
static void on_taking(void *arg)
{
	struct takers *t = arg;
	struct http_counts counts;
	char piece[1000];

	(void)recv(t->slow, piece, 250, MSG_DONTWAIT);
	(void)recv(t->steady, piece, 1000, MSG_DONTWAIT);
	http_server_counts(t->s->server, &counts);
	if (counts.timeouts > 1 || ++t->turns * TAKING_MS >= 15000)
		loop_stop(t->s->loop);
	else
		loop_timer_set(t->timer, TAKING_MS);
}

static void a_reply_is_taken_at_a_least_pace(void **state)
{
	struct scene *s = *state;
	struct takers t = { .s = s, .slow = ask_for_large(s), .steady = ask_for_large(s) };
	struct http_counts counts;

	t.timer = loop_timer_new(s->loop, on_taking, &t);
	loop_timer_set(t.timer, 0);
	loop_run(s->loop, NULL, NULL);
	http_server_counts(s->server, &counts);
	assert_int_equal(counts.requests, 2);
	assert_int_equal(counts.timeouts, 2); /* the slow one's, and the one that said nothing */
	assert_int_equal(counts.connections, 1);
	loop_timer_free(t.timer);
	close(t.slow);
	close(t.steady);
}

static void connections_beyond_the_cap_are_closed_and_counted(void **state)
{
	struct scene *s = *state;
	struct http_counts counts;
	int more[3];

	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		more[i] = connect_to(s);
	say(s, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
	wait_for(s, "GET /1");
	http_server_counts(s->server, &counts);
	assert_int_equal(counts.connections, 3);
	assert_int_equal(counts.refused_connections, 1);
	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		close(more[i]);
}

static void an_answer_after_the_peer_has_gone_harms_nothing(void **state)
{
	struct scene *s = *state;

	s->keeps = true;
	say(s, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
	while (!s->kept)
		wait_for(s, "");
	close(s->peer);
	s->peer = connect_to(s);
	wait_for(s, "");
	s->keeps = false;
	http_reply(s->kept, 200, "text/plain", BYTES_LIT("too late"));
	say(s, "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
	wait_for(s, "GET /2");
}

static void an_answer_after_the_server_has_gone_harms_nothing(void **state)
{
	struct scene *s = *state;

	s->keeps = true;
	say(s, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
	while (!s->kept)
		wait_for(s, "");
	http_server_free(s->server);
	s->server = NULL;
	http_reply(s->kept, 200, "text/plain", BYTES_LIT("too late"));
	wait_for(s, NULL);
	assert_true(s->is_closed);
}

static void head_gets_no_body_and_http10_is_closed(void **state)
{
	struct scene *s = *state;

	say(s, "HEAD /h HTTP/1.0\r\n\r\n");
	wait_for(s, NULL);
	assert_true(s->is_closed);
	assert_null(strstr(s->answer, "HEAD /h"));
	assert_non_null(strstr(s->answer, "Content-Length: "));
	assert_non_null(strstr(s->answer, "Connection: close"));
}

static void an_absolute_target_names_the_host(void **state)
{
	struct http_head head;
	struct http_fault fault;

	assert_int_equal(decode_http_head(BYTES_LIT("GET http://evil:1/x?y HTTP/1.1\r\nHost: localhost\r\n\r\n"), &head, &fault), ERR_OK);
	assert_true(bytes_is(head.host, "evil:1"));
	assert_true(bytes_is(head.path, "/x"));
	assert_true(bytes_is(head.query, "y"));
}

static void percent_escapes_go_there_and_back(void **state)
{
	struct text t = { 0 };
	char out[16];
	size_t n;

	percent_encode(&t, BYTES_LIT("a/b\0%\xff~"));
	assert_string_equal(t.ptr, "a%2Fb%00%25%FF~");
	assert_true(decode_percent(text_bytes(&t), false, out, &n));
	assert_int_equal(n, 7);
	assert_memory_equal(out, "a/b\0%\xff~", 7);
	assert_false(decode_percent(BYTES_LIT("%4"), false, out, &n));
	assert_false(decode_percent(BYTES_LIT("%"), false, out, &n));
	assert_false(decode_percent(BYTES_LIT("%zz"), false, out, &n));
	assert_true(decode_percent(BYTES_LIT("a+b"), false, out, &n) && out[1] == '+');
	assert_true(decode_percent(BYTES_LIT("a+b"), true, out, &n) && out[1] == ' ');
	text_free(&t);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_request_is_answered_and_the_connection_kept),
		SCENE(requests_of_a_pipeline_are_answered_in_order),
		SCENE(a_pipeline_waits_for_a_deferred_answer),
		SCENE(a_body_in_pieces_arrives_whole),
		SCENE(a_chunked_body_is_put_together),
		SCENE(a_sender_that_expects_it_is_told_to_continue),
		cmocka_unit_test(what_is_refused_gets_a_problem_document_and_the_end),
		SCENE(a_head_beyond_its_limit_is_refused),
		SCENE(a_silent_connection_is_closed_and_a_half_request_told_why),
		cmocka_unit_test_setup_teardown(a_reply_is_taken_at_a_least_pace, setup_patient, teardown),
		SCENE(connections_beyond_the_cap_are_closed_and_counted),
		SCENE(an_answer_after_the_peer_has_gone_harms_nothing),
		SCENE(an_answer_after_the_server_has_gone_harms_nothing),
		SCENE(head_gets_no_body_and_http10_is_closed),
		cmocka_unit_test(an_absolute_target_names_the_host),
		cmocka_unit_test(percent_escapes_go_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
