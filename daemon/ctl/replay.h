/* Offline work: files of event lines through the same decoding and the same engine, in memory, without a daemon. */
#ifndef ASSOCD_CTL_REPLAY_H
#define ASSOCD_CTL_REPLAY_H

#include "ctl.h"
#include "daemon/engine/engine.h"
#include "refusals.h"

struct replay;

struct replay_counts {
	uint64_t lines, accepted, duplicate, bytes;
	struct refusals refused;
};

/* rules and enrich are borrowed. Effects go to `on_effect` (NULL: dropped) in order. */
typedef void replay_effect_fn(void *arg, const struct effect *effect);
struct replay *replay_new(const struct ruleset *rules, const struct enrich *enrich, replay_effect_fn *on_effect, void *arg);
void replay_free(struct replay *r);
/* A whole file, "-" for standard input. The last line needs no newline; refused lines are tallied. */
enum err replay_file(struct replay *r, struct ctl *ctl, const char *path, struct errbuf *eb) MUST_CHECK;
/* Applies what is gathered. */
void replay_flush(struct replay *r);
/* The engine, which stays the replay's. */
struct engine *replay_engine(const struct replay *r);
const struct replay_counts *replay_counts(const struct replay *r);

#endif
