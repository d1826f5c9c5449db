/* AES-128 and AES-128-GCM where each message has a key of its own, over OpenSSL: what opens the first packets of QUIC. */
#ifndef ASSOCD_VENDOR_CRYPTO_AEAD_H
#define ASSOCD_VENDOR_CRYPTO_AEAD_H

#include "crypto.h"

#define AEAD_KEY_SIZE 16
#define AEAD_NONCE_SIZE 12
#define AEAD_TAG_SIZE 16

/* Contexts that are made once and keyed for each message. Everything that OpenSSL loads is loaded by aead_new, so that it
 * works in a process that may open nothing any more. Not shared between threads. */
struct aead;
struct aead *aead_new(void);
void aead_free(struct aead *a);
/* One block of AES-128. */
void aead_block(struct aead *a, const uint8_t key[AEAD_KEY_SIZE], const uint8_t in[16], uint8_t out[16]);

struct aead_key {
	uint8_t key[AEAD_KEY_SIZE], nonce[AEAD_NONCE_SIZE];
};
/* sealed ends with its tag; out: room for what is in front of it, not to be looked at unless true is returned. May be the
 * place where sealed stands. */
bool aead_open(struct aead *a, const struct aead_key *k, struct bytes head, struct bytes sealed, uint8_t *out);

#endif
