/* Worlds with labels: what a table is fitted to, and judged by. */
#ifndef ASSOCD_CTL_CALIBRATE_H
#define ASSOCD_CTL_CALIBRATE_H

#include "labels.h"
#include "patterns.h"
#include "reliability.h"
#include "replay.h"
#include "table_file.h"

struct world {
	const char *events, *labels_path;
	const char *const *networks;
	unsigned n_networks;
	/* by world_open */
	struct enrich *enrich;
	struct labels *labels;
	/* of the latest replay */
	uint64_t n_events, n_refused;
	struct labels_counts met;
	/* of the latest look at its pairs */
	struct pattern_totals pairs;
	uint64_t n_left_out, n_unlabelled;
	struct reliability reliability;
};
/* Reads labels and networks. */
enum err world_open(struct world *w, const char *asn_kinds, struct errbuf *eb) MUST_CHECK;
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
	struct pattern_totals *counts; /* by token, of calibration_fit; the caller frees it */
};
/* Fits the table of the rules: both passes, each to pairs as a replay meets them. */
enum err calibration_fit(struct calibration *c, struct errbuf *eb) MUST_CHECK;
/* Replays with the table that there is, and fills the worlds' reliability. */
enum err calibration_check(struct calibration *c, struct errbuf *eb) MUST_CHECK;

#endif
