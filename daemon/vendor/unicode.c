/* Unicode text and domain names, over utf8proc and libidn2. ASCII never reaches either library. */
#include "unicode.h"

#include <idn2.h>
#include <stdlib.h>
#include <utf8proc.h>

#define DOMAIN_MAX 253 /* RFC 1035, 2.3.4, as text */

static bool is_ascii(struct bytes s)
{
	size_t i = 0;
	uint64_t word;

	for (; i + 8 <= s.len; i += 8) {
		memcpy(&word, s.ptr + i, 8);
		if (word & UINT64_C(0x8080808080808080))
			return false;
	}
	for (; i < s.len; i++)
		if ((unsigned char)s.ptr[i] >= 0x80)
			return false;
	return true;
}

static struct bytes ascii_lower(struct arena *a, struct bytes s)
{
	char *out = arena_alloc(a, s.len + 1);

	for (size_t i = 0; i < s.len; i++)
		out[i] = byte_lower(s.ptr[i]);
	out[s.len] = '\0';
	return bytes_make(out, s.len);
}

static enum err map_text(struct arena *a, struct bytes s, utf8proc_option_t options, struct bytes *out)
{
	utf8proc_uint8_t *mapped = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s.ptr, (utf8proc_ssize_t)s.len, &mapped, options);

	if (n < 0)
		return n == UTF8PROC_ERROR_NOMEM ? ERR_NOMEM : ERR_INPUT;
	*out = arena_bytes(a, bytes_make((const char *)mapped, (size_t)n));
	free(mapped);
	return ERR_OK;
}

enum err unicode_compose(struct arena *a, struct bytes s, struct bytes *out)
{
	if (is_ascii(s)) {
		*out = s;
		return ERR_OK;
	}
	return map_text(a, s, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_IGNORE, out);
}

/* The digits of a script stand together, zero first (The Unicode Standard, 4.6). Those that do not, the mathematical ones,
 * have become ASCII by NFKC before this sees them. */
static char digit_of(int32_t cp)
{
	int value = 0;

	while (value < 9 && utf8proc_category(cp - value - 1) == UTF8PROC_CATEGORY_ND)
		value++;
	return (char)('0' + value);
}

static struct bytes with_ascii_digits(struct arena *a, struct bytes s)
{
	char *out = arena_alloc(a, s.len + 1);
	size_t n = 0, pos = 0;

	for (size_t at = 0; at < s.len; at = pos) {
		int32_t cp = unicode_next(s, &pos);

		BUG_ON(cp < 0); /* utf8proc wrote it */
		if (cp >= 0x80 && utf8proc_category(cp) == UTF8PROC_CATEGORY_ND) {
			out[n++] = digit_of(cp);
			continue;
		}
		memcpy(out + n, s.ptr + at, pos - at);
		n += pos - at;
	}
	out[n] = '\0';
	return bytes_make(out, n);
}

enum err unicode_fold(struct arena *a, struct bytes s, struct bytes *out)
{
	enum err err;

	if (is_ascii(s)) {
		*out = ascii_lower(a, s);
		return ERR_OK;
	}
	err = map_text(a, s, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, out);
	if (!err)
		*out = with_ascii_digits(a, *out);
	return err;
}

/* Marks that people leave out when they type a name. Others are letters in all but name: vowel signs of Indic scripts
 * and Thai, voicing marks of kana. */
static bool is_accent(int32_t cp)
{
	static const struct { int32_t first, last; } accents[] = {
		{ 0x0300, 0x036f },                                           /* Latin, Greek, Cyrillic */
		{ 0x0591, 0x05c7 },                                           /* points of Hebrew */
		{ 0x0610, 0x061a }, { 0x064b, 0x065f }, { 0x0670, 0x0670 }, { 0x06d6, 0x06ed }, /* vowels of Arabic */
		{ 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x20d0, 0x20ff }, { 0xfe20, 0xfe2f },
	};

	for (size_t i = 0; i < ARRAY_LEN(accents); i++)
		if (cp >= accents[i].first && cp <= accents[i].last)
			return true;
	return false;
}

static struct bytes without_accents(struct arena *a, struct bytes s)
{
	char *kept = arena_alloc(a, s.len + 1);
	size_t n = 0, pos = 0;

	for (size_t at = 0; at < s.len; at = pos) {
		int32_t cp = unicode_next(s, &pos);

		BUG_ON(cp < 0); /* utf8proc wrote it */
		if (is_accent(cp))
			continue;
		memcpy(kept + n, s.ptr + at, pos - at);
		n += pos - at;
	}
	return bytes_make(kept, n);
}

enum err unicode_fold_plain(struct arena *a, struct bytes s, struct bytes *out)
{
	enum err err;

	if (is_ascii(s)) {
		*out = ascii_lower(a, s);
		return ERR_OK;
	}
	err = map_text(a, s, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, out);
	if (err)
		return err;
	return map_text(a, with_ascii_digits(a, without_accents(a, *out)), UTF8PROC_STABLE | UTF8PROC_COMPOSE, out);
}

int32_t unicode_next_any(struct bytes s, size_t *pos)
{
	utf8proc_int32_t cp;
	utf8proc_ssize_t n;

	if (*pos >= s.len)
		return -1;
	n = utf8proc_iterate((const utf8proc_uint8_t *)s.ptr + *pos, (utf8proc_ssize_t)(s.len - *pos), &cp);
	if (n <= 0)
		return -1;
	*pos += (size_t)n;
	return cp;
}

bool unicode_is_letter_or_digit_any(int32_t cp)
{
	switch (utf8proc_category(cp)) {
	case UTF8PROC_CATEGORY_LU: case UTF8PROC_CATEGORY_LL: case UTF8PROC_CATEGORY_LT: case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO: case UTF8PROC_CATEGORY_MN: case UTF8PROC_CATEGORY_MC: case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
		return true;
	default:
		return false;
	}
}

static bool is_blank(int32_t cp)
{
	switch (utf8proc_category(cp)) {
	case UTF8PROC_CATEGORY_ZS: case UTF8PROC_CATEGORY_ZL: case UTF8PROC_CATEGORY_ZP: case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
		return true;
	default:
		return false;
	}
}

struct bytes unicode_trim_any(struct bytes s)
{
	size_t start = 0, end = 0;

	for (size_t at = 0, pos = 0; at < s.len; at = pos) {
		int32_t cp = unicode_next(s, &pos);

		if (cp < 0) /* not UTF-8: left as it is */
			return bytes_trim(s);
		if (is_blank(cp))
			continue;
		if (end == 0)
			start = at;
		end = pos;
	}
	return bytes_make(s.ptr + start, end - start);
}

/* Letters, digits and hyphens in labels of 1 to 63: what a domain looks like once it is ASCII (RFC 5890, 2.3.1). */
static bool is_ldh(struct bytes s)
{
	size_t label = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool edge = label == 0 || i + 1 == s.len || s.ptr[i + 1] == '.';

		if (c == '.') {
			if (label == 0)
				return false;
			label = 0;
			continue;
		}
		if (!unicode_is_letter_or_digit((unsigned char)c) && (c != '-' || edge))
			return false;
		if (++label > 63)
			return false;
	}
	return label > 0;
}

enum err unicode_domain_ascii(struct arena *a, struct bytes domain, struct bytes *out)
{
	uint8_t *ascii = NULL;
	int rc;

	if (domain.len == 0 || domain.len > DOMAIN_MAX * 2 || memchr(domain.ptr, '\0', domain.len))
		return ERR_INPUT;
	if (is_ascii(domain)) {
		*out = ascii_lower(a, domain);
	} else {
		rc = idn2_lookup_u8((const uint8_t *)arena_str(a, domain), &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
		if (rc != IDN2_OK)
			return ERR_INPUT;
		*out = arena_bytes(a, bytes_of((const char *)ascii));
		idn2_free(ascii);
	}
	return out->len <= DOMAIN_MAX && is_ldh(*out) ? ERR_OK : ERR_INPUT;
}
