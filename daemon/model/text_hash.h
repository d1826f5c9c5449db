/* A hash for the short texts that events are made of, inline; nothing that it makes leaves the process but id_hash of events without
 * an id, which the journal keeps: a change here means that such an event, sent again, counts again. */
#ifndef ASSOCD_MODEL_TEXT_HASH_H
#define ASSOCD_MODEL_TEXT_HASH_H

#include "daemon/base/bytes.h"

#define TEXT_LENGTH_FACTOR UINT64_C(0x9e3779b97f4a7c15)

/* Two words into one by a wide product. */
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)(a ^ UINT64_C(0x9e3779b97f4a7c15)) * (b ^ UINT64_C(0xe7037ed1a0b428db));

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_word_at(const char *p, size_t n)
{
	uint64_t word = 0;

	memcpy(&word, p, n);
	return word;
}

/* XXH3, or for texts of at most 16 bytes (nearly all of an event's) one product over both ends, which hold all of it. */
static inline uint64_t text_hash(struct bytes s, uint64_t seed)
{
	if (s.len > 16)
		return bytes_hash(s, seed);
	seed += s.len * TEXT_LENGTH_FACTOR;
	if (s.len >= 8)
		return hash_mix(hash_word_at(s.ptr, 8) ^ seed, hash_word_at(s.ptr + s.len - 8, 8));
	if (s.len >= 4)
		return hash_mix(hash_word_at(s.ptr, 4) ^ seed, hash_word_at(s.ptr + s.len - 4, 4));
	if (s.len == 0)
		return hash_mix(seed, 0);
	return hash_mix(seed ^ hash_word_at(s.ptr, 1), hash_word_at(s.ptr + s.len / 2, 1) << 8 | hash_word_at(s.ptr + s.len - 1, 1));
}

#endif
