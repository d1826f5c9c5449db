/* Event loop over libevent: descriptors, timers, signals, and work put off to the end of a round.
 * I1: what is freed inside a callback stays in memory until the round ends (loop_defer), so no callback runs into it.
 * I2: the turn function sees each round once, after all its callbacks and what they put off. */
#include "loop.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>

#include "daemon/base/vec.h"

struct deferred {
	loop_fn *fn;
	void *arg;
};

struct loop {
	struct event_base *base;
	bool is_stopped;
	struct VEC(struct deferred) deferred;
	struct VEC(struct deferred) lingering;
};

struct loop_timer {
	struct loop *loop;
	struct event *event;
	loop_fn *fn;
	void *arg;
	bool is_dead;
};

struct loop_watch {
	struct loop *loop;
	struct event *event;
	loop_fn *fn;
	loop_io_fn *io_fn; /* instead of fn */
	void *arg;
	bool is_dead;
};

struct loop *loop_new(void)
{
	struct loop *l = xcalloc(1, sizeof(*l));
	struct event_config *config = event_config_new();

	BUG_ON(!config);
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	l->base = event_base_new_with_config(config);
	event_config_free(config);
	BUG_ON(!l->base);
	return l;
}

static void run_deferred(struct loop *l)
{
	for (size_t i = 0; i < l->deferred.n; i++) { /* grows while it runs */
		struct deferred d = l->deferred.at[i];

		d.fn(d.arg);
	}
	l->deferred.n = 0;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	run_deferred(l);
	for (size_t i = 0; i < l->lingering.n; i++)
		l->lingering.at[i].fn(l->lingering.at[i].arg);
	VEC_FREE(&l->deferred);
	VEC_FREE(&l->lingering);
	event_base_free(l->base);
	free(l);
}

void loop_run(struct loop *l, loop_fn *turn, void *arg)
{
	l->is_stopped = false;
	while (!l->is_stopped) {
		if (event_base_loop(l->base, EVLOOP_ONCE) != 0)
			return; /* nothing left to wait for */
		run_deferred(l);
		if (turn)
			turn(arg);
		run_deferred(l);
	}
}

void loop_stop(struct loop *l)
{
	l->is_stopped = true;
	event_base_loopbreak(l->base);
}

void *loop_base(struct loop *l)
{
	return l->base;
}

void loop_defer(struct loop *l, loop_fn *fn, void *arg)
{
	VEC_PUSH(&l->deferred, ((struct deferred){ fn, arg }));
}

void loop_linger(struct loop *l, loop_fn *destroy, void *arg)
{
	VEC_PUSH(&l->lingering, ((struct deferred){ destroy, arg }));
}

void loop_linger_end(struct loop *l, void *arg)
{
	for (size_t i = 0; i < l->lingering.n; i++)
		if (l->lingering.at[i].arg == arg) {
			loop_defer(l, l->lingering.at[i].fn, arg);
			l->lingering.at[i] = l->lingering.at[--l->lingering.n];
			return;
		}
}

static void timer_fired(evutil_socket_t fd, short what, void *arg)
{
	struct loop_timer *t = arg;

	if (!t->is_dead)
		t->fn(t->arg);
}

struct loop_timer *loop_timer_new(struct loop *l, loop_fn *fn, void *arg)
{
	struct loop_timer *t = xcalloc(1, sizeof(*t));

	*t = (struct loop_timer){ .loop = l, .fn = fn, .arg = arg };
	t->event = event_new(l->base, -1, 0, timer_fired, t);
	BUG_ON(!t->event);
	return t;
}

void loop_timer_set(struct loop_timer *t, int64_t after_ms)
{
	struct timeval tv = { .tv_sec = after_ms / 1000, .tv_usec = after_ms % 1000 * 1000 };

	if (after_ms < 0)
		event_del(t->event);
	else
		event_add(t->event, &tv);
}

void loop_timer_free(struct loop_timer *t)
{
	if (!t)
		return;
	t->is_dead = true;
	event_free(t->event);
	loop_defer(t->loop, free, t);
}

static void watch_fired(evutil_socket_t fd, short what, void *arg)
{
	struct loop_watch *w = arg;

	if (!w->is_dead)
		w->fn(w->arg);
}

static void io_fired(evutil_socket_t fd, short what, void *arg)
{
	struct loop_watch *w = arg;

	if (!w->is_dead)
		w->io_fn(w->arg, fd, (what & EV_READ ? LOOP_READ : 0) | (what & EV_WRITE ? LOOP_WRITE : 0));
}

struct loop_watch *loop_io_new(struct loop *l, int fd, unsigned io, loop_io_fn *fn, void *arg)
{
	struct loop_watch *w = xcalloc(1, sizeof(*w));
	short what = EV_PERSIST;

	what |= io & LOOP_READ ? EV_READ : 0;
	what |= io & LOOP_WRITE ? EV_WRITE : 0;
	*w = (struct loop_watch){ .loop = l, .io_fn = fn, .arg = arg };
	w->event = event_new(l->base, fd, what, io_fired, w);
	BUG_ON(!w->event || event_add(w->event, NULL) != 0);
	return w;
}

static struct loop_watch *watch_new(struct loop *l, int fd, short what, loop_fn *fn, void *arg)
{
	struct loop_watch *w = xcalloc(1, sizeof(*w));

	*w = (struct loop_watch){ .loop = l, .fn = fn, .arg = arg };
	w->event = event_new(l->base, fd, what | EV_PERSIST, watch_fired, w);
	BUG_ON(!w->event || event_add(w->event, NULL) != 0);
	return w;
}

struct loop_watch *loop_watch_new(struct loop *l, int fd, loop_fn *fn, void *arg)
{
	return watch_new(l, fd, EV_READ, fn, arg);
}

struct loop_watch *loop_signal_new(struct loop *l, int signo, loop_fn *fn, void *arg)
{
	return watch_new(l, signo, EV_SIGNAL, fn, arg);
}

void loop_watch_free(struct loop_watch *w)
{
	if (!w)
		return;
	w->is_dead = true;
	event_free(w->event);
	loop_defer(w->loop, free, w);
}
