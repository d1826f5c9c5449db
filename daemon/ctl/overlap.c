/* How much of an experimental rule others say already. */
#include "overlap.h"

#include <stdlib.h>

#include "daemon/base/map.h"
#include "rules/heads.h"

static bool counts_in(const struct why_view *why, struct bytes rule)
{
	for (unsigned i = 0; i < why->n_items; i++)
		if (why->items[i].counted_mb != 0 && bytes_eq(why->items[i].rule, rule))
			return true;
	return false;
}

/* Links in which it counts, and that are not there without it. */
static uint64_t count_found(const struct comparison *c, struct bytes rule)
{
	struct arena *a = arena_new(64 * 1024);
	uint64_t n = 0;
	for (size_t i = 0; i < c->diff.links.n; i++) {
		const struct diff_link *row = &c->diff.links.at[i];
		struct why_view why;
		if (row->change == DIFF_APPEARS && engine_why(c->side[1].engine, row->a, row->b, a, &why) == ERR_OK)
			n += counts_in(&why, rule);
		arena_reset(a);
	}
	arena_free(a);
	return n;
}

static unsigned alerts_of(const struct engine *e, struct arena *a, struct alert_view **out)
{
	struct alert_query query = { .state = -1, .max = UINT32_MAX };
	unsigned n = 0;
	return engine_alerts(e, &query, a, out, &n) == ERR_OK ? n : 0;
}

static bool names_only(const struct strtab *named, const struct alert_view *alert)
{
	for (unsigned i = 0; i < alert->n_accounts; i++)
		if (strtab_find(named, alert->accounts[i]) == STRTAB_NONE)
			return false;
	return true;
}

static void count_alerts(const struct comparison *c, struct bytes rule, struct overlap *out)
{
	struct arena *a = arena_new(64 * 1024);
	struct strtab *named = strtab_new();
	struct alert_view *alerts;
	unsigned n = alerts_of(c->side[0].engine, a, &alerts);
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < alerts[i].n_accounts; k++)
			strtab_intern(named, alerts[i].accounts[k]);
	n = alerts_of(c->side[1].engine, a, &alerts);
	for (unsigned i = 0; i < n; i++) {
		if (!bytes_eq(alerts[i].rule, rule))
			continue;
		out->alerts++;
		out->alerts_known += names_only(named, &alerts[i]);
	}
	strtab_free(named);
	arena_free(a);
}

void overlap_of(const struct comparison *c, struct bytes rule, struct overlap *out)
{
	int at = heads_find(c->side[1].rules, rule);
	*out = (struct overlap){ 0 };
	if (at < 0)
		return;
	out->links = c->hits[1][at].links;
	out->links_known = out->links - count_found(c, rule);
	count_alerts(c, rule, out);
	if ((unsigned)at < c->side[1].rules->n_signals && c->chances != NULL)
		out->chance = &c->chances[at];
}
