/* Values and who holds them: search, hubs, what several accounts share; and the engine's own numbers. */
#include "daemon/engine/state/accounts.h"

#include <stdlib.h>

#include "daemon/engine/alerts/alert_table.h"
#include "daemon/engine/alerts/alert_view.h"
#include "daemon/engine/evidence/weigh.h"
#include "daemon/engine/pairs/waiting.h"
#include "daemon/engine/state/marks.h"
#include "views.h"

static void view_value(const struct engine *e, uint32_t id, struct arena *a, struct value_holders_view *out)
{
	const struct index_value *value = index_value(e->index, id);
	const struct kind *kind = &e->rules->kinds.rows[value->kind];
	const struct attr attr = mark_attr(e, id);
	const uint32_t *holders;
	unsigned n = index_holders(e->index, id, &holders);
	*out = (struct value_holders_view){ .kind = kind->name, .kind_title = kind->title, .shown = attr.shown,
					    .key = value->key, .holders = value->holders, .is_hub = value->is_hub, .network = value->network };
	engine_said_of(e, &attr, a, out);
	out->latest = ARENA_ARRAY(a, struct holder_view, n + 1);
	for (unsigned i = n; i > 0; i--) {
		const struct posting *p = index_posting(e->index, holders[i - 1], id);
		if (p == NULL)
			continue;
		out->latest[out->n_latest++] = (struct holder_view){
			.account = account_name(e, holders[i - 1]), .first_ms = (int64_t)p->first_s * 1000,
			.last_ms = (int64_t)p->last_s * 1000, .count = p->days,
		};
	}
}

/* One that was spoken of and that nobody holds. */
static void view_unheld(const struct engine *e, const struct mark *row, struct arena *a, struct value_holders_view *out)
{
	const struct kind *kind = &e->rules->kinds.rows[row->kind];
	const struct attr attr = { .key = row->key, .kind = row->kind, .shown = strtab_text(e->said, row->shown) };
	*out = (struct value_holders_view){ .kind = kind->name, .kind_title = kind->title, .shown = attr.shown, .key = row->key };
	engine_said_of(e, &attr, a, out);
}

enum err engine_value(const struct engine *e, int kind, uint64_t key, struct arena *a, struct value_holders_view *out)
{
	uint32_t id = index_find(e->index, key);
	const struct mark *row = id == UINT32_MAX ? mark_by_key(e, key) : NULL;
	if (row != NULL && row->kind == kind) {
		view_unheld(e, row, a, out);
		return ERR_OK;
	}
	if (id == UINT32_MAX || index_value(e->index, id)->kind != kind)
		return ERR_NOTFOUND;
	view_value(e, id, a, out);
	return ERR_OK;
}

struct ranked { uint32_t value, holders; };

static int compare_ranked(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;
	if (a->holders != b->holders)
		return a->holders > b->holders ? -1 : 1;
	return a->value < b->value ? -1 : a->value > b->value;
}

struct ranking VEC(struct ranked);

static unsigned view_ranked(const struct engine *e, const struct ranking *rows, unsigned max, struct arena *a,
			    struct value_holders_view **out)
{
	if (rows->n > 0)
		qsort(rows->at, rows->n, sizeof(*rows->at), compare_ranked);
	unsigned count = rows->n < max ? (unsigned)rows->n : max;
	*out = ARENA_ARRAY(a, struct value_holders_view, count + 1);
	for (unsigned i = 0; i < count; i++)
		view_value(e, rows->at[i].value, a, &(*out)[i]);
	return count;
}

unsigned engine_hubs(const struct engine *e, unsigned max, struct arena *a, struct value_holders_view **out)
{
	struct index_counts counts;
	struct ranking rows = { 0 };
	index_counts(e->index, &counts);
	for (uint32_t i = 0; i < counts.values; i++) {
		struct ranked row = { i, index_value(e->index, i)->holders };
		if (index_value(e->index, i)->is_hub)
			VEC_PUSH(&rows, row);
	}
	unsigned n = view_ranked(e, &rows, max, a, out);
	VEC_FREE(&rows);
	return n;
}

void engine_each_shared(const struct engine *e, int kind, value_fn *fn, void *arg)
{
	struct index_counts counts;
	struct arena *a = arena_new(16 * 1024);
	index_counts(e->index, &counts);
	for (uint32_t i = 0; i < counts.values; i++) {
		const struct index_value *value = index_value(e->index, i);
		if (value->kind != kind || value->holders < 2 || index_value_is_mute(value))
			continue;
		struct value_holders_view view;
		view_value(e, i, a, &view);
		fn(arg, &view);
		arena_reset(a);
	}
	arena_free(a);
}

static int compare_ids(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return a < b ? -1 : a > b;
}

#define CORRELATE_MAX 200

unsigned engine_correlate(const struct engine *e, const struct bytes *names, unsigned n, struct arena *a,
			  struct value_holders_view **out)
{
	struct VEC(uint32_t) all = { 0 };
	struct ranking rows = { 0 };
	for (unsigned i = 0; i < n; i++) {
		const struct posting *postings;
		uint32_t account = account_find(e, names[i]);
		unsigned count = account == NONE ? 0 : index_postings(e->index, account, &postings);
		for (unsigned k = 0; k < count; k++)
			VEC_PUSH(&all, postings[k].value);
	}
	if (all.n > 0)
		qsort(all.at, all.n, sizeof(*all.at), compare_ids);
	for (size_t i = 0; i < all.n;) {
		size_t run = 1;
		while (i + run < all.n && all.at[i + run] == all.at[i])
			run++;
		struct ranked row = { all.at[i], (uint32_t)run };
		if (run > 1)
			VEC_PUSH(&rows, row);
		i += run;
	}
	unsigned found = view_ranked(e, &rows, CORRELATE_MAX, a, out);
	VEC_FREE(&all);
	VEC_FREE(&rows);
	return found;
}

static int compare_bytes(const void *x, const void *y)
{
	return bytes_cmp(*(const struct bytes *)x, *(const struct bytes *)y);
}

unsigned engine_accounts_like(const struct engine *e, struct bytes prefix, unsigned max, struct arena *a, struct bytes **out)
{
	unsigned n = 0;
	*out = ARENA_ARRAY(a, struct bytes, max + 1);
	for (uint32_t i = 0; i < e->accounts.n && n < max; i++) {
		struct bytes name = account_name(e, i), site = event_account_site(name);
		struct bytes bare = site.len > 0 ? bytes_slice(name, site.len + 1, name.len) : name;
		if (bytes_starts(name, prefix) || bytes_starts(bare, prefix))
			(*out)[n++] = name;
	}
	qsort(*out, n, sizeof(**out), compare_bytes);
	return n;
}

static void count_alert(const struct engine *e, const struct alert *alert, struct engine_stats *out)
{
	if (alert_is_shadow(e, alert))
		return;
	if (!alert_is_merged(alert)) {
		out->alerts[alert->state]++;
		out->alerts_overdue += alert_is_overdue(e, alert);
	} else if (alert->state != ALERT_RESOLVED) {
		out->alerts_merged++;
	}
}

static void count_alerts(const struct engine *e, struct engine_stats *out)
{
	for (size_t i = 0; i < e->alerts.n; i++)
		count_alert(e, &e->alerts.at[i], out);
}

/* Stored pairs, the lists of them at each account, and the graph over them. */
static size_t memory_of_links(const struct engine *e)
{
	return e->pairs.cap * sizeof(struct pair) + e->room_of_lists * sizeof(uint32_t) + u64map_memory(e->pair_of) + graph_memory(e->graph);
}

void engine_stats(const struct engine *e, struct engine_stats *out)
{
	struct index_counts counts;
	index_counts(e->index, &counts);
	*out = (struct engine_stats){
		.seq = e->seq, .now_ms = e->now_ms, .events = e->n_events, .accounts = e->n_accounts, .values = counts.values,
		.postings = counts.postings, .pairs = e->n_pairs, .clusters = graph_clusters(e->graph), .hubs = counts.hubs,
		.candidates = e->candidates, .rescored = e->rescored,
		.waiting = waiting_count(e),
		.limits_hit = e->limits_hit + counts.limits_hit + graph_limits_hit(e->graph),
		.memory_index = counts.memory,
		.memory_pairs = memory_of_links(e),
	};
	out->memory_total = out->memory_index + out->memory_pairs + strtab_memory(e->names) +
			    e->accounts.cap * sizeof(struct account);
	memcpy(out->links, e->in_band, sizeof(out->links));
	count_alerts(e, out);
}

uint64_t engine_policy_hits(const struct engine *e, unsigned policy)
{
	return e->reach[policy].opened;
}
