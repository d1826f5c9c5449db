/* The half of a delivery that runs on the store's reader thread. */
#include "delivery.h"

#include "daemon/model/alert_json.h"
#include "shape.h"

bool delivery_parse(struct delivery *d, struct bytes json, struct sink_row *row)
{
	struct alert_view *alert = ARENA_NEW(d->arena, struct alert_view);
	struct json_doc doc;

	if (json_parse(d->parser, json, &doc, NULL) || alert_from_json(&doc, d->arena, alert))
		return false;
	row->event = arena_bytes(d->arena, json_get_text(&doc, doc.nodes, "event"));
	row->alert = alert;
	return true;
}

/* False: the row does not concern this sink. */
static bool make_row(struct delivery *d, struct bytes json, struct sink_row *row)
{
	struct text shown = { 0 };
	bool is_wanted = d->sink->is_blind || (delivery_parse(d, json, row) && sink_settings_wants(d->settings, row->alert->level));

	shape_json(&shown, json);
	row->json = arena_bytes(d->arena, text_bytes(&shown));
	text_free(&shown);
	return is_wanted;
}

static enum err note_row(void *arg, const struct store_outgoing *from)
{
	struct delivery *d = arg;
	struct sink_row row = { .number = from->number, .at_ms = from->at_ms };
	bool is_for_it = from->sink.len == 0 || bytes_is(from->sink, d->settings->name);

	d->reached = from->number;
	if (from->audience > d->sink->audience || !is_for_it || !make_row(d, from->json, &row))
		return ERR_OK; /* passed over */
	VEC_PUSH(&d->rows, row);
	return d->rows.n < ROWS_MAX ? ERR_OK : ERR_LIMIT; /* the rest comes with the next reading */
}

static enum err note_standing(void *arg, const struct store_alert *from)
{
	struct delivery *d = arg;
	struct sink_row row = { 0 };

	if (from->audience > d->sink->audience || !make_row(d, from->json, &row))
		return ERR_OK;
	row.event = BYTES_NONE;
	VEC_PUSH(&d->rows, row);
	return ERR_OK;
}

void delivery_read(struct store_query *q, const char *dir)
{
	struct delivery *d = q->owner;

	errbuf_clear(&d->error);
	d->rows.n = d->next_row = 0;
	arena_reset(d->arena);
	d->reached = d->through;
	d->result = d->is_telling ? store_read_alerts(dir, STORE_ALERTS_STANDING, note_standing, d, &d->error)
				  : store_read_outbox(dir, d->through, note_row, d, &d->error);
	if (d->result == ERR_LIMIT)
		d->result = ERR_OK;
	if (!d->result && d->rows.n > 0 && d->sink->deliver)
		d->result = d->sink->deliver(d->self, d->rows.at, d->rows.n, &d->error);
}
