/* The last look of an erasure: a child searches the bytes of all files for what should be gone.
 * I1: a child, because closing a file of the database would drop the locks of the whole process on it; what it finds it leaves
 *     in memory that both share.
 * I2: when it cannot be begun the erasure ends without its mark, and the next start goes on with it. */
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "erasure_parts.h"
#include "traces.h"

#define LOOK_US 20000 /* how often it is looked whether the child has ended */
#define CHILD_NICE 10

static struct bytes inside(struct bytes quoted)
{
	return bytes_slice(quoted, 1, quoted.len - 1);
}

static void search(struct erasure *e)
{
	const struct traces_wanted wanted = { .exact = e->coded, .words = { e->account, inside(e->quoted), inside(e->shown) } };
	struct traces found;
	traces_look(e->d->config->state_dir, e->d->config->alert_log, &wanted, &found);
	e->found->bytes = found.bytes;
	e->found->database = found.database;
	e->found->elsewhere = found.elsewhere;
	snprintf(e->found->where, sizeof(e->found->where), "%s", found.where.len > 0 ? found.where.ptr : "");
	e->found->barred = found.barred;
	snprintf(e->found->barred_at, sizeof(e->found->barred_at), "%s", found.barred > 0 ? found.barred_at.ptr : "");
	text_free(&found.where);
	text_free(&found.barred_at);
}

static _Noreturn void be_child(struct erasure *e)
{
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	(void)!nice(CHILD_NICE);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	store_forget(e->d->store);
	search(e);
	_exit(0);
}

static enum err begin(struct erasure *e)
{
	if (e->found == NULL) {
		void *shared = mmap(NULL, sizeof(*e->found), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (shared == MAP_FAILED)
			return errbuf_set(&e->error, ERR_NOMEM, "the files could not be searched: no memory to share: %m");
		e->found = shared;
	}
	e->child = fork();
	if (e->child == 0)
		be_child(e);
	if (e->child > 0)
		return ERR_OK;
	e->child = 0;
	return errbuf_set(&e->error, ERR_IO, "the files could not be searched: no process could be started: %m");
}

int64_t erasing_look(struct erasure *e)
{
	int status = 0;
	if (e->child == 0) {
		e->result = begin(e); /* I2 */
		return e->result == ERR_OK ? LOOK_US : 0;
	}
	if (waitpid(e->child, &status, WNOHANG) != e->child)
		return LOOK_US;
	e->child = 0;
	if (status != 0) {
		e->result = errbuf_set(&e->error, ERR_IO, "the files could not be searched");
		return 0;
	}
	e->stage = e->found->database > 0 && !e->is_packed ? ERASURE_PACKS : ERASURE_MARKS;
	return 0;
}

void erasing_look_end(struct erasure *e)
{
	if (e->child == 0)
		return;
	kill(e->child, SIGKILL);
	waitpid(e->child, NULL, 0);
	e->child = 0;
}

void erasing_found_free(struct erasure *e)
{
	if (e->found != NULL)
		munmap(e->found, sizeof(*e->found));
	e->found = NULL;
}
