#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/vendor/crypto_aead.h"

static void assert_hex(const uint8_t hash[CRYPTO_HASH_SIZE], const char *expected)
{
	char hex[2 * CRYPTO_HASH_SIZE + 1];

	crypto_hex(hash, CRYPTO_HASH_SIZE, hex);
	assert_string_equal(hex, expected);
}

static void sha256_gives_the_known_digest(void **state)
{
	uint8_t hash[CRYPTO_HASH_SIZE];

	crypto_sha256(bytes_of("abc"), hash);
	assert_hex(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231, test cases 1, 2 and 6. */
static void hmac_gives_the_digests_of_rfc_4231(void **state)
{
	static const char long_key[131] = { [0 ... 130] = (char)0xaa };
	static const char short_key[20] = { [0 ... 19] = 0x0b };
	uint8_t mac[CRYPTO_HASH_SIZE];
	struct hmac_key *k = hmac_key_new(bytes_make(short_key, 20));

	hmac_sign(k, bytes_of("Hi There"), mac);
	assert_hex(mac, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	hmac_key_free(k);
	k = hmac_key_new(bytes_of("Jefe"));
	hmac_sign(k, bytes_of("what do ya want for nothing?"), mac);
	assert_hex(mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	hmac_sign(k, bytes_of("what do ya want for nothing?"), mac);
	assert_hex(mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	hmac_key_free(k);
	k = hmac_key_new(bytes_make(long_key, 131));
	hmac_sign(k, bytes_of("Test Using Larger Than Block-Size Key - Hash Key First"), mac);
	assert_hex(mac, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	hmac_key_free(k);
	hmac_key_free(NULL);
}

static void md5_gives_the_known_digest(void **state)
{
	uint8_t hash[CRYPTO_MD5_SIZE];
	char hex[2 * CRYPTO_MD5_SIZE + 1];

	crypto_md5(bytes_of("abc"), hash);
	crypto_hex(hash, sizeof hash, hex);
	assert_string_equal(hex, "900150983cd24fb0d6963f7d28e17f72");
}

/* RFC 9001 appendix A.1, and the header protection of A.2. */
static void labels_and_keys_are_those_of_rfc_9001(void **state)
{
	static const char salt[] = "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a";
	uint8_t secret[CRYPTO_HASH_SIZE], key[16], iv[12], hp[16], mask[16];
	char hex[2 * CRYPTO_HASH_SIZE + 1];

	crypto_hmac(bytes_make(salt, 20), BYTES_LIT("\x83\x94\xc8\xf0\x3e\x51\x57\x08"), secret);
	assert_hex(secret, "7db5df06e7a69e432496adedb00851923595221596ae2ae9fb8115c1e9ed0a44");
	crypto_expand_labels(secret, (struct crypto_label[]){ { "client in", secret, sizeof secret } }, 1);
	assert_hex(secret, "c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea");
	crypto_expand_labels(secret, (struct crypto_label[]){ { "quic key", key, 16 }, { "quic iv", iv, 12 }, { "quic hp", hp, 16 } }, 3);
	crypto_hex(key, 16, hex);
	assert_string_equal(hex, "1f369613dd76d5467730efcbe3b1a22d");
	crypto_hex(iv, 12, hex);
	assert_string_equal(hex, "fa044b2f42a3fd3b46fb255c");
	crypto_hex(hp, 16, hex);
	assert_string_equal(hex, "9f50449e04a0e810283a1e9933adedd2");
	struct aead *aead = aead_new();
	aead_block(aead, hp, (const uint8_t *)"\xd1\xb1\xc9\x8d\xd7\x68\x9f\xb8\xec\x11\xd2\x42\xb1\x23\xdc\x9b", mask);
	crypto_hex(mask, 5, hex);
	assert_string_equal(hex, "437b9aec36");
	aead_free(aead);
	aead_free(NULL);
}

/* NIST's GCM specification, test case 4 with the tag of 16 bytes: key, nonce, head, text. */
static void a_message_opens_only_as_it_was_sealed(void **state)
{
	static const struct aead_key k = { { 0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65, 0x73, 0x1c, 0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30, 0x83, 0x08 },
					   { 0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce, 0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88 } };
	struct bytes head = BYTES_LIT("\xfe\xed\xfa\xce\xde\xad\xbe\xef\xfe\xed\xfa\xce\xde\xad\xbe\xef\xab\xad\xda\xd2");
	struct bytes sealed = BYTES_LIT("\x42\x83\x1e\xc2\x21\x77\x74\x24\x4b\x72\x21\xb7\x84\xd0\xd4\x9c\xe3\xaa\x21\x2f\x2c\x02\xa4\xe0"
					"\x35\xc1\x7e\x23\x29\xac\xa1\x2e\x21\xd5\x14\xb2\x54\x66\x93\x1c\x7d\x8f\x6a\x5a\xac\x84\xaa\x05"
					"\x1b\xa3\x0b\x39\x6a\x0a\xac\x97\x3d\x58\xe0\x91"
					"\x5b\xc9\x4f\xbc\x32\x21\xa5\xdb\x94\xfa\xe9\x5a\xe7\x12\x1a\x47");
	struct aead *aead = aead_new();
	char copy[76];
	uint8_t out[60];

	assert_int_equal(sealed.len, sizeof copy);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(aead_open(aead, &k, head, sealed, out));
		assert_memory_equal(out, "\xd9\x31\x32\x25\xf8\x84\x06\xe5", 8);
		memcpy(copy, sealed.ptr, sizeof copy);
		copy[sizeof copy - 1] ^= 1;
		assert_false(aead_open(aead, &k, head, bytes_make(copy, sizeof copy), out));
		assert_false(aead_open(aead, &k, bytes_slice(head, 0, 19), sealed, out));
		assert_false(aead_open(aead, &k, head, bytes_make(copy, 15), out));
	}
	aead_free(aead);
}

static void random_bytes_differ(void **state)
{
	uint8_t a[16], b[16];

	assert_int_equal(crypto_random(a, sizeof a), ERR_OK);
	assert_int_equal(crypto_random(b, sizeof b), ERR_OK);
	assert_false(crypto_equal(a, b, sizeof a));
	assert_true(crypto_equal(a, a, sizeof a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_gives_the_known_digest),
		cmocka_unit_test(hmac_gives_the_digests_of_rfc_4231),
		cmocka_unit_test(md5_gives_the_known_digest),
		cmocka_unit_test(labels_and_keys_are_those_of_rfc_9001),
		cmocka_unit_test(a_message_opens_only_as_it_was_sealed),
		cmocka_unit_test(random_bytes_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
