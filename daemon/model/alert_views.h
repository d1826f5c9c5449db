/* Alerts as people and programs see them; a part of views.h. */
#ifndef ASSOCD_MODEL_ALERT_VIEWS_H
#define ASSOCD_MODEL_ALERT_VIEWS_H

#include "audience.h"
#include "daemon/base/bytes.h"

/* Appealed: open until a verdict, whatever its condition says. */
enum alert_state { ALERT_OPEN, ALERT_ACKNOWLEDGED, ALERT_APPEALED, ALERT_RESOLVED, ALERT_STATES };
extern const char *const alert_state_names[ALERT_STATES];
/* How an alert may be settled, ended by NULL. Withdrawn: what it rested on is no more; expired: nobody took it on in time. */
extern const char *const alert_resolutions[];

/* What the summary of an alert is made of, apart. */
struct alert_step { struct bytes account; int score; const char *state; }; /* by what it is linked with the one before: a state that is sure, or a score */
struct alert_about {
	struct bytes title, subject_kind; /* "account", "link", "cluster" */
	struct bytes accounts[2]; unsigned n_named; /* of a link both, of an account itself, of a cluster none */
	struct bytes cluster; unsigned n_members;   /* of a cluster */
	int score;
	int score_now; /* of a link whose score is another by now, though too little for news; else as score */
	const struct alert_step *path; unsigned n_path; /* how contagion comes to the account */
	const char *path_end; /* what the last of them is: "closed", "confirmed" */
};

/* Why there is a group of alerts: those of one policy among them, by the gravest of them. */
struct alert_reason { struct bytes rule, title, level, recommendation; int score; unsigned alerts; struct alert_about about; };
/* What a leading alert stands for, itself among it. */
struct alert_group {
	unsigned alerts;
	struct bytes *accounts; unsigned n_accounts; /* its own first */
	struct alert_reason *reasons; unsigned n_reasons; /* gravest first, of these the strongest */
	struct bytes title, recommendation; /* of the first of them */
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
	struct bytes summary; /* one sentence; of a group about its first reason */
	struct alert_about about;
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

/* What people read over its summary and beside it: of one that stands for others as the gravest of them says. */
struct bytes alert_told_title(const struct alert_view *alert);
struct bytes alert_told_advice(const struct alert_view *alert);

#endif
