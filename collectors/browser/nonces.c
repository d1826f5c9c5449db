/* A nonce is "TIME RANDOM MAC" in hexadecimal: 12 digits of milliseconds, 16 random ones, 16 of HMAC-SHA-256 over these and the site's key.
 * I1: what was used is remembered for at least as long as its time lets it pass: two maps, of this life and of the one before. */
#include "nonces.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/map.h"
#include "daemon/vendor/crypto.h"

#define TIME_DIGITS 12
#define SIGNED_DIGITS 28
#define NONCE_DIGITS 44
#define USED_MAX 1000000 /* in one life */

struct nonces {
	struct hmac_key *key;
	struct u64map *used[2]; /* I1 */
	int64_t since_ms;       /* beginning of used[0] */
};

struct nonces *nonces_new(void)
{
	struct nonces *n;
	uint8_t key[CRYPTO_HASH_SIZE];

	if (crypto_random(key, sizeof(key)) != ERR_OK)
		return NULL;
	n = xcalloc(1, sizeof(*n));
	n->key = hmac_key_new(bytes_make((const char *)key, sizeof(key)));
	n->used[0] = u64map_new();
	n->used[1] = u64map_new();
	return n;
}

void nonces_free(struct nonces *n)
{
	if (!n)
		return;
	hmac_key_free(n->key);
	u64map_free(n->used[0]);
	u64map_free(n->used[1]);
	free(n);
}

static void sign(struct nonces *n, struct bytes key, const char *head, char out[17])
{
	uint8_t mac[CRYPTO_HASH_SIZE];
	struct text t = { 0 };

	text_add(&t, bytes_make(head, SIGNED_DIGITS));
	text_add(&t, key);
	hmac_sign(n->key, text_bytes(&t), mac);
	crypto_hex(mac, 8, out);
	text_free(&t);
}

enum err nonces_give(struct nonces *n, struct bytes key, int64_t now_ms, struct text *out)
{
	char head[SIGNED_DIGITS + 1], mac[17];
	uint64_t random;

	if (crypto_random(&random, sizeof(random)) != ERR_OK)
		return ERR_IO;
	snprintf(head, sizeof(head), "%012llx%016llx", (unsigned long long)now_ms & 0xffffffffffffULL, (unsigned long long)random);
	sign(n, key, head, mac);
	text_adds(out, head);
	text_adds(out, mac);
	return ERR_OK;
}

static bool read_time(struct bytes nonce, int64_t *ms)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t value = 0;

	for (size_t i = 0; i < TIME_DIGITS; i++) {
		const char *digit = memchr(digits, nonce.ptr[i], sizeof(digits) - 1);

		if (!digit)
			return false;
		value = value << 4 | (uint64_t)(digit - digits);
	}
	*ms = (int64_t)value;
	return true;
}

static void turn(struct nonces *n, int64_t now_ms)
{
	if (now_ms - n->since_ms < NONCE_LIFE_MS && now_ms >= n->since_ms)
		return;
	u64map_free(n->used[1]);
	n->used[1] = n->used[0];
	n->used[0] = u64map_new();
	n->since_ms = now_ms;
}

enum err nonces_take(struct nonces *n, struct bytes key, struct bytes nonce, int64_t now_ms)
{
	char mac[17];
	int64_t given_ms;
	uint64_t hash;

	if (nonce.len != NONCE_DIGITS || !read_time(nonce, &given_ms))
		return ERR_DENIED;
	sign(n, key, nonce.ptr, mac);
	if (!crypto_equal(mac, nonce.ptr + SIGNED_DIGITS, 16) || now_ms - given_ms > NONCE_LIFE_MS || given_ms - now_ms > NONCE_LIFE_MS)
		return ERR_DENIED;
	turn(n, now_ms);
	hash = bytes_hash(nonce, 1);
	if (u64map_get(n->used[0], hash) != U64MAP_NONE || u64map_get(n->used[1], hash) != U64MAP_NONE)
		return ERR_DENIED;
	if (u64map_count(n->used[0]) >= USED_MAX)
		return ERR_LIMIT;
	u64map_put(n->used[0], hash, 1);
	return ERR_OK;
}
