/* The compiled rule files: everything that judges. Immutable once loaded; shared by reference (one owner: main).
 * Strengths in 1/1000 bit, durations in ms, ratios in 1/1000. */
#ifndef ASSOCD_RULES_RULESET_H
#define ASSOCD_RULES_RULESET_H

#include "daemon/model/kinds.h"
#include "rule_forms.h"

/* Bits of the calibrated tier. */
struct token_table {
	int32_t *bits;     /* by token */
	uint32_t n, end[PASSES]; /* tokens of a pass end there */
	int32_t bias_mb[PASSES];
	bool is_given;     /* there is a table.yaml: the calibrated tier judges; else the formula does */
};

/* How a declared relation acts: joint is reported 1000 and joins clusters; the rest explain. */
struct relation_rule {
	struct bytes name;
	bool is_joint, explains;
	bool is_operated; /* whoever declares it with the same account is related through that one */
};

/* Constants of the formula, and the bounds of its work: scoring.yaml. */
struct scoring {
	uint32_t prior_milli;          /* .6 of -log2(N / .6) */
	uint32_t accounts_min;         /* N is at least 16 */
	uint32_t rest_share_milli;     /* 1/4 of the other positive evidence of a family */
	int32_t further_max_mb;        /* at most 2 bits each for further values of one kind */
	uint32_t scale_a_milli;        /* W' = a W + b */
	int32_t shift_b_mb;
	int32_t floor_mb;              /* pairs below W' are not stored */
	int32_t neighbour_from_mb;     /* own evidence from which a pair counts in the support pass */
	unsigned holders_kept;         /* K latest holders per value */
	unsigned tokens_per_event;     /* values of one event that look for candidates */
	unsigned neighbours_rescored;  /* best neighbours re-scored at a new session */
	int64_t session_gap_ms;
	unsigned cgnat_block;          /* ports of a subscriber where the network gives no block size */
	int score_bands[3];            /* 500, 800, 950 */
	/* clusters */
	int cluster_link, cluster_strong; /* scores: an edge at all; an edge that joins a single to a cluster alone */
	unsigned cluster_support;         /* edges of distinct members that replace a strong one */
	unsigned cluster_cross;           /* distinct cross links for two clusters of two and more */
	unsigned cluster_crowd;           /* of which only direct ones count from so many members on */
	unsigned cluster_max;
	uint32_t contagion_damping_milli; /* .7 a link */
	unsigned contagion_depth;         /* links of a path at most */
	int contagion_least;              /* score of a link that carries */
	unsigned contagion_hub;           /* an account with more links that carry passes nothing on */
	int32_t verdict_reopen_mb;        /* more evidence than at the verdict: a link judged clean is suspected again */
};

struct ruleset {
	struct kinds kinds;
	struct bytes families[FAMILIES_MAX];
	unsigned n_families;
	struct relation_rule relations[RELATIONS_MAX];
	unsigned n_relations;
	struct scoring scoring;
	const struct signal_rule *signals; /* by kind, then id: those of one kind stand side by side */
	unsigned n_signals;
	const struct compare_rule *compares;
	unsigned n_compares;
	const struct limit_rule *limits;
	unsigned n_limits;
	const struct policy_rule *policies;
	unsigned n_policies;
	const struct timing_rule *timings;
	unsigned n_timings;
	struct bytes timing_ids[TIMINGS_MAX];
	unsigned n_timing_slots;
	const struct interaction_rule *interactions; /* pass by pass */
	unsigned n_interactions, interactions_end[PASSES];
	uint64_t coverage_kinds[2]; /* bit per kind whose days of use are summed for each account */
	struct token_table table;
	const struct window_rule *windows;
	unsigned n_windows;
	bool site_isolation;
	uint64_t hash; /* of the compiled content: the snapshot is bound to it */
	unsigned n_files, n_tests;
	struct bytes warnings; /* what loads and does nothing: "FILE:LINE:COLUMN: warning: ..." and a newline each */
};

/* Loads every *.yaml of a folder (not *.test.yaml) in name order: attributes.yaml, scoring.yaml, lists/, then rules.
 * Strict: unknown keys and fields are errors with file:line:column and did-you-mean. A stable rule without a test beside
 * it that fires and one that must not does not load (require_tests). All errors found (up to 20) go to `report`, one a
 * line; the first to eb. */
struct text;
enum err ruleset_load(const char *dir, bool require_tests, struct ruleset **out, struct text *report, struct errbuf *eb) MUST_CHECK;
/* The same with one file as told instead of its own, or besides: what an edited rule would do. It lies in no folder, and a
 * stable rule needs no test: it is tried, not enabled. */
struct ruleset_change { struct bytes file, content; };
enum err ruleset_load_changed(const char *dir, const struct ruleset_change *change, struct ruleset **out, struct text *report,
			      struct errbuf *eb) MUST_CHECK;
void ruleset_free(struct ruleset *rs);
/* For fitting: every token is worth 0 bits, every pair that is met is stored. The bits are then set in rs->table. */
void ruleset_begin_fit(struct ruleset *rs);
/* "shared-ip:isp:3:<1d" */
void ruleset_token_name(const struct ruleset *rs, uint32_t token, struct text *out);
/* What was found, in the words of the axes (say), else as "holders(ip) 3 to 6, turn_share("worked-in-turn") 0.5 or more". */
void ruleset_token_words(const struct ruleset *rs, uint32_t token, struct text *out);
/* The same apart, an axis each, in the arena; how many. An axis without words says its expression and {bin}. */
struct arena;
struct found_view;
unsigned ruleset_token_found(const struct ruleset *rs, uint32_t token, struct arena *a, const struct found_view **out);
/* The set that the token belongs to, with the head of its rule. */
const struct token_set *ruleset_token_set(const struct ruleset *rs, uint32_t token, const struct rule_head **head);

#endif
