/* Accounts that were erased and may not come back: tombstones, HMAC-SHA-256 of their names under a key of their own. */
#ifndef ASSOCD_MODEL_ERASED_H
#define ASSOCD_MODEL_ERASED_H

#include "daemon/vendor/crypto.h"
#include "event.h"

/* Belongs to one thread. */
struct erased;
struct erased *erased_new(struct bytes key);
void erased_free(struct erased *e);
void erased_hash(const struct erased *e, struct bytes account, uint8_t out[CRYPTO_HASH_SIZE]);
/* False: it was there. */
bool erased_add(struct erased *e, const uint8_t hash[CRYPTO_HASH_SIZE]);
bool erased_has(const struct erased *e, struct bytes account);
/* The event is an erased account's, or states something about one. NULL: nobody was erased. */
bool erased_names(const struct erased *e, const struct event *ev);
unsigned erased_count(const struct erased *e);

#endif
