/* Inside of the engine, shared by its files: accounts, pairs, relations, alerts, and what the current event touched. */
#ifndef ASSOCD_ENGINE_STATE_H
#define ASSOCD_ENGINE_STATE_H

#include "daemon/base/map.h"
#include "daemon/base/text.h"
#include "daemon/base/vec.h"
#include "daemon/graph/graph.h"
#include "daemon/index/index.h"
#include "engine.h"
#include "plan.h"

#define NONE UINT32_MAX
#define FACT_KEYS_MAX 8        /* values of one set that are kept */
#define FACT_KEYS_LATEST 4     /* values of any other fact: the latest */
#define NEIGHBOURS_MAX 1024    /* stored pairs of one account; beyond, the weakest gives way */
#define RELATIONS_PER_ACCOUNT 64
#define GROUP_PAIRS_MAX 64     /* members of one joint group that are paired outright */

/* support.h */
struct near_list {
	struct near *at;
	uint8_t n;
};

/* Ids count up from 0 in order of arrival and are the ids of the name table. */
struct account {
	int64_t first_ms, last_ms, closed_ms; /* first_ms 0: named, but no event applied yet */
	uint32_t session_start_s, last_use_s; /* of uses: events that are evidence */
	uint32_t session_ip;                  /* value id, NONE before the first */
	uint32_t sessions, events, failed;
	uint32_t days[COVERAGE_SLOTS]; /* days of use, summed over the values of a kind */
	uint32_t *pairs; /* indexes into the pairs, unordered */
	uint32_t n_pairs, cap_pairs;
	uint32_t *groups; /* relation groups it belongs to */
	uint64_t *facts;  /* runs of: kind << 8 | n, then n sorted keys */
	struct near_list near[SUPPORT_ROUNDS];
	struct account_timing *timing; /* timing.h; NULL: took no turns */
	uint16_t n_groups, n_facts;
	bool is_closed;
};

enum pair_flag { PAIR_JOINT = 1, PAIR_CONFIRMED = 2, PAIR_NOT_SAME = 4, PAIR_REACHED = 8, /* has been at 500 */
		 PAIR_ALERTED = 16 /* an alert may concern it */ };

struct pair {
	uint32_t a, b; /* account ids, a < b; a == NONE: free, b chains the free ones */
	int32_t strength_mb;
	int32_t direct_mb; /* without support */
	int16_t computed; /* score from evidence alone */
	int16_t score;    /* as reported */
	uint16_t families;
	uint8_t flags, state;
	uint8_t explained; /* 1 + index of the relation kind, 0 = none */
	uint8_t is_touched;
	uint8_t unused[6];
	uint32_t evidence; /* hash of the rules that counted when it was last read */
	int64_t first_ms, last_ms;
};

/* A declared group, or a mutual statement of two. */
struct group {
	uint8_t relation; /* index in ruleset.relations, or RELATION_OWN for a sender's own word */
	uint32_t name;    /* id in group_names */
	struct VEC(uint32_t) members;
};
#define RELATION_OWN 255

struct alert {
	uint64_t id;
	uint32_t policy;
	uint8_t scope, state, audience; /* audience: the widest that was told of it */
	uint8_t level, steps;           /* enum rule_level; how many steps of the policy are behind it */
	uint8_t advice;                 /* 1 + step whose recommendation stands, 0: the policy's */
	uint8_t round;                  /* of the last appeal, 0: none */
	uint8_t was;                    /* state before the appeal */
	uint32_t subject_a, subject_b; /* account; pair's accounts; cluster handle */
	struct VEC(uint32_t) accounts;
	char *resolution, *reason, *actor;
	int score;
	int64_t opened_ms, updated_ms, deadline_ms;
	int64_t due_ms; /* of its next step, 0: none */
	uint64_t opened_seq, updated_seq;
};

/* What the event being applied changed; emptied at its end. */
struct touched {
	struct VEC(uint32_t) pairs;
	struct VEC(uint32_t) accounts;
	struct VEC(uint32_t) clusters;
};

/* What must be so before a policy's condition is asked at all: most events then cost it a look. */
struct policy_reach {
	int least_score;      /* of the link */
	uint32_t event_types; /* bit per type that may bring it about */
	uint32_t remembered;  /* its alerts in alert_of */
	uint64_t opened;      /* its alerts, those of the past too */
};

struct field_subject;
typedef void field_handler(const struct field_subject *subject, struct value *out);

struct engine {
	const struct ruleset *rules;
	const struct enrich *enrich;
	struct strtab *names;
	struct VEC(struct account) accounts;
	struct index *index;
	struct graph *graph;
	struct VEC(struct pair) pairs;
	uint32_t free_pair;
	uint64_t n_pairs;
	struct u64map *pair_of;
	struct strtab *group_names;
	struct VEC(struct group) groups;
	struct VEC(struct alert) alerts;
	struct u64map *alert_of; /* hash of (policy, subject) -> alert that is not resolved, or resolved by a person */
	struct u64map *alert_ids; /* id -> alert, of all */
	struct heap *deadlines;   /* deadlines.h */
	struct weights *weights; /* bits by signal and holders, for the current step of N */
	uint64_t n_accounts;     /* that have had an event applied */
	int64_t now_ms;
	uint64_t seq, n_events;
	uint64_t candidates, rescored, limits_hit;
	struct touched touched;
	struct effects *effects; /* of the current call, may be NULL */
	const struct event *event;
	struct network_memo *memo; /* memo.h */
	struct gathered *gathered; /* gather.h */
	struct VEC(uint32_t) candidate_list;
	uint32_t *candidate_stamp;
	size_t cap_candidate_stamp;
	uint32_t stamp;
	struct cohort *cohorts; /* by slot of the timing rule */
	struct pair_handlers *pair_handlers; /* profile.h */
	field_handler **field_handlers; /* by index of field_rows */
	struct field_room *field_room;  /* fields.h */
	struct policy_reach *reach;           /* by policy: decide.c */
	struct windows *windows; /* windows.h */
	struct plan plan;
};

#endif
