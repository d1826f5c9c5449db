/* What the engine says when asked: plain values in the caller's arena, rendered by daemon/api. Strings are borrowed from
 * the engine (names, shown values, rule texts) or from the arena; valid until the engine's next apply. */
#ifndef ASSOCD_MODEL_VIEWS_H
#define ASSOCD_MODEL_VIEWS_H

#include "daemon/base/bytes.h"
#include "alert_views.h"
#include "change_views.h"
#include "link_views.h"
#include "value_views.h"

struct cluster_member {
	struct bytes account;
	int64_t joined_ms;
	bool is_closed;
	struct bytes *relations; unsigned n_relations; /* as in account_view */
};
struct cluster_view {
	struct bytes id;
	struct cluster_member *members;
	unsigned n_members;
	struct link_view *links;
	unsigned n_links;
	struct link_view *near; /* held apart by the guard */
	unsigned n_near;
	struct bytes *alerts; unsigned n_alerts; /* ids of those that stand about it or in it, as people are shown them, most urgent first */
};

/* What an account declared, as it was stated. */
struct relation_view {
	struct bytes kind, group, with; /* either group or with */
	bool is_accepted; /* of `with`: the other account states it too; of a group: it has another member */
	bool is_known;    /* scoring.yaml knows the kind; else it explains nothing */
	unsigned members;
	struct bytes proof, actor, reason;
	int64_t ts_ms;
};

struct account_view {
	struct bytes name, site;
	int risk;
	int contagion; /* of 1000 */
	struct link_view *contagion_path; unsigned n_contagion_path; /* from the account to the bad one */
	struct bytes contagion_cause; /* "closed", "confirmed" */
	struct bytes verdict; /* the last about the account alone: "clean", "confirmed"; or empty */
	enum band band;
	bool is_closed;
	int64_t first_ms, last_ms;
	uint64_t events, failed;
	struct bytes cluster; /* id or empty */
	struct bytes *relations; unsigned n_relations; /* "agency G00237" */
	struct relation_view *declared; /* by relation */
	struct value_view { struct bytes kind, shown; unsigned holders; bool is_hub, is_marked; uint64_t count; int64_t first_ms, last_ms;
			    uint64_t key; enum network_kind network;
			    const struct note_view *noted; /* the newest note of it or of a range that it lies in, or NULL */ } *values;
	unsigned n_values;
	struct link_view *links; unsigned n_links;
	struct bytes *alerts; unsigned n_alerts; /* ids of open ones */
};

/* A stack of a kind that is counted, and what its accounts say they are: browser and system. */
struct claim_view { struct bytes agent; unsigned accounts, of; }; /* of: that claim to be it, whatever their stack of this kind */
struct stack_view {
	struct bytes kind, kind_title, stack;
	unsigned accounts;
	int rarity_mb; /* log2(all accounts / those), in 1/1000 bit */
	const struct claim_view *claims; unsigned n_claims; /* the most frequent first */
};

/* How often a rule speaks. */
struct rule_view {
	struct bytes rule, form, status, level, title;
	uint64_t links;            /* it counts in, of those that were read */
	bool is_tried;             /* an experimental rule of evidence, weighed beside the others since the start: */
	uint64_t read, counts, raised, lowered; /* readings of pairs; where it says something; where the band would be another */
	uint64_t opened, standing; /* its alerts; of an experimental rule those that it would have raised */
};
struct rules_view {
	struct rule_view *at;
	unsigned n;
	uint64_t links_read, links; /* the strongest, of all that are shown */
};

/* What was first seen or opened on a day (UTC, of the events), day by day up to that of engine time. */
struct days_view {
	struct day_view { uint32_t accounts, links, alerts; } *at;
	unsigned n;
	int64_t first_day; /* since 1970 */
};

#endif
