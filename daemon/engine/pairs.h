/* Stored pairs: read anew, made, changed and dropped. */
#ifndef ASSOCD_ENGINE_PAIRS_H
#define ASSOCD_ENGINE_PAIRS_H

#include "state.h"

/* Levels of edges in the graph: scores from cluster_link on are spread over LINK to STRONG, those from cluster_strong on
 * over STRONG to below SURE. */
enum edge_level { LEVEL_NONE = 0, LEVEL_LINK = 1, LEVEL_STRONG = 8, LEVEL_SURE = 15 };

struct pair *pair_find(const struct engine *e, uint32_t a, uint32_t b);
/* Reads the evidence of the two anew; makes, changes or drops the stored pair. */
void pair_rescore(struct engine *e, uint32_t a, uint32_t b);
/* One that was withdrawn is remembered below the floor, for people; nothing is weighed with it. */
bool pair_counts(const struct engine *e, const struct pair *pair);
/* Forces a row into existence (joint, verdict). */
struct pair *pair_make(struct engine *e, uint32_t a, uint32_t b);
void pair_refresh_state(const struct engine *e, struct pair *pair);
void pair_touch(struct engine *e, struct pair *pair);
/* End of the event: the mark goes, and the pair with it if it fell below the floor. */
void pair_untouch(struct engine *e, uint32_t at);
uint32_t pair_index(const struct engine *e, const struct pair *pair);
uint32_t pair_other(const struct pair *pair, uint32_t account);
/* The account's best neighbours join the candidates. */
void pairs_add_neighbours(struct engine *e, uint32_t account);
/* Reads the account with each of them anew; true when one of them became a neighbour that speaks for it, or does so more. */
bool pairs_rescore(struct engine *e, uint32_t account, const uint32_t *others, size_t n);
/* A value became a hub: every stored pair among its remembered holders is read anew. */
void pairs_withdraw_value(struct engine *e, uint32_t value);

#endif
