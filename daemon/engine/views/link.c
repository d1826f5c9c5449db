/* Links as people and programs see them; the waterfall behind one. */
#include "daemon/engine/state/accounts.h"

#include <stdlib.h>

#include "daemon/base/best.h"
#include "daemon/base/clock.h"

#include "daemon/engine/evidence/support.h"
#include "daemon/engine/pairs/changes.h"
#include "daemon/engine/pairs/pairs.h"
#include "daemon/engine/pairs/verdicts.h"
#include "daemon/engine/state/marks.h"
#include "daemon/engine/state/pair_table.h"
#include "daemon/engine/state/weights.h"
#include "paths.h"
#include "views.h"

struct bytes view_families(const struct engine *e, uint16_t families, struct arena *a)
{
	struct text text = { 0 };
	for (unsigned i = 0; i < e->rules->n_families; i++) {
		if (!(families >> i & 1))
			continue;
		text_adds(&text, text.len > 0 ? ", " : "");
		text_add(&text, e->rules->families[i]);
	}
	struct bytes out = arena_bytes(a, text_bytes(&text));
	text_free(&text);
	return out;
}

/* Why it is what it is: the verdict, what took the evidence away, or the verdict that new evidence came after. */
static struct bytes view_reason(const struct engine *e, const struct pair *pair, struct arena *a)
{
	const struct verdict *verdict = verdict_of(e, pair->a, pair->b);
	if (pair->state == LINK_WITHDRAWN) {
		const struct change *change = change_of_link(e, pair->a, pair->b);
		return change != NULL ? change_reason(e, change, a) : BYTES_NONE;
	}
	if (verdict == NULL || pair->state == LINK_JOINT)
		return BYTES_NONE;
	struct said said;
	char day[TIME_TEXT_SIZE];
	said_read(e, verdict->said, &said);
	time_format(verdict->ts_ms, day);
	int32_t gained_cb = (pair->strength_mb - verdict->strength_mb) / 10;
	const char *again = !(pair->flags & PAIR_REOPENED) ? "" :
		arena_printf(a, "; reopened: its evidence is now worth %d.%02d bits more", gained_cb / 100, gained_cb % 100);
	return bytes_of(arena_printf(a, "judged %.*s%s%.*s on %.10s%s%.*s%s", BYTES_ARG(said.value), said.actor.len ? " by " : "",
				     BYTES_ARG(said.actor), day, said.reason.len ? ": " : "", BYTES_ARG(said.reason), again));
}

void view_link(const struct engine *e, const struct pair *pair, uint32_t asked, struct arena *a, struct link_view *out)
{
	struct bytes x = account_name(e, pair->a), y = account_name(e, pair->b);
	bool is_swapped = asked == NONE ? bytes_cmp(x, y) > 0 : asked == pair->b;
	*out = (struct link_view){
		.a = is_swapped ? y : x, .b = is_swapped ? x : y, .score = pair->score, .computed = pair->computed,
		.strength_mb = pair->strength_mb, .state = pair->state, .band = score_band(e, pair->score),
		.first_ms = pair->first_ms, .last_ms = pair->last_ms, .explained_by = BYTES_NONE, .reason = BYTES_NONE,
		.families = a != NULL ? view_families(e, pair->families, a) : BYTES_NONE,
	};
	if (a != NULL) {
		out->reason = view_reason(e, pair, a);
		out->because = view_link_cause(e, pair, a);
	}
	if (pair->explained > 0)
		out->explained_by = e->rules->relations[pair->explained - 1].name;
}

static int compare_links(const void *x, const void *y)
{
	const struct link_view *a = x, *b = y;
	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return bytes_cmp(a->b, b->b);
}

unsigned view_links(const struct engine *e, uint32_t account, int min, struct arena *a, struct link_view **out)
{
	const struct account *acc = &e->accounts.at[account];
	unsigned n = 0;
	*out = ARENA_ARRAY(a, struct link_view, acc->n_pairs + 1);
	for (uint32_t i = 0; i < acc->n_pairs; i++) {
		const struct pair *pair = &e->pairs.at[acc->pairs[i]];
		if (pair->score >= min || pair->flags & (PAIR_JOINT | PAIR_CONFIRMED | PAIR_NOT_SAME | PAIR_CLEAN) ||
		    pair->state == LINK_WITHDRAWN)
			view_link(e, pair, account, a, &(*out)[n++]);
	}
	qsort(*out, n, sizeof(**out), compare_links);
	return n;
}

/* Why it counts less, as a word and as people read it. */
struct note_text { const char *word, *text; };

static struct note_text note_of(const struct evidence *item)
{
	static const struct note_text texts[] = {
		[NOTE_RECYCLED] = { "recycled", "recycled address: disjoint use, " },
		[NOTE_GENERIC] = { "generic", "too many hold it: at most 0 bits" },
		[NOTE_FURTHER] = { "further", "same family as stronger evidence: counts in part" },
		[NOTE_LITTLE_COVERAGE] = { "little_coverage", "only a small part of their use: counts less" },
	};
	if (item->note != NOTE_NONE)
		return texts[item->note];
	if (item->raw_mb == 0 && item->signal != NULL && item->token != NONE)
		return (struct note_text){ "nothing_alone", "says nothing by itself" };
	if (item->raw_mb <= 0 && item->signal != NULL && item->token == NONE)
		return (struct note_text){ "common", "too common to count" };
	if (item->counted_mb == 0 && item->token == NONE)
		return (struct note_text){ "supports_only", "supports only: nothing else to support" };
	return (struct note_text){ "", "" };
}

static void view_note(const struct evidence *item, struct arena *a, struct evidence_view *out)
{
	struct note_text note = note_of(item);
	char gap[32];
	out->note_word = bytes_of(note.word);
	out->note = bytes_of(note.text);
	if (item->note == NOTE_RECYCLED)
		out->note = bytes_of(arena_printf(a, "%s%s apart", note.text, time_duration_text((int64_t)item->gap_s * 1000, gap, sizeof(gap))));
}

static void view_signal(const struct engine *e, const struct evidence *item, struct arena *a, struct evidence_view *out)
{
	const struct kind *kind = &e->rules->kinds.rows[item->signal->kind];
	out->kind = kind->name;
	out->kind_title = kind->title;
	out->shown = index_shown(e->index, item->value);
	out->key = index_value(e->index, item->value)->key;
	out->has_network = kind->is_network || item->signal->requires >= 0;
	view_note(item, a, out);
	out->a_first_ms = (int64_t)item->a->first_s * 1000;
	out->a_last_ms = (int64_t)item->a->last_s * 1000;
	out->b_first_ms = (int64_t)item->b->first_s * 1000;
	out->b_last_ms = (int64_t)item->b->last_s * 1000;
	out->gap_ms = (int64_t)item->gap_s * 1000;
	const struct attr attr = mark_attr(e, item->value);
	out->n_said = view_notes(e, &attr, a, &out->said);
}

struct viewing { const struct engine *e; const struct pair *pair; const struct weighing *w; struct arena *arena; };

static void view_evidence(const struct viewing *v, const struct evidence *item, struct evidence_view *out)
{
	const struct engine *e = v->e;
	int family = e->plan.rules[item->rule].family;
	*out = (struct evidence_view){
		.rule = evidence_head(item)->id, .rule_title = evidence_head(item)->title,
		.family = family >= 0 ? e->rules->families[family] : BYTES_LIT("comparison"),
		.kind = BYTES_NONE, .kind_title = BYTES_NONE, .shown = BYTES_NONE, .note = BYTES_NONE, .note_word = BYTES_NONE, .raw_mb = item->raw_mb,
		.counted_mb = item->counted_mb, .without_score = weigh_without(e, v->w, item), .holders = item->holders,
		.network = item->network, .sentence = view_sentence(e, v->pair, item, v->arena),
		.told = { view_told(e, item, item->a, v->arena), view_told(e, item, item->b, v->arena) },
	};
	view_said_apart(e, v->pair, item, v->arena, out);
	out->without_band = score_band(e, out->without_score);
	if (item->signal != NULL) {
		view_signal(e, item, v->arena, out);
	} else if (item->compare != NULL) {
		out->kind = e->rules->kinds.rows[item->compare->kind].name;
		out->kind_title = e->rules->kinds.rows[item->compare->kind].title;
	}
}

static int compare_items(const void *x, const void *y)
{
	const struct evidence_view *a = x, *b = y;
	bool a_against = a->raw_mb < 0, b_against = b->raw_mb < 0;
	if (a_against != b_against)
		return a_against ? 1 : -1;
	if (a->counted_mb != b->counted_mb)
		return a->counted_mb > b->counted_mb ? -1 : 1;
	if (a->raw_mb != b->raw_mb)
		return a->raw_mb > b->raw_mb ? -1 : 1;
	int by_rule = bytes_cmp(a->rule, b->rule);
	return by_rule != 0 ? by_rule : bytes_cmp(a->shown, b->shown);
}

static struct bytes view_blocked(const struct engine *e, const struct pair *pair)
{
	uint32_t x = graph_cluster_of(e->graph, pair->a), y = graph_cluster_of(e->graph, pair->b);
	if (pair->state != LINK_SUSPECTED || pair->score < e->rules->scoring.cluster_link || (x == y && x != GRAPH_NONE))
		return BYTES_NONE;
	return BYTES_LIT("held apart: one link alone does not join a cluster (guard against chaining)");
}

/* Over others, where the link of the two is weaker than that or none. */
static void view_path(const struct engine *e, const struct pair *ends, struct arena *a, struct why_view *out)
{
	uint32_t path[PATH_LINKS_MAX + 1];
	unsigned n = path_between(e, ends->a, ends->b, path);
	if (n < 3)
		return;
	out->path = ARENA_ARRAY(a, struct link_view, n);
	for (unsigned i = 0; i + 1 < n; i++)
		view_link(e, pair_find(e, path[i], path[i + 1]), path[i], a, &out->path[out->n_path++]);
}

enum err engine_why(const struct engine *e, struct bytes a_name, struct bytes b_name, struct arena *a, struct why_view *out)
{
	uint32_t x = account_find(e, a_name), y = account_find(e, b_name);
	if (x == NONE || y == NONE || x == y)
		return ERR_NOTFOUND;
	struct weighing *w = arena_zalloc(a, sizeof(*w));
	weigh_fully(e, x < y ? x : y, x < y ? y : x, w);
	const struct pair *stored = pair_find(e, x, y);
	struct pair fresh = { .a = x < y ? x : y, .b = x < y ? y : x, .computed = (int16_t)w->computed,
			      .score = (int16_t)w->computed, .strength_mb = w->strength_mb, .families = w->families };
	if (stored != NULL) {
		fresh.flags = stored->flags;
		fresh.first_ms = stored->first_ms;
		fresh.last_ms = stored->last_ms;
	}
	pair_assess(e, &fresh);
	bool is_table = e->rules->table.is_given;
	*out = (struct why_view){ .prior_mb = w->prior_mb, .sum_mb = w->sum_mb, .n_items = w->n + w->n_limits,
				  .scale_a_milli = is_table ? 1000 : (int32_t)e->rules->scoring.scale_a_milli,
				  .shift_b_mb = is_table ? 0 : e->rules->scoring.shift_b_mb, .is_fitted = is_table,
				  .accounts = (unsigned)weights_population(e->weights), .blocked = view_blocked(e, &fresh),
				  .listed = stored != NULL ? stored->score : -1, .listed_ms = stored != NULL ? stored->last_ms : 0 };
	view_link(e, &fresh, fresh.a, a, &out->link);
	out->items = ARENA_ARRAY(a, struct evidence_view, out->n_items + 1);
	view_standing(e, &fresh, a, out);
	view_path(e, &fresh, a, out);
	view_ignored(e, fresh.a, fresh.b, a, out);
	struct viewing v = { e, &fresh, w, a };
	for (unsigned i = 0; i < w->n; i++)
		view_evidence(&v, &w->items[i], &out->items[i]);
	for (unsigned i = 0; i < w->n_limits; i++)
		view_evidence(&v, &w->limits[i], &out->items[w->n + i]);
	qsort(out->items, out->n_items, sizeof(*out->items), compare_items);
	return ERR_OK;
}

/* Names are compared among equals only. */
struct ranked_link { int score; int32_t strength_mb; uint32_t pair; struct bytes a, b; };

/* Strongest first, then by what evidence alone gives, then by name. */
static int compare_ranked_links(const void *x, const void *y)
{
	const struct ranked_link *a = x, *b = y;
	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	if (a->strength_mb != b->strength_mb)
		return a->strength_mb > b->strength_mb ? -1 : 1;
	int by_a = bytes_cmp(a->a, b->a);
	return by_a != 0 ? by_a : bytes_cmp(a->b, b->b);
}

static void offer_link(const struct engine *e, uint32_t at, struct best *best)
{
	const struct pair *pair = &e->pairs.at[at];
	if (best->n > 0 && best->n == best->room && pair->score < ((const struct ranked_link *)best->at)->score)
		return; /* weaker than the last: its names are not fetched */
	struct bytes x = account_name(e, pair->a), y = account_name(e, pair->b);
	bool is_swapped = bytes_cmp(x, y) > 0;
	struct ranked_link row = { pair->score, pair->strength_mb, at, is_swapped ? y : x, is_swapped ? x : y };
	best_offer(best, &row);
}

void engine_strongest_links(const struct engine *e, const struct link_query *query, struct arena *a, struct link_list *out)
{
	struct best best = { .size = sizeof(struct ranked_link), .room = query->max, .order = compare_ranked_links };
	*out = (struct link_list){ 0 };
	for (uint32_t i = 0; i < e->pairs.n; i++) {
		if (e->pairs.at[i].a == NONE || e->pairs.at[i].score < query->min_score)
			continue;
		out->total++;
		offer_link(e, i, &best);
	}
	best_sort(&best);
	out->n = (unsigned)best.n;
	out->at = ARENA_ARRAY(a, struct link_view, best.n + 1);
	for (size_t i = 0; i < best.n; i++)
		view_link(e, &e->pairs.at[((const struct ranked_link *)best.at)[i].pair], NONE, a, &out->at[i]);
	best_free(&best);
}

struct export_row { uint32_t pair; struct bytes a, b; };

static int compare_rows(const void *x, const void *y)
{
	const struct export_row *a = x, *b = y;
	int by_a = bytes_cmp(a->a, b->a);
	return by_a != 0 ? by_a : bytes_cmp(a->b, b->b);
}

void engine_each_link(const struct engine *e, int min_score, link_fn *fn, void *arg)
{
	struct VEC(struct export_row) rows = { 0 };
	for (size_t i = 0; i < e->pairs.n; i++) {
		const struct pair *pair = &e->pairs.at[i];
		if (pair->a == NONE || pair->score < min_score || !pair_counts(e, pair))
			continue; /* of one below the floor histories tell alone */
		struct bytes x = account_name(e, pair->a), y = account_name(e, pair->b);
		bool is_swapped = bytes_cmp(x, y) > 0;
		struct export_row row = { (uint32_t)i, is_swapped ? y : x, is_swapped ? x : y };
		VEC_PUSH(&rows, row);
	}
	if (rows.n > 0)
		qsort(rows.at, rows.n, sizeof(*rows.at), compare_rows);
	for (size_t i = 0; i < rows.n; i++) {
		struct link_view link;
		view_link(e, &e->pairs.at[rows.at[i].pair], NONE, NULL, &link);
		fn(arg, &link);
	}
	VEC_FREE(&rows);
}
