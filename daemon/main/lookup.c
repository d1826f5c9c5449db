/* The events of one account, newest first, from the journal, on the reader thread. Others wait for that thread, the sinks first
 * of all: a question goes back to the end of its queue after every slice, and after some of them its answer says where to go on.
 * I1: what the reader thread finds is copied; kinds and rules are only used on the loop thread afterwards. */
#include "daemon/base/clock.h"
#include "daemon.h"
#include "erasure.h"
#include "journal_search.h"

#include <stdlib.h>

#define SLICE_ROWS 50000     /* 15 ms where they are in memory */
#define ANSWER_ROWS 10000000 /* 3 s, on a slow disk ten times as long; a client waits for 60 */

struct lookup {
	struct store_query query;
	struct daemon *d;
	struct journal_search search; /* the reader thread's while it is out */
	enum err result;
	struct errbuf error;
	api_events_fn *done;
	void *done_arg;
};

static void run_lookup(struct store_query *q, const char *dir)
{
	struct lookup *l = q->owner;
	l->result = journal_search_slice(&l->search, dir, SLICE_ROWS, &l->error);
}

static void free_lookup(struct lookup *l)
{
	l->d->lookups_out--;
	journal_search_fini(&l->search);
	free(l);
}

static bool is_too_late(const struct daemon *d)
{
	return d->stop_by_us != 0 && clock_mono_us() >= d->stop_by_us;
}

/* I1. What an erasure has not come to yet is told to nobody. */
static void answer(struct lookup *l)
{
	const struct journal_search *s = &l->search;
	struct api_events found = { .result = l->result, .error = l->error.text, .next = journal_search_next(s) };
	struct event *events = ARENA_ARRAY(s->kept, struct event, s->rows.n + 1);
	for (size_t i = 0; i < s->rows.n; i++) {
		const struct store_event row = { .seq = s->rows.at[i].seq, .payload = s->rows.at[i].payload };
		if (journal_event(l->d->journal, &row, s->kept, &events[found.n], NULL) != ERR_OK || erasure_hides(l->d, &events[found.n]))
			continue;
		events[found.n++].seq = row.seq;
	}
	found.at = events;
	l->done(l->done_arg, &found);
}

static void lookup_back(struct store_query *q)
{
	struct lookup *l = q->owner;
	bool may_go_on = l->result == ERR_OK && !l->search.is_over && l->search.n_read < ANSWER_ROWS && !is_too_late(l->d);
	if (may_go_on && store_ask(l->d->store, &l->query) == ERR_OK)
		return;
	answer(l);
	free_lookup(l);
}

/* The end waits for those who have asked, also for whose question came with it, but not for ever. */
bool lookup_may_begin(const struct daemon *d)
{
	return d->lookups_out < LOOKUPS_MAX && !is_too_late(d);
}

enum err look_up_events(void *arg, const struct api_events_query *query, api_events_fn *done, void *done_arg)
{
	struct daemon *d = arg;
	struct lookup *l;
	enum err err;

	if (!lookup_may_begin(d))
		return ERR_BUSY;
	l = xcalloc(1, sizeof(*l));
	l->d = d;
	journal_search_init(&l->search, query->account, query->before, query->max);
	l->done = done;
	l->done_arg = done_arg;
	l->query = (struct store_query){ run_lookup, lookup_back, l };
	d->lookups_out++;
	err = store_ask(d->store, &l->query);
	if (err != ERR_OK)
		free_lookup(l);
	return err;
}
