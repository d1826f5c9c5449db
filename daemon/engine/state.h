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
	uint16_t n_groups, n_facts;
	bool is_closed;
};

enum pair_flag { PAIR_JOINT = 1, PAIR_CONFIRMED = 2, PAIR_NOT_SAME = 4, PAIR_REACHED = 8, /* has been at 500 */
		 PAIR_ALERTED = 16 /* an alert may concern it */ };

struct pair {
	uint32_t a, b; /* account ids, a < b; a == NONE: free, b chains the free ones */
	int32_t strength_mb;
	int16_t computed; /* score from evidence alone */
	int16_t score;    /* as reported */
	uint16_t families;
	uint8_t flags, state;
	uint8_t explained; /* 1 + index of the relation kind, 0 = none */
	uint8_t is_touched;
	uint8_t unused[2];
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
	uint8_t scope, state;
	uint32_t subject_a, subject_b; /* account; pair's accounts; cluster handle */
	uint64_t cluster;              /* id when it concerns one */
	struct VEC(uint32_t) accounts;
	char *resolution, *reason, *actor, *summary;
	int score;
	int64_t opened_ms, updated_ms, deadline_ms;
	uint64_t opened_seq, updated_seq;
};

/* What the event being applied changed; emptied at its end. */
struct touched {
	struct VEC(uint32_t) pairs;
	struct VEC(uint32_t) accounts;
	struct VEC(uint32_t) clusters;
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
	struct weights *weights; /* bits by signal and holders, for the current step of N */
	uint64_t n_accounts;     /* that have had an event applied */
	int64_t now_ms;
	uint64_t seq, n_events;
	uint64_t candidates, rescored, limits_hit;
	struct touched touched;
	struct effects *effects; /* of the current call, may be NULL */
	const struct event *event;
	struct network_memo *memo; /* memo.h */
	struct VEC(uint32_t) candidate_list;
	uint32_t *candidate_stamp;
	size_t cap_candidate_stamp;
	uint32_t stamp;
	field_handler **field_handlers; /* by index of field_rows */
	int *least_score;                     /* by policy */
	struct plan plan;
};

/* accounts.c */
uint32_t account_intern(struct engine *e, struct bytes name);
uint32_t account_find(const struct engine *e, struct bytes name);
struct bytes account_name(const struct engine *e, uint32_t account);
/* Keys are sorted. A set replaces what was there; else the keys are added and the latest FACT_KEYS_LATEST kept. */
void account_set_fact(struct account *account, unsigned kind, const uint64_t *keys, unsigned n);
void account_add_fact(struct account *account, unsigned kind, uint64_t key);
/* Keys of the fact, n 0 when it has none. */
const uint64_t *account_fact(const struct account *account, unsigned kind, unsigned *n);
int account_risk(const struct engine *e, uint32_t account);
bool account_same_site(const struct engine *e, uint32_t a, uint32_t b);

/* observe.c: an event's values into index and facts; whom it newly meets. */
void observe_prefetch(struct engine *e, const struct event *const *events, size_t n);
/* Fills candidate_list; true when a new session began. */
bool observe_event(struct engine *e, const struct event *ev, uint32_t account);
/* Adds an account to candidate_list unless it is there. */
void observe_candidate(struct engine *e, uint32_t other);

/* pairs.c */
struct pair *pair_find(const struct engine *e, uint32_t a, uint32_t b);
/* Reads the evidence of the two anew; makes, changes or drops the stored pair. */
void pair_rescore(struct engine *e, uint32_t a, uint32_t b);
/* Forces a row into existence (joint, verdict). */
struct pair *pair_make(struct engine *e, uint32_t a, uint32_t b);
void pair_refresh_state(const struct engine *e, struct pair *pair);
void pair_touch(struct engine *e, struct pair *pair);
/* End of the event: the mark goes, and the pair with it if it fell below the floor. */
void pair_untouch(struct engine *e, uint32_t at);
uint32_t pair_index(const struct engine *e, const struct pair *pair);
uint32_t pair_other(const struct pair *pair, uint32_t account);
/* The account's best neighbours join the candidates. */
void pairs_add_neighbours(struct engine *e, uint32_t account);
void pairs_rescore(struct engine *e, uint32_t account, const uint32_t *others, size_t n);
/* A value became a hub: every stored pair among its remembered holders is read anew. */
void pairs_withdraw_value(struct engine *e, uint32_t value);

/* relations.c */
void relation_declare(struct engine *e, const struct event *ev, uint32_t account);
/* Joint and explaining relation the two have in common; 0 when none (else 1 + index in ruleset.relations). */
uint8_t relation_between(const struct engine *e, uint32_t a, uint32_t b, bool *is_joint);

/* statements.c */
void statement_apply(struct engine *e, const struct event *ev, uint32_t account);

/* decide.c */
void decide(struct engine *e);
/* Lowest link score at which each policy can be YES, worked out once. */
void decide_prepare(struct engine *e);

/* alerts.c */
struct alert_subject { uint8_t scope; uint32_t a, b; uint64_t cluster; };
struct alert *alert_find(const struct engine *e, uint32_t policy, const struct alert_subject *subject);
void alert_open(struct engine *e, uint32_t policy, const struct alert_subject *subject, int score);
void alert_update(struct engine *e, struct alert *alert, int score);
void alert_resolve(struct engine *e, struct alert *alert, const char *resolution, struct bytes reason);
void alert_statement(struct engine *e, const struct event *ev);
/* The condition became NO: what a person resolved may open anew from now on. */
void alert_forget(struct engine *e, struct alert *alert);
void alert_view(const struct engine *e, const struct alert *alert, struct arena *a, struct alert_view *out);
void alert_fini(struct alert *alert);

/* fields.c: what a condition may ask. */
struct field_subject {
	const struct engine *e;
	uint32_t account, pair, cluster; /* NONE where it is not in scope */
};
void fields_prepare(struct engine *e);
void field_answer(void *subject, int field, struct value *out);
#define FIELDS_MAX 96

#endif
