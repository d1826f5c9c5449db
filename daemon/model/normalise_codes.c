/* Steps for numbers that people carry: phone (ITU-T E.164), card (ISO/IEC 7812), account numbers, dates. */
#include <stdio.h>

#include "daemon/base/err.h"
#include "daemon/vendor/unicode.h"
#include "normalise_steps.h"

#define PHONE_MIN 7
#define PHONE_MAX 15 /* E.164, 6.1 */
#define CARD_MIN 12
#define CARD_MAX 19
#define TOKEN_MIN 4

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

struct bytes text_digits(struct arena *a, struct bytes in)
{
	struct bytes s;
	size_t used = 0;
	char *text;

	if (unicode_fold(a, in, &s) != ERR_OK)
		return BYTES_NONE;
	text = arena_alloc(a, s.len + 1);
	for (size_t i = 0; i < s.len; i++)
		if (is_digit(s.ptr[i]))
			text[used++] = s.ptr[i];
	return bytes_make(text, used);
}

void step_digits(struct arena *a, struct bytes in, struct normalised *out)
{
	normalised_add(out, text_digits(a, in));
}

/* The number before an extension ("x12", "ext. 12"); empty when other letters stand in it. */
static struct bytes without_extension(struct bytes s)
{
	size_t n = 0;

	if (bytes_starts(s, BYTES_LIT("tel:")))
		s = bytes_trim(bytes_slice(s, 4, s.len));
	while (n < s.len && !(s.ptr[n] >= 'a' && s.ptr[n] <= 'z'))
		n++;
	if (n == s.len || s.ptr[n] == 'x' || bytes_starts(bytes_slice(s, n, s.len), BYTES_LIT("ext")))
		return bytes_slice(s, 0, n);
	return BYTES_NONE;
}

static bool all_the_same(struct bytes s)
{
	for (size_t i = 1; i < s.len; i++)
		if (s.ptr[i] != s.ptr[0])
			return false;
	return true;
}

void step_phone(struct arena *a, struct bytes in, struct normalised *out)
{
	struct bytes s, digits;
	ptrdiff_t trunk;
	bool is_international;
	char *text;

	if (unicode_fold(a, in, &s) != ERR_OK || (s = without_extension(bytes_trim(s))).len == 0)
		return;
	is_international = s.ptr[0] == '+' || bytes_starts(s, BYTES_LIT("(+"));
	trunk = bytes_find(s, BYTES_LIT("(0)"));
	if (trunk > 0) /* +44 (0)20 ...: the trunk prefix is not part of the international number */
		s = bytes_of(arena_printf(a, "%.*s%.*s", (int)trunk, s.ptr, (int)(s.len - (size_t)trunk - 3), s.ptr + trunk + 3));
	digits = text_digits(a, s);
	if (!is_international && bytes_starts(digits, BYTES_LIT("00"))) {
		is_international = true;
		digits = bytes_slice(digits, 2, digits.len);
	}
	if (digits.len < PHONE_MIN || digits.len > PHONE_MAX || all_the_same(digits))
		return;
	text = arena_alloc(a, digits.len + 1);
	text[0] = '+';
	memcpy(text + 1, digits.ptr, digits.len);
	normalised_add(out, is_international ? bytes_make(text, digits.len + 1) : digits);
}

static bool is_card_text(struct bytes s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]) && s.ptr[i] != ' ' && s.ptr[i] != '-' && s.ptr[i] != '.')
			return false;
	return true;
}

void step_card(struct arena *a, struct bytes in, struct normalised *out)
{
	struct bytes s = bytes_trim(in), digits;

	if (bytes_find_char(s, '*') >= 0 || bytes_find(s, BYTES_LIT("\xe2\x80\xa2")) >= 0)
		return; /* masked: many cards look like it */
	if (!is_card_text(s)) {
		if (s.len >= TOKEN_MIN)
			normalised_add(out, s);
		return;
	}
	digits = text_digits(a, s);
	if (digits.len >= CARD_MIN && digits.len <= CARD_MAX && !all_the_same(digits))
		normalised_add(out, digits);
}

void step_account_number(struct arena *a, struct bytes in, struct normalised *out)
{
	struct bytes s;
	size_t used = 0;
	char *text;

	if (unicode_fold(a, in, &s) != ERR_OK)
		return;
	text = arena_alloc(a, s.len + 1);
	for (size_t pos = 0, at = 0;; at = pos) {
		int32_t cp = unicode_next(s, &pos);

		if (cp < 0)
			break;
		if (cp >= 'a' && cp <= 'z')
			text[used++] = (char)(cp - 'a' + 'A');
		else if (unicode_is_letter_or_digit(cp)) {
			memcpy(text + used, s.ptr + at, pos - at);
			used += pos - at;
		}
	}
	if (used >= TOKEN_MIN && !all_the_same(bytes_make(text, used)))
		normalised_add(out, bytes_make(text, used));
}

struct date {
	unsigned year, month, day;
};

static bool is_date(const struct date *d)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = (d->year % 4 == 0 && d->year % 100 != 0) || d->year % 400 == 0;

	if (d->year < 1800 || d->year > 2200 || d->month < 1 || d->month > 12 || d->day < 1)
		return false;
	return d->day <= days[d->month - 1] + (unsigned)(d->month == 2 && is_leap);
}

/* Three groups of digits with one kind of separator, or eight digits; *separator is 0 for those. */
static bool date_groups(struct bytes s, unsigned group[3], size_t width[3], char *separator)
{
	size_t at = 0;

	*separator = 0;
	for (unsigned i = 0; i < 3; i++) {
		group[i] = 0;
		for (width[i] = 0; at < s.len && is_digit(s.ptr[at]) && width[i] < 8; at++, width[i]++)
			group[i] = group[i] * 10 + (unsigned)(s.ptr[at] - '0');
		if (i == 0 && width[0] == 8 && at == s.len)
			return true;
		if (width[i] == 0 || width[i] > 4)
			return false;
		if (i == 2)
			break;
		if (at == s.len || (i == 1 && s.ptr[at] != *separator) || strchr("-/.", s.ptr[at]) == NULL || s.ptr[at] == '\0')
			return false;
		*separator = s.ptr[at++];
	}
	return at == s.len || s.ptr[at] == 'T' || s.ptr[at] == ' ';
}

static bool read_date(struct bytes in, struct date *d)
{
	unsigned g[3], swap;
	size_t width[3];
	char separator;

	if (!date_groups(bytes_trim(in), g, width, &separator))
		return false;
	if (separator == 0)
		*d = (struct date){ g[0] / 10000, g[0] / 100 % 100, g[0] % 100 };
	else if (width[0] == 4)
		*d = (struct date){ g[0], g[1], g[2] };
	else if (width[2] == 4 && separator == '/')
		*d = (struct date){ g[2], g[0], g[1] };
	else if (width[2] == 4)
		*d = (struct date){ g[2], g[1], g[0] };
	else
		return false;
	if (separator == '/' && d->month > 12) { /* 31/12/1980 can only be day first */
		swap = d->month;
		d->month = d->day;
		d->day = swap;
	}
	return is_date(d);
}

void step_date(struct arena *a, struct bytes in, struct normalised *out)
{
	struct date d;

	if (read_date(in, &d))
		normalised_add(out, bytes_of(arena_printf(a, "%04u-%02u-%02u", d.year, d.month, d.day)));
}

void step_date_parts(struct arena *a, struct bytes in, struct normalised *out)
{
	struct date d;

	if (!read_date(in, &d))
		return;
	normalised_add(out, bytes_of(arena_printf(a, "year %u", d.year)));
	normalised_add(out, bytes_of(arena_printf(a, "month %u", d.month)));
	normalised_add(out, bytes_of(arena_printf(a, "day %u", d.day)));
}

void step_year(struct arena *a, struct bytes in, struct normalised *out)
{
	struct date d;

	if (read_date(in, &d))
		normalised_add(out, bytes_of(arena_printf(a, "%u", d.year)));
}
