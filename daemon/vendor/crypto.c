/* Hashes and random bytes, over OpenSSL.
 * The low-level SHA256_* calls are used on purpose: a context with the pads already in it is copied as a plain struct,
 * where EVP_MAC fetches and allocates for every message (a tenth of the speed). */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto.h"

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#define BLOCK_SIZE 64

struct hmac_key {
	SHA256_CTX inner, outer; /* with key ^ ipad and key ^ opad already in */
};

static void pad(SHA256_CTX *ctx, const uint8_t block[BLOCK_SIZE], uint8_t with)
{
	uint8_t padded[BLOCK_SIZE];

	for (unsigned i = 0; i < BLOCK_SIZE; i++)
		padded[i] = block[i] ^ with;
	SHA256_Init(ctx);
	SHA256_Update(ctx, padded, sizeof padded);
	OPENSSL_cleanse(padded, sizeof padded);
}

struct hmac_key *hmac_key_new(struct bytes key)
{
	struct hmac_key *k = xcalloc(1, sizeof *k);
	uint8_t block[BLOCK_SIZE] = { 0 };

	if (key.len > BLOCK_SIZE)
		crypto_sha256(key, block);
	else
		memcpy(block, key.ptr, key.len);
	pad(&k->inner, block, 0x36);
	pad(&k->outer, block, 0x5c);
	OPENSSL_cleanse(block, sizeof block);
	return k;
}

void hmac_key_free(struct hmac_key *k)
{
	if (k == NULL)
		return;
	OPENSSL_cleanse(k, sizeof *k);
	free(k);
}

void hmac_sign(struct hmac_key *k, struct bytes message, uint8_t out[CRYPTO_HASH_SIZE])
{
	SHA256_CTX ctx = k->inner;

	SHA256_Update(&ctx, message.ptr, message.len);
	SHA256_Final(out, &ctx);
	ctx = k->outer;
	SHA256_Update(&ctx, out, CRYPTO_HASH_SIZE);
	SHA256_Final(out, &ctx);
}

void crypto_sha256(struct bytes message, uint8_t out[CRYPTO_HASH_SIZE])
{
	SHA256_CTX ctx;

	SHA256_Init(&ctx);
	SHA256_Update(&ctx, message.ptr, message.len);
	SHA256_Final(out, &ctx);
}

void crypto_md5(struct bytes message, uint8_t out[CRYPTO_MD5_SIZE])
{
	MD5((const unsigned char *)message.ptr, message.len, out);
}

enum err crypto_random(void *out, size_t n)
{
	return n <= INT32_MAX && RAND_bytes(out, (int)n) == 1 ? ERR_OK : ERR_IO;
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void crypto_hex(const uint8_t *in, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[2 * n] = '\0';
}
