/* Marks and notes as JSON. */
#include "render.h"

void render_mark(struct text *out, const struct mark_view *mark)
{
	json_key(out, "mark");
	if (mark->word.len == 0) {
		json_null(out);
		return;
	}
	json_open_object(out);
	json_member_string(out, "value", mark->word);
	render_optional(out, "range", mark->range);
	render_optional(out, "actor", mark->actor);
	render_optional(out, "reason", mark->reason);
	render_optional_time(out, "at", mark->ts_ms);
	json_close_object(out);
}

static void render_note(struct text *out, const struct note_view *note)
{
	json_open_object(out);
	json_member_time(out, "at", note->ts_ms);
	render_optional(out, "actor", note->actor);
	render_optional(out, "range", note->range);
	json_member_string(out, "text", note->text);
	json_close_object(out);
}

void render_noted(struct text *out, const struct note_view *newest)
{
	json_key(out, "noted");
	if (newest)
		render_note(out, newest);
	else
		json_null(out);
}

void render_notes(struct text *out, const struct note_view *notes, unsigned n)
{
	json_key(out, "notes");
	json_open_array(out);
	for (unsigned i = 0; i < n; i++)
		render_note(out, &notes[i]);
	json_close_array(out);
}

void render_marked(struct text *out, const struct marked_view *marked)
{
	bool is_range = marked->kind.len == 0;

	json_open_object(out);
	render_optional(out, "kind", marked->kind);
	render_optional(out, "title", marked->kind_title);
	json_member_string(out, "shown", marked->shown);
	render_key(out, marked->key);
	render_optional(out, "range", is_range ? marked->shown : BYTES_NONE);
	json_member_int(out, "holders", marked->holders);
	render_mark(out, &marked->mark);
	render_notes(out, marked->notes, marked->n_notes);
	json_close_object(out);
}

void render_mark_effect(struct text *out, const struct mark_effect_view *effect)
{
	json_open_object(out);
	json_member_int(out, "values", (int64_t)effect->values);
	json_member_int(out, "links", (int64_t)effect->links);
	json_member_int(out, "read", (int64_t)effect->read);
	json_member_int(out, "ending", (int64_t)effect->ending);
	json_member_int(out, "alerts", (int64_t)effect->alerts);
	json_key(out, "strongest");
	json_open_array(out);
	for (unsigned i = 0; i < effect->n_strongest; i++) {
		json_open_object(out);
		json_member_string(out, "a", effect->strongest[i].a);
		json_member_string(out, "b", effect->strongest[i].b);
		json_member_int(out, "before", effect->strongest[i].before);
		json_member_int(out, "after", effect->strongest[i].after);
		json_close_object(out);
	}
	json_close_array(out);
	json_close_object(out);
}
