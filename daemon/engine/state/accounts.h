/* Accounts: names and facts. */
#ifndef ASSOCD_ENGINE_STATE_ACCOUNTS_H
#define ASSOCD_ENGINE_STATE_ACCOUNTS_H

#include "state.h"

uint32_t account_intern(struct engine *e, struct bytes name);
uint32_t account_find(const struct engine *e, struct bytes name);
struct bytes account_name(const struct engine *e, uint32_t account);
/* Keys are sorted. A set replaces what was there; else the keys are added and the latest FACT_KEYS_LATEST kept. */
void account_set_fact(struct account *account, unsigned kind, const uint64_t *keys, unsigned n);
void account_add_fact(struct account *account, unsigned kind, uint64_t key);
/* Keys of the fact, n 0 when it has none. */
const uint64_t *account_fact(const struct account *account, unsigned kind, unsigned *n);
bool account_same_site(const struct engine *e, uint32_t a, uint32_t b);

#endif
