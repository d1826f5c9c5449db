/* HMAC-SHA-256, SHA-256, random bytes, constant-time compare, and keys of TLS 1.3, over OpenSSL. */
#ifndef ASSOCD_VENDOR_CRYPTO_H
#define ASSOCD_VENDOR_CRYPTO_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

#define CRYPTO_HASH_SIZE 32
#define CRYPTO_MD5_SIZE 16

/* A key with its pads precomputed (RFC 2104); about 100 ns a short message. Not shared between threads. */
struct hmac_key;
struct hmac_key *hmac_key_new(struct bytes key);
void hmac_key_free(struct hmac_key *k);
void hmac_sign(struct hmac_key *k, struct bytes message, uint8_t out[CRYPTO_HASH_SIZE]);

/* Once, with a key that is needed for nothing else; HKDF-Extract is this, with the salt as key. */
void crypto_hmac(struct bytes key, struct bytes message, uint8_t out[CRYPTO_HASH_SIZE]);

/* HKDF-Expand-Label of RFC 8446 with an empty context, for several labels of one secret. */
struct crypto_label {
	const char *label; /* without "tls13 "; at most 32 characters */
	void *out;
	uint8_t n; /* at most CRYPTO_HASH_SIZE */
};
void crypto_expand_labels(const uint8_t secret[CRYPTO_HASH_SIZE], const struct crypto_label *labels, size_t n);

void crypto_sha256(struct bytes message, uint8_t out[CRYPTO_HASH_SIZE]);
/* For names that others made with it; it protects nothing. */
void crypto_md5(struct bytes message, uint8_t out[CRYPTO_MD5_SIZE]);
enum err crypto_random(void *out, size_t n) MUST_CHECK;
bool crypto_equal(const void *a, const void *b, size_t n);
/* Lower-case hexadecimal, 2 * n characters and NUL. */
void crypto_hex(const uint8_t *in, size_t n, char *out);
/* Base64 (RFC 4648 section 4): text of CRYPTO_BASE64_SIZE(n) bytes with its NUL. */
#define CRYPTO_BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)
void crypto_base64(const void *in, size_t n, char *out);
/* False when it is none, or more than *n bytes; *n: how many it was. */
bool crypto_from_base64(struct bytes text, uint8_t *out, size_t *n);

#endif
