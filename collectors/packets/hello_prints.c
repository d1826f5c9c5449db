/* Names of a ClientHello: JA4, JA3, the own key, and words for its traits. */
#include "hello_prints.h"

#include <stdlib.h>

#include "daemon/vendor/crypto.h"
#include "ja3.h"
#include "ja4.h"

#define KEY_DIGITS 32
#define FALLBACK_SIGNAL 0x5600
#define RENEGOTIATION_SIGNAL 0x00ff

struct hello_prints {
	struct ja4 ja4;
	struct ja3 ja3;
	uint8_t key[16 + 2 * (3 * HELLO_LIST_MAX + HELLO_EXTENSIONS_MAX) + 2 * 256];
	uint16_t sorted[HELLO_EXTENSIONS_MAX];
};

struct hello_prints *hello_prints_new(void)
{
	return xcalloc(1, sizeof(struct hello_prints));
}

void hello_prints_free(struct hello_prints *prints)
{
	free(prints);
}

/* Numbers behind their count, so that no two recipes of lists give the same bytes. */
static uint8_t *put_list(uint8_t *to, struct bytes list)
{
	uint8_t *count = to;
	size_t n = 0;

	to += 2;
	for (size_t i = 0; i < list.len / 2; i++) {
		uint16_t v = hello_number(list, i);
		if (hello_is_grease(v) || v == FALLBACK_SIGNAL)
			continue;
		*to++ = (uint8_t)(v >> 8);
		*to++ = (uint8_t)v;
		n++;
	}
	count[0] = (uint8_t)(n >> 8);
	count[1] = (uint8_t)n;
	return to;
}

static bool comes_and_goes(uint16_t type)
{
	static const uint16_t types[] = {
		EXTENSION_SERVER_NAME, EXTENSION_ALPN, EXTENSION_PADDING, EXTENSION_TICKET, EXTENSION_PRE_SHARED_KEY,
		EXTENSION_EARLY_DATA, EXTENSION_COOKIE, EXTENSION_KEY_EXCHANGE_MODES, EXTENSION_NPN, EXTENSION_ALPS_OLD, EXTENSION_ALPS,
	};
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (types[i] == type)
			return true;
	return false;
}

static uint8_t *put_extensions(struct hello_prints *prints, const struct client_hello *hello, uint8_t *to)
{
	size_t n = 0;

	for (size_t i = 0; i < hello->n_extensions; i++)
		if (!hello_is_grease(hello->extensions[i]) && !comes_and_goes(hello->extensions[i]))
			prints->sorted[n++] = hello->extensions[i];
	hello_sort(prints->sorted, n);
	for (size_t i = 0; i < n; i++) {
		*to++ = (uint8_t)(prints->sorted[i] >> 8);
		*to++ = (uint8_t)prints->sorted[i];
	}
	return to;
}

static void fill_key(struct hello_prints *prints, const struct client_hello *hello, struct flow_facts *facts)
{
	uint8_t hash[CRYPTO_HASH_SIZE], *to = prints->key;
	char digits[2 * CRYPTO_HASH_SIZE + 1];

	*to++ = (uint8_t)(hello->legacy_version >> 8);
	*to++ = (uint8_t)hello->legacy_version;
	to = put_list(to, hello->versions);
	to = put_list(to, hello->ciphers);
	to = put_list(to, hello->groups);
	to = put_list(to, hello->signatures);
	*to++ = (uint8_t)hello->point_formats.len;
	memcpy(to, hello->point_formats.ptr, hello->point_formats.len);
	to = put_extensions(prints, hello, to + hello->point_formats.len);
	crypto_sha256(bytes_make((const char *)prints->key, (size_t)(to - prints->key)), hash);
	crypto_hex(hash, KEY_DIGITS / 2, digits);
	facts->key[0] = "tdq"[hello->carrier];
	facts->key[1] = '1';
	facts->key[2] = '-';
	memcpy(facts->key + 3, digits, KEY_DIGITS + 1);
}

static void fill_alpn(const struct client_hello *hello, struct flow_facts *facts)
{
	struct bytes name;
	size_t used = 0;

	facts->alpn[0] = '\0';
	for (size_t at = 0; hello_next_alpn(hello, &at, &name);) {
		if (used > 0 && used + 1 < sizeof(facts->alpn))
			facts->alpn[used++] = ',';
		facts_put(facts->alpn + used, sizeof(facts->alpn) - used, name);
		used += strlen(facts->alpn + used);
	}
}

static bool has_number(struct bytes list, bool (*is)(uint16_t v))
{
	for (size_t i = 0; i < list.len / 2; i++)
		if (is(hello_number(list, i)))
			return true;
	return false;
}

static bool is_renegotiation_signal(uint16_t v) { return v == RENEGOTIATION_SIGNAL; }
static bool is_finite_field(uint16_t v) { return v >> 8 == 1; }
/* ML-KEM alone or with a curve, and Kyber of the drafts before it. */
static bool is_post_quantum(uint16_t v) { return (v >= 0x0200 && v <= 0x0202) || (v >= 0x11eb && v <= 0x11ed) || v == 0x6399 || v == 0x639a; }

static bool is_tls13(uint16_t v) { return v == 0x0304 || v == 0xfefc; }

static bool has_grease(const struct client_hello *hello)
{
	for (size_t i = 0; i < hello->n_extensions; i++)
		if (hello_is_grease(hello->extensions[i]))
			return true;
	return has_number(hello->ciphers, hello_is_grease);
}

static bool offers(const struct client_hello *hello, const char *name, const char *drafts)
{
	struct bytes offered;

	for (size_t at = 0; hello_next_alpn(hello, &at, &offered);)
		if (bytes_is(offered, name) || bytes_starts(offered, bytes_of(drafts)))
			return true;
	return false;
}

static void fill_traits(const struct client_hello *hello, struct flow_facts *facts)
{
	const struct { const char *word; bool has; } traits[] = {
		{ "grease", has_grease(hello) },
		{ "alps", hello_has_extension(hello, EXTENSION_ALPS) || hello_has_extension(hello, EXTENSION_ALPS_OLD) },
		{ "ech", hello_has_extension(hello, EXTENSION_ECH) },
		{ "certcomp", hello_has_extension(hello, EXTENSION_CERTIFICATE_COMPRESSION) },
		{ "delegated", hello_has_extension(hello, EXTENSION_DELEGATED_CREDENTIALS) },
		{ "rsl", hello_has_extension(hello, EXTENSION_RECORD_SIZE_LIMIT) },
		{ "etm", hello_has_extension(hello, EXTENSION_ENCRYPT_THEN_MAC) },
		{ "scsv", has_number(hello->ciphers, is_renegotiation_signal) },
		{ "ffdhe", has_number(hello->groups, is_finite_field) },
		{ "pq", has_number(hello->groups, is_post_quantum) },
		{ "tls13", is_tls13(hello_version(hello)) || has_number(hello->versions, is_tls13) },
		{ "h1", offers(hello, "http/1.1", "http/1.0") },
		{ "h2", offers(hello, "h2", "h2-") },
		{ "h3", offers(hello, "h3", "h3-") },
	};
	char *to = facts->traits;

	for (size_t i = 0; i < ARRAY_LEN(traits); i++) {
		if (!traits[i].has)
			continue;
		if (to > facts->traits)
			*to++ = ',';
		to = stpcpy(to, traits[i].word);
	}
	*to = '\0';
}

void hello_prints_fill(struct hello_prints *prints, const struct client_hello *hello, struct flow_facts *facts)
{
	ja4_of_hello(hello, &prints->ja4);
	ja3_of_hello(hello, &prints->ja3);
	memcpy(facts->ja4, prints->ja4.hashed, JA4_SIZE);
	facts_put(facts->ja4_raw, sizeof(facts->ja4_raw), bytes_make(prints->ja4.raw, prints->ja4.raw_length));
	facts_put(facts->ja4_original, sizeof(facts->ja4_original), bytes_make(prints->ja4.original, prints->ja4.original_length));
	memcpy(facts->ja3, prints->ja3.hashed, JA3_SIZE);
	facts_put(facts->sni, sizeof(facts->sni), hello->server_name);
	fill_key(prints, hello, facts);
	fill_alpn(hello, facts);
	fill_traits(hello, facts);
}

_Static_assert(JA4_SIZE <= FACTS_JA4_SIZE && JA3_SIZE <= FACTS_JA3_SIZE, "the facts have room");
_Static_assert(3 + KEY_DIGITS + 1 <= FACTS_KEY_SIZE, "the facts have room");
