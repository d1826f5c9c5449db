/* Snapshots: written by a forked child, which has the state as of the fork and touches neither database nor sockets.
 * I1: one child at a time.  I2: a snapshot is taken only when every effect so far is durable.  I3: never of an engine that
 * holds what is being erased. */
#include "daemon.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "jobs.h"

#define HOLD_LIMIT_US 5000000
#define SNAPSHOT_NICE 10 /* on a busy machine the daemon answers first */

static enum err write_snapshot(struct daemon *d, uint64_t seq, struct errbuf *eb)
{
	struct snapshot_writer *w;
	enum err err = snapshot_begin(d->config->state_dir, judgement_binding(&d->now, d->keys.fingerprint), seq, &w, eb);
	if (err != ERR_OK)
		return err;
	err = engine_save(d->now.engine, snapshot_write, w);
	enum err commit = snapshot_commit(w, eb);
	return err != ERR_OK ? err : commit;
}

static uint64_t applied_seq(const struct daemon *d)
{
	struct engine_stats stats;
	engine_stats(d->now.engine, &stats);
	return stats.seq;
}

static void child_begin(struct daemon *d, uint64_t seq)
{
	pid_t pid = fork();
	if (pid < 0) {
		log_warn("snapshot", "cannot fork: %m; tried again later");
		return;
	}
	if (pid == 0) {
		struct errbuf eb = { { 0 } };
		signal(SIGTERM, SIG_DFL);
		signal(SIGINT, SIG_DFL);
		(void)!nice(SNAPSHOT_NICE);
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* it holds the listening sockets: a next daemon needs them */
		store_forget(d->store);
		enum err err = write_snapshot(d, seq, &eb);
		if (err != ERR_OK)
			log_warn("snapshot", "not written: %s", eb.text);
		_exit(err == ERR_OK ? 0 : 1);
	}
	d->snapshot_child = pid;
	d->snapshot_seq = seq;
}

static void reap_child(struct daemon *d)
{
	int status;
	if (d->snapshot_child == 0 || waitpid(d->snapshot_child, &status, WNOHANG) != d->snapshot_child)
		return;
	d->snapshot_child = 0;
	if (status != 0)
		d->snapshot_seq = 0;
}

/* I2 needs a moment in which everything is durable: intake is held for it, a few milliseconds. */
void step_snapshot(struct daemon *d, int64_t mono_us)
{
	reap_child(d);
	bool is_free = jobs_in_the_way(d, JOB_SNAPSHOT) == 0 && !d->is_engine_stale;
	bool is_due = mono_us >= d->snapshot_due_us && is_free && applied_seq(d) != d->snapshot_seq;
	bool is_late = d->snapshot_give_up_us > 0 && mono_us > d->snapshot_give_up_us;
	if (is_due && !is_late && !intake_is_settled(d->intake)) {
		if (d->snapshot_give_up_us == 0)
			d->snapshot_give_up_us = mono_us + HOLD_LIMIT_US;
		turn_hold(d, HOLD_SNAPSHOT, true);
		return;
	}
	if (is_due && !is_late)
		child_begin(d, applied_seq(d));
	if (is_due)
		d->snapshot_due_us = mono_us + d->config->snapshot_every_ms * 1000;
	d->snapshot_give_up_us = 0;
	turn_hold(d, HOLD_SNAPSHOT, false);
}

void snapshot_last(struct daemon *d)
{
	struct errbuf eb = { { 0 } };
	if (d->snapshot_child > 0) {
		kill(d->snapshot_child, SIGKILL);
		waitpid(d->snapshot_child, NULL, 0);
		d->snapshot_child = 0;
		d->snapshot_seq = 0;
	}
	uint64_t seq = applied_seq(d);
	if (seq == 0 || seq == d->snapshot_seq || d->is_engine_stale || !intake_is_settled(d->intake))
		return;
	if (write_snapshot(d, seq, &eb) != ERR_OK)
		log_warn("snapshot", "not written: %s; the next start applies the journal", eb.text);
}
