/* Two rule sets after the same replay: what they say differently, how often each rule speaks, and what the signals of the
 * new one would link by chance. Side 0 is the old one, 1 the new one. */
#ifndef ASSOCD_CTL_COMPARISON_H
#define ASSOCD_CTL_COMPARISON_H

#include "coincidence.h"
#include "diff.h"
#include "hits.h"
#include "print.h"

/* Borrowed, and outlive the comparison. */
struct compared {
	const struct ruleset *rules;
	const struct engine *engine;
};

struct comparison {
	struct compared side[2];
	struct diff diff;
	struct rule_hits *hits[2];    /* in the order of rules/heads.h */
	struct coincidence *chances;  /* by signal of the new rules */
};

/* min_score as in diff_make. Every link is read, and every value once for each signal. */
void comparison_make(struct ctl *ctl, struct comparison *c, const struct compared side[2], int min_score);
void comparison_free(struct comparison *c);

/* Rows of one change, and at most so many are shown. */
struct change_lists { enum diff_change change; unsigned max; };
/* A heading and a table each; nothing where there are none. */
void comparison_print_links(struct ctl *ctl, const struct comparison *c, struct change_lists lists);
void comparison_print_alerts(struct ctl *ctl, const struct comparison *c, struct change_lists lists);
void comparison_print_clusters(struct ctl *ctl, const struct comparison *c, struct change_lists lists);
/* All of the above, change by change. */
void comparison_print_changes(struct ctl *ctl, const struct comparison *c, unsigned max);

/* Rows of each change. */
struct change_counts { uint64_t links[DIFF_CHANGES], alerts[DIFF_CHANGES], clusters[DIFF_CHANGES]; };
struct change_counts comparison_count(const struct comparison *c);

/* Members "links", "alerts" and "clusters" of an open object: counts, and at most max rows of each change. */
void comparison_json(const struct comparison *c, unsigned max, struct text *out);
/* An expected number of pairs: whole from 10 on, else with one decimal. */
void print_expected(struct text *out, double pairs);
/* A member with three decimals. */
void json_member_expected(struct text *out, const char *key, double pairs);

#endif
