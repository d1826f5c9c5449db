/* Agreement of two accounts' facts. */
#ifndef ASSOCD_ENGINE_COMPARE_H
#define ASSOCD_ENGINE_COMPARE_H

#include "state.h"

enum agreement { AGREEMENT_EQUAL, AGREEMENT_OVERLAP, AGREEMENT_DIFFER };
/* enum agreement, or -1 unless both have a fact of the kind. Of sets: equal, some in common, none; of latest values: equal
 * when any is in common. */
int compare_accounts(const struct engine *e, uint32_t a, uint32_t b, unsigned kind);

#endif
