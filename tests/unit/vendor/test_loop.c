/* The loop, its listeners and its streams against real sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/vendor/loop.h"

struct scene {
	struct loop *loop;
	struct loop_listener *listener;
	struct loop_stream *stream;
	struct loop_timer *limit;
	char path[64], address[128];
	int peer;
	char got[1 << 20];
	size_t n_got, stop_at;
	unsigned readable, closed, turns, fired;
	bool keep_unread, stop_on_closed;
};

static void too_late(void *arg)
{
	fail_msg("the loop waited for something that did not come");
}

static void on_readable(void *arg)
{
	struct scene *s = arg;
	struct bytes b = loop_stream_peek(s->stream);

	s->readable++;
	if (s->keep_unread) {
		loop_stop(s->loop);
		return;
	}
	memcpy(s->got + s->n_got, b.ptr, b.len);
	s->n_got += b.len;
	loop_stream_consume(s->stream, b.len);
	if (s->stop_at && s->n_got >= s->stop_at)
		loop_stop(s->loop);
}

static void on_closed(void *arg)
{
	struct scene *s = arg;

	s->closed++;
	loop_stream_free(s->stream);
	s->stream = NULL;
	loop_stop(s->loop);
}

static void on_accepted(void *arg, struct loop_stream *stream)
{
	struct scene *s = arg;

	s->stream = stream;
	loop_stream_handlers(stream, on_readable, on_closed, s, 128 * 1024);
	loop_stop(s->loop);
}

static int connect_to(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(sun.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	return fd;
}

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	const struct loop_stream_events events = { .accepted = on_accepted, .arg = s };
	struct errbuf eb = { 0 };

	s->loop = loop_new();
	s->limit = loop_timer_new(s->loop, too_late, s);
	loop_timer_set(s->limit, 5000);
	snprintf(s->path, sizeof(s->path), "/tmp/test_loop.%d.sock", (int)getpid());
	snprintf(s->address, sizeof(s->address), "unix:%s", s->path);
	if (loop_listen(s->loop, s->address, &events, &s->listener, &eb) != ERR_OK)
		fail_msg("%s", eb.text);
	s->peer = connect_to(s->path);
	loop_run(s->loop, NULL, NULL);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	loop_stream_free(s->stream);
	loop_listener_free(s->listener);
	loop_timer_free(s->limit);
	loop_free(s->loop);
	if (s->peer >= 0)
		close(s->peer);
	free(s);
	return 0;
}

static void a_stream_shows_what_its_peer_sent(void **state)
{
	struct scene *s = *state;

	s->stop_at = 5;
	assert_int_equal(write(s->peer, "hello", 5), 5);
	loop_run(s->loop, NULL, NULL);
	assert_memory_equal(s->got, "hello", 5);
	assert_true(loop_stream_is_local(s->stream));
	assert_int_equal(strncmp(loop_stream_peer(s->stream), "unix uid=", 9), 0);
}

static void what_came_before_the_end_is_shown_before_closed(void **state)
{
	struct scene *s = *state;

	assert_int_equal(write(s->peer, "half a line", 11), 11);
	close(s->peer);
	s->peer = -1;
	loop_run(s->loop, NULL, NULL);
	assert_int_equal(s->n_got, 11);
	assert_int_equal(s->closed, 1);
}

static void a_full_buffer_is_not_read_into_until_something_is_consumed(void **state)
{
	struct scene *s = *state;
	char block[4096] = { 0 };
	size_t sent = 0;

	s->keep_unread = true;
	for (int i = 0; i < 200; i++) {
		ssize_t n = send(s->peer, block, sizeof(block), MSG_DONTWAIT);

		if (n > 0)
			sent += (size_t)n;
		loop_run(s->loop, NULL, NULL);
		if (loop_stream_peek(s->stream).len == 128 * 1024)
			break;
	}
	assert_int_equal(loop_stream_peek(s->stream).len, 128 * 1024);
	while (send(s->peer, block, sizeof(block), MSG_DONTWAIT) > 0)
		sent += sizeof(block);
	s->keep_unread = false;
	s->stop_at = sent;
	on_readable(s); /* consumes: reading starts again */
	if (s->n_got < sent)
		loop_run(s->loop, NULL, NULL);
	assert_true(s->n_got >= sent);
}

static void timer_stops(void *arg)
{
	struct scene *s = arg;

	s->fired++;
	loop_stop(s->loop);
}

static void a_paused_stream_is_left_alone_and_told_when_the_pause_ends(void **state)
{
	struct scene *s = *state;
	struct loop_timer *t = loop_timer_new(s->loop, timer_stops, s);

	s->keep_unread = true;
	assert_int_equal(write(s->peer, "abc", 3), 3);
	loop_run(s->loop, NULL, NULL);
	loop_stream_pause(s->stream, true);
	assert_int_equal(write(s->peer, "def", 3), 3);
	loop_timer_set(t, 20);
	loop_run(s->loop, NULL, NULL);
	assert_int_equal(s->fired, 1);
	assert_int_equal(s->readable, 1);
	assert_int_equal(loop_stream_peek(s->stream).len, 3);
	s->keep_unread = false;
	s->stop_at = 6;
	loop_stream_pause(s->stream, false);
	loop_run(s->loop, NULL, NULL);
	assert_memory_equal(s->got, "abcdef", 6);
	loop_timer_free(t);
}

static void a_freed_stream_still_flushes_what_was_written(void **state)
{
	struct scene *s = *state;
	size_t size = 4 << 20, got = 0;
	char *big = calloc(1, size), sink[65536];
	struct loop_timer *t = loop_timer_new(s->loop, timer_stops, s);
	ssize_t n;

	loop_stream_write(s->stream, bytes_make(big, size));
	assert_true(loop_stream_unsent(s->stream) > 0);
	loop_stream_free(s->stream);
	s->stream = NULL;
	while (got < size) {
		while ((n = recv(s->peer, sink, sizeof(sink), MSG_DONTWAIT)) > 0)
			got += (size_t)n;
		loop_timer_set(t, 1);
		loop_run(s->loop, NULL, NULL);
	}
	assert_int_equal(got, size);
	assert_int_equal(recv(s->peer, sink, 1, 0), 0);
	loop_timer_free(t);
	free(big);
}

static void a_peer_that_vanishes_while_written_to_is_told_as_closed(void **state)
{
	struct scene *s = *state;

	close(s->peer);
	s->peer = -1;
	loop_stream_write(s->stream, BYTES_LIT("x"));
	assert_int_equal(s->closed, 0);
	loop_run(s->loop, NULL, NULL);
	assert_int_equal(s->closed, 1);
}

static void count_turn(void *arg)
{
	struct scene *s = arg;

	s->turns++;
}

static void free_own_timer(void *arg)
{
	struct loop_timer **t = arg;

	loop_timer_free(*t);
	*t = NULL;
}

static void a_timer_may_free_itself_and_each_round_has_one_turn(void **state)
{
	struct scene *s = *state;
	struct loop_timer *own = NULL, *stop = loop_timer_new(s->loop, timer_stops, s);

	own = loop_timer_new(s->loop, free_own_timer, &own);
	loop_timer_set(own, 1);
	loop_timer_set(stop, 200); /* not due in the same turn, also when the machine stands still for a while */
	loop_run(s->loop, count_turn, s);
	assert_null(own);
	assert_int_equal(s->fired, 1);
	assert_true(s->turns >= 2);
	loop_timer_free(stop);
}

static void a_live_socket_is_busy_and_a_stale_one_is_replaced(void **state)
{
	struct scene *s = *state;
	struct errbuf eb = { 0 };
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct stat st;
	int fd = -1, stale = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_int_equal(loop_bind(s->address, &fd, &eb), ERR_BUSY);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s2", s->path);
	assert_int_equal(bind(stale, (struct sockaddr *)&sun, sizeof(sun)), 0);
	close(stale);
	snprintf(s->address, sizeof(s->address), "unix:%s", sun.sun_path);
	mode_t before = umask(0077);
	assert_int_equal(loop_bind(s->address, &fd, NULL), ERR_OK);
	umask(before);
	assert_int_equal(stat(sun.sun_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	close(fd);
	unlink(sun.sun_path);
}

static void the_group_may_write_to_a_socket_file_whatever_the_umask(void **state)
{
	char path[64], address[80];
	struct stat st;
	mode_t before = umask(0027);
	int fd;

	snprintf(path, sizeof(path), "/tmp/test_loop_mode.%d", (int)getpid());
	snprintf(address, sizeof(address), "unix:%s", path);
	assert_int_equal(loop_bind(address, &fd, NULL), ERR_OK);
	umask(before);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	close(fd);
	unlink(path);
}

static void addresses_that_are_none_are_named(void **state)
{
	static const char *const wrong[] = { "8787", "localhost", "::1:80", "127.0.0.1:99999", "fd:x", "fd:0", "" };
	struct errbuf eb;
	int fd;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		errbuf_clear(&eb);
		assert_int_equal(loop_bind(wrong[i], &fd, &eb), ERR_INPUT);
		assert_true(strlen(eb.text) > 0);
	}
	assert_int_equal(loop_bind("[::1]:0", &fd, NULL) == ERR_OK ? close(fd) : 0, 0);
}

static void a_port_in_use_is_busy_and_says_so(void **state)
{
	struct errbuf eb = { 0 };
	struct sockaddr_storage ss;
	socklen_t n = sizeof(ss);
	char address[40];
	int fd, second;

	assert_int_equal(loop_bind("127.0.0.1:0", &fd, &eb), ERR_OK);
	getsockname(fd, (struct sockaddr *)&ss, &n);
	snprintf(address, sizeof(address), "127.0.0.1:%d", ((unsigned char *)&ss)[2] << 8 | ((unsigned char *)&ss)[3]);
	assert_int_equal(loop_bind(address, &second, &eb), ERR_BUSY);
	assert_non_null(strstr(eb.text, "in use"));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_stream_shows_what_its_peer_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(what_came_before_the_end_is_shown_before_closed, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_buffer_is_not_read_into_until_something_is_consumed, setup, teardown),
		cmocka_unit_test_setup_teardown(a_paused_stream_is_left_alone_and_told_when_the_pause_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(a_freed_stream_still_flushes_what_was_written, setup, teardown),
		cmocka_unit_test_setup_teardown(a_peer_that_vanishes_while_written_to_is_told_as_closed, setup, teardown),
		cmocka_unit_test_setup_teardown(a_timer_may_free_itself_and_each_round_has_one_turn, setup, teardown),
		cmocka_unit_test_setup_teardown(a_live_socket_is_busy_and_a_stale_one_is_replaced, setup, teardown),
		cmocka_unit_test(the_group_may_write_to_a_socket_file_whatever_the_umask),
		cmocka_unit_test(addresses_that_are_none_are_named),
		cmocka_unit_test(a_port_in_use_is_busy_and_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
