/* Load at a constant rate for a running daemon: single events over HTTP, each due at its own time whatever became of those
 * before it (an open loop). Latency counts from when a request was due, not from when a connection was free for it, so that
 * a daemon which stalls cannot hide the requests that had to wait. One thread, epoll.
 *   paced [-c CONNECTIONS] [-r A_SECOND] [-n EVENTS] [-p PORT] [-t TOKEN] EVENTS.ndjson
 *   paced -f FILE [-r A_SECOND] [-n TIMES]   what the disk takes for a bare append of 4 KiB and fdatasync, to compare with:
 *                                            at a constant rate as above, or one after another
 * Prints one JSON object. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/vec.h"
#include "lines.h"

#define ANSWER_MAX (64 * 1024)
#define REQUEST_MAX (80 * 1024)
#define EVENTS_MAX 256
#define APPEND 4096
#define PATIENCE_US (30 * INT64_C(1000000)) /* for answers, when all is sent */

struct connection {
	int fd;
	bool is_busy;
	int64_t due_us;
	char answer[ANSWER_MAX];
	size_t answered;
};

struct load {
	struct lines lines;
	const char *token;
	int port, epoll;
	size_t connections, rate, limit, sent, done, failures, next_idle;
	int64_t start_us;
	struct connection *all;
	struct VEC(uint32_t) took_us;
	char request[REQUEST_MAX];
};

_Noreturn static void stop(const char *what)
{
	fprintf(stderr, "paced: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void connect_all(struct load *l)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)l->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1;

	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->all = xcalloc(l->connections, sizeof(*l->all));
	for (size_t i = 0; i < l->connections; i++) {
		struct connection *c = &l->all[i];
		struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };

		c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof(to)) || epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &ev))
			stop("connect");
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	}
}

static struct connection *idle_connection(struct load *l)
{
	for (size_t i = 0; i < l->connections; i++) {
		struct connection *c = &l->all[l->next_idle++ % l->connections];

		if (!c->is_busy)
			return c;
	}
	return NULL;
}

static int64_t due_of(const struct load *l, size_t n)
{
	return l->start_us + (int64_t)(n * 1000000 / l->rate);
}

/* A request is small enough for the socket of an idle connection. */
static bool send_next(struct load *l, struct connection *c)
{
	struct bytes body = lines_take(&l->lines, 1);
	int n;

	if (body.len == 0)
		return false;
	n = snprintf(l->request, sizeof(l->request),
		     "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
		     "Content-Length: %zu\r\n\r\n%.*s", l->token, body.len, BYTES_ARG(body));
	if (n >= (int)sizeof(l->request))
		stop("a line is longer than a request may be");
	c->due_us = due_of(l, l->sent);
	c->is_busy = true;
	c->answered = 0;
	if (send(c->fd, l->request, (size_t)n, MSG_NOSIGNAL) != n)
		stop("send");
	l->sent++;
	return true;
}

static void send_what_is_due(struct load *l)
{
	struct connection *c;

	while (l->sent < l->limit && due_of(l, l->sent) <= clock_mono_us() && (c = idle_connection(l)))
		if (!send_next(l, c))
			l->limit = l->sent;
}

/* Is the answer all there? */
static bool is_whole(const struct connection *c)
{
	struct bytes got = bytes_make(c->answer, c->answered);
	ptrdiff_t head = bytes_find(got, BYTES_LIT("\r\n\r\n")), at;

	if (head < 0)
		return false;
	at = bytes_find(bytes_make(got.ptr, (size_t)head + 2), BYTES_LIT("Content-Length: "));
	return at >= 0 && got.len >= (size_t)head + 4 + strtoul(got.ptr + at + 16, NULL, 10);
}

static void take_answer(struct load *l, struct connection *c)
{
	ssize_t n = recv(c->fd, c->answer + c->answered, sizeof(c->answer) - c->answered - 1, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		stop("the daemon closed a connection");
	c->answered += (size_t)n;
	c->answer[c->answered] = '\0';
	if (!c->is_busy || !is_whole(c))
		return;
	if (strncmp(c->answer, "HTTP/1.1 200 ", 13) != 0 && l->failures++ == 0)
		fprintf(stderr, "paced: the first answer that is not 200: %.300s\n", c->answer);
	VEC_PUSH(&l->took_us, (uint32_t)(clock_mono_us() - c->due_us));
	c->is_busy = false;
	l->done++;
}

/* Until the next request is due, or an answer comes. */
static void wait_and_take(struct load *l)
{
	struct epoll_event ready[EVENTS_MAX];
	int64_t wait_us = l->sent < l->limit ? due_of(l, l->sent) - clock_mono_us() : PATIENCE_US;
	struct timespec wait = { .tv_sec = wait_us > 0 ? wait_us / 1000000 : 0, .tv_nsec = wait_us > 0 ? wait_us % 1000000 * 1000 : 0 };
	int n = epoll_pwait2(l->epoll, ready, EVENTS_MAX, &wait, NULL);

	if (n == 0 && l->sent == l->limit)
		stop("answers are missing");
	for (int i = 0; i < n; i++)
		take_answer(l, ready[i].data.ptr);
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void print_latency(uint32_t *took_us, size_t n)
{
	static const struct {
		const char *name;
		size_t of_ten_thousand;
	} rows[] = { { "p50_us", 5000 }, { "p90_us", 9000 }, { "p99_us", 9900 }, { "p999_us", 9990 }, { "max_us", 10000 } };

	qsort(took_us, n, sizeof(*took_us), by_size);
	for (size_t i = 0; n > 0 && i < ARRAY_LEN(rows); i++) {
		size_t at = n * rows[i].of_ten_thousand / 10000;

		printf(",\"%s\":%u", rows[i].name, took_us[at < n ? at : n - 1]);
	}
}

static int run_load(struct load *l)
{
	int64_t took_us;

	connect_all(l);
	l->start_us = clock_mono_us() + 1000;
	while (l->done < l->limit) {
		send_what_is_due(l);
		wait_and_take(l);
	}
	took_us = clock_mono_us() - l->start_us;
	printf("{\"events\":%zu,\"asked_per_second\":%zu,\"per_second\":%.0f,\"failures\":%zu", l->done, l->rate,
	       (double)l->done * 1e6 / (double)took_us, l->failures);
	print_latency(l->took_us.at, l->took_us.n);
	printf("}\n");
	VEC_FREE(&l->took_us);
	free(l->all);
	return l->failures ? 1 : 0;
}

static void sleep_until(int64_t due_us)
{
	struct timespec due = { .tv_sec = due_us / 1000000, .tv_nsec = due_us % 1000000 * 1000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
		;
}

/* The sizes of the load serve for the appends as well; a rate of 0: one after another. */
static int run_disk(const struct load *l, const char *path)
{
	static const char block[APPEND] = "4 KiB";
	uint32_t *took_us = xcalloc(l->limit, sizeof(*took_us));
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		stop(path);
	for (size_t i = 0; i < l->limit; i++) {
		int64_t began_us = l->rate > 0 ? due_of(l, i) : clock_mono_us();

		sleep_until(began_us);
		if (write(fd, block, sizeof(block)) != sizeof(block) || fdatasync(fd) != 0)
			stop(path);
		took_us[i] = (uint32_t)(clock_mono_us() - began_us);
	}
	close(fd);
	unlink(path);
	printf("{\"appends\":%zu", l->limit);
	print_latency(took_us, l->limit);
	printf("}\n");
	free(took_us);
	return 0;
}

int main(int argc, char **argv)
{
	struct load l = { .port = 8787, .token = "", .connections = 64, .limit = 50000, .start_us = clock_mono_us() };
	const char *disk = NULL;
	int option;

	while ((option = getopt(argc, argv, "c:r:n:p:t:f:")) != -1) {
		switch (option) {
		case 'c': l.connections = strtoul(optarg, NULL, 10); break;
		case 'r': l.rate = strtoul(optarg, NULL, 10); break;
		case 'n': l.limit = strtoul(optarg, NULL, 10); break;
		case 'p': l.port = atoi(optarg); break;
		case 't': l.token = optarg; break;
		case 'f': disk = optarg; break;
		default: return 2;
		}
	}
	if (disk)
		return run_disk(&l, disk);
	l.rate = l.rate > 0 ? l.rate : 5000;
	if (argc - optind != 1 || l.connections == 0) {
		fprintf(stderr, "usage: paced [-c CONNECTIONS] [-r A_SECOND] [-n EVENTS] [-p PORT] [-t TOKEN] EVENTS.ndjson\n"
				"       paced -f FILE [-r A_SECOND] [-n TIMES]\n");
		return 2;
	}
	lines_open(&l.lines, argv[optind]);
	return run_load(&l);
}
