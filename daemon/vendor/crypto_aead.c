/* EVP contexts that are keyed again and again: fetching and allocating for each message would cost ten times the work. */
#include "crypto_aead.h"

#include <stdlib.h>

#include <openssl/evp.h>

struct aead {
	EVP_CIPHER_CTX *opening, *block;
};

struct aead *aead_new(void)
{
	static const uint8_t zeros[AEAD_KEY_SIZE];
	struct aead *a = xcalloc(1, sizeof(*a));

	a->opening = EVP_CIPHER_CTX_new();
	a->block = EVP_CIPHER_CTX_new();
	BUG_ON(a->opening == NULL || a->block == NULL);
	BUG_ON(EVP_DecryptInit_ex(a->opening, EVP_aes_128_gcm(), NULL, zeros, zeros) != 1);
	BUG_ON(EVP_EncryptInit_ex(a->block, EVP_aes_128_ecb(), NULL, zeros, NULL) != 1);
	EVP_CIPHER_CTX_set_padding(a->block, 0);
	return a;
}

void aead_free(struct aead *a)
{
	if (a == NULL)
		return;
	EVP_CIPHER_CTX_free(a->opening);
	EVP_CIPHER_CTX_free(a->block);
	free(a);
}

void aead_block(struct aead *a, const uint8_t key[AEAD_KEY_SIZE], const uint8_t in[16], uint8_t out[16])
{
	int n = 0;

	BUG_ON(EVP_EncryptInit_ex(a->block, NULL, NULL, key, NULL) != 1);
	BUG_ON(EVP_EncryptUpdate(a->block, out, &n, in, 16) != 1 || n != 16);
}

bool aead_open(struct aead *a, const struct aead_key *k, struct bytes head, struct bytes sealed, uint8_t *out)
{
	int n = 0;

	if (sealed.len < AEAD_TAG_SIZE || sealed.len > INT32_MAX || head.len > INT32_MAX)
		return false;
	size_t length = sealed.len - AEAD_TAG_SIZE;
	uint8_t tag[AEAD_TAG_SIZE];
	memcpy(tag, sealed.ptr + length, sizeof(tag));
	return EVP_DecryptInit_ex(a->opening, NULL, NULL, k->key, k->nonce) == 1 &&
	       EVP_DecryptUpdate(a->opening, NULL, &n, (const uint8_t *)head.ptr, (int)head.len) == 1 &&
	       EVP_DecryptUpdate(a->opening, out, &n, (const uint8_t *)sealed.ptr, (int)length) == 1 &&
	       EVP_CIPHER_CTX_ctrl(a->opening, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) == 1 &&
	       EVP_DecryptFinal_ex(a->opening, out + length, &n) == 1;
}
