/* The end of an entry: its number, salt and seal. Made and read from the right, where all has a fixed width but the number.
 * I1: a quote within a JSON string has a backslash before it, so none of these ends can come out of what a name holds. */
#include "parts.h"

#include "daemon/vendor/crypto.h"

#define N_BEGIN BYTES_LIT(",\"n\":")
#define PREV_BEGIN BYTES_LIT(",\"prev\":\"")
#define SALT_BEGIN BYTES_LIT(",\"salt\":\"")
#define BODY_BEGIN BYTES_LIT(",\"body\":\"")
#define SEAL_BEGIN BYTES_LIT(",\"seal\":\"")
#define LINE_END BYTES_LIT("\"}")
#define ERASED_BEGIN BYTES_LIT("{\"schema\":\"assocd.erased/1\"")
#define SALT_DIGITS 32

void seal_digest(struct bytes body, char out[AUDIT_SEAL + 1])
{
	uint8_t hash[CRYPTO_HASH_SIZE];

	crypto_sha256(body, hash);
	crypto_hex(hash, sizeof(hash), out);
}

void seal_make(struct bytes before, struct bytes digest, char out[AUDIT_SEAL + 1])
{
	char both[2 * AUDIT_SEAL];

	memcpy(both, before.ptr, AUDIT_SEAL);
	memcpy(both + AUDIT_SEAL, digest.ptr, AUDIT_SEAL);
	seal_digest(bytes_make(both, sizeof(both)), out);
}

/* Takes `n` hexadecimal digits behind `begin` from the right end of *rest. */
static bool take_digits(struct bytes *rest, struct bytes begin, size_t n, struct bytes *out)
{
	size_t whole = begin.len + n;

	if (rest->len < whole || !bytes_eq(bytes_slice(*rest, rest->len - whole, begin.len), begin))
		return false;
	*out = bytes_slice(*rest, rest->len - n, n);
	for (size_t i = 0; i < n; i++)
		if (!((out->ptr[i] >= '0' && out->ptr[i] <= '9') || (out->ptr[i] >= 'a' && out->ptr[i] <= 'f')))
			return false;
	rest->len -= whole;
	return true;
}

static bool take_tail(struct bytes *rest, struct bytes tail)
{
	if (!bytes_ends(*rest, tail))
		return false;
	rest->len -= tail.len;
	return true;
}

static bool take_number(struct bytes *rest, uint64_t *n)
{
	size_t from = rest->len;

	while (from > 0 && rest->ptr[from - 1] >= '0' && rest->ptr[from - 1] <= '9')
		from--;
	if (!bytes_to_u64(bytes_slice(*rest, from, rest->len), n) || *n == 0)
		return false;
	rest->len = from;
	return take_tail(rest, N_BEGIN);
}

static bool take_place(struct bytes *rest, struct audit_seal *out)
{
	return take_tail(rest, BYTES_LIT("\"")) && take_digits(rest, PREV_BEGIN, AUDIT_SEAL, &out->prev) && take_number(rest, &out->n);
}

bool decode_audit_seal(struct bytes line, struct audit_seal *out)
{
	struct bytes rest = bytes_trim(line), salt;

	*out = (struct audit_seal){ .body = BYTES_NONE, .digest = BYTES_NONE };
	if (!take_tail(&rest, LINE_END) || !take_digits(&rest, SEAL_BEGIN, AUDIT_SEAL, &out->seal))
		return false;
	if (bytes_starts(rest, ERASED_BEGIN))
		return take_tail(&rest, BYTES_LIT("\"")) && take_digits(&rest, BODY_BEGIN, AUDIT_SEAL, &out->digest) &&
		       take_place(&rest, out) && rest.len == ERASED_BEGIN.len;
	out->body = rest;
	return take_tail(&rest, BYTES_LIT("\"")) && take_digits(&rest, SALT_BEGIN, SALT_DIGITS, &salt) && take_place(&rest, out);
}

void audit_erased(struct bytes line, struct text *out)
{
	char digest[AUDIT_SEAL + 1];
	struct audit_seal seal;

	if (!decode_audit_seal(line, &seal) || seal.body.len == 0)
		return;
	seal_digest(seal.body, digest);
	text_add(out, ERASED_BEGIN);
	text_addf(out, ",\"n\":%llu,\"prev\":\"%.*s\",\"body\":\"%s\",\"seal\":\"%.*s\"}", (unsigned long long)seal.n, BYTES_ARG(seal.prev), digest,
		  BYTES_ARG(seal.seal));
}
