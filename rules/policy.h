/* Compiled policies: conditions that raise alerts, and the windows over events that they ask for. */
#ifndef ASSOCD_RULES_POLICY_H
#define ASSOCD_RULES_POLICY_H

#include "daemon/model/expression.h"
#include "rule_head.h"

/* What a window makes of the events that it holds. */
enum window_take { TAKE_COUNT, TAKE_DISTINCT, TAKE_SUM, TAKE_LATEST, TAKE_SINCE_FIRST, TAKE_SINCE_LATEST, TAKE_TIME_BELOW,
		   TAKE_TIME_AT_LEAST, WINDOW_TAKES };
extern const char *const window_take_words[WINDOW_TAKES + 1]; /* NULL-ended */

enum policy_scope { POLICY_ACCOUNT = SCOPE_ACCOUNT, POLICY_LINK = SCOPE_LINK, POLICY_CLUSTER = SCOPE_CLUSTER };
#define POLICY_STEPS_MAX 16

/* What becomes of an alert that still stands so long after its opening. */
struct policy_step {
	int64_t after_ms;
	enum rule_level level;       /* LEVELS: as it was */
	const struct expr *when;     /* asked then; NULL: in any case */
	struct bytes recommendation; /* in place of the one before; empty: as it was */
	bool expires;                /* it ends then, unless somebody took it on */
};

/* Which alerts an analyst is shown as one: each by itself, those of one shared value, those of one cluster. */
enum policy_group { GROUP_PAIR, GROUP_VALUE, GROUP_CLUSTER };

struct policy_rule {
	struct rule_head head;
	enum policy_scope scope;
	const struct expr *when;
	const struct expr *until; /* resolves; NULL: as soon as `when` is NO */
	int64_t deadline_ms;      /* after opening; 0 = none */
	enum policy_group group;
	int group_kind;           /* GROUP_VALUE: of this kind; -1: whatever value is the strongest */
	int64_t group_within_ms;  /* after the first alert of a group; 0: as long as it stands */
	const struct policy_step *steps; /* in order of time; the deadline and the expiry are among them */
	unsigned n_steps;
	struct bytes recommendation;
	unsigned first_window, n_windows; /* its own, in ruleset.windows */
};

/* A sliding window over the events of an account, asked as window.NAME in the conditions of its policy. On a link it is of
 * the events of both accounts, on a cluster of all. */
struct window_rule {
	struct bytes name;
	enum policy_scope scope;  /* of the policy */
	enum window_take take;
	enum value_type type;     /* of window.NAME */
	const struct expr *where; /* of an event; NULL: every event */
	int field;                /* of the event, whose value is taken; -1 none */
	int64_t timespan_ms;
	int64_t bound_milli;      /* TAKE_TIME_*: below it, or at least it */
	unsigned line, column;    /* of its name in the policy's file */
	bool is_asked;            /* by a condition */
};

#endif
