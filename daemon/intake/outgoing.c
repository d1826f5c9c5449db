/* Alerts between the engine's effect and the transaction that makes them durable.
 * I1: rows are in the order of their effects; only one batch at a time carries any, so a return keeps the order. */
#include "internal.h"

#include "daemon/model/alert_json.h"

#include <stdlib.h>

void outgoing_init(struct outgoing *o)
{
	*o = (struct outgoing){ .arena = arena_new(16384) };
}

void outgoing_fini(struct outgoing *o)
{
	arena_free(o->arena);
	VEC_FREE(&o->rows);
}

void outgoing_add(struct outgoing *o, const struct effect *ef)
{
	struct text json = { 0 };
	struct store_alert row = { .updated_ms = ef->alert.updated_ms, .seq = ef->seq, .audience = ef->audience };

	if (!effect_alert_word(ef->type))
		return;
	alert_json(&json, &ef->alert, effect_alert_word(ef->type));
	row.id = arena_bytes(o->arena, ef->alert.id);
	row.rule = arena_bytes(o->arena, ef->alert.rule);
	row.state = bytes_of(alert_state_names[ef->alert.state]);
	row.json = arena_bytes(o->arena, text_bytes(&json));
	text_free(&json);
	VEC_PUSH(&o->rows, row);
}

static void copy_row(struct outgoing *o, const struct store_alert *from)
{
	struct store_alert row = *from;

	row.id = arena_bytes(o->arena, from->id);
	row.rule = arena_bytes(o->arena, from->rule);
	row.json = arena_bytes(o->arena, from->json);
	VEC_PUSH(&o->rows, row);
}

void outgoing_return(struct outgoing *waiting, struct outgoing *failed)
{
	struct outgoing later = *waiting;

	*waiting = *failed;
	for (size_t i = 0; i < later.rows.n; i++)
		copy_row(waiting, &later.rows.at[i]);
	arena_reset(later.arena);
	later.rows.n = 0;
	if (later.applied_seq > waiting->applied_seq)
		waiting->applied_seq = later.applied_seq;
	*failed = later;
}
