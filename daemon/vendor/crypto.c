/* Hashes and random bytes, over OpenSSL.
 * The low-level SHA256_* calls are used on purpose: a context with the pads already in it is copied as a plain struct,
 * where EVP_MAC fetches and allocates for every message (a tenth of the speed). */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto.h"

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/md5.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#define BLOCK_SIZE 64
#define LABEL_MAX 32

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

static void set_key(struct hmac_key *k, struct bytes key)
{
	uint8_t block[BLOCK_SIZE] = { 0 };

	if (key.len > BLOCK_SIZE)
		crypto_sha256(key, block);
	else
		memcpy(block, key.ptr, key.len);
	pad(&k->inner, block, 0x36);
	pad(&k->outer, block, 0x5c);
	OPENSSL_cleanse(block, sizeof block);
}

struct hmac_key *hmac_key_new(struct bytes key)
{
	struct hmac_key *k = xcalloc(1, sizeof *k);

	set_key(k, key);
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

void crypto_hmac(struct bytes key, struct bytes message, uint8_t out[CRYPTO_HASH_SIZE])
{
	struct hmac_key k;

	set_key(&k, key);
	hmac_sign(&k, message, out);
	OPENSSL_cleanse(&k, sizeof k);
}

/* length 2 | 6 + n 1 | "tls13 " label | no context 1 | counter 1 */
static void expand(struct hmac_key *k, const struct crypto_label *l)
{
	static const char prefix[6] = "tls13 ";
	uint8_t text[2 + 1 + sizeof prefix + LABEL_MAX + 2] = { 0 }, hash[CRYPTO_HASH_SIZE];
	size_t n = strlen(l->label);

	BUG_ON(n > LABEL_MAX || l->n > sizeof hash);
	text[1] = l->n;
	text[2] = (uint8_t)(sizeof prefix + n);
	memcpy(text + 3, prefix, sizeof prefix);
	memcpy(text + 3 + sizeof prefix, l->label, n);
	text[4 + sizeof prefix + n] = 1;
	hmac_sign(k, bytes_make((char *)text, 5 + sizeof prefix + n), hash);
	memcpy(l->out, hash, l->n);
	OPENSSL_cleanse(hash, sizeof hash);
}

void crypto_expand_labels(const uint8_t secret[CRYPTO_HASH_SIZE], const struct crypto_label *labels, size_t n)
{
	struct hmac_key k;

	set_key(&k, bytes_make((const char *)secret, CRYPTO_HASH_SIZE));
	for (size_t i = 0; i < n; i++)
		expand(&k, &labels[i]);
	OPENSSL_cleanse(&k, sizeof k);
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

void crypto_base64(const void *in, size_t n, char *out)
{
	EVP_EncodeBlock((unsigned char *)out, in, (int)n);
}

/* EVP_DecodeBlock takes white space at both ends, and pads with zero bytes. */
bool crypto_from_base64(struct bytes text, uint8_t *out, size_t *n)
{
	size_t padding = bytes_ends(text, BYTES_LIT("==")) ? 2 : bytes_ends(text, BYTES_LIT("=")), whole = text.len / 4 * 3;
	uint8_t block[1024];

	if (text.len == 0 || text.len % 4 != 0 || whole > sizeof(block) || whole - padding > *n || memchr(text.ptr, ' ', text.len) ||
	    EVP_DecodeBlock(block, (const unsigned char *)text.ptr, (int)text.len) != (int)whole)
		return false;
	*n = whole - padding;
	memcpy(out, block, *n);
	OPENSSL_cleanse(block, sizeof(block));
	return true;
}
