/* Taking a site out: its events leave the journal, then the engine is made again from what is left.
 * I1: nothing is in flight and nothing is submitted from before the removal until the new engine is in place.
 * I2: the journal is searched on the reader thread; what it decided is used on the loop thread afterwards. */
#include "rebuild.h"

#include <stdlib.h>

#include "daemon/base/log.h"
#include "daemon/base/vec.h"

struct removal {
	struct store_query query;
	struct daemon *daemon;
	struct text site;
	bool is_asked, is_back, is_done, is_answered;
	/* the reader thread's while it is asked and not back */
	struct arena *arena;
	struct VEC(uint64_t) ids;
	uint64_t removed;
	enum err result;
	struct errbuf error;
	/* who waits */
	api_removed_fn *done;
	void *done_arg;
};

static bool is_of_site(struct bytes account, struct bytes site)
{
	struct bytes of = event_account_site(account);
	return bytes_eq(of, site) || (of.len > site.len && bytes_starts(of, site) && of.ptr[site.len] == '-');
}

static bool is_gone(void *arg, const struct store_event *row)
{
	struct removal *m = arg;
	struct event ev = { 0 };
	arena_reset(m->arena);
	if (journal_event(m->daemon->journal, row, m->arena, &ev, NULL) != ERR_OK || !is_of_site(ev.account, text_bytes(&m->site)))
		return false;
	VEC_PUSH(&m->ids, row->id_hash);
	return true;
}

static void run_removal(struct store_query *q, const char *dir)
{
	struct removal *m = q->owner;
	m->result = store_remove_events(dir, is_gone, m, &m->removed, &m->error);
}

static void removal_back(struct store_query *q)
{
	((struct removal *)q->owner)->is_back = true;
}

bool removal_is_done(const struct removal *m)
{
	return m->is_done;
}

void removal_answer(struct removal *m, enum err result, const char *text)
{
	if (m->is_answered)
		return;
	m->is_answered = true;
	m->done(m->done_arg, result, result == ERR_OK ? m->removed : 0, text);
}

void removal_free(struct removal *m)
{
	if (m == NULL)
		return;
	BUG_ON(m->is_asked && !m->is_back); /* the loop goes on until it is */
	removal_answer(m, ERR_BUSY, "the daemon is stopping");
	arena_free(m->arena);
	VEC_FREE(&m->ids);
	text_free(&m->site);
	free(m);
}

void step_removal(struct daemon *d, struct rebuild *r)
{
	struct removal *m = r->removal;
	if (!m->is_asked) {
		bool stands = intake_is_settled(d->intake) && sinks_is_idle(d->sinks) && d->snapshot_child == 0;
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
	for (size_t i = 0; i < m->ids.n; i++)
		intake_forget(d->intake, m->ids.at[i]);
	m->is_done = true;
	r->next.engine = engine_new(d->now.rules, d->now.enrich);
	log_info("journal", "%llu events of site %.*s are taken out", (unsigned long long)m->removed, BYTES_ARG(text_bytes(&m->site)));
}

void remove_site(void *arg, struct bytes site, api_removed_fn *done, void *done_arg)
{
	struct daemon *d = arg;
	if (d->rebuild != NULL || d->wants_stop || site.len == 0) {
		done(done_arg, ERR_BUSY, 0, "rules are being reloaded; try again in a moment");
		return;
	}
	struct removal *m = xcalloc(1, sizeof(*m));
	m->arena = arena_new(16 * 1024);
	m->query = (struct store_query){ run_removal, removal_back, m };
	m->daemon = d;
	text_add(&m->site, site);
	m->done = done;
	m->done_arg = done_arg;
	rebuild_new(d)->removal = m;
	turn_hold(d, HOLD_REBUILD, true);
	loop_timer_set(d->timer, 0);
}
