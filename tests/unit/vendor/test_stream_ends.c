/* Ends of streams whose peers do not do their part: what is left unsent costs no time. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/vendor/loop.h"
#include "daemon/vendor/tls.h"

struct scene {
	struct loop *loop;
	struct loop_listener *listener;
	struct loop_stream *stream;
	struct loop_timer *timer;
	struct tls_server *tls;
	char dir[64];
	int peer;
	unsigned rounds;
	bool is_over;
};

static void ignore(void *arg)
{
}

static void on_accepted(void *arg, struct loop_stream *stream)
{
	struct scene *s = arg;

	s->stream = stream;
	loop_stream_handlers(stream, ignore, ignore, s, 64 * 1024);
	loop_stop(s->loop);
}

static void end_of_time(void *arg)
{
	struct scene *s = arg;

	s->is_over = true;
	loop_stop(s->loop);
}

static void count_round(void *arg)
{
	((struct scene *)arg)->rounds++;
}

static void run_for(struct scene *s, int64_t ms)
{
	s->is_over = false;
	loop_timer_set(s->timer, ms);
	while (!s->is_over)
		loop_run(s->loop, count_round, s);
}

static void listen_and_connect(struct scene *s)
{
	const struct loop_stream_events events = { .accepted = on_accepted, .arg = s, .tls = s->tls };
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct errbuf eb = { "" };

	s->loop = loop_new();
	s->timer = loop_timer_new(s->loop, end_of_time, s);
	if (loop_listen(s->loop, "127.0.0.1:0", &events, &s->listener, &eb))
		fail_msg("%s", eb.text);
	sin.sin_port = htons((uint16_t)loop_listener_port(s->listener));
	s->peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(s->peer, (struct sockaddr *)&sin, sizeof(sin)), 0);
	loop_run(s->loop, NULL, NULL);
	assert_non_null(s->stream);
}

static int with_tls(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	char command[400], certificate[80], key[80];
	struct errbuf eb = { "" };

	*state = s;
	strcpy(s->dir, "/tmp/test-stream-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(certificate, sizeof(certificate), "%s/c.pem", s->dir);
	snprintf(key, sizeof(key), "%s/k.pem", s->dir);
	snprintf(command, sizeof(command), "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
		 "-keyout %s -out %s 2>/dev/null", key, certificate);
	assert_int_equal(system(command), 0);
	if (tls_server_new(&(struct tls_files){ certificate, key, NULL }, &s->tls, &eb))
		fail_msg("%s", eb.text);
	listen_and_connect(s);
	return 0;
}

static int finish(void **state)
{
	struct scene *s = *state;
	char command[100];

	loop_stream_free(s->stream);
	loop_listener_free(s->listener);
	loop_timer_free(s->timer);
	loop_free(s->loop);
	tls_server_free(s->tls);
	close(s->peer);
	snprintf(command, sizeof(command), "rm -rf '%s'", s->dir);
	assert_int_equal(s->dir[0] ? system(command) : 0, 0);
	free(s);
	return 0;
}

/* A client that connects and says nothing, and is told why it has to go. */
static void what_waits_for_a_handshake_does_not_spin(void **state)
{
	struct scene *s = *state;
	char byte;

	loop_stream_write(s->stream, BYTES_LIT("{\"error\":\"denied\"}\n"));
	loop_stream_end(s->stream);
	run_for(s, 200);
	assert_true(s->rounds < 20);
	loop_stream_free(s->stream);
	s->stream = NULL;
	run_for(s, 200);
	assert_true(s->rounds < 20);
	assert_int_equal(recv(s->peer, &byte, 1, MSG_DONTWAIT), 0); /* it is gone: nothing could be told */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_waits_for_a_handshake_does_not_spin, with_tls, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
