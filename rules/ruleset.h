/* The compiled rule files: everything that judges. Immutable once loaded; shared by reference (one owner: main).
 * Strengths in 1/1000 bit, durations in ms, ratios in 1/1000. */
#ifndef ASSOCD_RULES_RULESET_H
#define ASSOCD_RULES_RULESET_H

#include "daemon/model/expression.h"
#include "daemon/model/ip.h"
#include "daemon/model/kinds.h"

enum rule_status { RULE_STABLE, RULE_EXPERIMENTAL, RULE_DISABLED };
enum rule_level { LEVEL_INFO, LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH, LEVEL_CRITICAL, LEVELS };
extern const char *const rule_level_names[LEVELS];

#define FAMILIES_MAX 16
#define RELATIONS_MAX 16
#define CONTAGION_DEPTH_MAX 3

struct rule_head {
	struct bytes id, title, explain;
	enum rule_status status;
	enum rule_level level;
	struct bytes file; /* path it came from */
	unsigned line;
};

/* A value that both accounts hold. */
struct signal_rule {
	struct rule_head head;
	int kind;   /* index in kinds */
	int family; /* index in ruleset.families */
	uint32_t m_milli;         /* P(shared | same operator) */
	uint32_t strangers_milli; /* expected other people who hold such a value */
	uint32_t growth_milli;    /* strangers that each holder beyond the two stands for: 1000 = every one is a stranger */
	int32_t coverage_mb;      /* gained where all use of the kind lies on shared values, lost where next to none does */
	int requires;             /* kind of which a value must be shared too, -1 none: network and gap are then that value's */
	int64_t half_life_ms;     /* per lost bit of gap between the two accounts' uses; 0 = no decay */
	int32_t max_decay_mb;
	int32_t network_mb[NET_KINDS]; /* log2 of the multiplier; NETWORK_IGNORE = no evidence */
	int32_t max_mb;
	bool supports_only;       /* raises a link that other evidence made, never makes one */
	uint32_t recycled_nets;   /* bit per network kind: disjoint use, recycled_gap_ms apart -> at most 0 bits */
	int64_t recycled_gap_ms;
	uint32_t explained_by;    /* bit per ruleset.relations */
};
#define NETWORK_IGNORE INT32_MIN

/* Agreement or disagreement of two accounts' facts. */
struct compare_rule {
	struct rule_head head;
	int kind;
	int family;               /* -1: negatives and plain additions stand outside families */
	int32_t equal_mb, overlap_mb, differ_mb; /* sets: equal, some in common, none; 0 = says nothing */
	bool needs_positive;      /* counted only where some signal is positive */
};

/* Caps what one family says, under conditions on the other evidence of the pair. */
struct limit_rule {
	struct rule_head head;
	int family;
	int32_t max_mb;           /* the family's sum is at most this; below 0 it speaks against */
	uint64_t with_kinds[2];   /* bit per kind: one of them must be shared; none set: always */
	uint32_t without_families; /* bit per family: none of them may have evidence */
	uint64_t unless_kinds[2]; /* one of them shared: the limit does not hold */
	int count_family;         /* -1 none; else: only with fewer than `fewer` kinds of this family */
	unsigned fewer;
};

enum policy_scope { POLICY_ACCOUNT = SCOPE_ACCOUNT, POLICY_LINK = SCOPE_LINK, POLICY_CLUSTER = SCOPE_CLUSTER };
struct policy_rule {
	struct rule_head head;
	enum policy_scope scope;
	const struct expr *when;
	const struct expr *until; /* resolves; NULL: as soon as `when` is NO */
	int64_t deadline_ms;      /* after opening; 0 = none */
	struct bytes recommendation;
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
	bool site_isolation;
	uint64_t hash; /* of the compiled content: the snapshot is bound to it */
	unsigned n_files, n_tests;
};

/* Loads every *.yaml of a folder (not *.test.yaml) in name order: attributes.yaml, scoring.yaml, lists/, then rules.
 * Strict: unknown keys and fields are errors with file:line:column and did-you-mean. A stable rule without a test beside
 * it that fires and one that must not does not load (require_tests). All errors found (up to 20) go to `report`, one a
 * line; the first to eb. */
struct text;
enum err ruleset_load(const char *dir, bool require_tests, struct ruleset **out, struct text *report, struct errbuf *eb) MUST_CHECK;
void ruleset_free(struct ruleset *rs);

#endif
