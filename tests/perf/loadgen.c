/* Load for a running daemon: keep-alive connections in a closed loop that POST one event (or a batch of lines) each and
 * wait for its answer, or one Unix stream that is written as fast as it is read. One thread, epoll.
 * Prints one JSON object: events, seconds, requests a second, latency percentiles, how many answers were not 200. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "lines.h"

#define ANSWER_MAX (256 * 1024)
#define HEAD_MAX 1024
#define EVENTS_MAX 256

struct connection {
	int fd;
	char head[HEAD_MAX];
	struct bytes head_left, body_left;
	char *answer;
	size_t answer_len;
	int64_t sent_us;
	size_t lines;
	bool is_busy;
};

struct load {
	struct lines lines;
	const char *host, *token;
	int port;
	size_t batch, limit, connections;
	int epoll;
	size_t sent, answered, requests, failures, open;
	uint32_t *latency_us;
	size_t latency_cap;
	char first_failure[200];
};

_Noreturn static void stop(const char *what)
{
	fprintf(stderr, "loadgen: %s: %s\n", what, strerror(errno));
	exit(1);
}

static size_t count_lines(struct bytes run)
{
	size_t n = run.len ? 1 : 0;

	for (const char *p = run.ptr; (p = memchr(p, '\n', (size_t)(run.ptr + run.len - p))); p++)
		n++;
	return n;
}

/* Writes what the socket takes now; true when the request is out whole. */
static bool push(struct connection *c)
{
	while (c->head_left.len + c->body_left.len) {
		struct iovec v[2] = { { (void *)(uintptr_t)c->head_left.ptr, c->head_left.len },
				      { (void *)(uintptr_t)c->body_left.ptr, c->body_left.len } };
		ssize_t n = writev(c->fd, v, 2);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return false;
		if (n < 0)
			stop("write");
		size_t from_head = (size_t)n < c->head_left.len ? (size_t)n : c->head_left.len;
		c->head_left = bytes_slice(c->head_left, from_head, SIZE_MAX);
		c->body_left = bytes_slice(c->body_left, (size_t)n - from_head, SIZE_MAX);
	}
	return true;
}

static void watch(struct load *l, struct connection *c, bool is_writing, int operation)
{
	struct epoll_event ev = { .events = EPOLLIN | (is_writing ? (uint32_t)EPOLLOUT : 0u), .data.ptr = c };

	if (epoll_ctl(l->epoll, operation, c->fd, &ev))
		stop("epoll_ctl");
}

static void next_request(struct load *l, struct connection *c)
{
	size_t want = l->limit - l->sent < l->batch ? l->limit - l->sent : l->batch;
	struct bytes body = want ? lines_take(&l->lines, want) : BYTES_NONE;

	c->is_busy = body.len > 0;
	if (!c->is_busy) {
		close(c->fd);
		l->open--;
		return;
	}
	c->lines = count_lines(body);
	l->sent += c->lines;
	int n = snprintf(c->head, sizeof(c->head),
			 "POST /v1/events HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Bearer %s\r\n"
			 "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
			 l->host, l->port, l->token, l->batch > 1 ? "application/x-ndjson" : "application/json", body.len);
	c->head_left = bytes_make(c->head, (size_t)n);
	c->body_left = body;
	c->answer_len = 0;
	c->sent_us = clock_mono_us();
	if (!push(c))
		watch(l, c, true, EPOLL_CTL_MOD);
}

/* Length of the whole answer once its head is complete, else 0. */
static size_t answer_length(const struct connection *c)
{
	struct bytes got = bytes_make(c->answer, c->answer_len);
	ptrdiff_t head = bytes_find(got, BYTES_LIT("\r\n\r\n"));

	if (head < 0)
		return 0;
	ptrdiff_t at = bytes_find(bytes_make(got.ptr, (size_t)head), BYTES_LIT("Content-Length: "));
	size_t body = at < 0 ? 0 : strtoul(got.ptr + at + 16, NULL, 10);
	return (size_t)head + 4 + body;
}

static void note_answer(struct load *l, struct connection *c)
{
	bool is_fine = c->answer_len > 12 && !memcmp(c->answer + 9, "200", 3);

	if (!is_fine && !l->failures++)
		snprintf(l->first_failure, sizeof(l->first_failure), "%.*s", (int)c->answer_len, c->answer);
	if (l->requests < l->latency_cap)
		l->latency_us[l->requests] = (uint32_t)(clock_mono_us() - c->sent_us);
	l->requests++;
	l->answered += c->lines;
}

static void readable(struct load *l, struct connection *c)
{
	ssize_t n = read(c->fd, c->answer + c->answer_len, ANSWER_MAX - c->answer_len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		stop("the daemon closed a connection");
	c->answer_len += (size_t)n;
	size_t whole = answer_length(c);
	if (whole == 0 || c->answer_len < whole)
		return;
	note_answer(l, c);
	next_request(l, c);
}

static void connect_one(struct load *l, struct connection *c)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)l->port) };
	int one = 1;

	inet_pton(AF_INET, l->host, &to.sin_addr);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof(to)))
		stop("connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	struct timeval wait = { .tv_sec = 30 };
	setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	c->answer = malloc(ANSWER_MAX);
	l->open++;
	watch(l, c, false, EPOLL_CTL_ADD);
}

static void run_http(struct load *l)
{
	struct connection *all = calloc(l->connections, sizeof(*all));
	struct epoll_event ready[EVENTS_MAX];

	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (size_t i = 0; i < l->connections; i++)
		connect_one(l, &all[i]);
	for (size_t i = 0; i < l->connections; i++)
		next_request(l, &all[i]);
	while (l->open) {
		int n = epoll_wait(l->epoll, ready, EVENTS_MAX, 60000);
		if (n <= 0 && errno != EINTR)
			stop("no answer for a minute");
		for (int i = 0; i < n; i++) {
			struct connection *c = ready[i].data.ptr;
			if ((ready[i].events & EPOLLOUT) && push(c))
				watch(l, c, false, EPOLL_CTL_MOD);
			if (c->is_busy && (ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
				readable(l, c);
		}
	}
	for (size_t i = 0; i < l->connections; i++)
		free(all[i].answer);
	free(all);
	close(l->epoll);
}

/* The number after "through": of the last whole line in the answer, or what it was. */
static size_t through_of(struct connection *c, size_t before)
{
	struct bytes got = bytes_make(c->answer, c->answer_len);
	size_t done = 0;

	for (ptrdiff_t n; (n = bytes_find_char(bytes_slice(got, done, SIZE_MAX), '\n')) >= 0; done += (size_t)n + 1) {
		struct bytes line = bytes_slice(got, done, (size_t)n);
		ptrdiff_t at = bytes_find(line, BYTES_LIT("\"through\":"));
		if (at >= 0)
			before = strtoul(line.ptr + at + 10, NULL, 10);
	}
	memmove(c->answer, c->answer + done, c->answer_len - done);
	c->answer_len -= done;
	return before;
}

static void run_stream(struct load *l, const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct connection c = { .answer = malloc(ANSWER_MAX) };
	struct bytes body = lines_take(&l->lines, l->limit);

	body.len = (size_t)(l->lines.rest.ptr - body.ptr); /* the last newline too */
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	c.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c.fd < 0 || connect(c.fd, (struct sockaddr *)&to, sizeof(to)))
		stop(path);
	l->sent = count_lines(bytes_slice(body, 0, body.len - 1));
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	watch(l, &c, true, EPOLL_CTL_ADD);
	c.body_left = body;
	while (l->answered < l->sent) {
		struct epoll_event ready;
		if (epoll_wait(l->epoll, &ready, 1, 60000) <= 0 && errno != EINTR)
			stop("no acknowledgement for a minute");
		if (ready.events & EPOLLIN) {
			ssize_t n = read(c.fd, c.answer + c.answer_len, ANSWER_MAX - c.answer_len);
			if (n <= 0)
				stop("the daemon closed the stream");
			c.answer_len += (size_t)n;
			l->answered = through_of(&c, l->answered);
		}
		ssize_t n = c.body_left.len ? send(c.fd, c.body_left.ptr, c.body_left.len, MSG_DONTWAIT) : 0;
		c.body_left = bytes_slice(c.body_left, n > 0 ? (size_t)n : 0, SIZE_MAX);
		if (!c.body_left.len)
			watch(l, &c, false, EPOLL_CTL_MOD);
	}
	free(c.answer);
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void report(struct load *l, int64_t wall_us)
{
	size_t n = l->requests < l->latency_cap ? l->requests : l->latency_cap;
	double seconds = (double)wall_us / 1e6;

	qsort(l->latency_us, n, sizeof(*l->latency_us), by_size);
	printf("{\"events\":%zu,\"requests\":%zu,\"failures\":%zu,\"seconds\":%.3f,\"per_second\":%.0f", l->answered,
	       l->requests, l->failures, seconds, (double)l->answered / seconds);
	static const int percentiles[] = { 50, 90, 99 };
	for (size_t i = 0; n && i < 3; i++)
		printf(",\"p%d_ms\":%.3f", percentiles[i], l->latency_us[n * (size_t)percentiles[i] / 100] / 1e3);
	printf("}\n");
	if (l->failures)
		fprintf(stderr, "loadgen: %zu answers were not 200; the first: %s\n", l->failures, l->first_failure);
}

static int usage(void)
{
	fprintf(stderr, "usage: loadgen [-c CONNECTIONS] [-b LINES_A_REQUEST] [-n EVENTS] [-p PORT] [-t TOKEN] EVENTS.ndjson\n"
			"       loadgen -s SOCKET [-n EVENTS] EVENTS.ndjson\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct load l = { .host = "127.0.0.1", .port = 8787, .token = "", .batch = 1, .limit = SIZE_MAX, .connections = 32 };
	const char *socket_path = NULL;
	int option;

	while ((option = getopt(argc, argv, "c:b:n:p:t:s:")) != -1) {
		switch (option) {
		case 'c': l.connections = strtoul(optarg, NULL, 10); break;
		case 'b': l.batch = strtoul(optarg, NULL, 10); break;
		case 'n': l.limit = strtoul(optarg, NULL, 10); break;
		case 'p': l.port = atoi(optarg); break;
		case 't': l.token = optarg; break;
		case 's': socket_path = optarg; break;
		default: return usage();
		}
	}
	if (argc - optind != 1 || l.batch == 0 || l.connections == 0)
		return usage();
	lines_open(&l.lines, argv[optind]);
	l.latency_cap = 4000000;
	l.latency_us = malloc(l.latency_cap * sizeof(*l.latency_us));
	int64_t start = clock_mono_us();
	if (socket_path)
		run_stream(&l, socket_path);
	else
		run_http(&l);
	report(&l, clock_mono_us() - start);
	free(l.latency_us);
	return l.failures ? 1 : 0;
}
