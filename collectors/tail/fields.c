/* Form bodies and CSV records to named values.
 * I1: what is decoded is never longer than the line, so that `room` is reserved once and values in it stay where they are. */
#include "fields.h"

#include <stdlib.h>

#include "daemon/base/arena.h"
#include "daemon/vendor/percent.h"

struct csv_header {
	struct arena *arena;
	struct bytes names[FIELDS_MAX];
	unsigned n;
	char separator;
};

void fields_free(struct fields *f)
{
	text_free(&f->room);
}

struct bytes fields_get(const struct fields *f, struct bytes name)
{
	for (unsigned i = 0; i < f->n; i++)
		if (bytes_eq(f->at[i].name, name))
			return f->at[i].value;
	return BYTES_NONE;
}

/* I1 */
static void begin(struct fields *f, struct bytes line)
{
	f->n = 0;
	text_clear(&f->room);
	text_room(&f->room, line.len + 1);
}

static bool add_decoded(struct fields *f, struct bytes raw, struct bytes *out)
{
	char *at = text_room(&f->room, raw.len + 1);
	size_t n;

	if (!decode_percent(raw, true, at, &n))
		return false;
	text_take_room(&f->room, n);
	*out = bytes_make(at, n);
	return true;
}

bool decode_form_fields(struct bytes line, struct fields *out)
{
	begin(out, line);
	while (line.len > 0) {
		ptrdiff_t end = bytes_find_char(line, '&');
		struct bytes pair = bytes_slice(line, 0, end < 0 ? line.len : (size_t)end);
		ptrdiff_t equals = bytes_find_char(pair, '=');
		size_t name = equals < 0 ? pair.len : (size_t)equals;
		struct field *field = &out->at[out->n];

		line = bytes_slice(line, pair.len + 1, line.len);
		if (pair.len == 0)
			continue;
		if (out->n == FIELDS_MAX || !add_decoded(out, bytes_slice(pair, 0, name), &field->name) ||
		    !add_decoded(out, bytes_slice(pair, name + 1, pair.len), &field->value))
			return false;
		out->n++;
	}
	return out->n > 0;
}

/* -- CSV -- */

struct csv_header *csv_header_new(void)
{
	struct csv_header *h = xcalloc(1, sizeof(*h));

	h->arena = arena_new(4096);
	return h;
}

void csv_header_free(struct csv_header *h)
{
	if (!h)
		return;
	arena_free(h->arena);
	free(h);
}

bool csv_header_is_read(const struct csv_header *h)
{
	return h->n > 0;
}

bool csv_header_has(const struct csv_header *h, struct bytes column)
{
	for (unsigned i = 0; i < h->n; i++)
		if (bytes_eq(h->names[i], column))
			return true;
	return false;
}

void csv_header_list(const struct csv_header *h, struct text *out)
{
	size_t from = out->len;

	for (unsigned i = 0; i < h->n && out->len - from < 200; i++) {
		text_adds(out, i > 0 ? ", " : "");
		text_add_visible(out, bytes_slice(h->names[i], 0, 40));
	}
}

/* A quoted field from behind its first quote; its text goes to room. False: its last quote is missing. */
static bool take_quoted(struct text *room, struct bytes *line, struct bytes *out)
{
	size_t from = room->len, i = 0;

	while (i < line->len && (line->ptr[i] != '"' || (i + 1 < line->len && line->ptr[i + 1] == '"'))) {
		text_addc(room, line->ptr[i]);
		i += line->ptr[i] == '"' ? 2 : 1;
	}
	if (i == line->len)
		return false;
	*out = bytes_slice(text_bytes(room), from, room->len - from);
	*line = bytes_slice(*line, i + 1, line->len);
	return true;
}

/* The next field and what follows its separator. False: quotes that do not end, or something behind them. */
static bool take_field(struct text *room, struct bytes *line, char separator, struct bytes *out)
{
	bool is_quoted = line->len > 0 && line->ptr[0] == '"';
	ptrdiff_t end;

	if (is_quoted) {
		struct bytes rest = bytes_slice(*line, 1, line->len);

		if (!take_quoted(room, &rest, out))
			return false;
		*line = rest;
	}
	end = bytes_find_char(*line, separator);
	if (is_quoted && end != 0 && line->len > 0)
		return false;
	if (!is_quoted)
		*out = bytes_slice(*line, 0, end < 0 ? line->len : (size_t)end);
	*line = end < 0 ? BYTES_NONE : bytes_slice(*line, (size_t)end + 1, line->len);
	return true;
}

static char separator_of(struct bytes line)
{
	static const char candidates[] = { ',', ';', '\t' };
	size_t best = 0;
	char found = ',';

	for (size_t c = 0; c < sizeof(candidates); c++) {
		size_t n = 0;

		for (size_t i = 0; i < line.len; i++)
			n += line.ptr[i] == candidates[c];
		if (n > best) {
			best = n;
			found = candidates[c];
		}
	}
	return found;
}

bool decode_csv_header(struct bytes line, struct csv_header *out)
{
	struct text room = { 0 };
	bool is_good = true;

	if (bytes_starts(line, BYTES_LIT("\xef\xbb\xbf")))
		line = bytes_slice(line, 3, line.len);
	out->n = 0;
	out->separator = separator_of(line);
	text_room(&room, line.len + 1);
	while (line.len > 0 && is_good) {
		struct bytes name = BYTES_NONE;

		is_good = out->n < FIELDS_MAX && take_field(&room, &line, out->separator, &name);
		name = bytes_trim(name);
		if (!is_good || name.len == 0 || csv_header_has(out, name))
			is_good = false;
		else
			out->names[out->n++] = arena_bytes(out->arena, name);
	}
	text_free(&room);
	if (!is_good)
		out->n = 0;
	return out->n > 0;
}

bool decode_csv_fields(struct bytes line, const struct csv_header *header, struct fields *out)
{
	begin(out, line);
	while (line.len > 0) {
		struct bytes value = BYTES_NONE;

		if (out->n == header->n || !take_field(&out->room, &line, header->separator, &value))
			return false;
		out->at[out->n] = (struct field){ header->names[out->n], value };
		out->n++;
	}
	return out->n > 0;
}
