/* An alert log that is a pipe: nobody waits for its reader. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/base/text.h"
#include "daemon/sinks/sink.h"

struct pipe_log {
	char dir[64], path[80];
	struct sink_setup setup;
	void *self;
	struct text got;
};

static int begin(void **state)
{
	struct pipe_log *p = xcalloc(1, sizeof(*p));

	strcpy(p->dir, "/tmp/test_log_pipe-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof(p->path), "%s/alerts", p->dir);
	assert_int_equal(mkfifo(p->path, 0600), 0);
	p->setup = (struct sink_setup){ .state_dir = p->dir, .alert_log = p->path };
	signal(SIGPIPE, SIG_IGN); /* as the daemon does */
	alarm(30); /* who waits for a reader would wait for ever */
	*state = p;
	return 0;
}

static int end(void **state)
{
	struct pipe_log *p = *state;

	alarm(0);
	sink_log.close(p->self);
	unlink(p->path);
	rmdir(p->dir);
	text_free(&p->got);
	free(p);
	return 0;
}

static enum err deliver(struct pipe_log *p, struct bytes json, struct errbuf *eb)
{
	const struct sink_row row = { .number = 1, .json = json };

	errbuf_clear(eb);
	return sink_log.deliver(p->self, &row, 1, eb);
}

static const char *read_all(struct pipe_log *p, int fd)
{
	char piece[65536];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) > 0)
		text_add(&p->got, bytes_make(piece, (size_t)n));
	return p->got.ptr;
}

static void without_a_reader_alerts_wait(void **state)
{
	struct pipe_log *p = *state;
	struct errbuf eb = { "" };
	int reader;

	assert_int_equal(sink_log.open(&p->setup, &p->self, &eb), ERR_OK);
	assert_int_not_equal(deliver(p, BYTES_LIT("{\"id\":\"a\"}"), &eb), ERR_OK);
	assert_non_null(strstr(eb.text, "a pipe that nobody reads"));
	reader = open(p->path, O_RDONLY | O_NONBLOCK);
	assert_int_equal(deliver(p, BYTES_LIT("{\"id\":\"a\"}"), &eb), ERR_OK);
	assert_string_equal(read_all(p, reader), "{\"id\":\"a\"}\n");
	close(reader);
	assert_int_not_equal(deliver(p, BYTES_LIT("{\"id\":\"b\"}"), &eb), ERR_OK);
	assert_int_not_equal(deliver(p, BYTES_LIT("{\"id\":\"b\"}"), &eb), ERR_OK);
}

static void a_reader_who_does_not_read_is_not_waited_for(void **state)
{
	struct pipe_log *p = *state;
	struct errbuf eb = { "" };
	char *large = malloc(100001);
	const char *got;
	int reader = open(p->path, O_RDONLY | O_NONBLOCK);

	memset(large, 'x', 100000);
	large[100000] = '\0';
	assert_int_equal(sink_log.open(&p->setup, &p->self, &eb), ERR_OK);
	assert_int_not_equal(deliver(p, bytes_of(large), &eb), ERR_OK);
	assert_non_null(strstr(eb.text, "whoever reads the pipe does not keep up"));
	read_all(p, reader);
	assert_int_equal(deliver(p, BYTES_LIT("{\"id\":\"a\"}"), &eb), ERR_OK);
	got = read_all(p, reader);
	assert_non_null(strstr(got, "x\n{\"id\":\"a\"}\n"));
	close(reader);
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_a_reader_alerts_wait, begin, end),
		cmocka_unit_test_setup_teardown(a_reader_who_does_not_read_is_not_waited_for, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
