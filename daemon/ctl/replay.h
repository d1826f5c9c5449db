/* Offline work: files of event lines through the same decoding and the same engine, in memory, without a daemon. */
#ifndef ASSOCD_CTL_REPLAY_H
#define ASSOCD_CTL_REPLAY_H

#include "ctl.h"
#include "daemon/engine/engine.h"

struct replay;

struct replay_counts {
	uint64_t lines, accepted, duplicate, refused, bytes;
};

/* rules and enrich are borrowed. Effects go to `on_effect` (NULL: dropped) in order. */
typedef void replay_effect_fn(void *arg, const struct effect *effect);
struct replay *replay_new(const struct ruleset *rules, const struct enrich *enrich, replay_effect_fn *on_effect, void *arg);
void replay_free(struct replay *r);
/* One line; what is wrong with it is counted, the first few named on standard error as file:line. */
void replay_line(struct replay *r, const char *file, uint64_t number, struct bytes line);
/* A whole file, "-" for standard input. The last line needs no newline. */
enum err replay_file(struct replay *r, struct ctl *ctl, const char *path, struct errbuf *eb) MUST_CHECK;
/* Applies what is gathered. */
void replay_flush(struct replay *r);
const struct engine *replay_engine(const struct replay *r);
void replay_counts(const struct replay *r, struct replay_counts *out);

#endif
