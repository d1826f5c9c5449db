/* Marks: what is said of values, and what follows from it.
 * I1: a value's bit in the index says whether its own row or a range's is a mark now. A value whose text the index has not kept
 *     is held by one account: its bit is set when it is next used.
 * I2: at most REREAD_MAX stored pairs are read anew at once, the strongest first; the others lose it when they are next read. */
#include "marking.h"

#include "changes.h"
#include "daemon/engine/state/marks.h"
#include "ignored.h"
#include "rereading.h"
#include "rescore.h"

void mark_new_use(struct engine *e, const struct event *ev, const struct attr *attr, uint32_t value)
{
	const struct index_value *v = index_value(e->index, value);
	if (v->is_marked || mark_on(e, attr, ev->has_ip ? &ev->ip : NULL) == NULL)
		return;
	index_set_marked(e->index, value, true);
	if (v->holders > 1)
		pairs_withdraw_value(e, value);
}

/* The row of it; NULL: there are too many. */
static struct mark *row_of(struct engine *e, const struct mark *blank)
{
	struct mark *row = marks_row(e->marks, blank);
	if (row == NULL) {
		e->limits_hit++;
		statement_ignored(e, IGNORED_LIMIT, "%d values and ranges have a mark or a note, and no more are kept", MARKS_MAX);
	}
	return row;
}

/* True when the mark of it is another now. */
static bool take_down(struct engine *e, const struct event *ev, const struct mark *blank)
{
	static const char *const words[MARK_WORDS] = { [MARK_NONE] = "none", [MARK_SHARED] = "shared", [MARK_GENERIC] = "generic" };
	struct mark *row = row_of(e, blank);
	if (row == NULL)
		return false;
	if (bytes_is(ev->value, "note")) {
		marks_note(e->marks, row, &(struct mark_note){ .ts_ms = ev->ts_ms, .said = change_said(e) });
		return false;
	}
	for (unsigned i = 0; i < MARK_WORDS; i++)
		if (bytes_is(ev->value, words[i]))
			row->word = (uint8_t)i;
	row->ts_ms = ev->ts_ms;
	row->said = change_said(e);
	if (strtab_text(e->said, blank->shown).len > 0)
		row->shown = blank->shown;
	return true;
}

/* Its bit as the rows are now (I1); those whose bit changed are kept for the reading. */
static bool follow(void *arg, uint32_t value)
{
	struct rereading *r = arg;
	const struct attr attr = mark_attr(r->e, value);
	bool is_marked = mark_of(r->e, &attr) != NULL;
	if (index_value(r->e->index, value)->is_marked != is_marked) {
		index_set_marked(r->e->index, value, is_marked);
		rereading_add(r, value);
	}
	return true;
}

static void apply_to_range(struct engine *e, const struct event *ev, struct rereading *r)
{
	struct mark blank = { .kind = MARK_OF_RANGE, .said = NONE, .shown = strtab_intern(e->said, ev->range) };
	unsigned bits;
	if (!decode_cidr(ev->range, &blank.base, &bits))
		return; /* an old journal may name none */
	blank.bits = (uint8_t)bits;
	blank.key = mark_range_key(&blank.base, bits);
	if (take_down(e, ev, &blank))
		mark_each_in_range(e, &blank.base, bits, follow, r);
}

static void apply_to_value(struct engine *e, const struct event *ev, const struct attr *attr, struct rereading *r)
{
	uint32_t value = index_find(e->index, attr->key);
	if (value != UINT32_MAX && index_value(e->index, value)->kind != attr->kind)
		return;
	struct bytes shown = attr->shown.len > 0 || value == UINT32_MAX ? attr->shown : index_shown(e->index, value);
	struct mark blank = { .key = attr->key, .kind = attr->kind, .said = NONE, .shown = strtab_intern(e->said, shown) };
	blank.bits = mark_place(e, attr->kind, shown, &blank.base) ? 128 : 0;
	if (!take_down(e, ev, &blank))
		return;
	if (value != UINT32_MAX)
		follow(r, value);
	if (blank.bits > 0)
		mark_each_in_range(e, &blank.base, 128, follow, r);
}

void mark_apply(struct engine *e, const struct event *ev)
{
	struct rereading r = { .e = e };
	if (ev->range.len > 0)
		apply_to_range(e, ev, &r);
	for (unsigned i = 0; i < ev->n_attrs; i++)
		apply_to_value(e, ev, &ev->attrs[i], &r);
	rereading_run(&r);
}
