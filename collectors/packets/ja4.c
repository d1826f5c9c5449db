/* JA4: a_b_c.
 *   a  carrier (t, d, q), version (2), server name given (d) or not (i), number of cipher suites (2) and of extensions (2),
 *      first and last character of the first ALPN name (2)
 *   b  first 12 hexadecimal digits of SHA-256 over the sorted cipher suites, with commas
 *   c  the same over the sorted extensions without server name and ALPN, and behind "_" the signature algorithms in their order
 * GREASE counts nowhere; what is empty is zeros.
 * I1: the raw forms hold what b and c are hashes of, byte by byte; they are written once, and hashed where they stand. */
#include "ja4.h"

#include "daemon/vendor/crypto.h"

struct span {
	char *start, *end;
};

static const char digits[] = "0123456789abcdef";

static char *put_hex16(char *to, uint16_t v)
{
	to[0] = digits[v >> 12];
	to[1] = digits[v >> 8 & 15];
	to[2] = digits[v >> 4 & 15];
	to[3] = digits[v & 15];
	return to + 4;
}

static char *put_numbers(char *to, const uint16_t *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			*to++ = ',';
		to = put_hex16(to, numbers[i]);
	}
	return to;
}

static size_t without_grease(struct bytes list, uint16_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < list.len / 2; i++) {
		uint16_t v = hello_number(list, i);
		if (!hello_is_grease(v))
			out[n++] = v;
	}
	return n;
}

static size_t extensions_without_grease(const struct client_hello *hello, bool with_names, uint16_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < hello->n_extensions; i++) {
		uint16_t type = hello->extensions[i];
		bool is_name = type == EXTENSION_SERVER_NAME || type == EXTENSION_ALPN;
		if (!hello_is_grease(type) && (with_names || !is_name))
			out[n++] = type;
	}
	return n;
}

/* Versions of DTLS count down. */
static uint16_t age(uint16_t version)
{
	return version >> 8 == 0xfe ? (uint16_t)(0xfe00 | (0xff - (version & 0xff))) : version;
}

uint16_t hello_version(const struct client_hello *hello)
{
	uint16_t best = 0;

	for (size_t i = 0; i < hello->versions.len / 2; i++) {
		uint16_t v = hello_number(hello->versions, i);
		if (!hello_is_grease(v) && (best == 0 || age(v) > age(best)))
			best = v;
	}
	return best != 0 ? best : hello->legacy_version;
}

static const char *version_name(uint16_t version)
{
	static const struct { uint16_t version; char name[3]; } names[] = {
		{ 0x0304, "13" }, { 0x0303, "12" }, { 0x0302, "11" }, { 0x0301, "10" }, { 0x0300, "s3" }, { 0x0002, "s2" },
		{ 0xfeff, "d1" }, { 0xfefd, "d2" }, { 0xfefc, "d3" },
	};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].version == version)
			return names[i].name;
	return "00"; /* drafts, too */
}

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_grease_name(struct bytes name)
{
	return name.len == 2 && hello_is_grease(hello_number(name, 0));
}

static void alpn_ends(const struct client_hello *hello, char out[2])
{
	struct bytes name = BYTES_NONE;
	size_t at = 0;

	out[0] = out[1] = '0';
	while (hello_next_alpn(hello, &at, &name) && is_grease_name(name))
		name = BYTES_NONE;
	if (name.len == 0)
		return;
	char first = name.ptr[0], last = name.ptr[name.len - 1];
	bool is_text = is_alphanumeric(first) && is_alphanumeric(last);
	out[0] = is_text ? first : digits[(uint8_t)first >> 4];
	out[1] = is_text ? last : digits[last & 15];
}

static char *put_count(char *to, size_t n)
{
	n = n > 99 ? 99 : n;
	to[0] = digits[n / 10];
	to[1] = digits[n % 10];
	return to + 2;
}

static void put_hash(char to[12], struct span list)
{
	uint8_t hash[CRYPTO_HASH_SIZE];
	char hex[2 * 6 + 1];

	memset(to, '0', 12);
	if (list.start == list.end)
		return;
	crypto_sha256(bytes_make(list.start, (size_t)(list.end - list.start)), hash);
	crypto_hex(hash, 6, hex);
	memcpy(to, hex, 12);
}

static char *put_signatures(const struct client_hello *hello, char *to, uint16_t *room)
{
	size_t n = without_grease(hello->signatures, room);

	if (n == 0)
		return to;
	*to++ = '_';
	return put_numbers(to, room, n);
}

static char *put_front(const struct client_hello *hello, char *to, size_t n_ciphers, size_t n_extensions)
{
	*to++ = "tdq"[hello->carrier];
	memcpy(to, version_name(hello_version(hello)), 2);
	to[2] = hello_has_extension(hello, EXTENSION_SERVER_NAME) ? 'd' : 'i';
	to = put_count(put_count(to + 3, n_ciphers), n_extensions);
	alpn_ends(hello, to);
	to[2] = '_';
	return to + 3;
}

void ja4_of_hello(const struct client_hello *hello, struct ja4 *j)
{
	struct span ciphers, extensions;
	uint16_t *list = j->sorted;
	size_t n_ciphers = without_grease(hello->ciphers, list);
	char *original = put_front(hello, j->original, n_ciphers, extensions_without_grease(hello, true, list));
	size_t front = (size_t)(original - j->original);

	memcpy(j->raw, j->original, front);
	without_grease(hello->ciphers, list);
	original = put_numbers(original, list, n_ciphers);
	*original++ = '_';
	hello_sort(list, n_ciphers);
	ciphers.start = j->raw + front;
	ciphers.end = put_numbers(ciphers.start, list, n_ciphers);
	*ciphers.end = '_';

	original = put_numbers(original, list, extensions_without_grease(hello, true, list));
	j->original_length = (size_t)(put_signatures(hello, original, list) - j->original);
	size_t n = extensions_without_grease(hello, false, list);
	hello_sort(list, n);
	extensions.start = ciphers.end + 1;
	extensions.end = put_numbers(extensions.start, list, n);
	if (n > 0)
		extensions.end = put_signatures(hello, extensions.end, list);
	j->raw_length = (size_t)(extensions.end - j->raw);

	memcpy(j->hashed, j->raw, front);
	put_hash(j->hashed + front, ciphers);
	j->hashed[front + 12] = '_';
	put_hash(j->hashed + front + 13, extensions);
	j->hashed[front + 25] = '\0';
}
