/* Links and alerts of two engines. Clusters are in diff_clusters.c. */
#include "diff.h"

#include <stdlib.h>

#include "daemon/base/map.h"
#include "daemon/base/text.h"

const char *const diff_names[DIFF_CHANGES] = { "appears", "disappears", "changes level" };

/* ---- links ---- */

struct links VEC(struct link_view);

struct link_taker { struct links *out; int min_score; struct diff_totals *totals; };

static void take_link(void *arg, const struct link_view *link)
{
	struct link_taker *taker = arg;
	bool is_shown = taker->min_score >= 0 || link->band > BAND_NONE;
	if (link->state == LINK_CLEARED || link->state == LINK_WITHDRAWN || !is_shown)
		return;
	VEC_PUSH(taker->out, *link);
	taker->totals->links[link->band]++;
	taker->totals->n_links++;
}

static int compare_names(const struct link_view *x, const struct link_view *y)
{
	int by_a = bytes_cmp(x->a, y->a);
	return by_a != 0 ? by_a : bytes_cmp(x->b, y->b);
}

static void set_link_side(struct diff_link *row, unsigned side, const struct link_view *link)
{
	row->a = link->a;
	row->b = link->b;
	row->score[side] = link->score;
	row->band[side] = link->band;
	row->state[side] = link->state;
}

static void add_link(struct diff *d, const struct link_view *before, const struct link_view *after)
{
	struct diff_link row = { .change = before == NULL ? DIFF_APPEARS : after == NULL ? DIFF_DISAPPEARS : DIFF_LEVEL };
	if (before != NULL)
		set_link_side(&row, 0, before);
	if (after != NULL)
		set_link_side(&row, 1, after);
	bool is_same = row.change == DIFF_LEVEL && row.band[0] == row.band[1] && row.state[0] == row.state[1];
	if (!is_same)
		VEC_PUSH(&d->links, row);
}

static int highest(const struct diff_link *row)
{
	return row->score[0] > row->score[1] ? row->score[0] : row->score[1];
}

static int compare_links(const void *x, const void *y)
{
	const struct diff_link *a = x, *b = y;
	if (a->change != b->change)
		return a->change < b->change ? -1 : 1;
	if (highest(a) != highest(b))
		return highest(a) > highest(b) ? -1 : 1;
	int by_a = bytes_cmp(a->a, b->a);
	return by_a != 0 ? by_a : bytes_cmp(a->b, b->b);
}

void diff_find_links(struct diff *d, const struct engine *const sides[2], int min_score)
{
	struct links links[2] = { { 0 } };
	size_t at[2] = { 0 };
	for (unsigned i = 0; i < 2; i++) {
		struct link_taker taker = { &links[i], min_score, &d->totals[i] };
		engine_each_link(sides[i], min_score < 0 ? 1 : min_score, take_link, &taker);
	}
	while (at[0] < links[0].n || at[1] < links[1].n) {
		const struct link_view *before = at[0] < links[0].n ? &links[0].at[at[0]] : NULL;
		const struct link_view *after = at[1] < links[1].n ? &links[1].at[at[1]] : NULL;
		int order = before == NULL ? 1 : after == NULL ? -1 : compare_names(before, after);
		add_link(d, order <= 0 ? before : NULL, order >= 0 ? after : NULL);
		at[0] += order <= 0;
		at[1] += order >= 0;
	}
	if (d->links.n > 0)
		qsort(d->links.at, d->links.n, sizeof(*d->links.at), compare_links);
	VEC_FREE(&links[0]);
	VEC_FREE(&links[1]);
}

/* ---- alerts ---- */

/* Alerts of one side, newest first. An alert is found by its rule and subject: a cluster's by any member, because clusters
 * of two rule sets have no common name. */
struct alerts {
	struct alert_view *at;
	unsigned n;
	struct strtab *keys;
	struct VEC(uint32_t) alert_of; /* by key: the newest */
	bool *is_met;
};

static unsigned n_keys(const struct alert_view *alert)
{
	return bytes_is(alert->subject_kind, "cluster") ? alert->n_accounts : 1;
}

static void write_key(const struct alert_view *alert, unsigned i, struct text *out)
{
	bool is_cluster = bytes_is(alert->subject_kind, "cluster");
	text_clear(out);
	text_add(out, alert->rule);
	for (unsigned k = is_cluster ? i : 0; k < (is_cluster ? i + 1 : alert->n_accounts); k++) {
		text_addc(out, '\0');
		text_add(out, alert->accounts[k]);
	}
}

static void gather_alerts(const struct engine *e, struct arena *a, struct alerts *out)
{
	struct alert_query query = { .state = -1, .max = UINT32_MAX };
	struct text key = { 0 };
	*out = (struct alerts){ .keys = strtab_new() };
	if (engine_alerts(e, &query, a, &out->at, &out->n) != ERR_OK)
		out->n = 0; /* it looks for nothing that may be unknown */
	out->is_met = ARENA_ARRAY(a, bool, out->n + 1);
	for (uint32_t i = 0; i < out->n; i++) {
		for (unsigned k = 0; k < n_keys(&out->at[i]); k++) {
			write_key(&out->at[i], k, &key);
			if (strtab_intern(out->keys, text_bytes(&key)) == out->alert_of.n)
				VEC_PUSH(&out->alert_of, i);
		}
	}
	text_free(&key);
}

/* The newest of the other side about the same that no newer one has met; NULL: none. *is_older: a newer one has it. */
static const struct alert_view *meet(struct alerts *others, const struct alert_view *alert, bool *is_older, struct text *key)
{
	*is_older = false;
	for (unsigned k = 0; k < n_keys(alert); k++) {
		write_key(alert, k, key);
		uint32_t id = strtab_find(others->keys, text_bytes(key));
		if (id == STRTAB_NONE)
			continue;
		uint32_t at = others->alert_of.at[id];
		*is_older = others->is_met[at];
		if (*is_older)
			continue;
		others->is_met[at] = true;
		return &others->at[at];
	}
	return NULL;
}

static bool is_standing(const struct alert_view *alert)
{
	return alert->state != ALERT_RESOLVED;
}

static void add_alert(struct diff *d, const struct alert_view *before, const struct alert_view *after)
{
	struct diff_alert row = { .side = { before, after } };
	row.change = before == NULL ? DIFF_APPEARS : after == NULL ? DIFF_DISAPPEARS : DIFF_LEVEL;
	bool is_same = row.change == DIFF_LEVEL && bytes_eq(before->level, after->level) &&
		       is_standing(before) == is_standing(after) && before->n_accounts == after->n_accounts;
	if (!is_same)
		VEC_PUSH(&d->alerts, row);
}

static int compare_alerts(const void *x, const void *y)
{
	const struct diff_alert *a = x, *b = y;
	const struct alert_view *p = a->side[a->side[1] != NULL], *q = b->side[b->side[1] != NULL];
	if (a->change != b->change)
		return a->change < b->change ? -1 : 1;
	int by_rule = bytes_cmp(p->rule, q->rule);
	if (by_rule != 0)
		return by_rule;
	if (p->opened_seq != q->opened_seq)
		return p->opened_seq > q->opened_seq ? -1 : 1;
	return bytes_cmp(p->id, q->id);
}

/* Is it the newest about its subject, of its own side? */
static bool is_newest(const struct alerts *own, uint32_t i, struct text *key)
{
	write_key(&own->at[i], 0, key);
	return n_keys(&own->at[i]) == 0 || own->alert_of.at[strtab_find(own->keys, text_bytes(key))] == i;
}

void diff_find_alerts(struct diff *d, const struct engine *const sides[2])
{
	struct alerts alerts[2];
	struct text key = { 0 };
	for (unsigned i = 0; i < 2; i++) {
		gather_alerts(sides[i], d->arena, &alerts[i]);
		d->totals[i].alerts = alerts[i].n;
	}
	for (uint32_t i = 0; i < alerts[1].n; i++) {
		bool is_older;
		if (!is_newest(&alerts[1], i, &key))
			continue;
		const struct alert_view *before = meet(&alerts[0], &alerts[1].at[i], &is_older, &key);
		if (before != NULL || !is_older)
			add_alert(d, before, &alerts[1].at[i]);
	}
	for (uint32_t i = 0; i < alerts[0].n; i++)
		if (!alerts[0].is_met[i] && is_newest(&alerts[0], i, &key))
			add_alert(d, &alerts[0].at[i], NULL);
	if (d->alerts.n > 0)
		qsort(d->alerts.at, d->alerts.n, sizeof(*d->alerts.at), compare_alerts);
	text_free(&key);
	for (unsigned i = 0; i < 2; i++) {
		strtab_free(alerts[i].keys);
		VEC_FREE(&alerts[i].alert_of);
	}
}

/* ---- all ---- */

void diff_make(struct diff *d, const struct engine *before, const struct engine *after, int min_score)
{
	const struct engine *const sides[2] = { before, after };
	*d = (struct diff){ .arena = arena_new(64 * 1024) };
	diff_find_links(d, sides, min_score);
	diff_find_alerts(d, sides);
	diff_find_clusters(d, sides);
}

void diff_free(struct diff *d)
{
	VEC_FREE(&d->links);
	VEC_FREE(&d->alerts);
	VEC_FREE(&d->clusters);
	arena_free(d->arena);
	d->arena = NULL;
}
