/* Stored pairs: made, changed and dropped. What they are is read in rescore.h. */
#ifndef ASSOCD_ENGINE_PAIRS_PAIRS_H
#define ASSOCD_ENGINE_PAIRS_PAIRS_H

#include "daemon/engine/state/pair_table.h"

/* Levels of edges in the graph: scores from cluster_link on are spread over LINK to STRONG, those from cluster_strong on
 * over STRONG to below SURE. */
enum edge_level { LEVEL_NONE = 0, LEVEL_LINK = 1, LEVEL_STRONG = 8, LEVEL_SURE = 15 };

/* One that was withdrawn is remembered below the floor, for people; nothing is weighed with it. */
bool pair_counts(const struct engine *e, const struct pair *pair);
/* A statement keeps it. */
bool pair_is_kept(const struct pair *pair);
/* It counts no longer: it goes, but for one that people were shown. */
void pair_fell(struct engine *e, struct pair *pair);
/* Forces a row into existence (joint, verdict). */
struct pair *pair_make(struct engine *e, uint32_t a, uint32_t b);
/* State and reported score of one that may be stored nowhere; of a stored one. */
void pair_assess(const struct engine *e, struct pair *pair);
void pair_refresh_state(struct engine *e, struct pair *pair);
/* What its own evidence comes to, without support. */
void pair_set_direct(struct engine *e, struct pair *pair, int32_t direct_mb);
void pair_touch(struct engine *e, struct pair *pair);
/* End of the event: the mark goes, and the pair with it if it fell below the floor. */
void pair_untouch(struct engine *e, uint32_t at);
/* Snapshot: it is among the pairs, and in the lists of both accounts. */
void pairs_restore(struct engine *e, uint32_t at);

#endif
