#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/vendor/crypto.h"

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
		cmocka_unit_test(random_bytes_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
