/* Offline work: files of event lines through the same decoding and the same engine, in memory, without a daemon. Several
 * rule sets may be fed side by side; every line is then parsed once. */
#ifndef ASSOCD_CTL_REPLAY_H
#define ASSOCD_CTL_REPLAY_H

#include "ctl.h"
#include "daemon/engine/engine.h"
#include "daemon/model/network.h"
#include "refusals.h"

#define REPLAY_SETS_MAX 9

struct replay;

struct replay_counts {
	uint64_t lines, accepted, duplicate, bytes;
	struct refusals refused;
};

typedef void replay_effect_fn(void *arg, const struct effect *effect);
/* One engine. Effects go to `on_effect` (NULL: dropped) in order. */
struct replay_set {
	const struct ruleset *rules;
	replay_effect_fn *on_effect;
	void *arg;
};

/* 1 to REPLAY_SETS_MAX sets; their rules and enrich are borrowed. */
struct replay *replay_new(const struct replay_set *sets, unsigned n, const struct enrich *enrich);
void replay_free(struct replay *r);
/* What packets said, asked for every event from now on; NULL: nobody. Borrowed. */
void replay_ask_network(struct replay *r, const struct network_source *network);
/* A whole file, "-" for standard input. The last line needs no newline; refused lines are tallied. */
enum err replay_file(struct replay *r, struct ctl *ctl, const char *path, struct errbuf *eb) MUST_CHECK;
/* Applies what is gathered. */
void replay_flush(struct replay *r);
/* Of a set; the engine stays the replay's. Where the attributes of two sets differ, one may refuse a line that the other
 * takes. */
struct engine *replay_engine(const struct replay *r, unsigned set);
const struct replay_counts *replay_counts(const struct replay *r, unsigned set);

#endif
