/* Marks and notes as people and programs see them, and what a mark would change. */
#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/engine/alerts/alert_table.h"
#include "daemon/engine/evidence/weigh.h"
#include "daemon/engine/pairs/changes.h"
#include "daemon/engine/pairs/rereading.h"
#include "daemon/engine/state/accounts.h"
#include "daemon/engine/state/marks.h"
#include "views.h"

#define EFFECT_READ_MAX 500 /* links that are read without the value */
#define EFFECT_SHOWN_MAX 20

void view_mark(const struct engine *e, const struct mark *row, uint64_t key, struct mark_view *out)
{
	*out = (struct mark_view){ .word = BYTES_NONE, .range = BYTES_NONE, .actor = BYTES_NONE, .reason = BYTES_NONE };
	if (row == NULL || row->word == MARK_NONE)
		return;
	struct said said;
	said_read(e, row->said, &said);
	out->word = said.value;
	out->actor = said.actor;
	out->reason = said.reason;
	out->ts_ms = row->ts_ms;
	if (row->key != key)
		out->range = strtab_text(e->said, row->shown);
}

static void view_note(const struct engine *e, const struct mark_note *note, uint64_t key, struct note_view *out)
{
	const struct mark *row = mark_at(e, note->mark);
	struct said said;
	said_read(e, note->said, &said);
	*out = (struct note_view){ .actor = said.actor, .text = said.reason, .ts_ms = note->ts_ms, .range = BYTES_NONE };
	if (row->key != key)
		out->range = strtab_text(e->said, row->shown);
}

/* What speaks of a value, or a range alone; as seen from the value or range of that key. */
struct said_rows { uint64_t key; unsigned n; const struct mark *at[MARK_ROWS_ON_MAX]; };

static bool is_of(const struct mark *row, const struct said_rows *said)
{
	for (unsigned i = 0; i < said->n; i++)
		if (said->at[i] == row)
			return true;
	return false;
}

/* Newest first. */
static unsigned notes_of(const struct engine *e, const struct said_rows *said, struct note_view *out, unsigned max)
{
	const struct mark_note *notes;
	uint32_t total;
	unsigned n = 0;
	marks_notes(e, &notes, &total);
	for (uint32_t i = said->n > 0 ? total : 0; i-- > 0 && n < max;)
		if (is_of(mark_at(e, notes[i].mark), said))
			view_note(e, &notes[i], said->key, &out[n++]);
	return n;
}

static struct said_rows rows_on(const struct engine *e, const struct attr *attr)
{
	struct said_rows said = { .key = attr->key };
	said.n = mark_rows_on(e, attr, said.at);
	return said;
}

unsigned view_notes(const struct engine *e, const struct attr *attr, struct arena *a, const struct note_view **out)
{
	const struct said_rows said = rows_on(e, attr);
	struct note_view *found = said.n > 0 ? ARENA_ARRAY(a, struct note_view, MARK_NOTES_MAX) : NULL;
	*out = found;
	return notes_of(e, &said, found, MARK_NOTES_MAX);
}

bool engine_newest_note(const struct engine *e, const struct attr *attr, struct note_view *out)
{
	const struct said_rows said = rows_on(e, attr);
	return notes_of(e, &said, out, 1) > 0;
}

void engine_said_of(const struct engine *e, const struct attr *attr, struct arena *a, struct value_holders_view *out)
{
	view_mark(e, mark_of(e, attr), attr->key, &out->mark);
	out->n_notes = view_notes(e, attr, a, &out->notes);
}

/* "marked as shared by jo on 2026-06-10: the office; it counts nothing" */
static struct bytes ignored_because(const struct mark_view *mark, struct arena *a)
{
	char day[TIME_TEXT_SIZE];
	time_format(mark->ts_ms, day);
	return bytes_of(arena_printf(a, "marked as %.*s%s%.*s%s%.*s on %.10s%s%.*s; it counts nothing", BYTES_ARG(mark->word),
				     mark->range.len ? " with all of " : "", BYTES_ARG(mark->range), mark->actor.len ? " by " : "",
				     BYTES_ARG(mark->actor), day, mark->reason.len ? ": " : "", BYTES_ARG(mark->reason)));
}

void view_ignored(const struct engine *e, uint32_t x, uint32_t y, struct arena *a, struct why_view *out)
{
	struct index_shared shared[EVIDENCE_MAX];
	unsigned n = mark_at(e, 0) != NULL ? index_intersect(e->index, x, y, shared, EVIDENCE_MAX) : 0;
	out->ignored = ARENA_ARRAY(a, struct ignored_view, n + 1);
	for (unsigned i = 0; i < n; i++) {
		const struct index_value *value = index_value(e->index, shared[i].value);
		const struct attr attr = mark_attr(e, shared[i].value);
		struct mark_view mark;
		if (!value->is_marked)
			continue;
		view_mark(e, mark_of(e, &attr), value->key, &mark);
		struct ignored_view *ignored = &out->ignored[out->n_ignored++];
		*ignored = (struct ignored_view){
			.kind = e->rules->kinds.rows[value->kind].name, .kind_title = e->rules->kinds.rows[value->kind].title,
			.shown = attr.shown, .mark = mark, .reason = ignored_because(&mark, a),
			.key = value->key, .holders = value->holders,
		};
		ignored->n_said = view_notes(e, &attr, a, &ignored->said);
	}
}

static void view_row(const struct engine *e, const struct mark *row, struct arena *a, struct marked_view *out)
{
	bool is_range = row->kind == MARK_OF_RANGE;
	uint32_t value = is_range ? UINT32_MAX : index_find(e->index, row->key);
	*out = (struct marked_view){ .kind = BYTES_NONE, .kind_title = BYTES_NONE, .shown = strtab_text(e->said, row->shown),
				     .key = is_range ? 0 : row->key };
	if (!is_range) {
		out->kind = e->rules->kinds.rows[row->kind].name;
		out->kind_title = e->rules->kinds.rows[row->kind].title;
	}
	if (value != UINT32_MAX) {
		out->holders = index_value(e->index, value)->holders;
		if (index_shown(e->index, value).len > 0)
			out->shown = index_shown(e->index, value);
	}
	view_mark(e, row, row->key, &out->mark);
	struct note_view *notes = ARENA_ARRAY(a, struct note_view, MARK_NOTES_MAX);
	const struct said_rows own = { .key = row->key, .n = 1, .at = { row } }; /* those of a range over it have a row of their own */
	out->notes = notes;
	out->n_notes = notes_of(e, &own, notes, MARK_NOTES_MAX);
}

/* When it was last spoken of. */
struct spoken { int64_t ts_ms; uint32_t row; };

static int compare_spoken(const void *x, const void *y)
{
	const struct spoken *a = x, *b = y;
	if (a->ts_ms != b->ts_ms)
		return a->ts_ms > b->ts_ms ? -1 : 1;
	return a->row > b->row ? -1 : a->row < b->row;
}

/* What is left of a mark that was taken back, and of which nothing was noted, is not worth a row. */
static bool is_worth_a_row(const struct spoken *row, const struct mark *mark)
{
	return row->ts_ms != INT64_MIN || mark->word != MARK_NONE;
}

unsigned engine_marks(const struct engine *e, unsigned max, struct arena *a, struct marked_view **out, uint64_t *total)
{
	struct VEC(struct spoken) rows = { 0 };
	const struct mark_note *notes;
	uint32_t n_notes;
	unsigned kept = 0;
	for (uint32_t i = 0; mark_at(e, i) != NULL; i++)
		VEC_PUSH(&rows, ((struct spoken){ mark_at(e, i)->word != MARK_NONE ? mark_at(e, i)->ts_ms : INT64_MIN, i }));
	marks_notes(e, &notes, &n_notes);
	for (uint32_t i = 0; i < n_notes; i++)
		if (notes[i].ts_ms > rows.at[notes[i].mark].ts_ms)
			rows.at[notes[i].mark].ts_ms = notes[i].ts_ms;
	for (size_t i = 0; i < rows.n; i++)
		if (is_worth_a_row(&rows.at[i], mark_at(e, rows.at[i].row)))
			rows.at[kept++] = rows.at[i];
	if (kept > 0)
		qsort(rows.at, kept, sizeof(*rows.at), compare_spoken);
	*total = kept;
	kept = kept < max ? kept : max;
	*out = ARENA_ARRAY(a, struct marked_view, kept + 1);
	for (unsigned i = 0; i < kept; i++)
		view_row(e, mark_at(e, rows.at[i].row), a, &(*out)[i]);
	VEC_FREE(&rows);
	return kept;
}

/* ---- what it would change ---- */

struct foreseen {
	const struct engine *e;
	struct VEC(uint32_t) values; /* ascending */
	struct pair_places places;
};

static bool add_value(void *arg, uint32_t value)
{
	struct foreseen *f = arg;
	const struct index_value *v = index_value(f->e->index, value);
	VEC_PUSH(&f->values, value);
	if (!index_value_is_mute(v) && v->holders > 1)
		pairs_on_value(f->e, value, &f->places);
	return true;
}

static bool is_another(const void *arg, uint32_t value)
{
	const struct foreseen *f = arg;
	size_t low = 0, high = f->values.n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (f->values.at[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low == f->values.n || f->values.at[low] != value;
}

static bool has_alert(const struct engine *e, const struct pair *pair)
{
	const struct alert_subject subject = { .scope = POLICY_LINK, .a = pair->a, .b = pair->b };
	for (unsigned i = 0; i < e->rules->n_policies; i++) {
		const struct alert *alert = e->rules->policies[i].scope == POLICY_LINK ? alert_find(e, i, &subject) : NULL;
		if (alert != NULL && alert->state != ALERT_RESOLVED && !alert_is_shadow(e, alert))
			return true;
	}
	return false;
}

static void read_link(const struct foreseen *f, const struct pair *pair, struct weighing *w, struct mark_effect_view *out)
{
	const struct engine *e = f->e;
	const struct value_test others = { is_another, f };
	weigh_less(e, pair->a, pair->b, &others, w);
	bool is_over = w->computed < e->rules->scoring.score_bands[0];
	out->read++;
	out->ending += is_over;
	out->alerts += is_over && has_alert(e, pair);
	if (out->n_strongest < EFFECT_SHOWN_MAX)
		out->strongest[out->n_strongest++] = (struct effect_link){ account_name(e, pair->a), account_name(e, pair->b), pair->score, w->computed };
}

void engine_mark_effect(const struct engine *e, const struct mark_question *q, struct arena *a, struct mark_effect_view *out)
{
	struct foreseen f = { .e = e };
	struct weighing *w = arena_alloc(a, sizeof(*w));
	uint32_t value = q->kind < 0 ? UINT32_MAX : index_find(e->index, q->key);
	*out = (struct mark_effect_view){ .strongest = ARENA_ARRAY(a, struct effect_link, EFFECT_SHOWN_MAX) };
	struct ip place = q->base;
	bool is_known = value != UINT32_MAX && index_value(e->index, value)->kind == q->kind;
	bool is_place = is_known && mark_place(e, (unsigned)q->kind, index_shown(e->index, value), &place);
	if (q->kind < 0 || is_place)
		mark_each_in_range(e, &place, is_place ? 128 : q->bits, add_value, &f);
	else if (is_known)
		add_value(&f, value);
	out->values = f.values.n;
	pair_places_order(e, &f.places);
	for (size_t i = 0; i < f.places.at.n; i++) {
		const struct pair *pair = &e->pairs.at[f.places.at.at[i]];
		if (pair->score < e->rules->scoring.score_bands[0])
			break;
		out->links++;
		if (out->links <= EFFECT_READ_MAX && (pair->state == LINK_SUSPECTED || pair->state == LINK_EXPLAINED))
			read_link(&f, pair, w, out);
	}
	VEC_FREE(&f.values);
	VEC_FREE(&f.places.at);
}
