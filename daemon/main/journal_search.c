/* A row that does not hold the name's bytes is not decoded. */
#include "journal_search.h"

#include <stdlib.h>

#include "daemon/model/event.h"

void journal_search_init(struct journal_search *s, struct bytes account, uint64_t before, unsigned max)
{
	*s = (struct journal_search){ .before = before, .max = max, .kept = arena_new(64 * 1024), .scratch = arena_new(16 * 1024) };
	s->account = arena_bytes(s->kept, account);
}

void journal_search_fini(struct journal_search *s)
{
	VEC_FREE(&s->rows);
	arena_free(s->kept);
	arena_free(s->scratch);
}

static bool names_it(struct journal_search *s, const struct store_event *row)
{
	struct event event;
	if (bytes_find(row->payload, s->account) < 0)
		return false;
	arena_reset(s->scratch);
	/* Of a row that does not decode the start-up speaks. */
	return decode_event(row->payload, s->scratch, &event) == ERR_OK && event_names(&event, s->account);
}

static enum err look_at(void *arg, const struct store_event *row)
{
	struct journal_search *s = arg;
	s->n_read++;
	s->before = row->seq;
	if (names_it(s, row)) {
		s->is_full = s->rows.n == s->max;
		if (s->is_full)
			return ERR_LIMIT;
		VEC_PUSH(&s->rows, ((struct found_row){ row->seq, arena_bytes(s->kept, row->payload) }));
	}
	return --s->left > 0 ? ERR_OK : ERR_LIMIT;
}

enum err journal_search_slice(struct journal_search *s, const char *dir, unsigned n_rows, struct errbuf *eb)
{
	s->left = n_rows;
	enum err err = store_read_back(dir, s->before, look_at, s, eb);
	s->is_over = err == ERR_OK || s->is_full;
	return err == ERR_LIMIT ? ERR_OK : err;
}

uint64_t journal_search_next(const struct journal_search *s)
{
	if (s->is_full)
		return s->rows.at[s->rows.n - 1].seq;
	return s->is_over ? 0 : s->before;
}
