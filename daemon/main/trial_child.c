/* The engine of a trial, in a forked child: events come in by one descriptor, what the rules change goes out by another.
 * I1: it has the parent's memory as of the fork and only reads it; the database is the parent's alone, since SQLite must not
 *     be carried over a fork.
 * I2: it ends with 0 only when all of the difference was written. */
#include "trial_parts.h"

#include <stdio.h>
#include <unistd.h>

#include "daemon/base/file.h"
#include "daemon/base/log.h"

#define RUN_EVENTS 256

struct applied {
	struct trial *t;
	struct engine *engine;
	struct arena *arena;
	struct text payload;
	const struct event *run[RUN_EVENTS];
	unsigned n_run;
};

static void apply_run(struct applied *a)
{
	if (a->n_run > 0)
		engine_apply(a->engine, a->run, a->n_run, NULL);
	a->n_run = 0;
	arena_reset(a->arena);
}

static enum err apply_row(struct applied *a, const struct trial_row *head, struct bytes payload)
{
	struct event *event = ARENA_NEW(a->arena, struct event);
	const struct store_event row = { .seq = head->seq, .ts_ms = head->ts_ms, .id_hash = head->id_hash,
					 .audience = (enum audience)head->audience, .payload = arena_bytes(a->arena, payload) };
	enum err err = journal_event(a->t->journal, &row, a->arena, event, &a->t->error);

	if (err != ERR_OK)
		return err;
	a->run[a->n_run++] = event;
	if (a->n_run == RUN_EVENTS)
		apply_run(a);
	return ERR_OK;
}

static enum err apply_all(struct applied *a, FILE *in)
{
	struct trial_row head;
	enum err err = ERR_OK;

	while (err == ERR_OK && fread(&head, sizeof(head), 1, in) == 1) {
		text_clear(&a->payload);
		if (fread(text_room(&a->payload, head.len), 1, head.len, in) != head.len)
			return errbuf_set(&a->t->error, ERR_IO, "the events of the journal break off");
		text_take_room(&a->payload, head.len);
		err = apply_row(a, &head, text_bytes(&a->payload));
	}
	if (err == ERR_OK)
		apply_run(a);
	return err;
}

int trial_run(struct trial *t, const struct engine *now, int from_parent, int to_parent)
{
	struct applied a = { .t = t, .engine = engine_new(t->rules, t->enrich), .arena = arena_new(256 * 1024) };
	struct text json = { 0 };
	FILE *in = fdopen(from_parent, "r");
	enum err err = in != NULL ? apply_all(&a, in) : errbuf_set(&t->error, ERR_IO, "the events cannot be read: %m");

	if (err != ERR_OK) {
		log_warn("rules", "a trial has ended: %s", t->error.text);
		return 1;
	}
	json_open_object(&json);
	trial_render_difference(now, a.engine, &json);
	json_close_object(&json);
	return file_write_all(to_parent, text_bytes(&json)) ? 0 : 1;
}
