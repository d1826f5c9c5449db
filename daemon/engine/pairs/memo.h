/* The networks of recently seen addresses. Results never depend on what the memo holds. */
#ifndef ASSOCD_ENGINE_PAIRS_MEMO_H
#define ASSOCD_ENGINE_PAIRS_MEMO_H

#include "daemon/enrich/enrich.h"

struct network_memo;

struct network_memo *memo_new(void);
void memo_free(struct network_memo *m);
/* Borrowed until the next call. enrich NULL: every network is unknown. */
const struct network *memo_network(struct network_memo *m, const struct enrich *enrich, const struct ip *ip);

#endif
