/* A thread that takes items from one ring and hands them back through another.
 * I1: one producer and one consumer a ring: the owner pushes in and pops out, the thread pops in and pushes out.
 * I2: an item taken is always handed back: the ring out is as long as everything that can be on its way. */
#include "internal.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct worker {
	const char *name; /* a literal */
	struct worker_jobs jobs;
	struct ring *in, *out;
	pthread_t thread;
	atomic_bool stopping;
	size_t outside; /* pushed and not yet popped by the owner; the owner's alone */
	int wake_fd, done_fd;
};

static void raise_fd(int fd)
{
	uint64_t one = 1;

	while (write(fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void wait_for_work(struct worker *w)
{
	struct pollfd p = { .fd = w->wake_fd, .events = POLLIN };
	uint64_t count;
	int n = poll(&p, 1, w->jobs.idle ? 1000 : -1);

	if (n > 0 && read(w->wake_fd, &count, sizeof(count)) < 0)
		return;
	if (n == 0)
		w->jobs.idle(w->jobs.arg);
}

static void *worker_run(void *arg)
{
	struct worker *w = arg;

	/* From inside it is a system call; from outside it would be a file of /proc, which Landlock keeps shut. */
	pthread_setname_np(pthread_self(), w->name);
	for (;;) {
		bool stopping = atomic_load(&w->stopping);
		void *item = ring_pop(w->in);

		if (item) {
			w->jobs.work(w->jobs.arg, item);
			BUG_ON(!ring_push(w->out, item)); /* I2 */
			if (w->done_fd != WORKER_WAKES_NOBODY)
				raise_fd(w->done_fd);
			if (w->jobs.after)
				w->jobs.after(w->jobs.arg);
		} else if (stopping) {
			return NULL;
		} else {
			wait_for_work(w);
		}
	}
}

/* Signals are the loop thread's. */
static int start_thread(struct worker *w)
{
	sigset_t all, before;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(&w->thread, NULL, worker_run, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code;
}

enum err worker_new(const char *name, const struct worker_jobs *jobs, int done_fd, struct worker **out, struct errbuf *eb)
{
	struct worker *w = xcalloc(1, sizeof(*w));
	int code;

	w->name = name;
	w->jobs = *jobs;
	w->done_fd = done_fd;
	w->in = ring_new(WORKER_QUEUE);
	w->out = ring_new(WORKER_QUEUE);
	w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	code = w->wake_fd < 0 ? errno : start_thread(w);
	if (code != 0) {
		if (w->wake_fd >= 0)
			close(w->wake_fd);
		ring_free(w->in);
		ring_free(w->out);
		free(w);
		return errbuf_set(eb, ERR_IO, "cannot start the %s thread: %s", name, strerror(code));
	}
	*out = w;
	return ERR_OK;
}

void worker_free(struct worker *w)
{
	if (!w)
		return;
	atomic_store(&w->stopping, true);
	raise_fd(w->wake_fd);
	pthread_join(w->thread, NULL);
	close(w->wake_fd);
	ring_free(w->in);
	ring_free(w->out);
	free(w);
}

bool worker_push(struct worker *w, void *item)
{
	if (w->outside == WORKER_QUEUE || !ring_push(w->in, item))
		return false;
	w->outside++;
	raise_fd(w->wake_fd);
	return true;
}

void *worker_pop(struct worker *w)
{
	void *item = ring_pop(w->out);

	if (item)
		w->outside--;
	return item;
}
