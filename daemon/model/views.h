/* What the engine says when asked: plain values in the caller's arena, rendered by daemon/api. Strings are borrowed from
 * the engine (names, shown values, rule texts) or from the arena; valid until the engine's next apply. */
#ifndef ASSOCD_MODEL_VIEWS_H
#define ASSOCD_MODEL_VIEWS_H

#include "daemon/base/bytes.h"
#include "audience.h"
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

/* Appealed: open until a verdict, whatever its condition says. */
enum alert_state { ALERT_OPEN, ALERT_ACKNOWLEDGED, ALERT_APPEALED, ALERT_RESOLVED, ALERT_STATES };
extern const char *const alert_state_names[ALERT_STATES];
/* How an alert may be settled, ended by NULL. Withdrawn: what it rested on is no more; expired: nobody took it on in time. */
extern const char *const alert_resolutions[];

/* Why there is a group of alerts: those of one policy among them, by the gravest of them. */
struct alert_reason { struct bytes rule, title, level, recommendation; int score; unsigned alerts; };
/* What a leading alert stands for, itself among it. */
struct alert_group {
	unsigned alerts;
	struct bytes *accounts; unsigned n_accounts; /* its own first */
	struct alert_reason *reasons; unsigned n_reasons; /* gravest first, of these the strongest */
	struct bytes *merged; unsigned n_merged; /* ids of the others, in order of joining */
};

struct alert_view {
	struct bytes id; /* 16 hex digits: hash of rule, subject and the opening event's sequence number */
	struct bytes rule, title, level, recommendation;
	struct bytes subject_kind; /* "account", "link", "cluster" */
	struct bytes *accounts; unsigned n_accounts;
	struct bytes cluster;
	enum alert_state state;
	enum audience audience; /* the widest that was told of it */
	struct bytes resolution, reason, actor; /* resolved: one of alert_resolutions; reason and actor of the last change by people */
	struct bytes owner;       /* whoever it is assigned to, or empty */
	int64_t snoozed_until_ms; /* 0: it is not put off */
	unsigned n_notes;
	struct bytes lead;        /* the alert that it is merged into, or empty; of an ended one the last */
	const struct alert_group *group; /* of a leading one, that others are merged into; NULL: it stands for itself */
	bool is_replaced;         /* resolved, and another about the same stands: it cannot be opened again */
	int score;
	unsigned appeal_round; /* of the last appeal about it, 0: none */
	bool is_overdue; /* stands, and its deadline has passed */
	struct bytes summary; /* one sentence */
	int64_t opened_ms, updated_ms, deadline_ms;
	uint64_t opened_seq, updated_seq;
};

/* What makes an alert news: it is told again when any of these changed. */
struct alert_head {
	struct bytes id, title, level;
	enum alert_state state;
	int score;
	unsigned n_accounts, n_alerts; /* n_alerts: that it stands for */
	bool is_merged;
	uint64_t updated_seq;
};

#endif
