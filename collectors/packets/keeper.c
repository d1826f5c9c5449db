/* I1: a process that ended is started again after a while that doubles from FIRST_WAIT_MS to LAST_WAIT_MS; one that lived for
 *     STEADY_MS begins anew.
 * I2: none of them outlives the keeper (PR_SET_PDEATHSIG), and the keeper not the daemon (the gate). */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/base/clock.h"

#define FIRST_WAIT_MS 250
#define LAST_WAIT_MS 30000
#define STEADY_MS 60000

struct kept {
	pid_t pid; /* 0: none runs */
	int64_t started_ms, due_ms, wait_ms;
};

struct keeper {
	const struct keeper_setup *setup;
	struct kept kept[INTERFACES_MAX];
	int signals;
};

static int64_t mono_ms(void)
{
	return clock_mono_us() / 1000;
}

static _Noreturn void asroot_execute(const struct keeper_setup *setup, const char *interface, pid_t keeper)
{
	char *const words[] = { (char *)"assocd", (char *)"--role", (char *)"capture", (char *)"--interface", (char *)interface,
				(char *)"--config", (char *)setup->config_file, (char *)"--state", (char *)setup->state_dir, NULL };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* I2 */
	if (getppid() == keeper)
		execv("/proc/self/exe", words);
	_exit(1);
}

static void asroot_start(struct keeper *k, unsigned i)
{
	pid_t keeper = getpid(), pid = fork();

	if (pid == 0)
		asroot_execute(k->setup, k->setup->settings->interfaces[i], keeper);
	k->kept[i].pid = pid > 0 ? pid : 0;
	k->kept[i].started_ms = mono_ms();
	k->kept[i].due_ms = k->kept[i].started_ms + k->kept[i].wait_ms;
}

static void ended(struct kept *kept, int64_t now_ms)
{
	bool was_steady = now_ms - kept->started_ms >= STEADY_MS;

	kept->pid = 0;
	kept->due_ms = now_ms + (was_steady ? FIRST_WAIT_MS : kept->wait_ms); /* I1 */
	kept->wait_ms = was_steady ? FIRST_WAIT_MS * 2 : kept->wait_ms * 2;
	if (kept->wait_ms > LAST_WAIT_MS)
		kept->wait_ms = LAST_WAIT_MS;
}

static void reap(struct keeper *k)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (unsigned i = 0; i < k->setup->settings->n_interfaces; i++)
			if (k->kept[i].pid == pid)
				ended(&k->kept[i], mono_ms());
}

/* Milliseconds until the next is due, -1: all of them run. */
static int64_t start_due(struct keeper *k)
{
	int64_t now_ms = mono_ms(), wait_ms = -1;

	for (unsigned i = 0; i < k->setup->settings->n_interfaces; i++) {
		struct kept *kept = &k->kept[i];

		if (kept->pid == 0 && kept->due_ms <= now_ms)
			asroot_start(k, i);
		if (kept->pid == 0 && (wait_ms < 0 || kept->due_ms - now_ms < wait_ms))
			wait_ms = kept->due_ms - now_ms;
	}
	return wait_ms;
}

/* A byte was the word to begin. */
static bool gate_is_closed(int gate)
{
	char byte;
	ssize_t n = read(gate, &byte, 1);

	return n == 0 || (n < 0 && errno != EINTR);
}

static bool was_told_to_stop(int signals)
{
	struct signalfd_siginfo signal;

	return read(signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal) && signal.ssi_signo != SIGCHLD;
}

static void asroot_keep(struct keeper *k)
{
	struct pollfd fds[] = { { .fd = k->signals, .events = POLLIN }, { .fd = k->setup->gate, .events = POLLIN } };
	bool wants_stop = false;

	while (!wants_stop) {
		int64_t wait_ms = start_due(k);

		if (poll(fds, ARRAY_LEN(fds), (int)wait_ms) < 0 && errno != EINTR)
			break;
		if (fds[0].revents)
			wants_stop = was_told_to_stop(k->signals);
		if (fds[1].revents && gate_is_closed(k->setup->gate))
			wants_stop = true;
		reap(k);
	}
}

/* They come through a descriptor. */
static int take_signals(void)
{
	sigset_t taken;

	sigemptyset(&taken);
	sigaddset(&taken, SIGCHLD);
	sigaddset(&taken, SIGTERM);
	sigaddset(&taken, SIGINT);
	sigprocmask(SIG_BLOCK, &taken, NULL);
	return signalfd(-1, &taken, SFD_CLOEXEC);
}

int keeper_run(const struct keeper_setup *setup)
{
	struct keeper k = { .setup = setup, .signals = take_signals() };

	for (unsigned i = 0; i < setup->settings->n_interfaces; i++)
		k.kept[i].wait_ms = FIRST_WAIT_MS;
	if (k.signals < 0)
		return 1;
	asroot_keep(&k);
	for (unsigned i = 0; i < setup->settings->n_interfaces; i++)
		if (k.kept[i].pid > 0)
			kill(k.kept[i].pid, SIGTERM);
	return 0;
}

/* Nothing of the daemon but its standard output and error, and the gate. */
static _Noreturn void keep(const struct keeper_setup *setup, int gate, pid_t daemon)
{
	struct keeper_setup own = *setup;

	(void)dup2(gate, 3);
	own.gate = 3;
	(void)close_range(4, ~0u, 0);
	(void)fcntl(3, F_SETFD, FD_CLOEXEC);
	prctl(PR_SET_NAME, "assocd-keeper");
	prctl(PR_SET_PDEATHSIG, SIGTERM); /* I2 */
	if (getppid() != daemon || gate_is_closed(3))
		_exit(0);
	_exit(keeper_run(&own));
}

enum err keeper_fork(const struct keeper_setup *setup, int *gate, struct errbuf *eb)
{
	pid_t daemon = getpid(), pid;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return errbuf_set(eb, ERR_IO, "cannot make a pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		keep(setup, ends[0], daemon);
	}
	close(ends[0]);
	*gate = ends[1];
	if (pid > 0)
		return ERR_OK;
	close(ends[1]);
	return errbuf_set(eb, ERR_IO, "cannot fork: %s", strerror(errno));
}
