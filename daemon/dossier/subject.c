/* What may be said to the subject itself: its standing, what the rules allow of the evidence, its own declarations and terms.
 * I1: nothing is written here that another account, a value, a group, a person or a rule is called, and no score.
 *     Of the evidence only what a rule's own `subject` sentence says is told. */
#include "parts.h"

static bool is_held(const struct link_view *link)
{
	return link->band >= BAND_PROBABLE && (link->state == LINK_SUSPECTED || link->state == LINK_CONFIRMED);
}

struct standing { unsigned held, strong, explained, cleared, withdrawn; };

static void count_links(const struct link_view *links, unsigned n, struct standing *out)
{
	for (unsigned i = 0; i < n; i++) {
		out->held += is_held(&links[i]);
		out->strong += is_held(&links[i]) && links[i].band == BAND_STRONG;
		out->explained += links[i].state == LINK_EXPLAINED || links[i].state == LINK_JOINT;
		out->cleared += links[i].state == LINK_CLEARED;
		out->withdrawn += links[i].state == LINK_WITHDRAWN;
	}
}

static void add_standing(struct dossier *d, const struct account_view *account, const struct standing *standing)
{
	struct section *s = section_new(d, "summary", BYTES_LIT("How your account stands"));

	section_say(d, s, "This is about the account %.*s, as of %.*s.", BYTES_ARG(account->name),
		    BYTES_ARG(dossier_day(d, d->basis->at_ms)));
	section_say(d, s, account->is_closed ? "Your account is closed." : "Your account is open.");
	if (standing->held == 0)
		section_say(d, s, "It is not held to be run by whoever runs another account.");
	else
		section_say(d, s, "It is held to be run by whoever runs %u other %s; this is %s.", standing->held,
			    phrase_of(d->phrases, standing->held == 1 ? "account" : "accounts"),
			    phrase_of(d->phrases, standing->strong > 0 ? "strongly supported" : "probable"));
	section_say(d, s, "Which accounts these are, and the values that were compared, are not told: they may be other people's.");
}

static bool is_said(const struct section *s, struct bytes sentence)
{
	for (size_t i = 0; i < s->sentences.n; i++)
		if (bytes_eq(s->sentences.at[i], sentence))
			return true;
	return false;
}

static struct bytes fill_days(struct dossier *d, struct bytes form, int64_t first_ms, int64_t last_ms)
{
	struct text filled = { 0 };
	struct bytes out;
	ptrdiff_t open;

	while ((open = bytes_find_char(form, '{')) >= 0) {
		text_add(&filled, bytes_slice(form, 0, (size_t)open));
		form = bytes_slice(form, (size_t)open, form.len);
		text_add(&filled, dossier_day(d, bytes_starts(form, BYTES_LIT("{first}")) ? first_ms : last_ms));
		form = bytes_slice(form, (size_t)bytes_find_char(form, '}') + 1, form.len); /* of our own phrases, which close what they open */
	}
	text_add(&filled, form);
	out = arena_bytes(d->arena, text_bytes(&filled));
	text_free(&filled);
	return out;
}

/* As the rule says it, in the reader's language where that knows the rule's sentence; empty: nothing is told of it. */
static struct bytes sentence_of(struct dossier *d, const struct evidence_view *item, bool is_b)
{
	struct bytes told = item->told[is_b], form = phrase_of_bytes(d->phrases, item->subject);

	if (told.len == 0)
		return told;
	if (form.ptr != item->subject.ptr)
		told = is_b ? fill_days(d, form, item->b_first_ms, item->b_last_ms) : fill_days(d, form, item->a_first_ms, item->a_last_ms);
	return bytes_ends(told, BYTES_LIT(".")) ? told : bytes_of(arena_printf(d->arena, phrase_of(d->phrases, "%.*s."), BYTES_ARG(told)));
}

/* What the rules allow to be told: sentences of their own, which name neither value nor account. */
static void add_grounds(struct dossier *d, const struct account_view *account)
{
	struct section *s = section_new(d, "grounds", BYTES_LIT("What it rests on"));
	unsigned held = 0;

	for (unsigned i = 0; i < d->subject->n_whys; i++) {
		const struct why_view *why = &d->subject->whys[i];
		bool is_b = bytes_eq(why->link.b, account->name);

		held += is_held(&why->link);
		for (unsigned k = 0; k < why->n_items && is_held(&why->link); k++) {
			struct bytes told = sentence_of(d, &why->items[k], is_b);

			if (told.len > 0 && why->items[k].counted_mb > 0 && !is_said(s, told))
				section_say(d, s, "%.*s", BYTES_ARG(told));
		}
	}
	if (s->sentences.n == 0)
		section_say(d, s, held == 0 ? "Nothing is held against it." : "What it rests on is not told.");
}

static void add_favour(struct dossier *d, const struct standing *standing)
{
	struct section *s = section_new(d, "favour", BYTES_LIT("What speaks for you"));

	if (standing->explained > 0)
		section_say(d, s, standing->explained == 1 ? "Relations that you declared explain what you share with %u other account." :
			    "Relations that you declared explain what you share with %u other accounts.", standing->explained);
	if (standing->cleared > 0)
		section_say(d, s, standing->cleared == 1 ? "A person looked at it and cleared you of %u such link." :
			    "A person looked at it and cleared you of %u such links.", standing->cleared);
	if (standing->withdrawn > 0)
		section_say(d, s, standing->withdrawn == 1 ? "%u such link was withdrawn, because what it rested on no longer counts." :
			    "%u such links were withdrawn, because what they rested on no longer counts.", standing->withdrawn);
	if (s->sentences.n == 0)
		section_say(d, s, "Nothing that is on record.");
}

static const struct column declared_columns[] = {
	{ "kind", "Relation", COLUMN_TEXT }, { "effect", "Effect", COLUMN_TEXT }, { "since", "Since", COLUMN_DAY },
};

static void add_declared(struct dossier *d, const struct account_view *account)
{
	struct section *s = section_new(d, "relations", BYTES_LIT("What you declared"));

	SECTION_COLUMNS(s, declared_columns);
	for (unsigned i = 0; i < account->n_relations; i++) {
		const struct relation_view *relation = &account->declared[i];

		section_text(s, phrase_of_bytes(d->phrases, relation->is_known ? relation->kind : BYTES_LIT("a relation that is not known here")));
		section_word(s, relation->is_known && relation->is_accepted ? "taken into account" : "none: the other side has not declared it");
		section_time(s, relation->ts_ms);
	}
	if (account->n_relations == 0)
		section_say(d, s, "No relation to another account.");
}

static void add_terms(struct dossier *d, const struct dossier_account *account)
{
	struct section *s = section_new(d, "terms", BYTES_LIT("What is open"));

	for (unsigned i = 0; i < account->n_alerts; i++) {
		const struct alert_view *alert = &account->alerts[i];

		section_say(d, s, "A review of your account is open since %.*s%s.", BYTES_ARG(dossier_day(d, alert->opened_ms)),
			    alert->state == ALERT_APPEALED ? phrase_of(d->phrases, "; your appeal is being looked at") : "");
		if (alert->deadline_ms > 0)
			section_say(d, s, "An answer is expected by %.*s%s.", BYTES_ARG(dossier_day(d, alert->deadline_ms)),
				    alert->is_overdue ? phrase_of(d->phrases, "; that day has passed") : "");
		if (alert->appeal_round > 0)
			section_say(d, s, "Your appeals so far: %u.", alert->appeal_round);
	}
	if (account->n_alerts == 0)
		section_say(d, s, "Nothing waits for an answer of yours.");
}

static void add_ways(struct dossier *d, const struct standing *standing)
{
	struct section *s = section_new(d, "ways", BYTES_LIT("What you can do"));

	if (standing->held == 0) {
		section_say(d, s, "Nothing needs to be done.");
		return;
	}
	section_say(d, s, "If there is a reason why you share things with another account, such as a household, an agency or a second "
		    "account of your own in another region, declare it; the other side has to declare it too.");
	section_say(d, s, "If you know of none, appeal, with documents that are about this account alone: the same document for two accounts "
		    "counts as something that they share.");
}

static const struct column own_columns[] = { { "at", "Day", COLUMN_DAY }, { "what", "What happened", COLUMN_TEXT } };

static void add_own_timeline(struct dossier *d, const struct history_view *history)
{
	static const char *const words[CHANGE_TYPES] = {
		[CHANGE_ALERT_OPENED] = "a review of your account was opened", [CHANGE_ALERT_APPEALED] = "you appealed",
		[CHANGE_ALERT_RESOLVED] = "a review of your account was ended", [CHANGE_VERDICT] = "a person decided about your account",
		[CHANGE_RELATION] = "a relation that you declared was recorded",
		[CHANGE_RELATION_IGNORED] = "a relation that you declared was not taken up", [CHANGE_CLOSED] = "your account was closed",
		[CHANGE_REINSTATED] = "your account was reinstated",
	};
	struct section *s = section_new(d, "timeline", BYTES_LIT("What happened"));

	SECTION_COLUMNS(s, own_columns);
	for (unsigned i = history->n_changes; i > 0; i--) {
		const struct change_view *change = &history->changes[i - 1];

		if (!words[change->type])
			continue;
		section_time(s, change->ts_ms);
		section_word(s, words[change->type]);
	}
	if (section_rows(s) == 0)
		section_say(d, s, "Nothing that concerns your account.");
}

void dossier_for_subject(struct dossier *d)
{
	const struct dossier_account *account = d->subject->accounts;
	bool is_pair = d->subject->kind == DOSSIER_OF_PAIR;
	const struct link_view *links = is_pair ? &d->subject->whys->link : account->view.links;
	unsigned n = is_pair ? 1 : account->view.n_links;
	struct standing standing = { 0 };

	count_links(links, n, &standing);
	d->title = bytes_of(arena_printf(d->arena, phrase_of(d->phrases, "Your account %.*s"), BYTES_ARG(account->view.name)));
	add_standing(d, &account->view, &standing);
	add_grounds(d, &account->view);
	add_favour(d, &standing);
	add_declared(d, &account->view);
	add_terms(d, account);
	add_ways(d, &standing);
	add_own_timeline(d, &account->history);
}
