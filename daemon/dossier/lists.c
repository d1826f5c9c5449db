/* Sections that are lists: links, alerts, declared relations, and what the dossier was made of. */
#include "parts.h"

#define LINKS_SHOWN 200

static const struct column link_columns[] = {
	{ "a", "Account", COLUMN_TEXT }, { "b", "Account", COLUMN_TEXT }, { "score", "Score", COLUMN_NUMBER },
	{ "band", "Band", COLUMN_WORD }, { "state", "State", COLUMN_WORD }, { "explained_by", "Explained by", COLUMN_TEXT },
	{ "families", "Families", COLUMN_TEXT }, { "bridge", "Bridge", COLUMN_WORD }, { "first", "Since", COLUMN_DAY },
};

void dossier_links(struct dossier *d, const char *key, const char *title, const struct link_view *links, unsigned n)
{
	struct section *s = section_new(d, key, bytes_of(title));
	unsigned shown = n < LINKS_SHOWN ? n : LINKS_SHOWN;

	SECTION_COLUMNS(s, link_columns);
	for (unsigned i = 0; i < shown; i++) {
		const struct link_view *link = &links[i];

		section_text(s, dossier_name(d, link->a));
		section_text(s, dossier_name(d, link->b));
		section_number(s, link->score);
		section_text(s, bytes_of(band_names[link->band]));
		section_text(s, bytes_of(link_state_names[link->state]));
		section_text(s, link->explained_by);
		section_text(s, link->families);
		section_text(s, link->is_bridge ? BYTES_LIT("yes") : BYTES_NONE);
		section_time(s, link->first_ms);
	}
	if (shown < n)
		section_say(d, s, "The %u strongest of %u are listed.", shown, n);
	if (n == 0)
		section_say(d, s, "None.");
}

static const struct column alert_columns[] = {
	{ "id", "Alert", COLUMN_WORD }, { "rule", "Rule", COLUMN_TEXT }, { "title", "Title", COLUMN_TEXT },
	{ "level", "Level", COLUMN_WORD }, { "state", "State", COLUMN_WORD }, { "score", "Score", COLUMN_NUMBER },
	{ "alerts", "Alerts in one", COLUMN_NUMBER }, { "opened", "Opened", COLUMN_TIME }, { "deadline", "Deadline", COLUMN_TIME },
};

static bool is_listed(const struct section *s, struct bytes id)
{
	for (size_t i = 0; i < s->cells.n; i += s->n_columns)
		if (bytes_eq(s->cells.at[i].text, id))
			return true;
	return false;
}

static void add_alert(struct section *s, const struct alert_view *alert)
{
	section_text(s, alert->id);
	section_text(s, alert->rule);
	section_text(s, alert->title);
	section_text(s, alert->level);
	section_text(s, bytes_of(alert_state_names[alert->state]));
	section_number(s, alert->score);
	section_number(s, alert->group != NULL ? alert->group->alerts : 1);
	section_time(s, alert->opened_ms);
	section_time(s, alert->deadline_ms);
}

void dossier_alerts(struct dossier *d, const struct dossier_account *accounts, unsigned n)
{
	struct section *s = section_new(d, "alerts", BYTES_LIT("Alerts that stand"));

	SECTION_COLUMNS(s, alert_columns);
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < accounts[i].n_alerts; k++) {
			const struct alert_view *alert = &accounts[i].alerts[k];

			if (is_listed(s, alert->id)) /* of both accounts of a pair */
				continue;
			add_alert(s, alert);
			if (alert->is_overdue)
				section_say(d, s, "The deadline of %.*s has passed.", BYTES_ARG(alert->id));
		}
	if (section_rows(s) == 0)
		section_say(d, s, "None.");
}

static const struct column relation_columns[] = {
	{ "account", "Account", COLUMN_TEXT }, { "kind", "Relation", COLUMN_WORD }, { "of", "Group or account", COLUMN_TEXT },
	{ "effect", "Effect", COLUMN_TEXT }, { "members", "Accounts", COLUMN_NUMBER }, { "proof", "Proof", COLUMN_TEXT },
	{ "actor", "Stated by", COLUMN_TEXT }, { "since", "Since", COLUMN_DAY },
};

static struct bytes relation_effect(const struct relation_view *relation)
{
	if (!relation->is_known)
		return BYTES_LIT("none: the rules know no such relation");
	if (!relation->is_accepted)
		return BYTES_LIT("none: nobody else has declared it");
	return BYTES_LIT("explains");
}

static void add_relation(struct dossier *d, struct section *s, struct bytes account, const struct relation_view *relation)
{
	bool is_open = dossier_is_open(d);

	section_text(s, dossier_name(d, account));
	section_text(s, relation->kind);
	section_text(s, relation->with.len ? dossier_name(d, relation->with) : is_open ? relation->group : BYTES_LIT("a group"));
	section_text(s, relation_effect(relation));
	section_number(s, relation->members);
	section_text(s, is_open || relation->proof.len == 0 ? relation->proof : BYTES_LIT("given"));
	section_text(s, is_open ? relation->actor : BYTES_NONE);
	section_time(s, relation->ts_ms);
}

void dossier_relations(struct dossier *d, const struct dossier_account *accounts, unsigned n)
{
	struct section *s = section_new(d, "relations", BYTES_LIT("Declared relations"));

	SECTION_COLUMNS(s, relation_columns);
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < accounts[i].view.n_relations; k++)
			add_relation(d, s, accounts[i].view.name, &accounts[i].view.declared[k]);
	if (section_rows(s) == 0)
		section_say(d, s, "None.");
}

static const struct column basis_columns[] = {
	{ "name", "Made of", COLUMN_TEXT }, { "hash", "Hash of the content", COLUMN_TEXT },
};

static void add_hash(struct dossier *d, struct section *s, struct bytes name, uint64_t hash)
{
	section_text(s, name);
	section_text(s, bytes_of(arena_printf(d->arena, "%016llx", (unsigned long long)hash)));
}

void dossier_basis_section(struct dossier *d)
{
	const struct dossier_basis *basis = d->basis;
	struct section *s = section_new(d, "basis", BYTES_LIT("What this was made of"));

	SECTION_COLUMNS(s, basis_columns);
	section_say(d, s, "The events up to number %llu, rules and network lists with these hashes, by assocd %s. The same make the "
		    "same dossier, byte for byte.", (unsigned long long)basis->seq, ASSOCD_VERSION);
	add_hash(d, s, bytes_of(arena_printf(d->arena, phrase_of(d->phrases, "%u rules"), basis->n_rules)), basis->rules_hash);
	add_hash(d, s, phrase_of_bytes(d->phrases, BYTES_LIT("all network lists")), basis->networks_hash);
	for (unsigned i = 0; i < basis->n_sources; i++)
		add_hash(d, s, basis->sources[i].name, basis->sources[i].hash);
}
