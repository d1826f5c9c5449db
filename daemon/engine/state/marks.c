/* Marks: what is kept of them.
 * I1: rows has one row for each value and each range that was ever spoken of; `of` finds it by key. */
#include "marks.h"

#include <stdlib.h>

#define RANGE_SEED 0x72616e6765

struct marks {
	struct VEC(struct mark) rows;
	struct VEC(struct mark_note) notes;
	struct u64map *of;
	uint64_t lengths[3]; /* bit per length of a range that has a row */
};

struct marks *marks_new(void)
{
	struct marks *m = xcalloc(1, sizeof(*m));
	m->of = u64map_new();
	return m;
}

void marks_free(struct marks *m)
{
	VEC_FREE(&m->rows);
	VEC_FREE(&m->notes);
	u64map_free(m->of);
	free(m);
}

uint64_t mark_range_key(const struct ip *base, unsigned bits)
{
	return bytes_hash(bytes_make((const char *)base->b, sizeof(base->b)), RANGE_SEED + bits);
}

static void find_by_place(struct marks *m, uint32_t at)
{
	const struct mark *row = &m->rows.at[at];
	if (row->bits == 0 && row->kind != MARK_OF_RANGE)
		return;
	u64map_put(m->of, mark_range_key(&row->base, row->bits), at);
	m->lengths[row->bits >> 6] |= UINT64_C(1) << (row->bits & 63);
}

void marks_restore(struct marks *m, const struct mark *row)
{
	u64map_put(m->of, row->key, (uint32_t)m->rows.n);
	VEC_PUSH(&m->rows, *row);
	find_by_place(m, (uint32_t)m->rows.n - 1);
}

void marks_restore_note(struct marks *m, const struct mark_note *note)
{
	VEC_PUSH(&m->notes, *note);
}

struct mark *marks_row(struct marks *m, const struct mark *blank)
{
	uint32_t at = u64map_get(m->of, blank->key);
	if (at != U64MAP_NONE) {
		struct mark *row = &m->rows.at[at];
		row->base = blank->bits > 0 ? blank->base : row->base;
		row->bits = blank->bits > 0 ? blank->bits : row->bits; /* its text was not known before */
		find_by_place(m, at);
		return row;
	}
	if (m->rows.n == MARKS_MAX)
		return NULL;
	marks_restore(m, blank);
	return &m->rows.at[m->rows.n - 1];
}

void marks_note(struct marks *m, const struct mark *row, const struct mark_note *note)
{
	uint32_t mark = (uint32_t)(row - m->rows.at);
	size_t n = 0, oldest = m->notes.n;
	for (size_t i = m->notes.n; i-- > 0;) {
		if (m->notes.at[i].mark != mark)
			continue;
		n++;
		oldest = i;
	}
	if (n >= MARK_NOTES_MAX) {
		memmove(&m->notes.at[oldest], &m->notes.at[oldest + 1], (m->notes.n - oldest - 1) * sizeof(*m->notes.at));
		m->notes.n--;
	}
	marks_restore_note(m, &(struct mark_note){ note->ts_ms, mark, note->said });
}

const struct mark *mark_at(const struct engine *e, uint32_t i)
{
	return i < e->marks->rows.n ? &e->marks->rows.at[i] : NULL;
}

void marks_notes(const struct engine *e, const struct mark_note **at, uint32_t *n)
{
	*at = e->marks->notes.at;
	*n = (uint32_t)e->marks->notes.n;
}

const struct mark *mark_by_key(const struct engine *e, uint64_t key)
{
	uint32_t at = e->marks->rows.n > 0 ? u64map_get(e->marks->of, key) : U64MAP_NONE;
	return at == U64MAP_NONE ? NULL : &e->marks->rows.at[at];
}

bool mark_is_on(const struct engine *e, uint64_t key)
{
	const struct mark *row = mark_by_key(e, key);
	return row != NULL && row->word != MARK_NONE;
}

/* ---- what a mark is on ---- */

/* "10.0.0.1", "10.0.0.0/24", "10.0.0.1 ports 1-1024", "10.0.0.1|GeForce 940MX" */
static bool read_place(struct bytes shown, struct ip *ip, unsigned *bits)
{
	size_t end = 0;
	while (end < shown.len && shown.ptr[end] != ' ' && shown.ptr[end] != '|')
		end++;
	return decode_cidr(bytes_slice(shown, 0, end), ip, bits);
}

/* The address that the value says it is, or place where its text is not known; *bits: how many of it. */
static bool place_of(const struct engine *e, const struct attr *attr, const struct ip *place, struct ip *ip, unsigned *bits)
{
	const struct marks *m = e->marks;
	if (!(m->lengths[0] | m->lengths[1] | m->lengths[2]) || !e->rules->kinds.rows[attr->kind].is_network)
		return false;
	if (attr->shown.len > 0)
		return read_place(attr->shown, ip, bits);
	if (place == NULL)
		return false;
	*ip = *place;
	*bits = 128;
	return true;
}

/* The row of the longest prefix that is shorter than *below, which becomes its length; NULL: there is none left. */
static const struct mark *row_over(const struct engine *e, const struct ip *ip, unsigned *below)
{
	const struct marks *m = e->marks;
	while (*below > 0) {
		unsigned length = --*below;
		if (!(m->lengths[length >> 6] >> (length & 63) & 1))
			continue;
		const struct ip base = ip_prefix(ip, length);
		const struct mark *row = mark_by_key(e, mark_range_key(&base, length));
		if (row != NULL)
			return row;
	}
	return NULL;
}

const struct mark *mark_on(const struct engine *e, const struct attr *attr, const struct ip *place)
{
	const struct mark *row = mark_by_key(e, attr->key);
	struct ip ip;
	unsigned below;
	if (e->marks->rows.n == 0)
		return NULL;
	if (row != NULL && row->word != MARK_NONE)
		return row;
	if (!place_of(e, attr, place, &ip, &below))
		return NULL;
	below++;
	do
		row = row_over(e, &ip, &below);
	while (row != NULL && row->word == MARK_NONE);
	return row;
}

unsigned mark_rows_on(const struct engine *e, const struct attr *attr, const struct mark *rows[MARK_ROWS_ON_MAX])
{
	const struct mark *row = mark_by_key(e, attr->key);
	struct ip ip;
	unsigned n = 0, below;
	if (row != NULL)
		rows[n++] = row;
	if (e->marks->rows.n == 0 || !place_of(e, attr, NULL, &ip, &below))
		return n;
	below++;
	while ((row = row_over(e, &ip, &below)) != NULL)
		if (n == 0 || row != rows[0])
			rows[n++] = row;
	return n;
}

struct attr mark_attr(const struct engine *e, uint32_t value)
{
	const struct index_value *v = index_value(e->index, value);
	return (struct attr){ .key = v->key, .kind = v->kind, .shown = index_shown(e->index, value) };
}

const struct mark *mark_of(const struct engine *e, const struct attr *attr)
{
	return mark_on(e, attr, NULL);
}

void mark_each_in_range(const struct engine *e, const struct ip *base, unsigned bits, mark_value_fn *fn, void *arg)
{
	struct index_counts counts;
	index_counts(e->index, &counts);
	for (uint32_t i = 0; i < counts.values; i++) {
		const struct index_value *v = index_value(e->index, i);
		struct ip ip;
		unsigned length;
		if (v->shown != 0 && e->rules->kinds.rows[v->kind].is_network && read_place(index_shown(e->index, i), &ip, &length) &&
		    length >= bits && ip_in(&ip, base, bits) && !fn(arg, i))
			return;
	}
}

bool mark_place(const struct engine *e, unsigned kind, struct bytes shown, struct ip *base)
{
	unsigned bits;
	return e->rules->kinds.rows[kind].is_network && bytes_find_char(shown, '|') < 0 && bytes_find_char(shown, ' ') < 0 &&
	       read_place(shown, base, &bits) && bits == 128;
}
