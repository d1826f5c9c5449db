/* CSV with a header: one record at a time into a fixed buffer, columns mapped by name.
 * I1: every field of a record lies inside its own text.  I2: a record never holds more than CSV_FIELDS_MAX fields. */
#include "csv.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/utf8.h"

struct csv_scan {
	struct bytes in;
	size_t at;
	struct csv_record *out;
	size_t used;
};

static enum err keep_byte(struct csv_scan *s, char c)
{
	if (s->used >= CSV_RECORD_MAX)
		return ERR_LIMIT;
	s->out->text[s->used++] = c;
	return ERR_OK;
}

/* Behind the opening quote; stops behind the closing one. */
static enum err scan_quoted(struct csv_scan *s)
{
	while (s->at < s->in.len) {
		char c = s->in.ptr[s->at++];
		bool is_quote = c == '"';
		if (is_quote && (s->at >= s->in.len || s->in.ptr[s->at] != '"'))
			return ERR_OK;
		if (is_quote)
			s->at++;
		s->out->lines += c == '\n';
		if (keep_byte(s, c))
			return ERR_LIMIT;
	}
	return ERR_INPUT;
}

static bool ends_field(const struct csv_scan *s)
{
	return s->at >= s->in.len || s->in.ptr[s->at] == ',' || s->in.ptr[s->at] == '\n' || s->in.ptr[s->at] == '\r';
}

static enum err scan_field(struct csv_scan *s)
{
	size_t start = s->used;
	enum err e = ERR_OK;

	if (s->out->n >= CSV_FIELDS_MAX)
		return ERR_LIMIT;
	if (s->at < s->in.len && s->in.ptr[s->at] == '"') {
		s->at++;
		e = scan_quoted(s);
		if (!e && !ends_field(s))
			e = ERR_INPUT;
	}
	while (!e && !ends_field(s))
		e = keep_byte(s, s->in.ptr[s->at++]);
	s->out->field[s->out->n++] = bytes_make(s->out->text + start, s->used - start);
	return e;
}

/* Empty lines and comments. */
static void skip_lines_without_record(struct csv_scan *s)
{
	while (s->at < s->in.len) {
		char c = s->in.ptr[s->at];
		if (c == '#') {
			ptrdiff_t end = bytes_find_char(bytes_slice(s->in, s->at, s->in.len), '\n');
			s->at = end < 0 ? s->in.len : s->at + (size_t)end;
		} else if (c == '\n' || c == '\r') {
			s->out->skipped += c == '\n';
			s->at++;
		} else {
			return;
		}
	}
}

enum err decode_csv_record(struct bytes *rest, struct csv_record *out)
{
	struct csv_scan s = { .in = *rest, .out = out };
	enum err e = ERR_OK;

	out->n = out->skipped = 0;
	out->lines = 1;
	skip_lines_without_record(&s);
	if (s.at >= s.in.len)
		return ERR_NOTFOUND;
	e = scan_field(&s);
	while (!e && s.at < s.in.len && s.in.ptr[s.at] == ',') {
		s.at++;
		e = scan_field(&s);
	}
	if (!e && s.at < s.in.len && s.in.ptr[s.at] == '\r')
		s.at++;
	if (!e && s.at < s.in.len && s.in.ptr[s.at] == '\n')
		s.at++;
	*rest = bytes_slice(s.in, s.at, s.in.len);
	return e;
}

/* -- header and rows -- */

#define NO_COLUMN UINT8_MAX
#define CSV_NAMES_MAX 8 /* of one column */
#define CSV_NAMES_BYTES 128

struct csv_table {
	const struct csv_reader *reader;
	const char *name;
	unsigned line; /* of the last record's end */
	uint8_t column_of[CSV_FIELDS_MAX];
	unsigned n_fields;
};

/* Place of the name among the column's, -1 when it is none of them. */
static int rank_of(const struct csv_column *column, struct bytes name)
{
	struct bytes left = bytes_of(column->names);

	for (int rank = 0; left.len; rank++) {
		ptrdiff_t bar = bytes_find_char(left, '|');
		struct bytes one = bar < 0 ? left : bytes_slice(left, 0, (size_t)bar);
		if (bytes_eq_nocase(one, name))
			return rank;
		left = bytes_slice(left, one.len + 1, left.len);
	}
	return -1;
}

/* Its names, one behind the other in text. */
static unsigned names_of(const struct csv_column *column, char *text, const char **names)
{
	unsigned n = 0;

	snprintf(text, CSV_NAMES_BYTES, "%s", column->names);
	for (char *rest = NULL, *name = strtok_r(text, "|", &rest); name && n < CSV_NAMES_MAX; name = strtok_r(NULL, "|", &rest))
		names[n++] = name;
	return n;
}

static enum err unknown_column(struct csv_table *t, struct bytes name, struct errbuf *eb)
{
	char text[CSV_FIELDS_MAX][CSV_NAMES_BYTES];
	const char *candidates[CSV_FIELDS_MAX * CSV_NAMES_MAX], *near;
	size_t n = 0;

	if (t->reader->unknown) {
		t->reader->unknown(t->reader->arg, name);
		return ERR_OK;
	}
	for (unsigned i = 0; i < t->reader->n_columns; i++)
		n += names_of(&t->reader->columns[i], text[i], candidates + n);
	near = bytes_nearest(name, candidates, n);
	return errbuf_set(eb, ERR_INPUT, "%s:%u: unknown column '%.*s'%s%s%s", t->name, t->line, (int)(name.len > 60 ? 60 : name.len),
			  name.ptr, near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

/* The field that names the column, by the earliest of its names when there are several; NO_COLUMN when none does. */
static uint8_t field_of(const struct csv_column *column, const struct csv_record *record)
{
	uint8_t field = NO_COLUMN;
	int best = -1;

	for (unsigned i = 0; i < record->n; i++) {
		int rank = rank_of(column, bytes_trim(record->field[i]));
		if (rank < 0 || (best >= 0 && rank >= best))
			continue;
		best = rank;
		field = (uint8_t)i;
	}
	return field;
}

/* A field that is no column's: of no known name, or another name of one that is there. */
static enum err left_over(struct csv_table *t, struct bytes name, struct errbuf *eb)
{
	const struct csv_reader *r = t->reader;

	for (unsigned c = 0; !r->unknown && c < r->n_columns; c++)
		if (rank_of(&r->columns[c], name) >= 0)
			return errbuf_set(eb, ERR_INPUT, "%s:%u: column '%.*s' is there twice", t->name, t->line, BYTES_ARG(name));
	return unknown_column(t, name, eb);
}

static enum err take_header(struct csv_table *t, const struct csv_record *record, struct errbuf *eb)
{
	const struct csv_reader *r = t->reader;

	t->n_fields = record->n;
	memset(t->column_of, NO_COLUMN, sizeof(t->column_of));
	for (unsigned c = 0; c < r->n_columns; c++) {
		uint8_t field = field_of(&r->columns[c], record);
		if (field != NO_COLUMN)
			t->column_of[field] = (uint8_t)c;
		else if (r->columns[c].is_required)
			return errbuf_set(eb, ERR_INPUT, "%s:%u: the header has no column '%.*s'", t->name, t->line,
					  (int)strcspn(r->columns[c].names, "|"), r->columns[c].names);
	}
	for (unsigned i = 0; i < record->n; i++)
		if (t->column_of[i] == NO_COLUMN && left_over(t, bytes_trim(record->field[i]), eb))
			return ERR_INPUT;
	return ERR_OK;
}

static enum err take_row(struct csv_table *t, const struct csv_record *record, struct errbuf *eb)
{
	struct bytes fields[CSV_FIELDS_MAX];
	struct errbuf why = { "" };
	enum err e;

	if (record->n != t->n_fields)
		return errbuf_set(eb, ERR_INPUT, "%s:%u: %u fields, the header has %u", t->name, t->line, record->n, t->n_fields);
	for (unsigned c = 0; c < t->reader->n_columns; c++)
		fields[c] = BYTES_NONE;
	for (unsigned i = 0; i < record->n; i++)
		if (t->column_of[i] != NO_COLUMN)
			fields[t->column_of[i]] = bytes_trim(record->field[i]);
	e = t->reader->row(t->reader->arg, fields, &why);
	if (e)
		return errbuf_set(eb, e, "%s:%u: %s", t->name, t->line, why.text);
	return ERR_OK;
}

enum err csv_read(struct bytes content, const char *name, const struct csv_reader *reader, struct errbuf *eb)
{
	struct csv_table t = { .reader = reader, .name = name };
	struct csv_record *record = xmalloc(sizeof(*record));
	struct bytes rest = utf8_skip_mark(content);
	bool has_header = false;
	enum err e;

	BUG_ON(reader->n_columns > CSV_FIELDS_MAX);
	while (!(e = decode_csv_record(&rest, record))) {
		t.line += record->skipped + record->lines;
		e = has_header ? take_row(&t, record, eb) : take_header(&t, record, eb);
		has_header = true;
		if (e)
			break;
	}
	if (e == ERR_NOTFOUND)
		e = has_header ? ERR_OK : errbuf_set(eb, ERR_INPUT, "%s: empty: there is no header line", name);
	else
		errbuf_set(eb, e, "%s:%u: %s", name, t.line + record->skipped + 1, e == ERR_LIMIT ? "the line is too long or has too many fields" :
			  "a quoted field does not end where it should");
	free(record);
	return e;
}
