/* What the engine remembers of accounts, pairs, relations and alerts; a part of state.h. */
#ifndef ASSOCD_ENGINE_STATE_RECORDS_H
#define ASSOCD_ENGINE_STATE_RECORDS_H

#include "daemon/base/vec.h"
#include "plan.h"

#define NONE UINT32_MAX
#define FACT_KEYS_MAX 8        /* values of one set that are kept */
#define FACT_KEYS_LATEST 4     /* values of any other fact: the latest */
#define NEIGHBOURS_MAX 1024    /* stored pairs of one account; beyond, the weakest gives way */
#define RELATIONS_PER_ACCOUNT 64
#define JOINT_MEMBERS_MAX 64   /* accounts of one joint group: each is paired with each */

/* support.h */
struct near_list {
	struct near *at;
	uint8_t n;
	uint32_t changes; /* so often it became another one */
};

/* Ids count up from 0 in order of arrival and are the ids of the name table. */
struct account {
	int64_t first_ms, last_ms, closed_ms; /* first_ms 0: named, but no event applied yet */
	uint32_t use_days, last_use_s; /* of uses: events that are evidence; on how many days (UTC) */
	uint32_t session_ip;           /* observe_address of the last use that has one, NONE before the first */
	uint32_t events, failed;
	uint32_t days[COVERAGE_SLOTS]; /* days of use, summed over the values of a kind */
	uint32_t *pairs; /* indexes into the pairs, unordered */
	uint32_t n_pairs, cap_pairs;
	uint32_t *groups; /* relation groups it belongs to */
	uint64_t *facts;  /* runs of: kind << 8 | n, then n keys, which are sorted where the kind is a set; in order of kinds */
	struct near_list near[SUPPORT_ROUNDS];
	struct sessions *sessions; /* sessions.h; NULL: none */
	uint16_t n_groups, n_facts;
	bool is_closed;
	bool has_windows; /* an event of it has entered one */
	bool is_waiting;  /* waiting.h */
	uint8_t standing; /* contagion_levels.h */
	uint8_t judged; /* enum judged: the last verdict about it alone */
	uint32_t n_carrying; /* pairs that pass contagion on */
	uint32_t contagion[CONTAGION_DEPTH_MAX]; /* by at most 1, 2, 3 links, in millionths */
};

static inline void account_prefetch(const struct account *account)
{
	for (size_t at = 0; at < sizeof(*account); at += 64)
		__builtin_prefetch((const char *)account + at);
}

/* Of the head of a run of facts. */
static inline unsigned fact_kind(uint64_t head) { return (unsigned)(head >> 8); }
static inline unsigned fact_keys(uint64_t head) { return (unsigned)(head & 0xff); }

enum pair_flag { PAIR_JOINT = 1, PAIR_CONFIRMED = 2, PAIR_NOT_SAME = 4, PAIR_REACHED = 8, /* has been at 500 */
		 PAIR_ALERTED = 16, /* an alert may concern it */
		 PAIR_CLEAN = 32, /* a verdict clears it until there is new evidence */
		 PAIR_HELD = 64,  /* so does a verdict about one of its accounts */
		 PAIR_REOPENED = 128 /* the new evidence came */ };

struct pair {
	uint32_t a, b; /* account ids, a < b; a == NONE: free, b chains the free ones */
	int32_t strength_mb;
	int32_t direct_mb; /* without support */
	int16_t computed; /* score from evidence alone */
	int16_t score;    /* as reported */
	uint16_t families, own_families; /* own: without support */
	uint8_t flags, state;
	uint8_t explained; /* 1 + index of the relation kind, 0 = none */
	uint8_t is_touched;
	uint8_t told_state, told_band; /* as the history last said */
	uint32_t own_rules, rules; /* that counted when it was last read: without support, and all (evidence.h) */
	uint16_t carries; /* probability that contagion passes it with, in thousandths; 0: none */
	uint32_t heard;   /* support_version of what its strength was made from; 0: it is to be made anew */
	int64_t first_ms, last_ms;
};

/* When a member joined, and what it said (changes.h). */
struct declaration { int64_t ts_ms; uint32_t said, unused; };

/* A declared group, or a mutual statement of two. */
struct group {
	uint8_t relation; /* index in ruleset.relations, or RELATION_OWN for a sender's own word */
	uint32_t name;    /* id in group_names */
	struct VEC(uint32_t) members;
	struct VEC(struct declaration) declared; /* by member */
};
#define RELATION_OWN 255

/* What an alert stands for beside itself. */
struct led {
	uint64_t key;                /* what it leads the alerts of; 0: it leads none */
	struct VEC(uint32_t) alerts; /* that are merged into it, in order of joining; of a resolved one those that it took along */
};

struct members { uint32_t n, at[]; };

struct alert {
	uint64_t id;
	uint32_t policy;
	uint8_t scope, state, audience; /* audience: the widest that was told of it */
	uint8_t level, steps;           /* enum rule_level; how many steps of the policy are behind it */
	uint8_t advice;                 /* 1 + step whose recommendation stands, 0: the policy's */
	uint8_t round;                  /* of the last appeal, 0: none */
	uint8_t was;                    /* state before the appeal */
	bool closed_with_accounts;      /* it ended because all its accounts were closed */
	bool is_known;                  /* whoever is told of alerts knows of it as one of its own */
	uint8_t told_level;             /* of all that it stands for, as it was last told (merging.h) */
	uint8_t untold;                 /* bit per effect_type, until the end of the event; UNTOLD_NOTED */
	uint16_t notes;
	int16_t score;
	uint32_t lead;                  /* the alert that it is merged into; NONE: it stands for itself */
	struct led *led;                /* NULL: it leads none, and none is merged into it */
	union {
		struct { uint32_t subject_a, subject_b; };
		uint32_t subject[2]; /* account; pair's accounts; cluster handle */
	};
	struct members *members; /* of a cluster's: its accounts when it was last told */
	uint32_t resolution, reason, actor, owner; /* texts in engine.said, NONE: none */
	int64_t opened_ms, updated_ms, deadline_ms;
	int64_t since_ms; /* it stands since: its opening, or the last time it was opened again */
	int64_t due_ms; /* of its next step, 0: none */
	int64_t snoozed_ms; /* until then nobody is told of it but of its end; 0: it is not put off */
	uint64_t opened_seq, updated_seq;
};

struct id_span { const uint32_t *at; size_t n; };

/* Those that it is about, as it was last told. */
static inline struct id_span alert_accounts(const struct alert *alert)
{
	if (alert->members != NULL)
		return (struct id_span){ alert->members->at, alert->members->n };
	return (struct id_span){ alert->subject, alert->scope == POLICY_CLUSTER ? 0 : alert->scope == POLICY_LINK ? 2 : 1 };
}

/* Numbers of those that are merged into it. */
static inline struct id_span alert_merged(const struct alert *alert)
{
	return alert->led != NULL ? (struct id_span){ alert->led->alerts.at, alert->led->alerts.n } : (struct id_span){ NULL, 0 };
}

static inline uint64_t alert_merge_key(const struct alert *alert) { return alert->led != NULL ? alert->led->key : 0; }

#endif
