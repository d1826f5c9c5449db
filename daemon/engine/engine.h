/* The pure engine: state and event in, new state and effects out. No clock, file, socket, thread or randomness: time
 * arrives in events. The same events, rules and networks give the same state and effects, whatever the hashing key.
 * One engine is owned by one thread; two can live side by side. */
#ifndef ASSOCD_ENGINE_ENGINE_H
#define ASSOCD_ENGINE_ENGINE_H

#include "daemon/base/arena.h"
#include "daemon/enrich/enrich.h"
#include "daemon/model/event.h"
#include "daemon/model/views.h"
#include "rules/ruleset.h"

struct engine;

/* ruleset and enrich are borrowed and must outlive the engine. */
struct engine *engine_new(const struct ruleset *rules, const struct enrich *enrich);
/* From now on experimental rules of evidence are weighed beside the others and counted (engine_rules). A replay has no use for it. */
void engine_try_rules(struct engine *e);
void engine_free(struct engine *e);

/* Effects, in order, in the caller's arena. */
enum effect_type { EFFECT_ALERT_OPENED, EFFECT_ALERT_UPDATED, EFFECT_ALERT_RESOLVED, EFFECT_CLUSTER_CHANGED, EFFECT_STATEMENT_IGNORED, EFFECT_TYPES };
struct effect {
	enum effect_type type;
	uint64_t seq;  /* of the event that caused it */
	int64_t ts_ms;
	enum audience audience;   /* of the event */
	struct alert_view alert;  /* ALERT_*: whole, as of this change */
	struct bytes cluster, what; /* CLUSTER_CHANGED: id and "joined a", "merged 00ab...", "split ..." */
	enum ignored_word ignored;  /* STATEMENT_IGNORED: it changed nothing, and `what` says why */
};
struct effects {
	struct effect *at;
	size_t n, cap;
	struct arena *arena; /* set by the caller; effects and their strings live there */
};

/* "opened", "updated", "resolved"; NULL for what is no change of an alert. */
const char *effect_alert_word(enum effect_type type);

/* Applies accepted events (in journal order; seq must rise) in two steps, gather and apply. effects may be NULL. */
void engine_apply(struct engine *e, const struct event *const *events, size_t n, struct effects *effects);

/* When something falls due that no event brings about: a tick of that time is to be applied then. False: nothing will. */
bool engine_next_due(const struct engine *e, int64_t *at_ms);
/* Engine time: the largest ts applied. */
int64_t engine_now(const struct engine *e);
/* Of the event applied last. */
uint64_t engine_seq(const struct engine *e);
/* What it was given to know addresses by. */
const struct enrich *engine_enrich(const struct engine *e);

/* ---- queries: const, at once, on the owning thread. ERR_NOTFOUND for what is unknown. ---- */
enum err engine_account(const struct engine *e, struct bytes name, struct arena *a, struct account_view *out) MUST_CHECK;
/* The short answer to one event. links: those of band possible and more, strongest first, at most max. */
enum err engine_assess(const struct engine *e, struct bytes name, unsigned max, struct arena *a, struct account_view *out) MUST_CHECK;
enum err engine_why(const struct engine *e, struct bytes a_name, struct bytes b_name, struct arena *a, struct why_view *out) MUST_CHECK;
enum err engine_cluster(const struct engine *e, struct bytes id, struct arena *a, struct cluster_view *out) MUST_CHECK;
/* Holders of a value; text is normalised by the kind. hash_key as in event_context. */
enum err engine_value(const struct engine *e, int kind, uint64_t key, struct arena *a, struct value_holders_view *out) MUST_CHECK;
/* Stacks by kind, those of most accounts first; at most max of a kind. */
unsigned engine_stacks(const struct engine *e, unsigned max, struct arena *a, struct stack_view **out);
/* Values over their hub cap, most holders first. */
unsigned engine_hubs(const struct engine *e, unsigned max, struct arena *a, struct value_holders_view **out);
/* Every value of a kind that two accounts and more hold and that is no hub, with those of its holders that are remembered. */
typedef void value_fn(void *arg, const struct value_holders_view *value);
void engine_each_shared(const struct engine *e, int kind, value_fn *fn, void *arg);
/* Values and ranges with a mark or notes, those spoken of last first; at most max. *total: how many there are. */
unsigned engine_marks(const struct engine *e, unsigned max, struct arena *a, struct marked_view **out, uint64_t *total);
/* What people said of a value whose text is given, and of ranges that it lies in: members mark and notes. */
void engine_said_of(const struct engine *e, const struct attr *attr, struct arena *a, struct value_holders_view *out);
/* The newest of these notes; false: there is none. */
bool engine_newest_note(const struct engine *e, const struct attr *attr, struct note_view *out);
void engine_mark_effect(const struct engine *e, const struct mark_question *question, struct arena *a, struct mark_effect_view *out);
/* Values that at least two of the n accounts share, most shared first. */
unsigned engine_correlate(const struct engine *e, const struct bytes *names, unsigned n, struct arena *a, struct value_holders_view **out);
/* Alerts, newest update first, or the most urgent first: overdue, then by level, then by deadline, then by age. */
enum alert_states { ALERTS_STANDING = -2, ALERTS_ALL = -1 };
struct alert_query {
	int state;          /* enum alert_state or enum alert_states */
	bool by_urgency;
	struct bytes after; /* only those that come behind this one; empty: from the newest. ERR_NOTFOUND: there is no such alert */
	unsigned max;
	bool skips_merged;  /* those that people are shown by their lead alone */
	struct bytes lead;  /* only those that are merged into this one; empty: any */
};
enum err engine_alerts(const struct engine *e, const struct alert_query *query, struct arena *a, struct alert_view **out,
		       unsigned *n) MUST_CHECK;
/* Of those in the state; by level in the order of rule_level_names. Merged ones are counted for themselves alone. */
struct alert_counts { uint64_t total, overdue, merged, levels[LEVELS]; };
void engine_alert_counts(const struct engine *e, int state, struct alert_counts *out);
/* Of every alert that is not resolved, in order of opening; cheap enough for tens of thousands. */
unsigned engine_standing_alerts(const struct engine *e, struct arena *a, struct alert_head **out);
enum err engine_alert(const struct engine *e, struct bytes id, struct arena *a, struct alert_view *out) MUST_CHECK;
/* What it rested on is no more, so that it cannot be opened again. */
bool engine_alert_is_gone(const struct engine *e, struct bytes id);
/* What changed for an account or a cluster, newest first; a bounded number is kept. */
enum err engine_account_history(const struct engine *e, struct bytes name, struct arena *a, struct history_view *out) MUST_CHECK;
/* What became of an alert and by whom, newest first. */
enum err engine_alert_history(const struct engine *e, struct bytes id, struct arena *a, struct history_view *out) MUST_CHECK;
/* Alerts about its accounts or their cluster: those that stand first, then by newest update. */
struct alert_list { struct alert_view *at; unsigned n; };
enum err engine_alert_related(const struct engine *e, struct bytes id, unsigned max, struct arena *a, struct alert_list *out) MUST_CHECK;
enum err engine_cluster_history(const struct engine *e, struct bytes id, struct arena *a, struct history_view *out) MUST_CHECK;
/* Account names that start with a prefix, for search and completion. */
unsigned engine_accounts_like(const struct engine *e, struct bytes prefix, unsigned max, struct arena *a, struct bytes **out);

/* Links with score >= min_score: the first max of them, strongest first, and how many there are. One pass over the
 * pairs, whatever their number. */
struct link_list { struct link_view *at; unsigned n; uint64_t total; };
struct link_query { int min_score; unsigned max; };
void engine_strongest_links(const struct engine *e, const struct link_query *query, struct arena *a, struct link_list *out);

/* Every reported link with score >= min, sorted by the two names; every cluster of two and more, by account name. */
typedef void link_fn(void *arg, const struct link_view *link);
void engine_each_link(const struct engine *e, int min_score, link_fn *fn, void *arg);
typedef void member_fn(void *arg, struct bytes account, struct bytes cluster);
void engine_each_member(const struct engine *e, member_fn *fn, void *arg);

/* Every rule, in the order of rules/heads.h; the evidence of at most max_links links is read for it. */
void engine_rules(const struct engine *e, unsigned max_links, struct arena *a, struct rules_view *out);
/* The path of the file that a rule came from; false: there is no such rule. */
bool engine_rule_file(const struct engine *e, struct bytes id, struct bytes *path);
/* The last max days; one pass over accounts, pairs and alerts. */
void engine_days(const struct engine *e, unsigned max, struct arena *a, struct days_view *out);

struct engine_stats {
	uint64_t seq;           /* last applied */
	int64_t now_ms;         /* engine time: largest ts applied */
	uint64_t events, accounts, values, postings, pairs, links[BANDS], clusters, hubs, alerts[ALERT_STATES], alerts_merged, alerts_overdue;
	uint64_t waiting;       /* accounts whose neighbours changed, and whose turn to be read anew has not come */
	uint64_t candidates, rescored, limits_hit; /* work done since start */
	size_t memory_index, memory_pairs, memory_total;
};
void engine_stats(const struct engine *e, struct engine_stats *out);
/* How often the condition of a policy (index in the ruleset) came true. An experimental one raised no alert for it. */
uint64_t engine_policy_hits(const struct engine *e, unsigned policy);

/* ---- snapshot: the whole state as bytes. write is called with successive pieces. ---- */
typedef enum err engine_write_fn(void *arg, const void *p, size_t n);
enum err engine_save(const struct engine *e, engine_write_fn *write, void *arg) MUST_CHECK;
/* Into a new engine of the same rules and networks; ERR_VERSION: another build wrote it; that and ERR_CORRUPT leave the engine
 * unusable (free it). read fills exactly n bytes. */
typedef enum err engine_read_fn(void *arg, void *p, size_t n);
enum err engine_load(struct engine *e, engine_read_fn *read, void *arg) MUST_CHECK;

#endif
