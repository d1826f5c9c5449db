/* Why two accounts are linked, as sentences to paste; and what the owner of one of them may be told.
 * I1: for the owner nothing is said of the other account but that there is one: no name, no value, no time, no score, no rule. */
#include "render.h"

#include <stdlib.h>

#include "daemon/base/clock.h"

static void add_bits(struct text *t, int32_t mb)
{
	text_addf(t, "%s%d.%02d bits", mb < 0 ? "-" : "+", abs(mb) / 1000, abs(mb) % 1000 / 10);
}

/* One sentence, and empties. */
static void end_sentence(struct text *out, struct text *sentence)
{
	json_string(out, text_bytes(sentence));
	text_clear(sentence);
}

static void add_names(struct text *s, const struct link_view *link)
{
	text_addf(s, "%.*s and %.*s", BYTES_ARG(link->a), BYTES_ARG(link->b));
}

static void say_score(struct text *out, struct text *s, const struct why_view *why)
{
	const struct link_view *link = &why->link;
	add_names(s, link);
	if (link->band == BAND_NONE && link->state == LINK_SUSPECTED)
		text_addf(s, " are not linked: a score of %d of 1000 is too little.", link->computed);
	else
		text_addf(s, " are linked with a score of %d of 1000 (%s).", link->score, band_names[link->band]);
	end_sentence(out, s);
	if (why->is_fitted) {
		text_addf(s, "Of a thousand pairs with such evidence about %d are of one operator.", link->computed);
		end_sentence(out, s);
	}
}

static void say_state(struct text *out, struct text *s, const struct link_view *link)
{
	if (link->state == LINK_EXPLAINED)
		text_addf(s, "A declared relation explains the link: %.*s.", BYTES_ARG(link->explained_by));
	else if (link->state == LINK_JOINT)
		text_addf(s, "The two are declared joint; the evidence alone gives %d.", link->computed);
	else if (link->state != LINK_SUSPECTED || link->reason.len > 0)
		text_addf(s, "The link is %s%s%.*s.", link_state_names[link->state], link->reason.len > 0 ? ": " : "", BYTES_ARG(link->reason));
	else
		return;
	end_sentence(out, s);
}

static void add_uses(struct text *s, const char *before, struct bytes account, int64_t first_ms, int64_t last_ms)
{
	char first[TIME_TEXT_SIZE], last[TIME_TEXT_SIZE];
	time_format(first_ms, first);
	time_format(last_ms, last);
	text_addf(s, "%s%.*s from %.10s to %.10s", before, BYTES_ARG(account), first, last);
}

static void say_notes(struct text *out, struct text *s, const struct note_view *notes, unsigned n)
{
	char day[TIME_TEXT_SIZE];
	for (unsigned i = 0; i < n; i++) {
		struct bytes of = notes[i].range.len > 0 ? notes[i].range : BYTES_LIT("it");
		time_format(notes[i].ts_ms, day);
		text_addf(s, "Noted of %.*s%s%.*s on %.10s: %.*s.", BYTES_ARG(of), notes[i].actor.len > 0 ? " by " : "", BYTES_ARG(notes[i].actor), day,
			  BYTES_ARG(notes[i].text));
		end_sentence(out, s);
	}
}

static void say_item(struct text *out, struct text *s, const struct why_view *why, const struct evidence_view *item)
{
	char gap[32];
	text_add(s, item->sentence.len > 0 ? item->sentence : item->rule_title);
	if (item->a_first_ms > 0) {
		add_uses(s, " (", why->link.a, item->a_first_ms, item->a_last_ms);
		add_uses(s, ", ", why->link.b, item->b_first_ms, item->b_last_ms);
		if (item->gap_ms > 0)
			text_addf(s, ", %s apart", time_duration_text(item->gap_ms, gap, sizeof(gap)));
		text_addc(s, ')');
	}
	text_adds(s, ": ");
	add_bits(s, item->counted_mb);
	if (item->note.len > 0)
		text_addf(s, "; %.*s", BYTES_ARG(item->note));
	text_addf(s, "; without it the score would be %d.", item->without_score);
	end_sentence(out, s);
	say_notes(out, s, item->said, item->n_said);
}

/* A shared value that the table knows and gives nothing to is not against. */
static int sign_of(const struct evidence_view *item)
{
	if (item->counted_mb <= 0 && item->a_first_ms > 0)
		return 0;
	return (item->counted_mb > 0) - (item->counted_mb < 0);
}

/* sign: 1 for what speaks for one operator, -1 against, 0 neither. */
static void say_items(struct text *out, struct text *s, const struct why_view *why, int sign)
{
	static const char *const heads[] = { "Against it speaks:", "Shared too, and worth nothing by itself:", "For it speaks:" };
	bool is_first = true;
	for (unsigned i = 0; i < why->n_items; i++) {
		if (sign_of(&why->items[i]) != sign)
			continue;
		if (is_first) {
			text_adds(s, heads[sign + 1]);
			end_sentence(out, s);
		}
		is_first = false;
		say_item(out, s, why, &why->items[i]);
	}
}

/* What both hold and people marked. */
static void say_ignored(struct text *out, struct text *s, const struct why_view *why)
{
	for (unsigned i = 0; i < why->n_ignored; i++) {
		const struct ignored_view *value = &why->ignored[i];
		text_addf(s, "Both also hold %.*s %.*s: %.*s.", BYTES_ARG(value->kind_title), BYTES_ARG(value->shown), BYTES_ARG(value->reason));
		end_sentence(out, s);
		say_notes(out, s, value->said, value->n_said);
	}
}

/* Each item without which there would be no link. */
static void say_what_it_rests_on(struct text *out, struct text *s, const struct why_view *why)
{
	bool is_first = true;
	for (unsigned i = 0; i < why->n_items; i++) {
		const struct evidence_view *item = &why->items[i];
		if (why->link.computed < item->without_score || item->without_band != BAND_NONE)
			continue;
		text_addf(s, "%s%.*s", is_first ? "Without any one of these there would be no link: " : "; ", BYTES_ARG(item->rule_title));
		is_first = false;
	}
	if (is_first)
		return;
	text_addc(s, '.');
	end_sentence(out, s);
}

static void say_path(struct text *out, struct text *s, const struct why_view *why)
{
	if (why->n_path == 0)
		return;
	text_addf(s, "Over other accounts the two are connected more strongly: %.*s", BYTES_ARG(why->path[0].a));
	for (unsigned i = 0; i < why->n_path; i++)
		text_addf(s, " - %d - %.*s", why->path[i].score, BYTES_ARG(why->path[i].b));
	text_addc(s, '.');
	end_sentence(out, s);
}

void render_sentences(struct text *out, const struct why_view *why)
{
	struct text s = { 0 };
	bool is_link = why->link.band != BAND_NONE && why->link.state != LINK_JOINT;
	json_key(out, "sentences");
	json_open_array(out);
	say_score(out, &s, why);
	say_state(out, &s, &why->link);
	say_items(out, &s, why, 1);
	say_items(out, &s, why, -1);
	say_items(out, &s, why, 0);
	say_ignored(out, &s, why);
	if (is_link)
		say_what_it_rests_on(out, &s, why);
	if (why->blocked.len > 0) {
		text_addf(&s, "The two are not in one cluster: %.*s.", BYTES_ARG(why->blocked));
		end_sentence(out, &s);
	}
	say_path(out, &s, why);
	json_close_array(out);
	text_free(&s);
}

/* ---- for the owner of one of the two ---- */

/* By another value of the same kind. */
static bool was_told(const struct why_view *why, unsigned before, unsigned side)
{
	for (unsigned i = 0; i < before; i++)
		if (bytes_eq(why->items[i].told[side], why->items[before].told[side]))
			return true;
	return false;
}

/* Returns false when something that speaks for the link is kept back. */
static bool tell_items(struct text *out, struct text *s, const struct why_view *why, unsigned side)
{
	bool is_all = true;
	for (unsigned i = 0; i < why->n_items; i++) {
		const struct evidence_view *item = &why->items[i];
		if (item->counted_mb <= 0 && item->without_band >= why->link.band)
			continue;
		if (item->told[side].len == 0 || was_told(why, i, side)) {
			is_all = is_all && item->told[side].len > 0;
			continue;
		}
		text_addf(s, "%.*s.", BYTES_ARG(item->told[side]));
		end_sentence(out, s);
	}
	return is_all;
}

static const char *standing_of(const struct link_view *link)
{
	if (link->state == LINK_JOINT)
		return "Your account is declared joint with another account.";
	if (link->state == LINK_EXPLAINED)
		return "Your account is related to another account by a relation that was declared; nothing follows from it.";
	if (link->state == LINK_CLEARED || link->state == LINK_WITHDRAWN)
		return "Your account was compared with another account; the two are not held to be run by the same people.";
	if (link->band == BAND_NONE && link->state != LINK_CONFIRMED)
		return "Your account is not held to be run by the same people as another account.";
	return link->state == LINK_CONFIRMED ? "Somebody examined it and found your account to be run by the same people as another account."
					     : "Your account appears to be run by the same people as another account.";
}

void render_for_subject(struct text *out, const struct why_view *why, struct bytes subject)
{
	const struct link_view *link = &why->link;
	unsigned side = bytes_eq(link->a, subject) ? 0 : 1;
	bool is_held = (link->state == LINK_SUSPECTED && link->band != BAND_NONE) || link->state == LINK_CONFIRMED;
	struct text s = { 0 };
	json_open_object(out);
	json_member_string(out, "account", subject);
	json_key(out, "sentences");
	json_open_array(out);
	text_adds(&s, standing_of(link));
	end_sentence(out, &s);
	if (is_held && !tell_items(out, &s, why, side)) {
		text_adds(&s, "There is further evidence, of which nothing is told because others could use it.");
		end_sentence(out, &s);
	}
	json_close_array(out);
	json_close_object(out);
	text_free(&s);
}
