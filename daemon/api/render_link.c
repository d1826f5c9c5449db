/* A link, and why: the waterfall from the prior over every item of evidence to the score. */
#include "daemon/base/vec.h"
#include "render.h"

void render_link(struct text *out, const struct link_view *link)
{
	json_open_object(out);
	json_member_string(out, "a", link->a);
	json_member_string(out, "b", link->b);
	json_member_int(out, "score", link->score);
	json_member_int(out, "computed", link->computed);
	json_member_string(out, "band", bytes_of(band_names[link->band]));
	json_member_string(out, "state", bytes_of(link_state_names[link->state]));
	render_optional(out, "explained_by", link->explained_by);
	render_optional(out, "reason", link->reason);
	render_because(out, link->because);
	if (link->is_bridge)
		json_member_bool(out, "is_bridge", true);
	json_member_milli(out, "bits", link->strength_mb);
	json_member_string(out, "families", link->families);
	render_optional_time(out, "first", link->first_ms);
	render_optional_time(out, "last", link->last_ms);
	json_close_object(out);
}

static void render_uses(struct text *out, const char *key, int64_t first_ms, int64_t last_ms)
{
	json_key(out, key);
	json_open_object(out);
	render_optional_time(out, "first", first_ms);
	render_optional_time(out, "last", last_ms);
	json_close_object(out);
}

/* What the sentence is made of, beside the members that the item has in any case. */
static void render_apart(struct text *out, const struct evidence_view *item)
{
	json_member_string(out, "explain", item->explain);
	if (item->agreement.len > 0)
		json_member_string(out, "agreement", item->agreement);
	if (item->n_common > 0)
		render_strings(out, "common", item->common, item->n_common);
	if (item->n_found == 0)
		return;
	json_key(out, "found");
	json_open_array(out);
	for (unsigned i = 0; i < item->n_found; i++) {
		const struct found_view *found = &item->found[i];
		const struct { const char *key; struct bytes text; } range[] = { { "from", found->from }, { "to", found->to }, { "word", found->word } };
		json_open_object(out);
		json_member_string(out, "say", found->say);
		for (unsigned k = 0; k < ARRAY_LEN(range); k++)
			if (range[k].text.len > 0)
				json_member_string(out, range[k].key, range[k].text);
		json_close_object(out);
	}
	json_close_array(out);
}

static void render_evidence(struct text *out, const struct evidence_view *item)
{
	json_open_object(out);
	json_member_string(out, "rule", item->rule);
	json_member_string(out, "rule_title", item->rule_title);
	render_optional(out, "family", item->family);
	json_member_string(out, "kind", item->kind);
	json_member_string(out, "title", item->kind_title);
	render_optional(out, "shown", item->shown);
	render_key(out, item->key);
	json_member_milli(out, "bits", item->counted_mb);
	json_member_milli(out, "bits_alone", item->raw_mb);
	json_member_int(out, "without", item->without_score);
	json_member_int(out, "holders", item->holders);
	render_optional(out, "network", item->has_network ? bytes_of(network_kind_names[item->network]) : BYTES_NONE);
	render_uses(out, "a", item->a_first_ms, item->a_last_ms);
	render_uses(out, "b", item->b_first_ms, item->b_last_ms);
	json_member_int(out, "gap_ms", item->gap_ms);
	json_member_string(out, "sentence", item->sentence);
	render_apart(out, item);
	render_optional(out, "note", item->note);
	render_optional(out, "note_word", item->note_word);
	render_notes(out, item->said, item->n_said);
	json_close_object(out);
}

struct family_sum { struct bytes family; int32_t bits_mb; };
struct family_sums VEC(struct family_sum);

static void add_to_family(struct family_sums *sums, const struct evidence_view *item)
{
	size_t i = 0;

	while (i < sums->n && !bytes_eq(sums->at[i].family, item->family))
		i++;
	if (i == sums->n)
		VEC_PUSH(sums, ((struct family_sum){ .family = item->family }));
	sums->at[i].bits_mb += item->counted_mb;
}

/* A few, and those of equal bits stay in the order of the evidence. */
static void most_bits_first(struct family_sums *sums)
{
	for (size_t i = 1; i < sums->n; i++) {
		struct family_sum moved = sums->at[i];
		size_t k = i;

		for (; k > 0 && sums->at[k - 1].bits_mb < moved.bits_mb; k--)
			sums->at[k] = sums->at[k - 1];
		sums->at[k] = moved;
	}
}

/* Items of one family are read together: one may take back what another says of the same thing. */
static void render_families(struct text *out, const struct why_view *why)
{
	struct family_sums sums = { 0 };

	for (unsigned i = 0; i < why->n_items; i++)
		add_to_family(&sums, &why->items[i]);
	most_bits_first(&sums);
	json_key(out, "families");
	json_open_array(out);
	for (size_t i = 0; i < sums.n; i++) {
		json_open_object(out);
		render_optional(out, "family", sums.at[i].family);
		json_member_milli(out, "bits", sums.at[i].bits_mb);
		json_close_object(out);
	}
	json_close_array(out);
	VEC_FREE(&sums);
}

/* What the reason is made of. */
static void render_marking(struct text *out, const struct mark_view *mark)
{
	json_key(out, "marked");
	json_open_object(out);
	render_optional(out, "range", mark->range);
	render_optional(out, "actor", mark->actor);
	render_optional(out, "reason", mark->reason);
	render_optional_time(out, "at", mark->ts_ms);
	json_close_object(out);
}

static void render_ignored(struct text *out, const struct ignored_view *value)
{
	json_open_object(out);
	json_member_string(out, "kind", value->kind);
	json_member_string(out, "title", value->kind_title);
	json_member_string(out, "shown", value->shown);
	render_key(out, value->key);
	json_member_int(out, "holders", value->holders);
	json_member_string(out, "mark", value->mark.word);
	render_marking(out, &value->mark);
	json_member_string(out, "reason", value->reason);
	render_notes(out, value->said, value->n_said);
	json_close_object(out);
}

static void render_standing(struct text *out, const struct why_view *why, const struct alert_view *standing, unsigned n)
{
	json_key(out, "is_closed");
	json_open_object(out);
	json_member_bool(out, "a", why->a_is_closed);
	json_member_bool(out, "b", why->b_is_closed);
	json_close_object(out);
	render_alerts(out, standing, n);
}

void render_why(struct text *out, const struct why_view *why, const struct alert_view *standing, unsigned n_standing)
{
	json_open_object(out);
	json_key(out, "link");
	render_link(out, &why->link);
	json_key(out, "listed");
	if (why->listed >= 0)
		json_int(out, why->listed);
	else
		json_null(out);
	render_optional_time(out, "listed_at", why->listed_ms);
	json_member_int(out, "accounts", why->accounts);
	json_member_bool(out, "fitted", why->is_fitted);
	json_member_milli(out, "prior_bits", why->prior_mb);
	json_key(out, "evidence");
	json_open_array(out);
	for (unsigned i = 0; i < why->n_items; i++)
		render_evidence(out, &why->items[i]);
	json_close_array(out);
	render_families(out, why);
	json_member_milli(out, "sum_bits", why->sum_mb);
	json_member_milli(out, "scale", why->scale_a_milli);
	json_member_milli(out, "shift_bits", why->shift_b_mb);
	render_optional(out, "blocked", why->blocked);
	render_standing(out, why, standing, n_standing);
	json_key(out, "ignored");
	json_open_array(out);
	for (unsigned i = 0; i < why->n_ignored; i++)
		render_ignored(out, &why->ignored[i]);
	json_close_array(out);
	json_key(out, "path");
	json_open_array(out);
	for (unsigned i = 0; i < why->n_path; i++)
		render_link(out, &why->path[i]);
	json_close_array(out);
	render_sentences(out, why);
	json_close_object(out);
}
