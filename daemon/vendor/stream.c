/* Byte streams and their listeners on the loop. libevent's bufferevents read 4 KiB at a time, which caps bulk ingest; a
 * stream reads straight into one growing buffer instead.
 * I1: in.start <= in.end <= in.cap <= max_buffer; what peek showed stays in place until consume or the next reading.
 * I2: a paused stream does not read, so what peek shows does not move. Pausing costs no system call: the descriptor is
 *     disarmed only when it becomes readable during the pause.
 * I3: closed is called at most once, and nothing after it; never from inside a call of the owner.
 * I4: after loop_stream_free no handler is called; the memory goes at the end of the round. */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "loop.h"

#define READ_MIN (64 * 1024)
#define READ_BUDGET (1024 * 1024) /* bytes one stream may read before others get their turn */
#define KEPT_MAX (1024 * 1024)    /* an emptied buffer larger than this is given back */
#define UNSENT_MAX (16 * 1024 * 1024)
#define FLUSH_LIMIT_S 10          /* a freed stream waits this long for its peer to take the rest */
#define ACCEPT_BATCH 64
#define ACCEPT_RETRY_MS 100

struct buffer {
	char *ptr;
	size_t start, end, cap;
};

struct loop_stream {
	struct loop *loop;
	int fd;
	struct event *reader, *writer;
	bool is_reader_armed, is_writer_armed;
	bool is_paused, is_eof, is_broken, is_closed_told, is_freed, is_ending;
	struct buffer in, out;
	size_t max_buffer;
	loop_fn *readable, *closed;
	void *arg;
	bool is_local;
	char peer[80];
};

struct loop_listener {
	struct loop *loop;
	int fd;
	struct event *event;
	struct loop_timer *retry;
	struct loop_stream_events events;
	struct log_pace failures;
	bool is_freed;
	char *unix_path;
};

static size_t buffer_used(const struct buffer *b)
{
	return b->end - b->start;
}

/* Room for at least `want` bytes behind end, as far as max allows; false when full. */
static bool buffer_room(struct buffer *b, size_t want, size_t max)
{
	size_t used = buffer_used(b), cap = b->cap ? b->cap : READ_MIN;

	if (b->cap - b->end >= want)
		return true;
	if (b->start > 0) {
		memmove(b->ptr, b->ptr + b->start, used);
		b->start = 0;
		b->end = used;
	}
	while (cap - used < want && cap < max)
		cap *= 2;
	if (cap > max)
		cap = max;
	if (cap > b->cap) {
		b->ptr = xrealloc(b->ptr, cap);
		b->cap = cap;
	}
	return b->end < b->cap;
}

static void stream_destroy(void *arg)
{
	struct loop_stream *s = arg;

	event_free(s->reader);
	event_free(s->writer);
	close(s->fd);
	free(s->in.ptr);
	free(s->out.ptr);
	free(s);
}

/* The reader's callback looks at the state, so waking it is how anything is told outside the owner's call (I3). */
static void stream_wake(struct loop_stream *s)
{
	event_active(s->reader, EV_READ, 0);
}

static void stream_arm_reader(struct loop_stream *s, bool armed)
{
	if (armed == s->is_reader_armed)
		return;
	s->is_reader_armed = armed;
	if (armed)
		event_add(s->reader, NULL);
	else
		event_del(s->reader);
}

static void stream_arm_writer(struct loop_stream *s, bool armed)
{
	struct timeval limit = { .tv_sec = FLUSH_LIMIT_S };

	if (armed == s->is_writer_armed)
		return;
	s->is_writer_armed = armed;
	if (armed)
		event_add(s->writer, s->is_freed ? &limit : NULL);
	else
		event_del(s->writer);
}

static void stream_break(struct loop_stream *s)
{
	s->is_broken = true;
	s->out.start = s->out.end = 0;
	stream_arm_reader(s, false);
	stream_arm_writer(s, false);
}

/* One reading; true when there may be more at once. */
static bool stream_read_once(struct loop_stream *s, size_t *got)
{
	ssize_t n;

	if (!buffer_room(&s->in, READ_MIN / 2, s->max_buffer))
		return false;
	n = recv(s->fd, s->in.ptr + s->in.end, s->in.cap - s->in.end, 0);
	if (n > 0) {
		bool is_filled = (size_t)n == s->in.cap - s->in.end;

		s->in.end += (size_t)n;
		*got += (size_t)n;
		return is_filled; /* a short count means that the socket is empty */
	}
	if (n == 0)
		s->is_eof = true;
	else if (errno != EAGAIN && errno != EINTR)
		stream_break(s);
	return false;
}

static void stream_tell_closed(struct loop_stream *s)
{
	if (s->is_closed_told)
		return;
	s->is_closed_told = true;
	stream_arm_reader(s, false);
	if (s->closed)
		s->closed(s->arg);
}

static void on_reader(evutil_socket_t fd, short what, void *arg)
{
	struct loop_stream *s = arg;
	size_t got = 0;

	if (s->is_freed)
		return;
	if (s->is_broken) {
		stream_tell_closed(s);
		return;
	}
	if (s->is_paused) {
		stream_arm_reader(s, false);
		return;
	}
	while (!s->is_eof && got < READ_BUDGET && stream_read_once(s, &got))
		continue;
	if (buffer_used(&s->in) > 0 && s->readable)
		s->readable(s->arg);
	if (s->is_freed)
		return;
	if (s->is_broken || (s->is_eof && !s->is_paused))
		stream_tell_closed(s);
	else if (!s->is_eof && s->in.start == 0 && s->in.end == s->max_buffer)
		stream_arm_reader(s, false); /* full: consume re-arms */
}

/* Writes what the socket takes; false when the peer is gone. */
static bool stream_flush(struct loop_stream *s)
{
	while (buffer_used(&s->out) > 0) {
		ssize_t n = send(s->fd, s->out.ptr + s->out.start, buffer_used(&s->out), MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		s->out.start += (size_t)n;
	}
	s->out.start = s->out.end = 0;
	if (s->is_ending)
		shutdown(s->fd, SHUT_WR);
	return true;
}

static void on_writer(evutil_socket_t fd, short what, void *arg)
{
	struct loop_stream *s = arg;
	bool is_over = (what & EV_TIMEOUT) || !stream_flush(s);

	if (s->is_freed) {
		if (is_over || buffer_used(&s->out) == 0) {
			stream_arm_writer(s, false);
			loop_linger_end(s->loop, s);
		}
		return;
	}
	if (is_over) {
		stream_break(s);
		stream_wake(s);
	} else if (buffer_used(&s->out) == 0) {
		stream_arm_writer(s, false);
		if (buffer_used(&s->in) > 0)
			stream_wake(s);
	}
}

static void describe_peer(struct loop_stream *s, const struct sockaddr_storage *ss)
{
	const struct sockaddr_in *sin = (const void *)ss;
	const struct sockaddr_in6 *sin6 = (const void *)ss;
	struct ucred cred = { .uid = (uid_t)-1 };
	socklen_t n = sizeof(cred);
	char text[INET6_ADDRSTRLEN] = "?";

	if (ss->ss_family == AF_INET) {
		inet_ntop(AF_INET, &sin->sin_addr, text, sizeof(text));
		snprintf(s->peer, sizeof(s->peer), "%s:%u", text, ntohs(sin->sin_port));
	} else if (ss->ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &sin6->sin6_addr, text, sizeof(text));
		snprintf(s->peer, sizeof(s->peer), "[%s]:%u", text, ntohs(sin6->sin6_port));
	} else {
		getsockopt(s->fd, SOL_SOCKET, SO_PEERCRED, &cred, &n);
		snprintf(s->peer, sizeof(s->peer), "unix uid=%u", (unsigned)cred.uid);
		s->is_local = true;
	}
}

static struct loop_stream *stream_new(struct loop *l, int fd, const struct sockaddr_storage *ss)
{
	struct loop_stream *s = xcalloc(1, sizeof(*s));
	int on = 1;

	s->loop = l;
	s->fd = fd;
	s->max_buffer = READ_MIN;
	s->reader = event_new(loop_base(l), fd, EV_READ | EV_PERSIST, on_reader, s);
	s->writer = event_new(loop_base(l), fd, EV_WRITE | EV_PERSIST, on_writer, s);
	BUG_ON(!s->reader || !s->writer);
	describe_peer(s, ss);
	if (s->is_local)
		return s;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	/* A peer that is gone without a word is noticed after two minutes. */
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &(int){ 60 }, sizeof(int));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &(int){ 15 }, sizeof(int));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &(int){ 4 }, sizeof(int));
	return s;
}

void loop_stream_handlers(struct loop_stream *s, loop_fn *readable, loop_fn *closed, void *arg, size_t max_buffer)
{
	s->readable = readable;
	s->closed = closed;
	s->arg = arg;
	s->max_buffer = max_buffer > READ_MIN ? max_buffer : READ_MIN;
	stream_arm_reader(s, !s->is_paused);
}

struct bytes loop_stream_peek(const struct loop_stream *s)
{
	return s->in.ptr ? bytes_make(s->in.ptr + s->in.start, buffer_used(&s->in)) : BYTES_NONE;
}

void loop_stream_consume(struct loop_stream *s, size_t n)
{
	BUG_ON(n > buffer_used(&s->in));
	s->in.start += n;
	if (s->in.start == s->in.end) {
		s->in.start = s->in.end = 0;
		if (s->in.cap > KEPT_MAX) {
			free(s->in.ptr);
			s->in.ptr = NULL;
			s->in.cap = 0;
		}
	}
	if (n > 0 && !s->is_paused && !s->is_eof && !s->is_broken && !s->is_freed)
		stream_arm_reader(s, true);
}

void loop_stream_write(struct loop_stream *s, struct bytes b)
{
	bool was_empty = buffer_used(&s->out) == 0;

	if (s->is_broken || s->is_freed || b.len == 0)
		return;
	if (buffer_used(&s->out) + b.len > UNSENT_MAX && !was_empty) {
		stream_break(s);
		stream_wake(s);
		return;
	}
	if (was_empty) {
		ssize_t n = send(s->fd, b.ptr, b.len, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			stream_break(s);
			stream_wake(s);
			return;
		}
		b = bytes_slice(b, n > 0 ? (size_t)n : 0, b.len);
	}
	if (b.len == 0)
		return;
	buffer_room(&s->out, b.len, SIZE_MAX);
	memcpy(s->out.ptr + s->out.end, b.ptr, b.len);
	s->out.end += b.len;
	stream_arm_writer(s, true);
}

void loop_stream_end(struct loop_stream *s)
{
	s->is_ending = true;
	if (buffer_used(&s->out) == 0)
		shutdown(s->fd, SHUT_WR);
}

size_t loop_stream_unsent(const struct loop_stream *s)
{
	return buffer_used(&s->out);
}

void loop_stream_pause(struct loop_stream *s, bool paused)
{
	if (s->is_paused == paused)
		return;
	s->is_paused = paused;
	if (paused || s->is_broken || s->is_freed || !s->readable)
		return;
	if (!s->is_eof)
		stream_arm_reader(s, true);
	if (buffer_used(&s->in) > 0 || s->is_eof)
		stream_wake(s);
}

const char *loop_stream_peer(const struct loop_stream *s)
{
	return s->peer;
}

bool loop_stream_is_local(const struct loop_stream *s)
{
	return s->is_local;
}

void loop_stream_free(struct loop_stream *s)
{
	if (!s || s->is_freed)
		return;
	s->is_freed = true;
	stream_arm_reader(s, false);
	event_del(s->reader);
	if (s->is_broken || buffer_used(&s->out) == 0) {
		stream_arm_writer(s, false);
		loop_defer(s->loop, stream_destroy, s);
		return;
	}
	loop_linger(s->loop, stream_destroy, s);
	stream_arm_writer(s, false); /* once more, now with a limit in time */
	stream_arm_writer(s, true);
}

/* Out of descriptors: the pending connection would make the loop spin. */
static void accept_failed(struct loop_listener *ls)
{
	uint64_t n;

	if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
		return;
	if (log_is_due(&ls->failures, clock_mono_us(), 1, &n))
		log_warn("loop", "cannot accept a connection: %m (%llu times); trying again shortly", (unsigned long long)n);
	event_del(ls->event);
	loop_timer_set(ls->retry, ACCEPT_RETRY_MS);
}

static void on_accept(evutil_socket_t listening, short what, void *arg)
{
	struct loop_listener *ls = arg;

	for (int i = 0; i < ACCEPT_BATCH && !ls->is_freed; i++) {
		struct sockaddr_storage ss = { 0 };
		socklen_t n = sizeof(ss);
		int fd = accept4(ls->fd, (struct sockaddr *)&ss, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0) {
			accept_failed(ls);
			return;
		}
		ls->events.accepted(ls->events.arg, stream_new(ls->loop, fd, &ss));
	}
}

static void on_accept_retry(void *arg)
{
	struct loop_listener *ls = arg;

	event_add(ls->event, NULL);
}

enum err loop_listen(struct loop *l, const char *address, const struct loop_stream_events *ev, struct loop_listener **out,
		     struct errbuf *eb)
{
	struct loop_listener *ls;
	int fd;
	enum err err = loop_bind(address, &fd, eb);

	if (err != ERR_OK)
		return err;
	ls = xcalloc(1, sizeof(*ls));
	*ls = (struct loop_listener){ .loop = l, .fd = fd, .events = *ev };
	ls->event = event_new(loop_base(l), fd, EV_READ | EV_PERSIST, on_accept, ls);
	ls->retry = loop_timer_new(l, on_accept_retry, ls);
	if (strncmp(address, "unix:", 5) == 0)
		ls->unix_path = xstrdup(address + 5);
	BUG_ON(!ls->event || event_add(ls->event, NULL) != 0);
	*out = ls;
	return ERR_OK;
}

unsigned loop_listener_port(const struct loop_listener *ls)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t n = sizeof(ss);

	if (getsockname(ls->fd, (struct sockaddr *)&ss, &n) != 0)
		return 0;
	if (ss.ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)(const void *)&ss)->sin_port);
	return ss.ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)(const void *)&ss)->sin6_port) : 0;
}

void loop_listener_free(struct loop_listener *ls)
{
	if (!ls || ls->is_freed)
		return;
	ls->is_freed = true;
	event_free(ls->event);
	loop_timer_free(ls->retry);
	close(ls->fd);
	if (ls->unix_path)
		unlink(ls->unix_path);
	free(ls->unix_path);
	loop_defer(ls->loop, free, ls);
}
