/* One link: the sum from the prior over every item, what speaks against it, and what it would be without each item. */
#include "parts.h"

#include <stdio.h>

#include "daemon/base/clock.h"

static const struct column waterfall_columns[] = {
	{ "item", "Evidence", COLUMN_TEXT }, { "family", "Family", COLUMN_WORD }, { "holders", "Holders", COLUMN_NUMBER },
	{ "network", "Network", COLUMN_WORD }, { "bits", "Bits", COLUMN_BITS }, { "sum", "Sum", COLUMN_BITS },
};
static const struct column uses_columns[] = {
	{ "item", "Evidence", COLUMN_TEXT }, { "a_first", "A from", COLUMN_DAY }, { "a_last", "A to", COLUMN_DAY },
	{ "b_first", "B from", COLUMN_DAY }, { "b_last", "B to", COLUMN_DAY }, { "apart", "Apart", COLUMN_WORD },
};
static const struct column without_columns[] = {
	{ "item", "Without", COLUMN_TEXT }, { "score", "Score", COLUMN_NUMBER }, { "band", "Band", COLUMN_WORD },
};

/* The rule's sentence holds names and the value; others than the analyst read what it is about. */
static struct bytes item_name(struct dossier *d, const struct evidence_view *item)
{
	if (dossier_is_open(d) && item->sentence.len > 0)
		return item->sentence;
	return item->kind_title.len > 0 ? item->kind_title : item->rule_title.len > 0 ? item->rule_title : item->rule;
}

static struct section *begin(struct dossier *d, const struct why_view *why, const char *key, const char *title)
{
	struct bytes a = dossier_name(d, why->link.a), b = dossier_name(d, why->link.b), whole = bytes_of(title);
	struct section *s;

	if (d->subject->kind != DOSSIER_OF_PAIR)
		whole = bytes_of(arena_printf(d->arena, "%s: %.*s and %.*s", title, BYTES_ARG(a), BYTES_ARG(b)));
	s = section_new(d, key, whole);
	s->about[0] = a;
	s->about[1] = b;
	return s;
}

static void say_link(struct dossier *d, struct section *s, const struct why_view *why)
{
	const struct link_view *link = &why->link;
	struct bytes a = dossier_name(d, link->a), b = dossier_name(d, link->b);
	char shown[64] = "no link: too little evidence";

	if (link->band != BAND_NONE || link->state != LINK_SUSPECTED)
		snprintf(shown, sizeof(shown), "%s, %s", band_names[link->band], link_state_names[link->state]);
	section_say(d, s, "%.*s and %.*s: score %d of 1000 (%s).", BYTES_ARG(a), BYTES_ARG(b), link->score, shown);
	if (link->computed != link->score)
		section_say(d, s, "From the evidence alone the score is %d.", link->computed);
	if (why->listed >= 0 && why->listed != link->score)
		section_say(d, s, "Lists and alerts go by %d, as it was read on %.*s; this is how it reads now.", why->listed,
			    BYTES_ARG(dossier_day(d, why->listed_ms)));
	if (link->families.len > 0)
		section_say(d, s, "The evidence is of these families: %.*s.", BYTES_ARG(link->families));
	if (link->first_ms > 0)
		section_say(d, s, "Their link goes back to %.*s; its evidence was last read on %.*s.",
			    BYTES_ARG(dossier_day(d, link->first_ms)), BYTES_ARG(dossier_day(d, link->last_ms)));
	if (why->n_items == 0)
		section_say(d, s, "Nothing is known that both hold.");
}

static void add_waterfall_row(struct section *s, struct bytes name, int32_t bits_mb, int32_t sum_mb)
{
	section_text(s, name);
	section_none(s);
	section_none(s);
	section_none(s);
	section_number(s, bits_mb);
	section_number(s, sum_mb);
}

static void add_waterfall(struct dossier *d, const struct why_view *why)
{
	struct section *s = begin(d, why, "waterfall", "How the score comes about");
	int32_t sum_mb = why->prior_mb;

	SECTION_COLUMNS(s, waterfall_columns);
	s->is_waterfall = true;
	say_link(d, s, why);
	add_waterfall_row(s, why->is_fitted ? BYTES_LIT("Before any evidence: any two accounts that meet at all") :
			  bytes_of(arena_printf(d->arena, "Before any evidence: any two of %u accounts", why->accounts)), sum_mb, sum_mb);
	for (unsigned i = 0; i < why->n_items; i++) {
		const struct evidence_view *item = &why->items[i];

		section_text(s, item_name(d, item));
		section_text(s, item->family);
		if (item->holders > 0)
			section_number(s, item->holders);
		else
			section_none(s);
		section_text(s, item->has_network ? bytes_of(network_kind_names[item->network]) : BYTES_NONE);
		section_number(s, item->counted_mb);
		section_number(s, sum_mb += item->counted_mb);
	}
	if (sum_mb != why->sum_mb) /* caps of families */
		add_waterfall_row(s, BYTES_LIT("Limits of families"), why->sum_mb - sum_mb, why->sum_mb);
	if (why->scale_a_milli != 1000 || why->shift_b_mb != 0)
		section_say(d, s, "The score is read at %d.%03d times the sum, shifted by %d/1000 bit.", why->scale_a_milli / 1000,
			    why->scale_a_milli % 1000, why->shift_b_mb);
}

static void add_uses(struct dossier *d, const struct why_view *why)
{
	struct section *s = begin(d, why, "uses", "Who used what, and when");
	char apart[32];

	SECTION_COLUMNS(s, uses_columns);
	section_say(d, s, "A is %.*s, B is %.*s.", BYTES_ARG(s->about[0]), BYTES_ARG(s->about[1]));
	for (unsigned i = 0; i < why->n_items; i++) {
		const struct evidence_view *item = &why->items[i];

		if (item->a_first_ms == 0)
			continue;
		section_text(s, item_name(d, item));
		section_time(s, item->a_first_ms);
		section_time(s, item->a_last_ms);
		section_time(s, item->b_first_ms);
		section_time(s, item->b_last_ms);
		section_text(s, item->gap_ms == 0 ? BYTES_NONE :
			     arena_bytes(d->arena, bytes_of(time_duration_text(item->gap_ms, apart, sizeof(apart)))));
	}
	if (section_rows(s) == 0)
		section_say(d, s, "No value is held by both.");
}

static const struct column said_columns[] = {
	{ "item", "Value", COLUMN_TEXT }, { "at", "Day", COLUMN_DAY }, { "actor", "By", COLUMN_TEXT }, { "text", "Note", COLUMN_TEXT },
};

static void add_notes(struct dossier *d, struct section *s, struct bytes item, const struct note_view *notes, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct bytes range = notes[i].range;
		section_text(s, range.len == 0 ? item : bytes_of(arena_printf(d->arena, "%.*s, in %.*s", BYTES_ARG(item), BYTES_ARG(range))));
		section_time(s, notes[i].ts_ms);
		section_text(s, notes[i].actor);
		section_text(s, notes[i].text);
	}
}

static struct bytes ignored_name(struct dossier *d, const struct ignored_view *value)
{
	return bytes_of(arena_printf(d->arena, "%.*s %.*s", BYTES_ARG(value->kind_title), BYTES_ARG(value->shown)));
}

/* What people wrote about the values is for those who wrote it. */
static void add_said(struct dossier *d, const struct why_view *why)
{
	unsigned n = 0;

	for (unsigned i = 0; i < why->n_items; i++)
		n += why->items[i].n_said;
	for (unsigned i = 0; i < why->n_ignored; i++)
		n += why->ignored[i].n_said;
	if (n == 0 || !dossier_is_open(d))
		return;
	struct section *s = begin(d, why, "notes", "What people noted of the values");
	SECTION_COLUMNS(s, said_columns);
	for (unsigned i = 0; i < why->n_items; i++)
		add_notes(d, s, item_name(d, &why->items[i]), why->items[i].said, why->items[i].n_said);
	for (unsigned i = 0; i < why->n_ignored; i++)
		add_notes(d, s, ignored_name(d, &why->ignored[i]), why->ignored[i].said, why->ignored[i].n_said);
}

/* Values that both hold and people marked: everybody may know that they are left out, and as what. */
static void say_ignored(struct dossier *d, struct section *s, const struct why_view *why)
{
	for (unsigned i = 0; i < why->n_ignored; i++) {
		const struct ignored_view *value = &why->ignored[i];
		struct bytes name = ignored_name(d, value);

		if (dossier_is_open(d))
			section_say(d, s, "Both hold %.*s: %.*s.", BYTES_ARG(name), BYTES_ARG(value->reason));
		else
			section_say(d, s, "Both hold one more value (%.*s), which counts nothing: it was marked as %.*s.",
				    BYTES_ARG(value->kind_title), BYTES_ARG(value->mark.word));
	}
}

static void add_against(struct dossier *d, const struct why_view *why)
{
	struct section *s = begin(d, why, "against", "What speaks against it");
	const struct link_view *link = &why->link;

	if (link->explained_by.len > 0)
		section_say(d, s, "The two declared a relation that explains it: %.*s.", BYTES_ARG(link->explained_by));
	if (link->state == LINK_CLEARED || link->state == LINK_WITHDRAWN)
		section_say(d, s, "The link is %s.", link_state_names[link->state]);
	if (link->reason.len > 0 && dossier_is_open(d))
		section_say(d, s, "On record: %.*s.", BYTES_ARG(link->reason));
	if (why->blocked.len > 0)
		section_say(d, s, "It joins no cluster: %.*s.", BYTES_ARG(why->blocked));
	for (unsigned i = 0; i < why->n_items; i++) {
		const struct evidence_view *item = &why->items[i];
		struct bytes name = item_name(d, item);
		int cb = ((item->counted_mb < 0 ? -item->counted_mb : item->counted_mb) + 5) / 10;

		if (item->counted_mb < 0)
			section_say(d, s, "%.*s: %d.%02d bits against.", BYTES_ARG(name), cb / 100, cb % 100);
		else if (item->note.len > 0)
			section_say(d, s, "%.*s: %.*s.", BYTES_ARG(name), BYTES_ARG(item->note));
	}
	say_ignored(d, s, why);
	if (s->sentences.n == 0)
		section_say(d, s, "Nothing that is known.");
}

static void add_counterfactuals(struct dossier *d, const struct why_view *why)
{
	struct section *s = begin(d, why, "counterfactuals", "What it would be without");
	int least = 1000;

	SECTION_COLUMNS(s, without_columns);
	for (unsigned i = 0; i < why->n_items; i++) {
		const struct evidence_view *item = &why->items[i];

		section_text(s, item_name(d, item));
		section_number(s, item->without_score);
		section_text(s, bytes_of(band_names[dossier_band(d, item->without_score)]));
		least = item->without_score < least ? item->without_score : least;
	}
	if (why->n_items == 0)
		section_say(d, s, "There is nothing to leave out.");
	else if (dossier_band(d, least) == dossier_band(d, why->link.computed))
		section_say(d, s, "It rests on no single item: without any one of them it stays %s, at %d or more.",
			    band_names[dossier_band(d, least)], least);
	else
		section_say(d, s, "It rests on single items: without one of them it falls to %d (%s).", least,
			    band_names[dossier_band(d, least)]);
}

void dossier_link(struct dossier *d, const struct why_view *why)
{
	add_waterfall(d, why);
	add_uses(d, why);
	add_against(d, why);
	add_counterfactuals(d, why);
	add_said(d, why);
	if (why->n_path > 0)
		dossier_links(d, "path", "The strongest way from one to the other over others", why->path, why->n_path);
}

void dossier_of_pair(struct dossier *d)
{
	const struct dossier_account *accounts = d->subject->accounts;
	const struct history_view *histories[] = { &accounts[0].history, &accounts[1].history };
	const struct why_view *why = d->subject->whys;
	struct section *s;

	d->title = bytes_of(arena_printf(d->arena, "Accounts %.*s and %.*s", BYTES_ARG(accounts[0].view.name),
					 BYTES_ARG(accounts[1].view.name)));
	s = section_new(d, "summary", BYTES_LIT("Summary"));
	say_link(d, s, why);
	if (why->link.explained_by.len > 0)
		section_say(d, s, "A declared relation explains it: %.*s.", BYTES_ARG(why->link.explained_by));
	for (unsigned i = 0; i < 2; i++)
		if (accounts[i].view.is_closed)
			section_say(d, s, "%.*s is closed.", BYTES_ARG(accounts[i].view.name));
	dossier_link(d, why);
	dossier_relations(d, accounts, 2);
	dossier_alerts(d, accounts, 2);
	dossier_timeline(d, histories, 2);
}
