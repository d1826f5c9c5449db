/* Event loop, over libevent: descriptors, timers, signals, wake-ups from other threads, and byte streams.
 * Callbacks note what happened and return; work happens in the named steps of main's loop_once. */
#ifndef ASSOCD_VENDOR_LOOP_H
#define ASSOCD_VENDOR_LOOP_H

#include <sys/types.h>

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

struct loop;
struct loop_timer;
struct loop_watch;
struct loop_listener;
struct loop_stream;
struct tls_server;
typedef void loop_fn(void *arg);

struct loop *loop_new(void);
void loop_free(struct loop *l);
/* Runs until loop_stop; `turn` is called after each round of callbacks. */
void loop_run(struct loop *l, loop_fn *turn, void *arg);
void loop_stop(struct loop *l);
void *loop_base(struct loop *l); /* the struct event_base, for vendor/http only */

/* fn runs when the callbacks of this round are over: the place to free what a callback may still be using. */
void loop_defer(struct loop *l, loop_fn *fn, void *arg);
/* For what outlives its owner by a little (a freed stream that still flushes): destroyed at linger_end or by loop_free. */
void loop_linger(struct loop *l, loop_fn *destroy, void *arg);
void loop_linger_end(struct loop *l, void *arg);

/* One shot; re-arm with loop_timer_set; after_ms < 0 disarms. */
struct loop_timer *loop_timer_new(struct loop *l, loop_fn *fn, void *arg);
void loop_timer_set(struct loop_timer *t, int64_t after_ms);
void loop_timer_free(struct loop_timer *t);

/* Called whenever fd is readable (edge: level-triggered). Does not own fd. */
struct loop_watch *loop_watch_new(struct loop *l, int fd, loop_fn *fn, void *arg);
/* The same for reading, writing or both, for a library that brings its own sockets; fn learns which it is. */
enum loop_io { LOOP_READ = 1, LOOP_WRITE = 2 };
typedef void loop_io_fn(void *arg, int fd, unsigned io);
struct loop_watch *loop_io_new(struct loop *l, int fd, unsigned io, loop_io_fn *fn, void *arg);
void loop_watch_free(struct loop_watch *w);
/* A signal as a callback on the loop thread. */
struct loop_watch *loop_signal_new(struct loop *l, int signo, loop_fn *fn, void *arg);

/* Called with each connection to a listening socket, which is non-blocking, as the connection will be, and stays the caller's;
 * fn owns the connection. Without a free descriptor it says so and tries again every 100 ms. */
struct loop_acceptor;
struct sockaddr_storage;
typedef void loop_accepted_fn(void *arg, int fd, const struct sockaddr_storage *peer);
struct loop_acceptor *loop_acceptor_new(struct loop *l, int fd, loop_accepted_fn *fn, void *arg);
void loop_acceptor_free(struct loop_acceptor *a);

/* Listening socket. address: "127.0.0.1:8787", "[::1]:8787", "unix:/path" (mode 0660, a stale socket is replaced,
 * a live one is ERR_BUSY), "fd:3" (a listening descriptor that was handed over: socket activation). Owns the descriptor. accept gets a connected stream. TCP_NODELAY is set. */
struct loop_stream_events {
	void (*accepted)(void *arg, struct loop_stream *s);
	void *arg;
	struct tls_server *tls; /* spoken over TCP; NULL: it is not */
};
enum err loop_listen(struct loop *l, const char *address, const struct loop_stream_events *ev, struct loop_listener **out,
		     struct errbuf *eb) MUST_CHECK;
void loop_listener_free(struct loop_listener *ls);
unsigned loop_listener_port(const struct loop_listener *ls); /* the bound one, also for port 0 */
/* Is it of one of these forms? Nothing is looked up or bound. */
enum err loop_address_check(const char *address, struct errbuf *eb) MUST_CHECK;
/* Just the bound descriptor, for vendor/http. */
enum err loop_bind(const char *address, int *fd, struct errbuf *eb) MUST_CHECK;

/* A stream reads into an own large buffer (64 KiB to a limit). readable: look with loop_stream_peek, take with
 * loop_stream_consume; called again when there is more, when a pause ends and when written bytes have drained, as long as
 * something is left unconsumed. A full buffer is not read into until something is consumed. closed: the peer is done
 * (what it sent before was shown to readable; writing is still possible) or an error occurred; free the stream. */
void loop_stream_handlers(struct loop_stream *s, loop_fn *readable, loop_fn *closed, void *arg, size_t max_buffer);
struct bytes loop_stream_peek(const struct loop_stream *s);
void loop_stream_consume(struct loop_stream *s, size_t n);
void loop_stream_write(struct loop_stream *s, struct bytes b);
size_t loop_stream_unsent(const struct loop_stream *s); /* beyond 16 MiB the stream is broken off */
/* With what the kernel holds that the peer's has not acknowledged: the kernel asks for more only in large steps. */
size_t loop_stream_untaken(const struct loop_stream *s);
/* Nothing more will be written: the sending side is shut down once all is flushed; reading goes on. */
void loop_stream_end(struct loop_stream *s);
/* Stop and resume reading: back-pressure. */
void loop_stream_pause(struct loop_stream *s, bool paused);
/* "10.0.0.1:5000" or "unix uid=0". */
const char *loop_stream_peer(const struct loop_stream *s);
bool loop_stream_is_local(const struct loop_stream *s); /* Unix socket */
uid_t loop_stream_uid(const struct loop_stream *s);      /* of a local peer, as the kernel says */
/* Flushes what was written, then closes; safe inside a callback. A peer that takes less of it than 4 KiB a second, over 10 s,
 * is cut off. */
void loop_stream_free(struct loop_stream *s);

#endif
