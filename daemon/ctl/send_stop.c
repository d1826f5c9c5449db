/* SIGINT and SIGTERM by a descriptor.
 * I1: after the first signal the next one ends the program as if nobody waited for it. */
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "send.h"

#define FINISH_US (2 * INT64_C(1000000))

static void stop_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
}

void send_stop_begin(struct send_stop *s)
{
	sigset_t stops;

	stop_signals(&stops);
	sigprocmask(SIG_BLOCK, &stops, NULL);
	*s = (struct send_stop){ .fd = signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK) };
}

bool send_stop_wait(struct send_stop *s, int ms)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	struct signalfd_siginfo siginfo;
	sigset_t stops;

	if (s->signal) {
		poll(NULL, 0, ms);
		return true;
	}
	if (poll(&p, 1, ms) <= 0 || read(s->fd, &siginfo, sizeof(siginfo)) != sizeof(siginfo))
		return false;
	s->signal = (int)siginfo.ssi_signo;
	s->give_up_us = clock_mono_us() + FINISH_US;
	stop_signals(&stops);
	sigprocmask(SIG_UNBLOCK, &stops, NULL); /* I1 */
	return true;
}

bool send_stop_is_over(struct send_stop *s)
{
	return send_stop_wait(s, 0) && clock_mono_us() >= s->give_up_us;
}

void send_stop_end(struct send_stop *s)
{
	sigset_t stops;

	close(s->fd);
	stop_signals(&stops);
	sigprocmask(SIG_UNBLOCK, &stops, NULL);
}
