/* I1: while a thread runs the loop thread looks at the two atomics alone, and joins before it looks at more.
 * I2: the child is made on the loop thread, between two turns: the engine in force is whole then, and all that it has
 *     applied is in the journal.
 * I3: the child keeps none of the daemon's descriptors: a peer that is let go must see the end. */
#include "trial_parts.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "jobs.h"

#define TRIAL_NICE 10 /* on a busy machine the daemon answers first */
#define LOOK_US 20000

/* "name.yaml" of letters, digits, - and _: nothing that leads elsewhere. */
static bool is_rule_file(struct bytes name)
{
	size_t stem = name.len > 5 ? name.len - 5 : 0;
	for (size_t i = 0; i < stem; i++) {
		char c = name.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return stem > 0 && stem <= 100 && bytes_ends(name, BYTES_LIT(".yaml"));
}

static struct trial *trial_new(struct daemon *d, struct bytes file, struct bytes content)
{
	struct trial *t = xcalloc(1, sizeof(*t));
	struct engine_stats stats;
	engine_stats(d->now.engine, &stats);
	t->config = d->config;
	t->until = stats.seq;
	t->started_us = clock_mono_us();
	t->to_child = t->from_child = -1;
	text_add(&t->file, file);
	text_add(&t->content, content);
	return t;
}

static bool start_thread(struct trial *t, void *(*run)(void *))
{
	atomic_store(&t->is_back, false);
	return pthread_create(&t->thread, NULL, run, t) == 0;
}

bool trial_is_under_way(const struct daemon *d)
{
	return d->trial != NULL && d->trial->stage != TRIAL_IS_OVER;
}

enum err trial_begin(void *arg, struct bytes file, struct bytes text, struct errbuf *eb)
{
	struct daemon *d = arg;
	if (!is_rule_file(file))
		return errbuf_set(eb, ERR_INPUT, "a rule file is named NAME.yaml, of letters, digits, - and _");
	unsigned busy = jobs_in_the_way(d, JOB_TRIAL);
	if (job_is_in(busy, JOB_TRIAL))
		return errbuf_set(eb, ERR_BUSY, "another rule file is being tried; ask again when that is done");
	if (job_is_in(busy, JOB_REBUILD) || job_is_in(busy, JOB_STOP))
		return errbuf_set(eb, ERR_BUSY, "the rules are being read anew; ask again when that is done");
	if (busy != 0 || d->is_erasure_due) /* it would read what is to go */
		return errbuf_set(eb, ERR_BUSY, "events are to be taken out of the journal, by an erasure or by retention; ask again when that is done");
	trial_free(d);
	d->trial = trial_new(d, file, text);
	if (start_thread(d->trial, trial_load))
		return ERR_OK;
	d->trial->stage = TRIAL_IS_OVER;
	trial_free(d);
	return errbuf_set(eb, ERR_BUSY, "no thread could be started; ask again");
}

static const char *state_of(const struct trial *t)
{
	if (t == NULL)
		return "none";
	if (t->is_cancelled)
		return "cancelled";
	if (t->stage != TRIAL_IS_OVER)
		return "running";
	return t->err == ERR_OK ? "done" : "failed";
}

static void close_once(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* I3: all but the standard ones and these two; what the child still needs of files it has in memory or opens itself. */
static void keep_only(int a, int b)
{
	unsigned low = (unsigned)(a < b ? a : b), high = (unsigned)(a < b ? b : a);
	if (low > 3)
		close_range(3, low - 1, 0);
	if (high > low + 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0u, 0);
}

/* What the child adds to its parent's memory counts against the limit as if it were the parent's. */
static void limit_memory(const struct config *c)
{
	rlim_t most = (rlim_t)c->memory_limit << 20;
	if (most > 0)
		setrlimit(RLIMIT_DATA, &(struct rlimit){ most, most });
}

static void be_child(struct daemon *d, int from_parent, int to_parent)
{
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	(void)!nice(TRIAL_NICE);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	keep_only(from_parent, to_parent);
	limit_memory(d->config);
	_exit(trial_run(d->trial, d->now.engine, from_parent, to_parent));
}

static enum err fork_child(struct daemon *d, struct errbuf *eb)
{
	struct trial *t = d->trial;
	int down[2], up[2];
	if (pipe2(down, O_CLOEXEC) != 0)
		return errbuf_set(eb, ERR_IO, "no pipe could be made: %m");
	t->to_child = down[1];
	if (pipe2(up, O_CLOEXEC) != 0) {
		close(down[0]);
		return errbuf_set(eb, ERR_IO, "no pipe could be made: %m");
	}
	t->from_child = up[0];
	t->child = fork();
	if (t->child == 0)
		be_child(d, down[0], up[1]);
	close(down[0]);
	close(up[1]);
	if (t->child > 0)
		return ERR_OK;
	t->child = 0;
	return errbuf_set(eb, ERR_IO, "no process could be started: %m");
}

/* Networks can be large: they go as soon as the child is gone. */
static void be_over(struct trial *t)
{
	close_once(&t->to_child);
	close_once(&t->from_child);
	journal_map_free(t->journal);
	enrich_free(t->enrich);
	ruleset_free(t->rules);
	t->journal = NULL;
	t->enrich = NULL;
	t->rules = NULL;
	t->stage = TRIAL_IS_OVER;
}

/* I2. The events come from another thread: the loop never waits for the child. */
static void begin_run(struct daemon *d)
{
	struct trial *t = d->trial;
	struct engine_stats stats;
	engine_stats(d->now.engine, &stats);
	t->until = stats.seq;
	if (t->err == ERR_OK && !t->is_cancelled)
		t->err = fork_child(d, &t->error);
	if (t->err != ERR_OK || t->is_cancelled) {
		be_over(t);
		return;
	}
	t->stage = TRIAL_RUNS;
	if (start_thread(t, trial_feed))
		return;
	t->err = errbuf_set(&t->error, ERR_BUSY, "no thread could be started; ask again");
	kill(t->child, SIGKILL);
	waitpid(t->child, NULL, 0);
	t->child = 0;
	be_over(t);
}

static void note_end(struct trial *t, int status)
{
	if (t->is_late)
		t->err = errbuf_set(&t->error, ERR_LIMIT, "it was not done after an hour and was ended; try it on fewer events with `assocctl backtest`");
	else if (t->err == ERR_OK && !t->is_cancelled && status != 0)
		t->err = errbuf_set(&t->error, ERR_NOMEM, WIFSIGNALED(status) ? "its process was ended by signal %d; most likely memory was short" :
				    "its process ended with status %d; the log has the reason", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* It ends at the end of its events, or was killed; one whose result nobody takes is not waited for. */
static void end_child(struct trial *t)
{
	int status = 0;
	t->took_us = clock_mono_us() - t->started_us;
	close_once(&t->from_child);
	if (t->err != ERR_OK)
		kill(t->child, SIGKILL);
	waitpid(t->child, &status, 0);
	t->child = 0;
	note_end(t, status);
}

static void look(struct daemon *d)
{
	struct trial *t = d->trial;
	t->is_late = t->is_late || clock_mono_us() - t->started_us > TRIAL_LIMIT_US;
	if ((t->is_cancelled || t->is_late) && t->child > 0)
		kill(t->child, SIGKILL);
	if (!atomic_load(&t->is_back))
		return;
	pthread_join(t->thread, NULL); /* I1 */
	if (t->stage == TRIAL_LOADS) {
		begin_run(d);
		return;
	}
	end_child(t);
	be_over(t);
	log_info("rules", "%s was tried on %llu events in %lld ms: %s; no rule changed by it", t->file.ptr, (unsigned long long)t->until,
		 (long long)t->took_us / 1000, state_of(t));
}

int64_t step_trial(struct daemon *d)
{
	if (!trial_is_under_way(d))
		return -1;
	look(d);
	return LOOK_US;
}

void trial_cancel(void *arg)
{
	struct daemon *d = arg;
	if (!trial_is_under_way(d))
		return;
	d->trial->is_cancelled = true;
	look(d);
}

void trial_free(struct daemon *d)
{
	struct trial *t = d->trial;
	if (t == NULL)
		return;
	if (t->child > 0)
		kill(t->child, SIGKILL);
	if (t->stage != TRIAL_IS_OVER)
		pthread_join(t->thread, NULL);
	if (t->child > 0)
		waitpid(t->child, NULL, 0);
	be_over(t);
	text_free(&t->file);
	text_free(&t->content);
	text_free(&t->report);
	text_free(&t->difference);
	free(t);
	d->trial = NULL;
}

static void render_errors(const struct trial *t, struct text *json)
{
	struct bytes rest = text_bytes(&t->report);
	json_key(json, "errors");
	json_open_array(json);
	while (rest.len > 0) {
		ptrdiff_t end = bytes_find_char(rest, '\n');
		size_t len = end < 0 ? rest.len : (size_t)end;
		json_string(json, bytes_slice(rest, 0, len));
		rest = bytes_slice(rest, len + 1, rest.len);
	}
	if (t->report.len == 0)
		json_string(json, bytes_of(t->error.text));
	json_close_array(json);
}

void trial_render(void *arg, struct text *json)
{
	struct daemon *d = arg;
	const struct trial *t = d->trial;
	const char *state = state_of(t);
	json_open_object(json);
	json_member_string(json, "state", bytes_of(state));
	if (t != NULL) {
		json_member_string(json, "file", text_bytes(&t->file));
		json_member_int(json, "seq", (int64_t)atomic_load(&t->seq));
		json_member_int(json, "of", (int64_t)t->until);
	}
	if (strcmp(state, "failed") == 0)
		render_errors(t, json);
	if (strcmp(state, "done") == 0) {
		json_member_int(json, "took_ms", t->took_us / 1000);
		json_key(json, "difference");
		json_raw(json, text_bytes(&t->difference));
	}
	json_close_object(json);
}
