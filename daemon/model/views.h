/* What the engine says when asked: plain values in the caller's arena, rendered by daemon/api. Strings are borrowed from
 * the engine (names, shown values, rule texts) or from the arena; valid until the engine's next apply. */
#ifndef ASSOCD_MODEL_VIEWS_H
#define ASSOCD_MODEL_VIEWS_H

#include "daemon/base/bytes.h"
#include "audience.h"
#include "change_views.h"
#include "ip.h"

enum link_state { LINK_SUSPECTED, LINK_EXPLAINED, LINK_JOINT, LINK_CONFIRMED, LINK_CLEARED, LINK_WITHDRAWN, LINK_STATES };
extern const char *const link_state_names[LINK_STATES];

enum band { BAND_NONE, BAND_POSSIBLE, BAND_PROBABLE, BAND_STRONG, BANDS };
extern const char *const band_names[BANDS]; /* "none", "possible", "probable", "strong" */

struct link_view {
	struct bytes a, b; /* a is the account asked about, or the smaller name */
	int score;         /* as reported: 1000 for joint */
	int computed;      /* from evidence alone */
	int32_t strength_mb;
	enum link_state state;
	enum band band;
	struct bytes explained_by; /* relation kind, or empty */
	int64_t first_ms;  /* event that first brought the pair to 500, else of its first row */
	int64_t last_ms;
	struct bytes families; /* "device, payment" */
	bool is_bridge;        /* in a cluster: without it, it would fall apart */
	struct bytes reason;   /* cleared, confirmed, withdrawn, reopened: why; else empty */
};

struct evidence_view {
	struct bytes rule, family, kind, kind_title;
	struct bytes shown; /* the value, masked where private */
	int32_t raw_mb;     /* alone */
	int32_t counted_mb; /* after families and caps */
	int without_score;  /* the link's score without this item */
	unsigned holders;
	enum network_kind network;
	bool has_network;
	int64_t a_first_ms, a_last_ms, b_first_ms, b_last_ms, gap_ms;
	struct bytes sentence; /* the rule's `explain`, filled in */
	struct bytes note;     /* why it counts less: "recycled address: disjoint use 40 d apart", or empty */
};

struct why_view {
	struct link_view link; /* as read now */
	int listed;            /* score that lists, clusters and alerts go by, of the last reading; -1 when no pair is stored */
	int64_t listed_ms;     /* engine time of that reading */
	int32_t prior_mb, sum_mb, scale_a_milli, shift_b_mb;
	unsigned accounts; /* N of the prior */
	struct evidence_view *items; /* by family, strongest first; negatives last */
	unsigned n_items;
	struct link_view *path; /* the strongest way over others, where that says more than the link of the two */
	unsigned n_path;
	struct bytes blocked; /* why the link is not in a cluster though strong, or empty */
};

struct cluster_member { struct bytes account; int64_t joined_ms; bool is_closed; };
struct cluster_view {
	struct bytes id;
	struct cluster_member *members;
	unsigned n_members;
	struct link_view *links;
	unsigned n_links;
	struct link_view *near; /* held apart by the guard */
	unsigned n_near;
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
	struct value_view { struct bytes kind, shown; unsigned holders; bool is_hub; uint64_t count; int64_t first_ms, last_ms;
			    uint64_t key; uint64_t first_seq; } *values;
	unsigned n_values;
	struct link_view *links; unsigned n_links;
	struct bytes *alerts; unsigned n_alerts; /* ids of open ones */
};

struct holder_view { struct bytes account; int64_t first_ms, last_ms; uint64_t count; };
struct value_holders_view {
	struct bytes kind, kind_title, shown;
	unsigned holders; /* exact up to the hub cap, then a lower bound */
	bool is_hub;
	enum network_kind network;
	struct holder_view *latest; unsigned n_latest;
};

enum alert_state { ALERT_OPEN, ALERT_ACKNOWLEDGED, ALERT_RESOLVED, ALERT_STATES };
extern const char *const alert_state_names[ALERT_STATES];

struct alert_view {
	struct bytes id; /* 16 hex digits: hash of rule, subject and the opening event's sequence number */
	struct bytes rule, title, level, recommendation;
	struct bytes subject_kind; /* "account", "link", "cluster" */
	struct bytes *accounts; unsigned n_accounts;
	struct bytes cluster;
	enum alert_state state;
	enum audience audience; /* the widest that was told of it */
	struct bytes resolution, reason, actor; /* resolved: "withdrawn", "confirmed" ... */
	int score;
	struct bytes summary; /* one sentence */
	int64_t opened_ms, updated_ms, deadline_ms;
	uint64_t opened_seq, updated_seq;
};

/* What makes an alert news: it is told again when any of these changed. */
struct alert_head {
	struct bytes id, title, level;
	enum alert_state state;
	int score;
	unsigned n_accounts;
	uint64_t updated_seq;
};

#endif
