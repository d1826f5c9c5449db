/* Links and what they rest on, as people and programs see them; a part of views.h. */
#ifndef ASSOCD_MODEL_LINK_VIEWS_H
#define ASSOCD_MODEL_LINK_VIEWS_H

#include "change_views.h"
#include "daemon/base/bytes.h"
#include "ip.h"
#include "value_views.h"

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
	const struct cause_view *because; /* the same apart, or NULL */
};

/* One thing that was found, of several: a text, or a form with {bin} or {percent} and what stands there: a range of a number or a
 * duration, open where from or to is empty, or a word. */
struct found_view { struct bytes say, from, to, word; };

struct evidence_view {
	struct bytes rule, rule_title, family, kind, kind_title;
	struct bytes shown; /* the value, masked where private */
	uint64_t key;       /* of the value; 0: it is about none */
	int32_t raw_mb;     /* alone */
	int32_t counted_mb; /* after families and caps */
	int without_score;  /* the link's score without this item */
	enum band without_band;
	unsigned holders;
	enum network_kind network;
	bool has_network;
	int64_t a_first_ms, a_last_ms, b_first_ms, b_last_ms, gap_ms;
	struct bytes sentence; /* the rule's `explain`, filled in */
	struct bytes explain;  /* as the rule has it; what its places mean beside the members above: */
	struct bytes agreement; /* of a comparison: "equal", "overlap", "differ"; else empty */
	const struct found_view *found; unsigned n_found;
	const struct bytes *common; unsigned n_common; /* neighbours of both */
	struct bytes told[2];  /* what the owner of link.a, of link.b may be told of it; empty: nothing */
	struct bytes subject;  /* the same as the rule has it, with {first} and {last} */
	struct bytes note;     /* why it counts less: "recycled address: disjoint use 40 d apart", or empty */
	struct bytes note_word; /* "recycled" */
	const struct note_view *said; unsigned n_said; /* what people noted of the value, newest first */
};

struct why_view {
	struct link_view link; /* as read now */
	int listed;            /* score that lists, clusters and alerts go by, of the last reading; -1 when no pair is stored */
	int64_t listed_ms;     /* engine time of that reading */
	int32_t prior_mb, sum_mb, scale_a_milli, shift_b_mb;
	unsigned accounts; /* N of the prior */
	bool is_fitted;    /* bits are those of the table: the prior is that of pairs that meet at all */
	struct evidence_view *items; /* by family, strongest first; negatives last */
	unsigned n_items;
	/* both hold it, people marked it */
	struct ignored_view { struct bytes kind, kind_title, shown, reason; struct mark_view mark; uint64_t key; unsigned holders;
			      const struct note_view *said; unsigned n_said; } *ignored;
	unsigned n_ignored;
	struct link_view *path; /* the strongest way over others, where that says more than the link of the two */
	unsigned n_path;
	bool a_is_closed, b_is_closed;
	struct bytes *alerts; unsigned n_alerts; /* ids of those that stand about both, as people are shown them */
	struct bytes blocked; /* why the link is not in a cluster though strong, or empty */
};

#endif
