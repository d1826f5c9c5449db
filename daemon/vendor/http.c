/* HTTP/1.1 server over the streams of the loop.
 * I1: a connection has at most one request in work; the next of a pipeline is looked at after the reply.
 * I2: while a request is in work its stream is paused, so everything it borrows from the buffer stays in place.
 * I3: a request in work outlives its peer and its server; only its reply frees it then.
 *     A reply that goes on is in work until its end; its owner ends it before the server.
 * I4: a refused request ends its connection: the rest of it is read and thrown away for a while, because closing with
 *     unread bytes would make the peer lose the answer. */
#include "http.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "http_connection.h"

#define HEAD_LIMIT_US (10 * 1000000LL)
#define BODY_PACE (64 * 1024) /* bytes a second that a large body comes at least */
#define REPLY_PACE (4 * 1024)  /* bytes a second of a reply that a peer takes at least */
#define DRAIN_LIMIT_US (2 * 1000000LL)
#define SWEEP_MS 1000
#define FREE_BODY_MAX (64 * 1024) /* received from anybody */
#define UNSENT_PAUSE (1024 * 1024) /* no further request of a pipeline while the peer has not taken this much */
#define STREAM_UNSENT_MAX (256 * 1024)
#define FRAMING_ROOM (64 * 1024)   /* sizes of chunks */

static void deadline_in(struct http_request *c, int64_t us)
{
	c->deadline_us = us ? clock_mono_us() + us : 0;
}

static int64_t idle_us(const struct http_request *c)
{
	return c->server->setup.idle_timeout_s * 1000000LL;
}

static void connection_destroy(void *arg)
{
	struct http_request *c = arg;

	text_free(&c->chunks);
	text_free(&c->headers);
	arena_free(c->arena);
	free(c);
}

static void connection_unlink(struct http_request *c)
{
	struct http_server *s = c->server;

	if (!s)
		return;
	if (c->previous)
		c->previous->next = c->next;
	else
		s->connections = c->next;
	if (c->next)
		c->next->previous = c->previous;
	s->counts.connections--;
	c->server = NULL;
}

static void connection_free(struct http_request *c)
{
	if (c->is_dead)
		return;
	c->is_dead = true;
	connection_unlink(c);
	loop_stream_free(c->stream);
	loop_defer(c->loop, connection_destroy, c);
}

/* I4 */
static void drain(struct http_request *c)
{
	c->is_draining = true;
	loop_stream_end(c->stream);
	loop_stream_consume(c->stream, loop_stream_peek(c->stream).len);
	deadline_in(c, DRAIN_LIMIT_US);
}

static void refuse(struct http_request *c, int status, const char *why)
{
	struct text t = { 0 };

	c->server->counts.refused_requests++;
	c->head.keeps_alive = false;
	json_open_object(&t);
	json_member_string(&t, "type", BYTES_LIT("about:blank"));
	json_member_string(&t, "title", bytes_of(http_status_text(status)));
	json_member_int(&t, "status", status);
	json_member_string(&t, "detail", bytes_of(why));
	json_close_object(&t);
	http_write_reply(c, status, "application/problem+json", text_bytes(&t));
	text_free(&t);
	drain(c);
}

static void refuse_size(struct http_request *c)
{
	char why[96];

	snprintf(why, sizeof(why), "the body is larger than %zu bytes; send it in parts", c->server->setup.max_body);
	refuse(c, 413, why);
}

static bool is_admitted(struct http_request *c)
{
	const struct http_setup *setup = &c->server->setup;

	return !setup->admits || (!c->head.is_chunked && c->head.content_length <= FREE_BODY_MAX) || setup->admits(c, setup->arg);
}

/* The head, once its end is there. False: nothing to go on with yet. */
static bool receive_head(struct http_request *c)
{
	struct bytes in = loop_stream_peek(c->stream);
	struct http_fault fault;
	enum err err;

	while (bytes_starts(in, BYTES_LIT("\r\n"))) { /* empty lines before a request are skipped (RFC 9112, 2.2) */
		loop_stream_consume(c->stream, 2);
		in = loop_stream_peek(c->stream);
	}
	if (in.len == 0)
		return false;
	err = decode_http_head(in, &c->head, &fault);
	if (err == ERR_OK && c->head.length <= c->server->setup.max_headers) {
		c->has_head = true;
		c->head_at = in.ptr;
		c->scan = c->head.length;
		c->is_cut = !is_admitted(c);
		return true;
	}
	if (err == ERR_INPUT)
		refuse(c, fault.status, fault.why);
	else if (err == ERR_OK || in.len >= c->server->setup.max_headers)
		refuse(c, 431, "the head of the request is too long");
	else if (c->deadline_us == 0 || c->deadline_us > clock_mono_us() + HEAD_LIMIT_US)
		deadline_in(c, HEAD_LIMIT_US); /* counts from the first byte of the head */
	return false;
}

/* As many whole frames as are there. True when the body is complete. */
static bool receive_chunks(struct http_request *c, size_t max)
{
	struct bytes in = loop_stream_peek(c->stream);
	struct http_chunk chunk;
	struct http_fault fault;
	enum err err;

	while ((err = decode_http_chunk(bytes_slice(in, c->scan, in.len), &chunk, &fault)) == ERR_OK) {
		c->scan += chunk.length;
		if (chunk.is_last)
			return true;
		if (c->chunks.len + chunk.payload.len > max)
			break;
		text_add(&c->chunks, chunk.payload);
	}
	if (err == ERR_INPUT)
		refuse(c, fault.status, fault.why);
	else if (err == ERR_OK || in.len >= max)
		refuse_size(c);
	return false;
}

/* Counts from the head on: a byte now and then does not keep a connection. */
static int64_t body_limit_us(const struct http_request *c)
{
	uint64_t bytes = c->head.is_chunked ? c->server->setup.max_body : c->head.content_length;

	return idle_us(c) + (int64_t)(bytes / BODY_PACE) * 1000000;
}

/* True when the whole body is in the buffer. */
static bool receive_body(struct http_request *c)
{
	size_t max = c->server->setup.max_body;
	bool is_complete;

	if (c->is_cut)
		return true;
	if (c->head.content_length > max) {
		refuse_size(c);
		return false;
	}
	is_complete = c->head.is_chunked ? receive_chunks(c, max)
					 : loop_stream_peek(c->stream).len - c->head.length >= c->head.content_length;
	if (is_complete || c->is_draining)
		return is_complete;
	if (c->is_awaited)
		return false;
	c->is_awaited = true;
	deadline_in(c, body_limit_us(c));
	if (c->head.expects_continue)
		loop_stream_write(c->stream, BYTES_LIT("HTTP/1.1 100 Continue\r\n\r\n"));
	return false;
}

static void hand_over(struct http_request *c)
{
	struct bytes in = loop_stream_peek(c->stream);
	struct http_fault fault;

	/* The buffer may have moved since the head was first seen. */
	if (in.ptr != c->head_at)
		BUG_ON(decode_http_head(in, &c->head, &fault) != ERR_OK);
	if (c->is_cut)
		c->head.keeps_alive = false;
	else
		c->body = c->head.is_chunked ? text_bytes(&c->chunks) : bytes_slice(in, c->head.length, c->head.content_length);
	snprintf(c->method, sizeof(c->method), "%.*s", BYTES_ARG(bytes_slice(c->head.method, 0, sizeof(c->method) - 1)));
	c->is_pending = true;
	c->deadline_us = 0;
	c->server->counts.requests++;
	loop_stream_pause(c->stream, true);
	c->server->setup.fn(c, c->server->setup.arg);
}

static void connection_readable(void *arg)
{
	struct http_request *c = arg;

	while (!c->is_dead && !c->is_pending && !c->is_draining && loop_stream_unsent(c->stream) < UNSENT_PAUSE) {
		if (!c->has_head && !receive_head(c))
			return;
		if (!receive_body(c))
			return;
		hand_over(c);
	}
	if (!c->is_dead && (c->is_draining || c->is_streaming))
		loop_stream_consume(c->stream, loop_stream_peek(c->stream).len);
}

static void connection_closed(void *arg)
{
	struct http_request *c = arg;

	if (c->is_streaming) {
		c->gone(c->gone_arg);
		connection_free(c);
	} else if (c->is_pending)
		c->is_gone = true; /* I3 */
	else
		connection_free(c);
}

/* Forget the request that was answered and make ready for the next. */
static void request_end(struct http_request *c)
{
	size_t used = c->head.length + c->head.content_length;

	loop_stream_consume(c->stream, c->head.is_chunked ? c->scan : used);
	c->is_pending = c->has_head = c->is_awaited = false;
	c->body = BYTES_NONE;
	c->head.path = c->head.query = c->head.host = BYTES_NONE;
	c->head.n_fields = 0;
	c->method[0] = '\0';
	text_clear(&c->headers);
	text_free(&c->chunks);
	if (c->arena)
		arena_reset(c->arena);
	deadline_in(c, idle_us(c));
	loop_stream_pause(c->stream, false);
}

void http_reply_header(struct http_request *r, const char *name, const char *value)
{
	struct text *t = &r->headers;
	size_t from;

	text_adds(t, name);
	text_adds(t, ": ");
	from = t->len;
	text_adds(t, value);
	for (; from < t->len; from++) /* a line feed would start another header */
		if ((unsigned char)t->ptr[from] < 0x20 || t->ptr[from] == 0x7f)
			t->ptr[from] = ' ';
	text_adds(t, "\r\n");
}

void http_reply(struct http_request *r, int status, const char *content_type, struct bytes body)
{
	BUG_ON(!r->is_pending);
	if (r->is_gone || !r->server) {
		connection_free(r);
		return;
	}
	http_write_reply(r, status, content_type, body);
	if (r->head.keeps_alive) {
		request_end(r);
		return;
	}
	r->is_pending = false;
	if (r->is_cut) {
		drain(r);
		loop_stream_pause(r->stream, false);
	} else {
		connection_free(r);
	}
}

void http_stream_begin(struct http_request *r, const char *content_type, loop_fn *gone, void *arg)
{
	BUG_ON(!r->is_pending || r->is_streaming);
	r->is_streaming = true;
	r->gone = gone;
	r->gone_arg = arg;
	if (r->is_gone || !r->server)
		return;
	http_write_head(r, 200);
	text_addf(&r->server->reply, "\r\nContent-Type: %s\r\nConnection: close\r\n", content_type);
	text_add(&r->server->reply, text_bytes(&r->headers));
	text_adds(&r->server->reply, "\r\n");
	loop_stream_write(r->stream, text_bytes(&r->server->reply));
	loop_stream_consume(r->stream, r->head.is_chunked ? r->scan : r->head.length + r->head.content_length);
	r->body = r->head.path = r->head.query = r->head.host = BYTES_NONE;
	r->head.n_fields = 0;
	loop_stream_pause(r->stream, false); /* so that its end is seen */
}

bool http_stream_write(struct http_request *r, struct bytes piece)
{
	BUG_ON(!r->is_streaming);
	if (r->is_gone || !r->server || loop_stream_unsent(r->stream) > STREAM_UNSENT_MAX)
		return false;
	loop_stream_write(r->stream, piece);
	return true;
}

void http_stream_end(struct http_request *r)
{
	BUG_ON(!r->is_streaming);
	connection_free(r);
}

/* "127.0.0.1:5000" or "[::1]:5000" to the bare address; a Unix socket counts as loopback. */
static void note_peer(struct http_request *c)
{
	struct bytes peer = bytes_of(loop_stream_peer(c->stream));

	c->is_loopback = loop_stream_is_local(c->stream);
	if (!c->is_loopback) {
		peer.len = (size_t)(strrchr(peer.ptr, ':') - peer.ptr);
		if (peer.ptr[0] == '[')
			peer = bytes_slice(peer, 1, peer.len - 2);
		c->is_loopback = bytes_starts(peer, BYTES_LIT("127.")) || bytes_is(peer, "::1") || bytes_starts(peer, BYTES_LIT("::ffff:127."));
	}
	snprintf(c->peer, sizeof(c->peer), "%.*s", BYTES_ARG(peer));
}

static void on_accepted(void *arg, struct loop_stream *stream)
{
	struct http_server *s = arg;
	struct http_request *c;

	if (s->counts.connections >= s->setup.max_connections) {
		s->counts.refused_connections++;
		loop_stream_free(stream);
		return;
	}
	c = xcalloc(1, sizeof(*c));
	c->server = s;
	c->loop = s->loop;
	c->stream = stream;
	c->next = s->connections;
	if (c->next)
		c->next->previous = c;
	s->connections = c;
	s->counts.connections++;
	note_peer(c);
	deadline_in(c, idle_us(c));
	loop_stream_handlers(stream, connection_readable, connection_closed, c, s->setup.max_headers + s->setup.max_body + FRAMING_ROOM);
}

static void connection_expire(struct http_request *c)
{
	c->server->counts.timeouts++;
	if (c->is_draining || (!c->has_head && loop_stream_peek(c->stream).len == 0)) {
		connection_free(c);
		return;
	}
	refuse(c, 408, "the request did not arrive in time");
}

/* What the peer takes of its reply buys it time, at REPLY_PACE, up to what a silent one has: a byte now and then does not. */
static void note_taken(struct http_request *c, int64_t now)
{
	size_t before = c->untaken;
	int64_t bought, most = now + idle_us(c);

	if (before == 0 && loop_stream_unsent(c->stream) == 0)
		return;
	c->untaken = loop_stream_untaken(c->stream);
	if (c->untaken >= before || c->deadline_us == 0 || c->is_draining)
		return;
	bought = c->deadline_us + (int64_t)(before - c->untaken) * 1000000 / REPLY_PACE;
	if (bought > most)
		bought = most;
	if (bought > c->deadline_us)
		c->deadline_us = bought;
}

static void on_sweep(void *arg)
{
	struct http_server *s = arg;
	int64_t now = clock_mono_us();
	struct http_request *next;

	for (struct http_request *c = s->connections; c; c = next) {
		next = c->next;
		note_taken(c, now);
		if (c->deadline_us && c->deadline_us <= now)
			connection_expire(c);
	}
	loop_timer_set(s->sweep, SWEEP_MS);
}

enum err http_server_new(struct loop *l, const struct http_setup *setup, struct http_server **out, struct errbuf *eb)
{
	struct http_server *s = xcalloc(1, sizeof(*s));
	const struct loop_stream_events events = { .accepted = on_accepted, .arg = s, .tls = setup->tls };
	enum err err;

	*s = (struct http_server){ .loop = l, .setup = *setup };
	s->setup.address = NULL;
	err = loop_listen(l, setup->address, &events, &s->listener, eb);
	if (err != ERR_OK) {
		free(s);
		return err;
	}
	s->sweep = loop_timer_new(l, on_sweep, s);
	loop_timer_set(s->sweep, SWEEP_MS);
	*out = s;
	return ERR_OK;
}

void http_server_free(struct http_server *s)
{
	if (!s)
		return;
	loop_listener_free(s->listener);
	loop_timer_free(s->sweep);
	while (s->connections) {
		struct http_request *c = s->connections;

		if (c->is_pending)
			connection_unlink(c); /* I3 */
		else
			connection_free(c);
	}
	text_free(&s->reply);
	loop_defer(s->loop, free, s);
}

void http_server_counts(const struct http_server *s, struct http_counts *out)
{
	*out = s->counts;
}

unsigned http_server_port(const struct http_server *s)
{
	return loop_listener_port(s->listener);
}
