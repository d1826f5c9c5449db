/* A whole door over memory: engine with the shipped rules, intake whose journal is a list, and a raw client. */
#ifndef TESTS_UNIT_API_BENCH_H
#define TESTS_UNIT_API_BENCH_H

#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/api/api.h"
#include "daemon/base/vec.h"
#include "daemon/engine/engine.h"
#include "daemon/intake/setup.h"
#include "daemon/vendor/crypto.h"

#define NOW 1767225600000LL /* 2026-01-01 */
#define ANSWER_MAX (1 << 20)

struct bench {
	struct loop *loop;
	struct loop_timer *tick;
	struct ruleset *rules;
	struct enrich *enrich;
	struct engine *engine;
	struct hmac_key *key;
	struct event_context context;
	struct intake *in;
	struct VEC(struct store_batch *) queue;
	enum err commit_result;
	struct api *api;
	char dir[64], admin[80];
	bool has_engine, is_ready;
	int64_t us;
	int done[2];
	struct loop_watch *done_watch;
	struct text request;
	char *answer;
	size_t n_answer;
	unsigned ticks;
	int status; /* of the last answer */
};

static int64_t bench_wall(void *arg)
{
	return NOW;
}

static const struct event_context *bench_context(void *arg)
{
	return &((struct bench *)arg)->context;
}

static enum err bench_submit(void *arg, struct store_batch *batch)
{
	struct bench *b = arg;

	VEC_PUSH(&b->queue, batch);
	return ERR_OK;
}

static void bench_apply(void *arg, const struct event *const *events, size_t n, struct effects *effects)
{
	engine_apply(((struct bench *)arg)->engine, events, n, effects);
	struct effect *grown = effects->at; /* the engine grows the list on the heap; intake expects it in the arena */

	effects->at = arena_alloc(effects->arena, (effects->n + 1) * sizeof(*grown));
	memcpy(effects->at, grown ? grown : effects->at, effects->n * sizeof(*grown));
	free(grown);
}

static struct engine *bench_engine(void *arg)
{
	struct bench *b = arg;

	return b->has_engine ? b->engine : NULL;
}

static const struct ruleset *bench_rules(void *arg)
{
	return ((struct bench *)arg)->rules;
}

static bool bench_is_ready(void *arg, struct text *reasons)
{
	struct bench *b = arg;

	if (!b->is_ready)
		text_adds(reasons, "the disk is full\n");
	return b->is_ready;
}

static void bench_turn(void *arg)
{
	struct bench *b = arg;

	intake_turn(b->in, b->us += 100000);
	for (size_t i = 0; i < b->queue.n; i++) {
		b->queue.at[i]->result = b->commit_result;
		intake_completed(b->in, b->queue.at[i]);
	}
	b->queue.n = 0;
	intake_turn(b->in, b->us += 100000);
}

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
		.loop = b->loop, .intake = b->in, .hash_key = b->key, .listen = "127.0.0.1:0", .state_dir = b->dir,
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

#endif
