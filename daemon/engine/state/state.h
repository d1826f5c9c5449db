/* Inside of the engine, shared by its files: what it remembers, and what the current event touched. */
#ifndef ASSOCD_ENGINE_STATE_STATE_H
#define ASSOCD_ENGINE_STATE_STATE_H

#include "daemon/base/map.h"
#include "daemon/base/text.h"
#include "daemon/base/vec.h"
#include "daemon/engine/engine.h"
#include "daemon/graph/graph.h"
#include "daemon/index/index.h"
#include "plan.h"
#include "records.h"

/* What the event being applied changed; emptied at its end. */
struct touched {
	struct VEC(uint32_t) pairs;
	size_t n_own; /* of the pairs, the first: what the event itself touched; the others were only read along with it */
	struct VEC(uint32_t) accounts;
	struct VEC(uint32_t) clusters;
	struct VEC(uint32_t) alerts; /* that changed, or whose lead may have (telling.h); emptied once they are told */
	struct VEC(uint32_t) values; /* that are worth less from now on: a hub, or a step of their holders */
};

/* What must be so before a policy's condition is asked at all: most events then cost it a look. */
struct policy_reach {
	int least_score;      /* of the link */
	uint32_t event_types; /* bit per type that may bring it about */
	uint32_t remembered;  /* its alerts in alert_of */
	uint64_t opened;      /* its alerts, those of the past too */
	bool needs_window;    /* of an account: none of whose windows has had an event, the condition cannot hold */
	bool names_contagion; /* its alerts tell the path */
};

/* A choice among values. */
struct value_test { bool (*passes)(const void *arg, uint32_t value); const void *arg; };

#define FIELDS_MAX 96 /* rows of field_rows that the handlers have room for */
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
	uint64_t n_pairs, in_band[BANDS]; /* stored pairs, and by the band of their score */
	uint64_t room_of_lists;           /* pairs that the accounts' lists have room for */
	struct u64map *pair_of;
	struct strtab *group_names;
	struct VEC(struct group) groups;
	struct VEC(struct alert) alerts;
	struct u64map *alert_of; /* hash of (policy, subject) -> alert that is not resolved, or resolved by a person */
	struct u64map *alert_ids; /* id -> alert, of all */
	struct heap *deadlines;   /* deadlines.h */
	struct merging *merging;  /* merging.h */
	struct verdicts *verdicts; /* verdicts.h */
	struct contagion *contagion; /* contagion.h */
	struct marks *marks;       /* marks.h */
	struct waiting *waiting;  /* waiting.h */
	struct history *history;   /* history.h */
	struct strtab *rule_sets;  /* evidence.h */
	struct strtab *said;       /* what statements said, as changes.h packs it */
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
	struct index_reader *reader; /* of the account whose pairs are being read (rescore.c); of NONE else */
	struct VEC(uint32_t) candidate_list;
	uint32_t *candidate_stamp;
	size_t cap_candidate_stamp;
	uint32_t stamp;
	struct event_condition **among; /* by number of the timing rule */
	struct cohort *cohorts; /* by slot of the timing rule */
	struct pair_handlers *pair_handlers; /* profile.h */
	field_handler **field_handlers; /* by index of field_rows */
	struct field_room *field_room;  /* fields.h */
	struct policy_reach *reach;           /* by policy: decide.c */
	struct windows *windows; /* windows.h */
	struct window_gates *window_gates; /* window_gates.h */
	struct shadows *shadows; /* shadows.h; NULL: nothing is tried */
	struct plan plan;
};

static inline enum band score_band(const struct engine *e, int score)
{
	unsigned band = BAND_NONE;
	while (band < BAND_STRONG && score >= e->rules->scoring.score_bands[band])
		band++;
	return (enum band)band;
}

/* Of an experimental policy: it opens, changes and resolves as any other, and is counted; nobody is told of it, no list and
 * no statement knows it, and it keeps no pair. */
static inline bool alert_is_shadow(const struct engine *e, const struct alert *alert)
{
	return e->rules->policies[alert->policy].head.status != RULE_STABLE;
}

/* A text of an alert; empty: none. Borrowed until the engine is told something new. */
static inline struct bytes alert_text(const struct engine *e, uint32_t text)
{
	return text != NONE ? strtab_text(e->said, text) : BYTES_NONE;
}

#endif
