/* The raw client of the bench: a thread of its own, so that it may block while the loop runs. */
#ifndef TESTS_UNIT_API_CLIENT_H
#define TESTS_UNIT_API_CLIENT_H

#include "api_bench.h"

/* The client is a thread of its own, so that it may block: connect, send all, read one answer. */
static bool is_whole(const struct bench *b)
{
	const char *body = strstr(b->answer, "\r\n\r\n"), *length = strstr(b->answer, "Content-Length: ");

	return body && length && b->n_answer >= (size_t)(body + 4 - b->answer) + strtoul(length + 16, NULL, 10);
}

static void *bench_client(void *arg)
{
	struct bench *b = arg;
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons((uint16_t)api_port(b->api)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ssize_t n;

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	b->n_answer = 0;
	b->answer[0] = '\0';
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0) {
		for (size_t sent = 0; sent < b->request.len; sent += (size_t)n)
			if ((n = send(fd, b->request.ptr + sent, b->request.len - sent, MSG_NOSIGNAL)) < 0)
				break;
		while (!is_whole(b) && (n = recv(fd, b->answer + b->n_answer, ANSWER_MAX - 1 - b->n_answer, 0)) > 0) {
			b->n_answer += (size_t)n;
			b->answer[b->n_answer] = '\0';
		}
	}
	close(fd);
	n = write(b->done[1], "", 1);
	return NULL;
}

static void bench_on_done(void *arg)
{
	struct bench *b = arg;
	char byte;

	if (read(b->done[0], &byte, 1) == 1)
		loop_stop(b->loop);
}

static void bench_on_tick(void *arg)
{
	struct bench *b = arg;

	if (++b->ticks > 20000)
		fail_msg("no answer came, but: %s", b->answer);
	loop_timer_set(b->tick, 1); /* keeps the turns coming, as the daemon's own timer does */
}

/* Sends what is in b->request; the body of the answer, status in b->status. */
static const char *bench_exchange(struct bench *b)
{
	pthread_t client;
	const char *body;

	b->ticks = 0;
	loop_timer_set(b->tick, 1);
	assert_int_equal(pthread_create(&client, NULL, bench_client, b), 0);
	loop_run(b->loop, bench_turn, b);
	pthread_join(client, NULL);
	b->status = b->n_answer > 12 ? atoi(b->answer + 9) : 0;
	body = strstr(b->answer, "\r\n\r\n");
	return body ? body + 4 : "";
}

/* headers: further lines, each with its CR LF; NULL stands for the administrator's token. */
static const char *bench_ask(struct bench *b, const char *method, const char *path, const char *headers, struct bytes body)
{
	text_clear(&b->request);
	text_addf(&b->request, "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n", method, path, body.len);
	if (headers)
		text_adds(&b->request, headers);
	else
		text_addf(&b->request, "Authorization: Bearer %s\r\n", b->admin);
	text_adds(&b->request, "\r\n");
	text_add(&b->request, body);
	return bench_exchange(b);
}

static const char *bench_get(struct bench *b, const char *path)
{
	return bench_ask(b, "GET", path, NULL, BYTES_NONE);
}

static const char *bench_post(struct bench *b, const char *path, const char *type, struct bytes body)
{
	char headers[256];

	snprintf(headers, sizeof(headers), "Authorization: Bearer %s\r\nContent-Type: %s\r\n", b->admin, type);
	return bench_ask(b, "POST", path, headers, body);
}

#endif
