/* The dossier as Markdown (CommonMark with tables): it reads in a terminal and in a ticket.
 * I1: whatever is not of this file goes through add_escaped: no line, cell, tag, link or backquote can come out of it; and
 *     what begins a line through add_sentence: no list, rule or code can. */
#include "parts.h"

#include "daemon/base/clock.h"

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* An underscore inside a word is plain; at its edge it would mean emphasis. */
static bool is_special(struct bytes s, size_t at)
{
	char c = s.ptr[at];

	if (c == '_')
		return at == 0 || at + 1 == s.len || !is_word(s.ptr[at - 1]) || !is_word(s.ptr[at + 1]);
	return c != '\0' && strchr("\\`*{}[]<>#|~&!", c) != NULL;
}

static void add_escaped(struct text *out, struct bytes s)
{
	struct text visible = { 0 };
	struct bytes all;

	text_add_visible(&visible, s);
	all = text_bytes(&visible);
	for (size_t i = 0; i < all.len; i++) {
		if (is_special(all, i))
			text_addc(out, '\\');
		text_addc(out, all.ptr[i]);
	}
	text_free(&visible);
}

/* What would begin a list, a rule or code at the beginning of a line. */
static void add_sentence(struct text *out, struct bytes s)
{
	size_t digits = 0;

	while (digits < s.len && s.ptr[digits] >= '0' && s.ptr[digits] <= '9')
		digits++;
	if (digits > 0 && digits < s.len && (s.ptr[digits] == '.' || s.ptr[digits] == ')')) {
		text_add(out, bytes_slice(s, 0, digits));
		text_addc(out, '\\');
		s = bytes_slice(s, digits, s.len);
	} else if (s.len > 0 && s.ptr[0] == ' ') {
		text_adds(out, "&#32;");
		s = bytes_slice(s, 1, s.len);
	} else if (s.len > 0 && memchr("-+=", s.ptr[0], 3)) {
		text_addc(out, '\\');
	}
	add_escaped(out, s);
}

static void add_cell(struct text *out, const struct column *column, const struct cell *cell)
{
	char time[TIME_TEXT_SIZE];
	int64_t n = cell->number, hundredths = ((n < 0 ? -n : n) + 5) / 10;

	if (cell->is_empty)
		return;
	if (column->type == COLUMN_TEXT || column->type == COLUMN_WORD) {
		add_escaped(out, cell->text);
	} else if (column->type == COLUMN_NUMBER) {
		text_addi(out, n);
	} else if (column->type == COLUMN_BITS) {
		text_addf(out, "%s%lld.%02lld", n < 0 ? "-" : "+", (long long)(hundredths / 100), (long long)(hundredths % 100));
	} else {
		time_format(n, time);
		text_addf(out, column->type == COLUMN_DAY ? "%.10s" : "%.10s %.5s UTC", time, time + 11);
	}
}

static void add_table(struct text *out, const struct section *s)
{
	text_adds(out, "\n");
	for (unsigned i = 0; i < s->n_columns; i++)
		text_addf(out, "| %s ", phrase_of(s->phrases, s->columns[i].title));
	text_adds(out, "|\n");
	for (unsigned i = 0; i < s->n_columns; i++)
		text_adds(out, s->columns[i].type == COLUMN_NUMBER || s->columns[i].type == COLUMN_BITS ? "| ---: " : "| --- ");
	text_adds(out, "|\n");
	for (unsigned row = 0; row < section_rows(s); row++) {
		for (unsigned i = 0; i < s->n_columns; i++) {
			text_adds(out, "| ");
			add_cell(out, &s->columns[i], &s->cells.at[row * s->n_columns + i]);
			text_addc(out, ' ');
		}
		text_adds(out, "|\n");
	}
}

static void add_section(struct text *out, const struct section *s)
{
	text_adds(out, "\n## ");
	add_escaped(out, s->title);
	text_addc(out, '\n');
	for (size_t i = 0; i < s->sentences.n; i++) {
		text_addc(out, '\n');
		add_sentence(out, s->sentences.at[i]);
		text_addc(out, '\n');
	}
	if (section_rows(s) > 0)
		add_table(out, s);
}

void dossier_write_markdown(const struct dossier *d, struct text *out)
{
	const struct dossier_marks *marks = &dossier_marks[DOSSIER_MARKDOWN];
	struct chain chain;

	chain_begin(&chain, out);
	text_addf(out, "%s%zu%s# ", marks->head, d->sections.n, marks->head_end);
	add_escaped(out, d->title);
	text_adds(out, "\n\n");
	dossier_add_moment(d, out);
	text_addc(out, '\n');
	for (size_t i = 0; i < d->sections.n; i++) {
		add_section(out, d->sections.at[i]);
		chain_seal(&chain);
		text_adds(out, marks->before);
		text_adds(out, chain.seal);
		text_adds(out, marks->after);
	}
	text_adds(out, marks->tail);
}
