/* The dossier for programs: a section an element, on one line; bits as numbers with three decimals. */
#include "parts.h"

static void add_cell(struct text *out, const struct column *column, const struct cell *cell)
{
	if (cell->is_empty) {
		json_key(out, column->key);
		json_null(out);
	} else if (column->type == COLUMN_TEXT || column->type == COLUMN_WORD) {
		json_member_string(out, column->key, cell->text);
	} else if (column->type == COLUMN_NUMBER) {
		json_member_int(out, column->key, cell->number);
	} else if (column->type == COLUMN_BITS) {
		json_member_milli(out, column->key, cell->number);
	} else {
		json_member_time(out, column->key, cell->number);
	}
}

static void add_rows(struct text *out, const struct section *s)
{
	json_key(out, "rows");
	json_open_array(out);
	for (unsigned row = 0; row < section_rows(s); row++) {
		json_open_object(out);
		for (unsigned i = 0; i < s->n_columns; i++)
			add_cell(out, &s->columns[i], &s->cells.at[row * s->n_columns + i]);
		json_close_object(out);
	}
	json_close_array(out);
}

/* An object that is left open: its seal and its end are the marks'. */
static void add_section(struct text *out, const struct section *s)
{
	struct text t = { 0 };

	json_open_object(&t);
	json_member_string(&t, "section", bytes_of(s->key));
	json_member_string(&t, "title", s->title);
	if (s->about[0].len > 0) {
		json_key(&t, "about");
		json_open_array(&t);
		json_string(&t, s->about[0]);
		json_string(&t, s->about[1]);
		json_close_array(&t);
	}
	json_key(&t, "sentences");
	json_open_array(&t);
	for (size_t i = 0; i < s->sentences.n; i++)
		json_string(&t, s->sentences.at[i]);
	json_close_array(&t);
	add_rows(&t, s);
	text_add(out, text_bytes(&t));
	text_free(&t);
}

static void add_head(struct text *out, const struct dossier *d)
{
	struct text t = { 0 };

	json_open_object(&t);
	json_member_string(&t, "title", d->title);
	json_member_string(&t, "audience", bytes_of(dossier_audience_names[d->audience]));
	if (d->language != DOSSIER_ENGLISH)
		json_member_string(&t, "language", bytes_of(dossier_language_names[d->language]));
	json_member_time(&t, "as_of", d->basis->at_ms);
	json_member_int(&t, "seq", (int64_t)d->basis->seq);
	text_add(out, bytes_slice(text_bytes(&t), 1, t.len)); /* the marks opened the object */
	text_free(&t);
	text_adds(out, ",\"sections\":[");
}

void dossier_write_json(const struct dossier *d, struct text *out)
{
	const struct dossier_marks *marks = &dossier_marks[DOSSIER_JSON];
	struct chain chain;

	chain_begin(&chain, out);
	text_addf(out, "%s%zu%s", marks->head, d->sections.n, marks->head_end);
	add_head(out, d);
	for (size_t i = 0; i < d->sections.n; i++) {
		text_adds(out, i > 0 ? ",\n" : "\n");
		add_section(out, d->sections.at[i]);
		chain_seal(&chain);
		text_adds(out, marks->before);
		text_adds(out, chain.seal);
		text_adds(out, marks->after);
	}
	text_adds(out, marks->tail);
}
