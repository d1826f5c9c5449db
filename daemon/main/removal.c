/* Taking a site out: its events leave the journal, then the engine is made again from what is left.
 * I1: nothing is in flight and nothing is submitted from before the removal until the new engine is in place.
 * I2: the journal is searched on the reader thread; what it decided is used on the loop thread afterwards. */
#include "rebuild.h"

#include <stdlib.h>

#include "daemon/base/log.h"
#include "jobs.h"
#include "site.h"

struct removal {
	struct store_query query;
	struct text site;
	bool is_asked, is_back, is_done, is_answered;
	/* the reader thread's while it is asked and not back */
	struct site_removed removed;
	enum err result;
	struct errbuf error;
	/* who waits */
	api_removed_fn *done;
	void *done_arg;
};

static void run_removal(struct store_query *q, const char *dir)
{
	struct removal *m = q->owner;
	m->result = site_remove(dir, text_bytes(&m->site), &m->removed, &m->error);
}

static void removal_back(struct store_query *q)
{
	((struct removal *)q->owner)->is_back = true;
}

bool removal_is_done(const struct removal *m)
{
	return m->is_done;
}

struct bytes removal_site(const struct removal *m)
{
	return text_bytes(&m->site);
}

void removal_answer(struct removal *m, enum err result, const char *text)
{
	if (m->is_answered)
		return;
	m->is_answered = true;
	m->done(m->done_arg, result, result == ERR_OK ? m->removed.events : 0, text);
}

void removal_free(struct removal *m)
{
	if (m == NULL)
		return;
	BUG_ON(m->is_asked && !m->is_back); /* the loop goes on until it is */
	removal_answer(m, ERR_BUSY, "the daemon is stopping");
	VEC_FREE(&m->removed.ids);
	text_free(&m->site);
	free(m);
}

void step_removal(struct daemon *d, struct rebuild *r)
{
	struct removal *m = r->removal;
	if (!m->is_asked) {
		bool stands = intake_is_settled(d->intake) && !sinks_are_reading(d->sinks) && d->snapshot_child == 0;
		m->is_asked = stands && store_ask(d->store, &m->query) == ERR_OK;
		return;
	}
	if (!m->is_back)
		return;
	if (m->result != ERR_OK) {
		removal_answer(m, m->result, m->error.text);
		rebuild_free(d);
		return;
	}
	sinks_read_anew(d->sinks);
	for (size_t i = 0; i < m->removed.ids.n; i++)
		intake_forget(d->intake, m->removed.ids.at[i]);
	m->is_done = d->is_engine_stale = true;
	r->next.engine = judgement_engine(&d->now);
	log_info("journal", "%llu events of site %.*s are taken out", (unsigned long long)m->removed.events, BYTES_ARG(text_bytes(&m->site)));
}

void remove_site(void *arg, struct bytes site, api_removed_fn *done, void *done_arg)
{
	struct daemon *d = arg;
	if (jobs_in_the_way(d, JOB_REMOVAL) != 0 || site.len == 0) {
		done(done_arg, ERR_BUSY, 0, "rules are being reloaded, or events taken out; try again in a moment");
		return;
	}
	struct removal *m = xcalloc(1, sizeof(*m));
	m->query = (struct store_query){ run_removal, removal_back, m };
	text_add(&m->site, site);
	m->done = done;
	m->done_arg = done_arg;
	rebuild_new(d)->removal = m;
	turn_hold(d, HOLD_REBUILD, true);
	loop_timer_set(d->timer, 0);
}
