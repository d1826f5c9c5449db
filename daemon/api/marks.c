/* What people said of values and ranges of addresses, and what a mark would change. A value is named the way a mark names it, as
 * an event: its normal form, its key and what is wrong with it are then the same by construction. */
#include "call.h"
#include "daemon/vendor/json.h"
#include "render.h"

void get_marks(struct api_call *call)
{
	struct marked_view *marks;
	uint64_t limit, total;
	unsigned n;

	if (!api_query_number(call, "limit", 100, 1000, &limit))
		return;
	n = engine_marks(call->engine, (unsigned)limit, call->arena, &marks, &total);
	json_open_object(call->out);
	json_key(call->out, "marks");
	json_open_array(call->out);
	for (unsigned i = 0; i < n; i++)
		render_marked(call->out, &marks[i]);
	json_close_array(call->out);
	json_member_int(call->out, "total", (int64_t)total);
	json_close_object(call->out);
	api_reply_json(call, 200);
}

static void write_question(struct api_call *call, struct text *out)
{
	static const char *const members[] = { "kind", "value", "key", "range" };

	json_open_object(out);
	json_member_int(out, "ts", 1);
	json_member_string(out, "type", BYTES_LIT("mark"));
	json_member_string(out, "value", BYTES_LIT("shared"));
	json_key(out, "mark");
	json_open_object(out);
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (http_query(call->http, members[i]).len > 0)
			json_member_string(out, members[i], http_query(call->http, members[i]));
	json_close_object(out);
	json_close_object(out);
}

/* False: answered. */
static bool read_question(struct api_call *call, struct event *event)
{
	struct api_setup *setup = &call->api->setup;
	struct event_context context = { .kinds = &setup->ports.rules(setup->ports.arg)->kinds,
					 .hash_key = setup->hash_key, .default_site = BYTES_NONE };
	struct errbuf eb = { 0 };
	struct event_refusal why = { .eb = &eb };
	struct text question = { 0 };
	struct json_doc doc;
	bool is_read;

	write_question(call, &question);
	is_read = json_parse(call->api->parser, text_bytes(&question), &doc, &eb) == ERR_OK &&
		  event_from_json(&context, &doc, call->arena, event, &why) == ERR_OK;
	if (!is_read)
		api_problem(call, 400, "query", "%s", eb.text);
	text_free(&question);
	return is_read;
}

void get_mark_effect(struct api_call *call)
{
	struct mark_effect_view effect;
	struct mark_question question = { .kind = -1 };
	struct event event;

	if (!read_question(call, &event))
		return;
	if (event.range.len > 0)
		BUG_ON(!decode_cidr(event.range, &question.base, &question.bits));
	else
		question = (struct mark_question){ .kind = event.attrs[0].kind, .key = event.attrs[0].key };
	engine_mark_effect(call->engine, &question, call->arena, &effect);
	render_mark_effect(call->out, &effect);
	api_reply_json(call, 200);
}
