/* A dossier about a cluster: its members, what holds them together, what is held apart, how it came about. */
#include "parts.h"

#define MEMBERS_SHOWN 500

static const struct column member_columns[] = {
	{ "account", "Account", COLUMN_TEXT }, { "joined", "Since", COLUMN_DAY }, { "standing", "Standing", COLUMN_WORD },
};

static void add_members(struct dossier *d, const struct cluster_view *cluster)
{
	struct section *s = section_new(d, "members", BYTES_LIT("Members"));
	unsigned n = cluster->n_members < MEMBERS_SHOWN ? cluster->n_members : MEMBERS_SHOWN;

	SECTION_COLUMNS(s, member_columns);
	for (unsigned i = 0; i < n; i++) {
		section_text(s, dossier_name(d, cluster->members[i].account));
		section_time(s, cluster->members[i].joined_ms);
		section_text(s, cluster->members[i].is_closed ? BYTES_LIT("closed") : BYTES_LIT("open"));
	}
	if (n < cluster->n_members)
		section_say(d, s, "%u of %u members are listed.", n, cluster->n_members);
}

void dossier_of_cluster(struct dossier *d)
{
	const struct cluster_view *cluster = &d->subject->cluster;
	const struct history_view *history = &d->subject->cluster_history;
	struct section *s;
	unsigned closed = 0, bridges = 0;

	for (unsigned i = 0; i < cluster->n_members; i++)
		closed += cluster->members[i].is_closed;
	for (unsigned i = 0; i < cluster->n_links; i++)
		bridges += cluster->links[i].is_bridge;
	d->title = bytes_of(arena_printf(d->arena, "Cluster %.*s", BYTES_ARG(cluster->id)));
	s = section_new(d, "summary", BYTES_LIT("Summary"));
	section_say(d, s, "Cluster %.*s has %u account%s, %u of them closed, joined by %u link%s.", BYTES_ARG(cluster->id),
		    cluster->n_members, dossier_plural(cluster->n_members), closed, cluster->n_links, dossier_plural(cluster->n_links));
	section_say(d, s, bridges == 0 ? "It would hold together without any one of its links." :
		    bridges == 1 ? "%u of its links is a bridge: without that one it would fall apart." :
		    "%u of its links are bridges: without one of those it would fall apart.", bridges);
	if (cluster->n_near > 0)
		section_say(d, s, cluster->n_near == 1 ? "%u link to others is held apart by the guard against chaining." :
			    "%u links to others are held apart by the guard against chaining.", cluster->n_near);
	add_members(d, cluster);
	dossier_links(d, "links", "What holds them together", cluster->links, cluster->n_links);
	dossier_links(d, "held_apart", "What is held apart", cluster->near, cluster->n_near);
	for (unsigned i = 0; i < d->subject->n_whys; i++)
		dossier_link(d, &d->subject->whys[i]);
	dossier_timeline(d, &history, 1);
}
