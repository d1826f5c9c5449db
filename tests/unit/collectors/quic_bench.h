/* Initials of QUIC made by hand for tests, sealed as a client would. */
#ifndef ASSOCD_TESTS_UNIT_COLLECTORS_QUIC_BENCH_H
#define ASSOCD_TESTS_UNIT_COLLECTORS_QUIC_BENCH_H

#include "hello_bench.h"

#include <openssl/evp.h>

#include "collectors/packets/quic_client.h"
#include "collectors/packets/quic_packet.h"
#include "daemon/vendor/crypto.h"

struct initial {
	uint32_t version;
	struct bytes id, source_id, token; /* id: destination */
	struct bytes key_id;               /* what the keys come from; without ptr: id */
	uint64_t number;
	bool is_server;
};

static inline void bench_variable(struct made *m, size_t v)
{
	made_number(m, (unsigned)(v < 64 ? v : v | 0x4000), v < 64 ? 1 : 2);
}

static inline void bench_crypto(struct made *m, size_t offset, struct bytes bytes)
{
	made_number(m, 6, 1);
	bench_variable(m, offset);
	bench_variable(m, bytes.len);
	made_add(m, bytes.ptr, bytes.len);
}

struct bench_keys {
	uint8_t key[16], iv[12], head[16];
};

static inline void bench_keys(const struct initial *i, struct bench_keys *k)
{
	const struct quic_version *v = quic_version_of(i->version, 0);
	struct bytes id = i->key_id.ptr != NULL ? i->key_id : i->id;
	uint8_t secret[32];

	crypto_hmac(bytes_make((const char *)v->salt, 20), id, secret);
	crypto_expand_labels(secret, (struct crypto_label[]){ { i->is_server ? "server in" : "client in", secret, 32 } }, 1);
	crypto_expand_labels(secret, (struct crypto_label[]){ { v->is_v2 ? "quicv2 key" : "quic key", k->key, 16 },
		{ v->is_v2 ? "quicv2 iv" : "quic iv", k->iv, 12 }, { v->is_v2 ? "quicv2 hp" : "quic hp", k->head, 16 } }, 3);
}

static inline void bench_seal(const struct bench_keys *k, struct made *packet, size_t number_at, struct bytes plain)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t *at = packet->bytes + packet->n, mask[32];
	int n = 0;

	assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, k->key, k->iv), 1);
	assert_int_equal(EVP_EncryptUpdate(ctx, NULL, &n, packet->bytes, (int)packet->n), 1);
	assert_int_equal(EVP_EncryptUpdate(ctx, at, &n, (const uint8_t *)plain.ptr, (int)plain.len), 1);
	assert_int_equal(EVP_EncryptFinal_ex(ctx, at + n, &n), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, at + plain.len), 1);
	packet->n += plain.len + 16;
	assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, k->head, NULL), 1);
	assert_int_equal(EVP_EncryptUpdate(ctx, mask, &n, packet->bytes + number_at + 4, 16), 1);
	packet->bytes[0] ^= mask[0] & 0x0f;
	for (unsigned i = 0; i < 4; i++)
		packet->bytes[number_at + i] ^= mask[1 + i];
	EVP_CIPHER_CTX_free(ctx);
}

/* Adds to the datagram; the payload is filled up to 1162 bytes, so that the packet of the RFCs' example comes out. */
static inline void bench_initial(struct made *datagram, const struct initial *i, struct bytes frames)
{
	struct made packet = { .n = 0 }, plain = { .n = 0 };
	struct bench_keys keys;

	made_add(&plain, frames.ptr, frames.len);
	while (plain.n < 1162)
		made_number(&plain, 0, 1);
	bench_keys(i, &keys);
	made_number(&packet, quic_version_of(i->version, 0)->is_v2 ? 0xd3 : 0xc3, 1);
	made_number(&packet, i->version, 4);
	made_number(&packet, (unsigned)i->id.len, 1);
	made_add(&packet, i->id.ptr, i->id.len);
	made_number(&packet, (unsigned)i->source_id.len, 1);
	made_add(&packet, i->source_id.ptr, i->source_id.len);
	bench_variable(&packet, i->token.len);
	made_add(&packet, i->token.ptr, i->token.len);
	bench_variable(&packet, 4 + plain.n + 16);
	size_t number_at = packet.n;
	made_number(&packet, (unsigned)i->number, 4);
	for (unsigned b = 0; b < 8; b++)
		keys.iv[11 - b] ^= (uint8_t)(i->number >> 8 * b);
	bench_seal(&keys, &packet, number_at, bytes_make((char *)plain.bytes, plain.n));
	made_add(datagram, packet.bytes, packet.n);
}

#endif
