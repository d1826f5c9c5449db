/* Unicode text (utf8proc) and internationalised domain names (libidn2). */
#ifndef ASSOCD_VENDOR_UNICODE_H
#define ASSOCD_VENDOR_UNICODE_H

#include "daemon/base/arena.h"

/* NFKC, ignorable code points dropped, case as it was. Pure ASCII is borrowed, not copied. Invalid UTF-8: ERR_INPUT. */
enum err unicode_compose(struct arena *a, struct bytes s, struct bytes *out) MUST_CHECK;
/* As unicode_compose, and case folded, and the decimal digits of every script (category Nd) written 0 to 9.
 * Pure ASCII takes a fast path. */
enum err unicode_fold(struct arena *a, struct bytes s, struct bytes *out) MUST_CHECK;
/* As unicode_fold, and tone marks, accents and the vowel points of Arabic and Hebrew taken off; vowel signs of Indic
 * scripts and voicing marks of kana stay, they are letters to their readers. */
enum err unicode_fold_plain(struct arena *a, struct bytes s, struct bytes *out) MUST_CHECK;
/* Next code point of valid UTF-8 at *pos, or -1 at the end. */
int32_t unicode_next_any(struct bytes s, size_t *pos);
static inline int32_t unicode_next(struct bytes s, size_t *pos)
{
	return *pos < s.len && (unsigned char)s.ptr[*pos] < 0x80 ? s.ptr[(*pos)++] : unicode_next_any(s, pos);
}
bool unicode_is_letter_or_digit_any(int32_t cp);
static inline bool unicode_is_letter_or_digit(int32_t cp)
{
	if (cp < 0x80)
		return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') || (cp >= '0' && cp <= '9');
	return unicode_is_letter_or_digit_any(cp);
}
/* White space, and characters that nobody sees (zero width, marks of the writing direction), off both ends. */
struct bytes unicode_trim_any(struct bytes s);
static inline struct bytes unicode_trim(struct bytes s)
{
	bool is_plain = s.len > 0 && s.ptr[0] > ' ' && s.ptr[0] < 0x7f && s.ptr[s.len - 1] > ' ' && s.ptr[s.len - 1] < 0x7f;

	return is_plain ? s : unicode_trim_any(s);
}
/* Domain to its ASCII (punycode, lower case) form, IDNA2008 non-transitional; ERR_INPUT when it is none. */
enum err unicode_domain_ascii(struct arena *a, struct bytes domain, struct bytes *out) MUST_CHECK;

#endif
