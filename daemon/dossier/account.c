/* A dossier about one account: its standing, its links with the sums behind the strongest, what it uses, what happened. */
#include "parts.h"

#define VALUES_SHOWN 200

static const struct column value_columns[] = {
	{ "kind", "Kind", COLUMN_WORD }, { "value", "Value", COLUMN_TEXT }, { "holders", "Holders", COLUMN_NUMBER },
	{ "count", "Times", COLUMN_NUMBER }, { "first", "From", COLUMN_DAY }, { "last", "To", COLUMN_DAY },
	{ "counts", "Counts", COLUMN_TEXT },
};

static void say_links(struct dossier *d, struct section *s, const struct account_view *account)
{
	unsigned bands[BANDS] = { 0 }, explained = 0;

	for (unsigned i = 0; i < account->n_links; i++) {
		bands[account->links[i].band]++;
		explained += account->links[i].state == LINK_EXPLAINED;
	}
	if (account->n_links == 0)
		section_say(d, s, "It is linked with no other account.");
	else
		section_say(d, s, "Links with other accounts: %u; strong %u, probable %u, possible %u. Declared relations explain %u.",
			    account->n_links, bands[BAND_STRONG], bands[BAND_PROBABLE], bands[BAND_POSSIBLE], explained);
}

static void say_contagion(struct dossier *d, struct section *s, const struct account_view *account)
{
	if (account->contagion == 0)
		return;
	section_say(d, s, "Contagion %d of 1000: over %u link%s from an account that was %.*s.", account->contagion,
		    account->n_contagion_path, dossier_plural(account->n_contagion_path), BYTES_ARG(account->contagion_cause));
}

static void add_summary(struct dossier *d, const struct dossier_account *account)
{
	const struct account_view *view = &account->view;
	struct section *s = section_new(d, "summary", BYTES_LIT("Summary"));

	section_say(d, s, "%.*s has a risk of %d of 1000 (%s).", BYTES_ARG(view->name), view->risk, band_names[view->band]);
	section_say(d, s, "It was seen from %.*s to %.*s, in %llu event%s; %llu attempt%s failed.",
		    BYTES_ARG(dossier_day(d, view->first_ms)), BYTES_ARG(dossier_day(d, view->last_ms)),
		    (unsigned long long)view->events, dossier_plural(view->events), (unsigned long long)view->failed, dossier_plural(view->failed));
	if (view->is_closed)
		section_say(d, s, "It is closed.");
	if (view->verdict.len > 0)
		section_say(d, s, "The last verdict about it: %.*s.", BYTES_ARG(view->verdict));
	say_links(d, s, view);
	say_contagion(d, s, view);
	if (view->cluster.len > 0)
		section_say(d, s, "It belongs to cluster %.*s.", BYTES_ARG(view->cluster));
	section_say(d, s, account->n_alerts == 1 ? "%u alert stands." : "%u alerts stand.", account->n_alerts);
}

static void add_values(struct dossier *d, const struct account_view *account)
{
	struct section *s = section_new(d, "values", BYTES_LIT("What it uses"));
	unsigned n = account->n_values < VALUES_SHOWN ? account->n_values : VALUES_SHOWN;

	SECTION_COLUMNS(s, value_columns);
	for (unsigned i = 0; i < n; i++) {
		const struct value_view *value = &account->values[i];

		section_text(s, value->kind);
		section_text(s, !dossier_is_open(d) ? BYTES_NONE : value->shown.len ? value->shown : BYTES_LIT("(only here)"));
		section_number(s, value->holders);
		section_number(s, (int64_t)value->count);
		section_time(s, value->first_ms);
		section_time(s, value->last_ms);
		section_text(s, value->is_marked ? BYTES_LIT("nothing: it is marked") : value->is_hub ? BYTES_LIT("nothing: too many hold it") :
			     BYTES_NONE);
	}
	if (n < account->n_values)
		section_say(d, s, "%u of %u values are listed.", n, account->n_values);
	if (n == 0)
		section_say(d, s, "No value of it is known.");
}

void dossier_of_account(struct dossier *d)
{
	const struct dossier_account *account = d->subject->accounts;
	const struct history_view *history = &account->history;

	d->title = bytes_of(arena_printf(d->arena, "Account %.*s", BYTES_ARG(account->view.name)));
	add_summary(d, account);
	dossier_links(d, "links", "Whom it is linked with", account->view.links, account->view.n_links);
	if (account->view.n_contagion_path > 0)
		dossier_links(d, "contagion", "The way to the account that it takes contagion from", account->view.contagion_path,
			      account->view.n_contagion_path);
	for (unsigned i = 0; i < d->subject->n_whys; i++)
		dossier_link(d, &d->subject->whys[i]);
	dossier_relations(d, account, 1);
	add_values(d, &account->view);
	dossier_alerts(d, account, 1);
	dossier_timeline(d, &history, 1);
}
