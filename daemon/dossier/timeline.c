/* What happened, oldest first: of one history, or of the two of a pair, where what concerns others is left out. */
#include "parts.h"

static const struct column timeline_columns[] = {
	{ "at", "Time", COLUMN_TIME }, { "account", "Account", COLUMN_TEXT }, { "change", "What changed", COLUMN_TEXT },
	{ "with", "With", COLUMN_TEXT }, { "before", "From", COLUMN_NUMBER }, { "after", "To", COLUMN_NUMBER },
	{ "reason", "Reason", COLUMN_TEXT },
};

struct happened { const struct change_view *change; struct bytes of; unsigned history, place; };

static int compare_happened(const void *x, const void *y)
{
	const struct happened *a = x, *b = y;

	if (a->change->ts_ms != b->change->ts_ms)
		return a->change->ts_ms < b->change->ts_ms ? -1 : 1;
	if (a->change->seq != b->change->seq)
		return a->change->seq < b->change->seq ? -1 : 1;
	if (a->history != b->history)
		return a->history < b->history ? -1 : 1;
	return a->place > b->place ? -1 : a->place < b->place; /* a history is newest first */
}

static bool is_link(enum change_type type)
{
	return type <= CHANGE_LINK_LAST;
}

/* In a pair's timeline: links with others are theirs, and the link of the two is told once. */
static bool belongs(const struct dossier *d, const struct happened *h)
{
	if (d->subject->kind != DOSSIER_OF_PAIR || !is_link(h->change->type))
		return true;
	return h->history == 0 && bytes_eq(h->change->account, d->subject->accounts[1].view.name);
}

/* The other account, cluster, alert or relation; of the last two others read the rule and the kind alone. */
static struct bytes about(struct dossier *d, const struct change_view *change)
{
	if (change->account.len > 0)
		return dossier_name(d, change->account);
	if (change->cluster.len > 0)
		return bytes_of(arena_printf(d->arena, "cluster %.*s", BYTES_ARG(change->cluster)));
	if (change->rule.len > 0)
		return change->rule;
	if (!dossier_is_open(d))
		return BYTES_NONE;
	return change->relation;
}

static void add_row(struct dossier *d, struct section *s, const struct happened *h)
{
	const struct change_view *change = h->change;
	char *word = arena_str(d->arena, bytes_of(change_type_names[change->type]));
	bool has_scores = change->type <= CHANGE_CONTAGION_WENT;

	for (char *at = word; *at; at++)
		*at = *at == '_' ? ' ' : *at;
	section_time(s, change->ts_ms);
	section_text(s, dossier_name(d, h->of));
	section_text(s, bytes_of(word));
	section_text(s, about(d, change));
	if (has_scores) {
		section_number(s, change->before);
		section_number(s, change->after);
	} else {
		section_none(s);
		section_none(s);
	}
	section_text(s, dossier_is_open(d) ? change->reason : BYTES_NONE);
}

void dossier_timeline(struct dossier *d, const struct history_view *const *histories, unsigned n)
{
	struct section *s = section_new(d, "timeline", BYTES_LIT("What happened"));
	struct VEC(struct happened) all = { 0 };
	bool is_cluster = d->subject->kind == DOSSIER_OF_CLUSTER;

	SECTION_COLUMNS(s, timeline_columns);
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < histories[i]->n_changes; k++) {
			struct happened h = { &histories[i]->changes[k], is_cluster ? BYTES_NONE : histories[i]->subject, i, k };

			if (belongs(d, &h))
				VEC_PUSH(&all, h);
		}
	if (all.n > 0)
		qsort(all.at, all.n, sizeof(*all.at), compare_happened);
	for (size_t i = 0; i < all.n; i++)
		add_row(d, s, &all.at[i]);
	VEC_FREE(&all);
	for (unsigned i = 0; i < n; i++)
		if (histories[i]->total > histories[i]->n_changes)
			section_say(d, s, histories[i]->total - histories[i]->n_changes == 1 ? "%llu older change is no longer kept." :
				    "%llu older changes are no longer kept.", (unsigned long long)(histories[i]->total - histories[i]->n_changes));
	if (section_rows(s) == 0)
		section_say(d, s, "Nothing changed yet.");
}
