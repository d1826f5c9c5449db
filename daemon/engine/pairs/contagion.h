/* Contagion: how near an account stands to one that was closed, or that a verdict confirms to be bad. The best path counts:
 * the product of its links' probabilities, each damped. A weak link, an explained one, a hub and an account that was judged
 * clean carry nothing; a joint or confirmed link is passed at probability 1. */
#ifndef ASSOCD_ENGINE_PAIRS_CONTAGION_H
#define ASSOCD_ENGINE_PAIRS_CONTAGION_H

#include "daemon/engine/state/state.h"

struct contagion;
struct contagion *contagion_new(void);
void contagion_free(struct contagion *c);

/* Once all pairs and standings of an event are what they will be: brings contagion up to date around those that changed.
 * Accounts whose contagion is another are touched. */
void contagion_settle(struct engine *e);
/* The account was closed, reinstated or judged. */
void contagion_standing_changed(struct engine *e, uint32_t account);
/* The pair gives way. */
void contagion_forget_pair(struct engine *e, struct pair *pair);
/* Of a state that was read: are standings, counts and levels those that its pairs bring about? */
bool contagion_agrees(const struct engine *e);

#endif
