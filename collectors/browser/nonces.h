/* Nonces that this daemon gave to a page: each is good once, for ten minutes, under the key that asked for it. A restart makes those
 * before it void. */
#ifndef ASSOCD_COLLECTORS_BROWSER_NONCES_H
#define ASSOCD_COLLECTORS_BROWSER_NONCES_H

#include "daemon/base/text.h"

#define NONCE_LIFE_MS (10 * 60 * 1000)

struct nonces;

/* NULL: the system has no random bytes. */
struct nonces *nonces_new(void);
void nonces_free(struct nonces *n);
enum err nonces_give(struct nonces *n, struct bytes key, int64_t now_ms, struct text *out) MUST_CHECK;
/* Uses it up. ERR_DENIED: not ours, of another key, too old, or used before. ERR_LIMIT: too many were used in a short time. */
enum err nonces_take(struct nonces *n, struct bytes key, struct bytes nonce, int64_t now_ms) MUST_CHECK;

#endif
