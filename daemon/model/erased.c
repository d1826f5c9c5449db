/* Tombstones.
 * I1: the table keeps the first 64 bits of a hash: among a million erased accounts one name in 10^13 is mistaken for one. */
#include "erased.h"

#include "daemon/base/map.h"

#include <stdlib.h>
#include <string.h>

struct erased {
	struct hmac_key *key;
	struct u64map *map;
};

struct erased *erased_new(struct bytes key)
{
	struct erased *e = xcalloc(1, sizeof(*e));

	e->key = hmac_key_new(key);
	e->map = u64map_new();
	return e;
}

void erased_free(struct erased *e)
{
	if (!e)
		return;
	hmac_key_free(e->key);
	u64map_free(e->map);
	free(e);
}

void erased_hash(const struct erased *e, struct bytes account, uint8_t out[CRYPTO_HASH_SIZE])
{
	hmac_sign(e->key, account, out);
}

static uint64_t short_of(const uint8_t hash[CRYPTO_HASH_SIZE])
{
	uint64_t head; /* I1 */

	memcpy(&head, hash, sizeof(head));
	return head;
}

bool erased_add(struct erased *e, const uint8_t hash[CRYPTO_HASH_SIZE])
{
	if (u64map_get(e->map, short_of(hash)) != U64MAP_NONE)
		return false;
	u64map_put(e->map, short_of(hash), 1);
	return true;
}

bool erased_has(const struct erased *e, struct bytes account)
{
	uint8_t hash[CRYPTO_HASH_SIZE];

	if (account.len == 0)
		return false;
	erased_hash(e, account, hash);
	return u64map_get(e->map, short_of(hash)) != U64MAP_NONE;
}

bool erased_names(const struct erased *e, const struct event *ev)
{
	return e && (erased_has(e, ev->account) || erased_has(e, ev->with) || erased_has(e, ev->relation_with));
}

unsigned erased_count(const struct erased *e)
{
	return e ? (unsigned)u64map_count(e->map) : 0;
}
