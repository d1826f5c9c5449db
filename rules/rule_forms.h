/* The forms a rule can have, compiled. Strengths in 1/1000 bit, durations in ms, ratios in 1/1000. */
#ifndef ASSOCD_RULES_RULE_FORMS_H
#define ASSOCD_RULES_RULE_FORMS_H

#include "daemon/model/ip.h"
#include "policy.h"

#define RULES_MAX 512
#define FAMILIES_MAX 16
#define RELATIONS_MAX 16
#define COVERAGE_SLOTS 3 /* kinds whose days of use are summed for each account */
#define CONTAGION_DEPTH_MAX 3

/* The calibrated tier weighs a pair in passes: its own evidence; what common neighbours say by theirs; then what those say
 * that are neighbours by what the pass before made of them. */
enum pass { PASS_OWN, PASS_SUPPORT, PASS_AGAIN, PASSES };
#define SUPPORT_ROUNDS (PASSES - 1)

/* An expression cut into bins: 0 where it is missing; a number or duration: 1 below the first cut, then one a cut; a text:
 * one a word, then one for any other; true or false: 1 no, 2 yes. */
#define TOKEN_AXES_MAX 6
#define TOKEN_HELD_SHARED 500    /* a shared value or turns; it is never below 0 either */
#define TOKEN_HELD 1000
#define TOKEN_HELD_TOGETHER 2000 /* kinds of evidence together, which are correlated with each of them */
#define TOKEN_MAX_MB 8700 /* more than that a fit gives no token, unless its rule says so */
struct token_axis {
	const struct expr *of;
	const int64_t *cuts;        /* rising; NULL for texts and conditions */
	const struct bytes *labels; /* of the cuts, or the words */
	unsigned n, bins;
	const struct bytes *says;   /* what people read of it: a form with {bin} where n_says is 0, else a text a bin; NULL: the expression */
	unsigned n_says;
};

static inline unsigned token_axis_bin(const struct token_axis *axis, int64_t num)
{
	unsigned bin = 1;
	while (bin <= axis->n && num >= axis->cuts[bin - 1])
		bin++;
	return bin;
}

/* What the calibrated tier knows a rule's evidence by: one token for each combination of bins, whose bits stand in
 * table.yaml. Numbers of tokens count up over all rules, pass by pass. */
struct token_set {
	struct token_axis axes[TOKEN_AXES_MAX];
	unsigned n_axes;
	uint32_t first, n;
	int32_t min_mb, max_mb; /* what a fit may give one token */
	uint32_t held_milli;    /* how much a fit holds it near 0: 1000 as a comparison, more as what goes along with other tokens */
	bool is_fitted; /* table.yaml has bits for some of them */
	bool has_gap;   /* an axis asks for value.gap: the rule's half-life is in the table */
};

/* A value that both accounts hold. */
struct signal_rule {
	struct rule_head head;
	struct token_set tokens;
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
	unsigned generic_from;    /* calibrated tier: with so many holders a value speaks against at most; 0 = never */
	bool supports_only;       /* raises a link that other evidence made, never makes one */
	uint32_t recycled_nets;   /* bit per network kind: disjoint use, recycled_gap_ms apart -> at most 0 bits */
	int64_t recycled_gap_ms;
	uint32_t explained_by;    /* bit per ruleset.relations */
};
#define NETWORK_IGNORE INT32_MIN

/* Agreement or disagreement of two accounts' facts. */
struct compare_rule {
	struct rule_head head;
	struct token_set tokens;
	int kind;
	int family;               /* -1: negatives and plain additions stand outside families */
	int32_t equal_mb, overlap_mb, differ_mb; /* sets: equal, some in common, none; 0 = says nothing */
	bool needs_positive;      /* counted only where some signal is positive */
};

/* How often two accounts were worked one after the other: on one value of a kind, or from different addresses among the
 * accounts that meet a condition. Counted when a session of the second begins at most `within` after the last use by the first. */
#define TIMINGS_MAX 8
struct timing_rule {
	struct rule_head head;
	struct token_set tokens;
	int slot;                  /* its place in ruleset.timing_ids */
	int on_kind;               /* -1: any two that meet the condition */
	const struct expr *among;  /* condition on the event, NULL: every event */
	int family;
	int64_t within_ms;
	unsigned least;            /* turns below which it says nothing */
	int32_t least_mb;          /* surprise below which it says nothing */
};

/* How kinds of evidence act together (PASS_OWN), or what common neighbours say (PASS_SUPPORT, PASS_AGAIN). */
struct interaction_rule {
	struct rule_head head;
	struct token_set tokens;
	const struct expr *when; /* NULL: always */
	int family;              /* -1: outside of families */
	enum pass pass;
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

#endif
