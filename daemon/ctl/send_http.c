/* The queue over HTTP, in batches: one request at a time, repeated while the daemon is busy. */
#include <stdio.h>

#include "send.h"

#define BATCH_LINES 1000
#define BATCH_BYTES (4 * 1024 * 1024)
#define TRIES 8
#define PAUSE_MS 250 /* doubled at each try */
#define PAUSE_MAX_MS 4000

static size_t make_batch(const struct send_setup *s, struct text *body)
{
	size_t n = 0, count = send_queue_count(s->queue);

	text_clear(body);
	while (n < count && n < BATCH_LINES && body->len < BATCH_BYTES) {
		text_add(body, send_queue_bytes(s->queue, s->queue->first + n, 1));
		n++;
	}
	return n;
}

/* The daemon is there and takes nothing now: that passes. */
static bool is_asked_to_wait(int status)
{
	return status == 429 || status == 503;
}

/* Whether a request that came to nothing may succeed later. A daemon that never answered will not. */
static bool is_worth_another_try(const struct send_setup *s, int status, int tries)
{
	bool has_answered = s->counts->accepted + s->counts->duplicate + s->counts->refused.n > 0;

	if (send_stop_is_over(s->stop))
		return false;
	return is_asked_to_wait(status) || s->is_patient || ((status >= 500 || (status < 0 && has_answered)) && tries < TRIES);
}

static void write_path(const struct send_setup *s, struct text *path)
{
	text_adds(path, s->is_backfill ? "/v1/events?backfill=1" : "/v1/events");
	if (!s->site)
		return;
	text_adds(path, s->is_backfill ? "&site=" : "?site=");
	ctl_escape(path, bytes_of(s->site));
}

static int post(const struct send_setup *s, const char *path, struct bytes body, struct text *reply)
{
	unsigned pause_ms = PAUSE_MS;
	bool is_told = false;

	for (int tries = 1;; tries++) {
		int status;

		text_clear(reply);
		status = ctl_request(s->ctl, "POST", path, body, reply);
		if (!is_worth_another_try(s, status, tries))
			return status;
		if (!is_told && is_asked_to_wait(status))
			ctl_problem(s->ctl, status, text_bytes(reply));
		if (!is_told)
			ctl_fail("waiting until the daemon takes lines again");
		is_told = true;
		send_stop_wait(s->stop, (int)pause_ms);
		pause_ms = pause_ms > PAUSE_MAX_MS ? pause_ms : pause_ms * 2;
	}
}

static int take_reply(const struct send_setup *s, struct json_parser *parser, struct bytes reply)
{
	struct errbuf eb = { "" };
	struct json_doc doc;

	if (json_parse(parser, reply, &doc, &eb) || doc.nodes->type != JSON_OBJECT)
		return ctl_fail("the answer is no JSON: %s", eb.text);
	s->counts->accepted += (uint64_t)json_get_int(&doc, doc.nodes, "accepted", 0);
	s->counts->duplicate += (uint64_t)json_get_int(&doc, doc.nodes, "duplicate", 0);
	send_take_refusals(s->counts, s->queue, s->queue->first, &doc);
	return 0;
}

static int send_batch(const struct send_setup *s, struct json_parser *parser, struct text *body, struct text *reply)
{
	size_t n = make_batch(s, body);
	struct text path = { 0 };
	int status, failed;

	write_path(s, &path);
	status = post(s, path.ptr, text_bytes(body), reply);
	text_free(&path);
	if (status < 0)
		return 1;
	if (status >= 300)
		return ctl_problem(s->ctl, status, text_bytes(reply));
	failed = take_reply(s, parser, text_bytes(reply));
	if (!failed)
		send_queue_drop(s->queue, s->queue->first + n);
	return failed;
}

int send_http_pump(const struct send_setup *s, struct json_parser *parser, size_t keep)
{
	struct text body = { 0 }, reply = { 0 };
	size_t whole = keep < BATCH_LINES ? 0 : BATCH_LINES - 1;
	int failed = 0;

	while (!failed && send_queue_count(s->queue) > whole && !send_stop_is_over(s->stop))
		failed = send_batch(s, parser, &body, &reply);
	text_free(&body);
	text_free(&reply);
	return failed;
}
