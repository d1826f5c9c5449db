/* What changed for an account or a cluster, as people and programs see it; a part of views.h. */
#ifndef ASSOCD_MODEL_CHANGE_VIEWS_H
#define ASSOCD_MODEL_CHANGE_VIEWS_H

#include "daemon/base/bytes.h"

/* What may change for an account or a cluster. Those of links, of clusters and of alerts stand together. */
enum change_type {
	CHANGE_LINK_APPEARED, CHANGE_LINK_CHANGED, CHANGE_LINK_WITHDRAWN, CHANGE_LINK_CLEARED, CHANGE_LINK_REOPENED,
	CHANGE_LINK_CONFIRMED, CHANGE_LINK_EXPLAINED, CHANGE_LINK_JOINT,
	CHANGE_CONTAGION_CAME, CHANGE_CONTAGION_WENT,
	CHANGE_CLUSTER_FORMED, CHANGE_CLUSTER_JOINED, CHANGE_CLUSTER_LEFT, CHANGE_CLUSTER_MERGED, CHANGE_CLUSTER_MERGED_INTO,
	CHANGE_CLUSTER_DISSOLVED,
	CHANGE_ALERT_OPENED, CHANGE_ALERT_UPDATED, CHANGE_ALERT_ACKNOWLEDGED, CHANGE_ALERT_ASSIGNED, CHANGE_ALERT_NOTED,
	CHANGE_ALERT_SNOOZED, CHANGE_ALERT_WOKEN, CHANGE_ALERT_APPEALED, CHANGE_ALERT_ESCALATED, CHANGE_ALERT_REOPENED,
	CHANGE_ALERT_MERGED, CHANGE_ALERT_PARTED, CHANGE_ALERT_GREW, CHANGE_ALERT_RESOLVED,
	CHANGE_VERDICT, CHANGE_RELATION, CHANGE_RELATION_IGNORED, CHANGE_CLOSED, CHANGE_REINSTATED,
	CHANGE_TYPES,
	CHANGE_LINK_LAST = CHANGE_LINK_JOINT,
};
extern const char *const change_type_names[CHANGE_TYPES];

/* Why a statement changed nothing. */
enum ignored_word {
	IGNORED_UNKNOWN,  /* there is no such alert */
	IGNORED_FOREIGN,  /* the alert is not about the account */
	IGNORED_STATE,    /* the alert is resolved, or is not, and the act wants it otherwise */
	IGNORED_REPEATED, /* it is so already */
	IGNORED_LIMIT,    /* there is no room for more of these */
	IGNORED_WORDS
};
extern const char *const ignored_words[IGNORED_WORDS];

/* Why something changed, apart, for who says it in another language. */
struct cause_view {
	const char *word; /* "value", "mark", "statement", "rules", "events_out" */
	/* value: `at_least` as many accounts hold it. Of a mark: what it is on; a range has no kind. */
	struct bytes kind, shown;
	unsigned holders;
	bool is_at_least;
	/* mark, statement; value of a mark that was taken back: "none" */
	struct bytes statement, value, actor, reason, proof;
	int64_t ts_ms;  /* of the verdict on a link; else 0 */
	int32_t new_mb; /* what evidence gained since that verdict, which reopened the link; 0: it did not */
	const char *limit; /* of a relation that is ignored: whose relations are as many as may be, "joint" or "account"; else NULL */
	unsigned most;
};

struct change_view {
	int64_t ts_ms;
	uint64_t seq;
	enum change_type type;
	struct bytes account; /* the other account of a link; who joined or left; or empty */
	struct bytes cluster, alert, rule, relation;
	int before, after;    /* scores of a link; contagion; of an alert, after */
	struct bytes actor, value; /* of an alert: who did it; the owner, the end of a snooze, the resolution */
	struct bytes reason;
	const struct cause_view *because; /* what the reason is made of; NULL: none, or somebody's own words */
};
struct history_view {
	struct bytes subject; /* account, or id of the cluster or alert */
	struct change_view *changes; /* newest first */
	unsigned n_changes;
	uint64_t total; /* that there ever were */
};

#endif
