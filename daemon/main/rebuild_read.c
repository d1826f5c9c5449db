/* The steps of a rebuild that wait for files or the database, on the reader thread.
 * I1: the loop thread touches nothing of the rebuild meanwhile, and of the daemon these read only what a rebuild alone
 *     changes: configuration, journal map. */
#include "rebuild.h"

void rebuild_read_rules(struct store_query *q, const char *dir)
{
	struct rebuild *r = q->owner;
	r->result = judgement_load(r->daemon->config, &r->next, &r->error);
	if (r->result == ERR_OK)
		r->result = journal_map_new(dir, &r->next.rules->kinds, &r->journal, &r->error);
	r->is_loaded = true;
}

static enum err read_event(void *arg, const struct store_event *row)
{
	struct rebuild *r = arg;
	const struct journal_map *journal = r->journal != NULL ? r->journal : r->daemon->journal;
	struct event *ev = ARENA_NEW(r->arena, struct event);
	enum err err = journal_event(journal, row, r->arena, ev, &r->error);
	if (err == ERR_OK)
		VEC_PUSH(&r->events, ev);
	return err;
}

void rebuild_read_events(struct store_query *q, const char *dir)
{
	struct rebuild *r = q->owner;
	struct store_range range = { r->seq, REBUILD_CHUNK };
	arena_reset(r->arena);
	r->events.n = r->n_applied = 0;
	r->result = store_read(dir, range, read_event, r, &r->error);
	if (r->events.n > 0)
		r->seq = r->events.at[r->events.n - 1]->seq;
	r->n_read = r->events.n;
	r->has_read = true;
}

void rebuild_note_kinds(struct store_query *q, const char *dir)
{
	struct rebuild *r = q->owner;
	const struct kinds *kinds = &r->next.rules->kinds;
	r->result = journal_note_kinds(dir, kinds, r->seq + 1, &r->error);
	if (r->result != ERR_OK)
		return;
	journal_map_free(r->journal);
	r->journal = NULL;
	r->result = journal_map_new(dir, kinds, &r->journal, &r->error);
}

void rebuild_read_keys(struct store_query *q, const char *dir)
{
	struct rebuild *r = q->owner;
	r->result = journal_map_new(dir, &r->daemon->now.rules->kinds, &r->journal, &r->error);
	if (r->result == ERR_OK)
		journal_map_retire(r->journal, UINT64_MAX);
}

void rebuild_note_keys(struct store_query *q, const char *dir)
{
	struct rebuild *r = q->owner;
	r->result = keys_note_retired(r->daemon, dir, r->seq, &r->error);
	if (r->result != ERR_OK)
		return;
	journal_map_retire(r->journal, r->seq);
	r->is_retired = true;
}

void rebuild_retire(struct store_query *q, const char *dir)
{
	struct rebuild *r = q->owner;
	judgement_free(&r->next);
}
