/* Tables: cells are kept until the end, because a column is as wide as its widest cell. */
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/vec.h"
#include "print.h"

struct cell {
	struct text raw;   /* for CSV */
	struct text shown; /* for people, when it differs from the raw one */
	bool is_word;
};

struct table {
	struct ctl *ctl;
	const char *heads[COLUMNS_MAX];
	bool is_right[COLUMNS_MAX];
	unsigned n_columns;
	struct VEC(struct cell) cells;
};

struct table *table_new(struct ctl *ctl, const char *const *heads)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->ctl = ctl;
	for (; heads[t->n_columns]; t->n_columns++) {
		const char *head = heads[t->n_columns];

		BUG_ON(t->n_columns == COLUMNS_MAX);
		t->is_right[t->n_columns] = *head == '>';
		t->heads[t->n_columns] = head + (*head == '>');
	}
	return t;
}

static struct cell *add_cell(struct table *t)
{
	VEC_PUSH(&t->cells, ((struct cell){ 0 }));
	return &t->cells.at[t->cells.n - 1];
}

void table_text(struct table *t, struct bytes s)
{
	struct cell *cell = add_cell(t);

	text_add(&cell->raw, s);
	text_add_visible(&cell->shown, s);
}

void table_word(struct table *t, struct bytes s)
{
	table_text(t, s);
	t->cells.at[t->cells.n - 1].is_word = true;
}

void table_int(struct table *t, int64_t n)
{
	struct cell *cell = add_cell(t);

	text_addi(&cell->raw, n);
	print_count(&cell->shown, n);
}

void table_time(struct table *t, const struct json_doc *doc, const struct json_node *at, const char *key)
{
	struct cell *cell = add_cell(t);

	text_add(&cell->raw, json_get_text(doc, at, key));
	print_time(&cell->shown, doc, at, key);
}

/* Code points: near enough to columns for names. */
static size_t width_of(struct bytes s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
	return n;
}

static void pad(struct text *out, size_t n)
{
	while (n-- > 0)
		text_addc(out, ' ');
}

static void add_aligned(struct table *t, struct text *out, const struct cell *cell, size_t width, unsigned column)
{
	struct bytes s = text_bytes(&cell->shown);
	size_t gap = width - width_of(s);
	bool is_last = column + 1 == t->n_columns;

	if (t->is_right[column])
		pad(out, gap);
	if (cell->is_word)
		print_styled(t->ctl, out, style_of_word(s), s);
	else
		text_add(out, s);
	if (!t->is_right[column] && !is_last)
		pad(out, gap);
	text_adds(out, is_last ? "\n" : "  ");
}

static void print_aligned(struct table *t, struct text *out)
{
	size_t width[COLUMNS_MAX];

	for (unsigned c = 0; c < t->n_columns; c++)
		width[c] = strlen(t->heads[c]);
	for (size_t i = 0; i < t->cells.n; i++) {
		size_t w = width_of(text_bytes(&t->cells.at[i].shown));

		if (w > width[i % t->n_columns])
			width[i % t->n_columns] = w;
	}
	for (unsigned c = 0; c < t->n_columns; c++) {
		pad(out, t->is_right[c] ? width[c] - strlen(t->heads[c]) : 0);
		print_styled(t->ctl, out, STYLE_DIM, bytes_of(t->heads[c]));
		pad(out, t->is_right[c] || c + 1 == t->n_columns ? 0 : width[c] - strlen(t->heads[c]));
		text_adds(out, c + 1 == t->n_columns ? "\n" : "  ");
	}
	for (size_t i = 0; i < t->cells.n; i++)
		add_aligned(t, out, &t->cells.at[i], width[i % t->n_columns], (unsigned)(i % t->n_columns));
}

static void print_csv(struct table *t, struct text *out)
{
	for (unsigned c = 0; c < t->n_columns; c++)
		csv_field(out, bytes_of(t->heads[c]), c == 0);
	text_addc(out, '\n');
	for (size_t i = 0; i < t->cells.n; i++) {
		csv_field(out, text_bytes(&t->cells.at[i].raw), i % t->n_columns == 0);
		if ((i + 1) % t->n_columns == 0)
			text_addc(out, '\n');
	}
}

void table_end(struct table *t, const char *none)
{
	struct text out = { 0 };

	BUG_ON(t->cells.n % t->n_columns != 0);
	if (t->cells.n == 0 && !none)
		;
	else if (t->ctl->as_csv)
		print_csv(t, &out);
	else if (t->cells.n == 0)
		text_addf(&out, "%s\n", none);
	else
		print_aligned(t, &out);
	print_out(&out);
	text_free(&out);
	for (size_t i = 0; i < t->cells.n; i++) {
		text_free(&t->cells.at[i].raw);
		text_free(&t->cells.at[i].shown);
	}
	VEC_FREE(&t->cells);
	free(t);
}
