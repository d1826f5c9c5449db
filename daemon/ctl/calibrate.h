/* Worlds with labels: what a table is fitted to, and judged by. */
#ifndef ASSOCD_CTL_CALIBRATE_H
#define ASSOCD_CTL_CALIBRATE_H

#include "labels.h"
#include "patterns.h"
#include "reliability.h"
#include "replay.h"
#include "table_file.h"

struct journal_map;

/* Files, or a daemon's state folder with what people judged. */
struct world {
	const char *state_dir; /* or NULL: then */
	const char *events, *labels_path;
	const char *const *networks;
	unsigned n_networks;
	/* by world_open, and by world_open_journal but for enrich, which is then the opener's to set */
	struct enrich *enrich;
	struct journal_map *journal;
	struct labels *labels;
	/* of the latest replay */
	uint64_t n_events;
	struct labels_counts met;
	/* of the latest look at its pairs */
	struct pattern_totals pairs;
	uint64_t n_left_out; /* pairs of LABEL_LEFT_OUT */
	struct reliability reliability;
};
/* Reads labels and networks. */
enum err world_open(struct world *w, const char *asn_kinds, struct errbuf *eb) MUST_CHECK;
/* Reads the verdicts about two accounts in the journal of state_dir; an error when there are none. */
enum err world_open_journal(struct world *w, const struct kinds *kinds, struct errbuf *eb) MUST_CHECK;
/* The journal's events but its verdicts into the engine; for world_replay. */
enum err world_feed_journal(struct world *w, struct ctl *ctl, struct engine *e, struct errbuf *eb) MUST_CHECK;
void world_close(struct world *w);
/* All events through a new engine, which `look` gets and which is gone then. An error when no event is accepted, or no
 * account with events has a label. */
typedef void world_look_fn(void *arg, struct world *w, struct engine *e);
struct world_look { world_look_fn *fn; void *arg; };
enum err world_replay(struct world *w, struct ctl *ctl, const struct ruleset *rules, struct world_look look, struct errbuf *eb) MUST_CHECK;

struct calibration {
	struct ctl *ctl;
	struct ruleset *rules;
	struct world *worlds;
	unsigned n_worlds;
	double l2;
	bool is_update; /* moves the bits that there are, and fits them not from 0 */
	bool is_trial;  /* of one experimental rule: the bias stays */
	bool *is_fitted; /* by token: its rule has lines in the table; of calibration_fit */
	struct pattern_totals *counts; /* by token, of calibration_fit */
};
void calibration_fini(struct calibration *c);
/* Fits the table of the rules: both passes, each to pairs as a replay meets them. An update moves tokens of rules that have
 * lines, and leaves the others to their formula. Else each experimental rule gets bits last, by itself, with all that is
 * stable as it is: they judge nothing and are what the rule is tried with. */
enum err calibration_fit(struct calibration *c, struct errbuf *eb) MUST_CHECK;
/* Replays with the table that there is, and fills the worlds' reliability. */
enum err calibration_check(struct calibration *c, struct errbuf *eb) MUST_CHECK;

/* "events.ndjson with labels.csv: 250,000 events, 20,000 labelled accounts, 557,502 pairs, 15,043 of one person" */
void world_describe(const struct world *w, struct text *out);
/* On standard error: which labels, events and judged pairs were of no use. */
void world_print_left_over(const struct world *w);
/* The reliability of all worlds on standard output. 1 when nothing could be judged or the error is above max_error (below 0:
 * any), else 0. */
int calibration_report(const struct calibration *c, double max_error);

#endif
