/* The events of one account, newest first, from the journal. It has no index by account (one would cost every event a write
 * in a random place): the reader thread goes backwards through it, until it has as many as are wanted.
 * I1: what the reader thread finds is copied; kinds and rules are only used on the loop thread afterwards. */
#include "daemon/base/clock.h"
#include "daemon.h"

#include <stdlib.h>

#include "daemon/base/vec.h"

struct found_row { uint64_t seq; struct bytes payload; };

struct lookup {
	struct store_query query;
	struct daemon *d;
	struct bytes account;
	uint64_t before;
	unsigned max;
	struct arena *kept, *scratch;
	struct VEC(struct found_row) rows;
	bool is_cut;   /* there may be more behind */
	enum err result;
	struct errbuf error;
	api_events_fn *done;
	void *done_arg;
};

static enum err note_row(void *arg, const struct store_event *row)
{
	struct lookup *l = arg;
	struct event event;

	if (bytes_find(row->payload, l->account) < 0)
		return ERR_OK;
	arena_reset(l->scratch);
	if (decode_event(row->payload, l->scratch, &event) != ERR_OK)
		return ERR_OK; /* the start-up says so of a row that does not decode */
	if (!event_names(&event, l->account))
		return ERR_OK;
	if (l->rows.n == l->max) {
		l->is_cut = true;
		return ERR_LIMIT;
	}
	VEC_PUSH(&l->rows, ((struct found_row){ row->seq, arena_bytes(l->kept, row->payload) }));
	return ERR_OK;
}

static void run_lookup(struct store_query *q, const char *dir)
{
	struct lookup *l = q->owner;

	l->result = store_read_back(dir, l->before, note_row, l, &l->error);
	if (l->result == ERR_LIMIT)
		l->result = ERR_OK;
}

static void free_lookup(struct lookup *l)
{
	l->d->lookups_out--;
	VEC_FREE(&l->rows);
	arena_free(l->kept);
	arena_free(l->scratch);
	free(l);
}

static void lookup_back(struct store_query *q)
{
	struct lookup *l = q->owner;
	struct api_events found = { .result = l->result, .error = l->error.text };
	struct event *events = ARENA_ARRAY(l->kept, struct event, l->rows.n + 1);

	for (size_t i = 0; i < l->rows.n; i++) {
		const struct store_event row = { .seq = l->rows.at[i].seq, .payload = l->rows.at[i].payload };

		if (journal_event(l->d->journal, &row, l->kept, &events[found.n], NULL) != ERR_OK)
			continue;
		events[found.n++].seq = row.seq;
	}
	found.at = events;
	found.next = l->is_cut && found.n > 0 ? events[found.n - 1].seq : 0;
	l->done(l->done_arg, &found);
	free_lookup(l);
}

/* The end waits for those who have asked, also for whose question came with it, but not for ever. */
bool lookup_may_begin(const struct daemon *d)
{
	bool is_too_late = d->stop_by_us != 0 && clock_mono_us() >= d->stop_by_us;

	return d->lookups_out < LOOKUPS_MAX && !is_too_late;
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
	l->kept = arena_new(64 * 1024);
	l->scratch = arena_new(16 * 1024);
	l->account = arena_bytes(l->kept, query->account);
	l->before = query->before;
	l->max = query->max;
	l->done = done;
	l->done_arg = done_arg;
	l->query = (struct store_query){ run_lookup, lookup_back, l };
	d->lookups_out++;
	err = store_ask(d->store, &l->query);
	if (err != ERR_OK)
		free_lookup(l);
	return err;
}
