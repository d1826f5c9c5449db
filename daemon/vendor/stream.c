/* Byte streams on the loop. libevent's bufferevents read 4 KiB at a time, which caps bulk ingest; a
 * stream reads straight into one growing buffer instead.
 * I1: in.start <= in.end <= in.cap <= max_buffer; what peek showed stays in place until consume or the next reading.
 * I2: a paused stream does not read, so what peek shows does not move. Pausing costs no system call: the descriptor is
 *     disarmed only when it becomes readable during the pause.
 * I3: closed is called at most once, and nothing after it; never from inside a call of the owner.
 * I4: after loop_stream_free no handler is called; the memory goes at the end of the round.
 * I5: bytes that TLS has decrypted and nobody has read make no descriptor readable: whoever arms the reader again, or
 *     leaves off before all is read, wakes it.
 * I6: what TLS cannot write before its peer has said something waits for the reader; the writer, whose descriptor may be writable
 *     all the time, is not armed for it. */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "stream_new.h"

#define READ_MIN (64 * 1024)
#define READ_BUDGET (1024 * 1024) /* bytes one stream may read before others get their turn */
#define KEPT_MAX (1024 * 1024)    /* an emptied buffer larger than this is given back */
#define UNSENT_MAX (16 * 1024 * 1024)
#define FLUSH_LIMIT_S 10          /* a freed stream goes when its peer takes too little of the rest in so long */
#define FLUSH_PACE (4 * 1024)     /* bytes a second */

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
	size_t untaken;          /* freed: when it was last looked at */
	int64_t look_us;         /* the next time */
	struct tls_session *tls; /* or NULL */
	bool is_local;
	uid_t uid; /* of a local peer */
	char peer[80];
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

	if (s->tls)
		tls_session_end(s->tls);
	tls_session_free(s->tls);
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

/* I5 */
static void stream_wake_for_hidden(struct loop_stream *s)
{
	if (s->tls && s->is_reader_armed && tls_session_has_pending(s->tls))
		stream_wake(s);
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

static ssize_t stream_receive(struct loop_stream *s, void *into, size_t n)
{
	ssize_t got;

	if (!s->tls)
		return recv(s->fd, into, n, 0);
	got = tls_session_read(s->tls, into, n);
	if (tls_session_wants_write(s->tls))
		stream_arm_writer(s, true);
	return got;
}

static ssize_t stream_send(struct loop_stream *s, const void *from, size_t n)
{
	return s->tls ? tls_session_write(s->tls, from, n) : send(s->fd, from, n, MSG_NOSIGNAL);
}

static bool stream_waits_for_peer(const struct loop_stream *s)
{
	return s->tls && tls_session_waits_for_peer(s->tls);
}

/* I6 */
static void stream_arm_flushing(struct loop_stream *s)
{
	stream_arm_writer(s, buffer_used(&s->out) > 0 && !stream_waits_for_peer(s));
}

/* One reading; true when there may be more at once. */
static bool stream_read_once(struct loop_stream *s, size_t *got)
{
	ssize_t n;

	if (!buffer_room(&s->in, READ_MIN / 2, s->max_buffer))
		return false;
	n = stream_receive(s, s->in.ptr + s->in.end, s->in.cap - s->in.end);
	if (n > 0) {
		bool is_filled = (size_t)n == s->in.cap - s->in.end;

		s->in.end += (size_t)n;
		*got += (size_t)n;
		return is_filled || s->tls; /* a short count means that the socket is empty; of TLS, that a record ended */
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
	if (buffer_used(&s->out) > 0 && !s->is_broken)
		stream_arm_writer(s, true); /* I6 */
	if (buffer_used(&s->in) > 0 && s->readable)
		s->readable(s->arg);
	if (s->is_freed)
		return;
	if (s->is_broken || (s->is_eof && !s->is_paused))
		stream_tell_closed(s);
	else if (!s->is_eof && s->in.start == 0 && s->in.end == s->max_buffer)
		stream_arm_reader(s, false); /* full: consume re-arms */
	else
		stream_wake_for_hidden(s);
}

static void stream_shut(struct loop_stream *s)
{
	if (s->tls)
		tls_session_end(s->tls);
	shutdown(s->fd, SHUT_WR);
}

/* Writes what the socket takes; false when the peer is gone. */
static bool stream_flush(struct loop_stream *s)
{
	while (buffer_used(&s->out) > 0) {
		ssize_t n = stream_send(s, s->out.ptr + s->out.start, buffer_used(&s->out));

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		s->out.start += (size_t)n;
	}
	s->out.start = s->out.end = 0;
	if (s->is_ending)
		stream_shut(s);
	return true;
}

static void stream_look_again(struct loop_stream *s)
{
	s->untaken = loop_stream_untaken(s);
	s->look_us = clock_mono_us() + FLUSH_LIMIT_S * 1000000LL;
}

/* Of a freed stream: the peer has taken less than it should since the last look. */
static bool stream_is_neglected(struct loop_stream *s, bool is_late)
{
	size_t before = s->untaken;

	if (!is_late && clock_mono_us() < s->look_us)
		return false;
	stream_look_again(s);
	return s->untaken + FLUSH_LIMIT_S * FLUSH_PACE > before;
}

static void on_writer(evutil_socket_t fd, short what, void *arg)
{
	struct loop_stream *s = arg;
	bool is_over = !stream_flush(s);

	if (s->is_freed) {
		is_over = is_over || stream_is_neglected(s, what & EV_TIMEOUT);
		if (is_over || buffer_used(&s->out) == 0 || stream_waits_for_peer(s)) {
			stream_arm_writer(s, false);
			loop_linger_end(s->loop, s);
		}
		return;
	}
	if (is_over) {
		stream_break(s);
		stream_wake(s);
	} else if (buffer_used(&s->out) > 0) {
		stream_arm_flushing(s);
	} else {
		stream_arm_writer(s, false);
		if (buffer_used(&s->in) > 0 || (s->tls && tls_session_wants_write(s->tls)))
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
		s->uid = cred.uid;
	}
}

struct loop_stream *stream_new(struct loop *l, int fd, const struct sockaddr_storage *ss, struct tls_server *tls)
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
	if (tls)
		s->tls = tls_session_new(tls, fd);
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
	if (n == 0 || s->is_paused || s->is_eof || s->is_broken || s->is_freed || s->is_reader_armed)
		return;
	stream_arm_reader(s, true);
	stream_wake_for_hidden(s);
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
		ssize_t n = stream_send(s, b.ptr, b.len);

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
	stream_arm_flushing(s);
}

void loop_stream_end(struct loop_stream *s)
{
	s->is_ending = true;
	if (buffer_used(&s->out) == 0)
		stream_shut(s);
}

size_t loop_stream_unsent(const struct loop_stream *s)
{
	return buffer_used(&s->out);
}

size_t loop_stream_untaken(const struct loop_stream *s)
{
	int held = 0;

	return buffer_used(&s->out) + (ioctl(s->fd, TIOCOUTQ, &held) == 0 && held > 0 ? (size_t)held : 0);
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
	else
		stream_wake_for_hidden(s);
}

const char *loop_stream_peer(const struct loop_stream *s)
{
	return s->peer;
}

bool loop_stream_is_local(const struct loop_stream *s)
{
	return s->is_local;
}

uid_t loop_stream_uid(const struct loop_stream *s)
{
	return s->uid;
}

void loop_stream_free(struct loop_stream *s)
{
	if (!s || s->is_freed)
		return;
	s->is_freed = true;
	stream_arm_reader(s, false);
	event_del(s->reader);
	if (s->is_broken || buffer_used(&s->out) == 0 || stream_waits_for_peer(s)) {
		stream_arm_writer(s, false);
		loop_defer(s->loop, stream_destroy, s);
		return;
	}
	stream_look_again(s);
	loop_linger(s->loop, stream_destroy, s);
	stream_arm_writer(s, false); /* once more, now with a limit in time */
	stream_arm_writer(s, true);
}
