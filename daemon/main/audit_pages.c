/* Pages of the audit log, read by the store's reader thread, so that a long log holds nothing up. An erasure changes lines on the
 * same thread: no page sees half of it. */
#include <stdlib.h>

#include "daemon.h"
#include "daemon/audit/trail.h"

struct asked_page {
	struct store_query query;
	struct daemon *d;
	struct arena *arena;
	struct audit_query wanted;
	struct text json;
	enum err result;
	struct errbuf error;
	api_json_fn *done;
	void *done_arg;
};

static void free_page(struct asked_page *a)
{
	a->d->lookups_out--;
	arena_free(a->arena);
	text_free(&a->json);
	free(a);
}

static void run_page(struct store_query *q, const char *dir)
{
	struct asked_page *a = q->owner;

	a->result = audit_page(dir, &a->wanted, &a->json, &a->error);
}

static void page_back(struct store_query *q)
{
	struct asked_page *a = q->owner;

	a->done(a->done_arg, a->result, text_bytes(&a->json), a->error.text);
	free_page(a);
}

enum err look_up_audit(void *arg, const struct audit_query *query, api_json_fn *done, void *done_arg)
{
	struct daemon *d = arg;
	struct asked_page *a;
	enum err err;

	if (!lookup_may_begin(d))
		return ERR_BUSY;
	a = xcalloc(1, sizeof(*a));
	*a = (struct asked_page){ .d = d, .arena = arena_new(4096), .wanted = *query, .done = done, .done_arg = done_arg };
	a->wanted.actor = arena_bytes(a->arena, query->actor);
	a->wanted.action = arena_bytes(a->arena, query->action);
	for (size_t i = 0; i < ARRAY_LEN(query->about); i++)
		a->wanted.about[i] = arena_bytes(a->arena, query->about[i]);
	a->query = (struct store_query){ run_page, page_back, a };
	d->lookups_out++;
	err = store_ask(d->store, &a->query);
	if (err != ERR_OK)
		free_page(a);
	return err;
}
